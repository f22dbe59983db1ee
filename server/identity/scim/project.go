package scim

import (
	"strings"
)

// projection says which attributes an answer has (RFC 7644, section 3.4.2.5). The zero value is all.
type projection struct {
	kind     *kind
	only     []attrPath // attributes; they win over excludedAttributes
	excluded []attrPath
}

const maxProjection = 100 // names in one list

func (k *kind) project(attributes, excluded string) (p projection, err error) {
	p.kind = k
	if p.only, err = k.names("attributes", attributes); err != nil || len(p.only) > 0 {
		return p, err
	}
	p.excluded, err = k.names("excludedAttributes", excluded)
	return p, err
}

func (k *kind) names(param, s string) ([]attrPath, error) {
	var paths []attrPath
	for _, name := range strings.Split(s, ",") {
		if name = strings.TrimSpace(name); name == "" {
			continue
		}
		path, ok := k.parseAttr(name)
		if !ok || len(paths) >= maxProjection {
			return nil, bad(typeValue, "%s must be a list of attributes, separated by commas", param)
		}
		if path.urn == "" && path.name != "" {
			path.urn = k.home(path.name)
		}
		paths = append(paths, path)
	}
	return paths, nil
}

// wants reports whether an attribute of the core schema is part of the answer, so that it needn't be read otherwise.
func (p *projection) wants(name string) bool {
	for _, path := range p.excluded {
		if path.urn == "" && path.sub == "" && strings.EqualFold(path.name, name) {
			return false
		}
	}
	for _, path := range p.only {
		if path.urn == "" && strings.EqualFold(path.name, name) {
			return true
		}
	}
	return len(p.only) == 0
}

// narrowed reports whether the client asked for part of a resource.
func (p *projection) narrowed() bool { return len(p.only)+len(p.excluded) > 0 }

// apply gives the part of a resource that was asked for. schemas and id are always there (RFC 7643, section 3.1).
func (p *projection) apply(o object) object {
	if len(p.only) == 0 {
		for _, path := range p.excluded {
			exclude(o, path)
		}
		return o
	}
	part := object{"schemas": o["schemas"], "id": o["id"]}
	for _, path := range p.only {
		from, into := o, part
		if path.urn != "" {
			ext, ok := get(o, path.urn).(object)
			if !ok {
				continue
			}
			key, _ := keyOf(o, path.urn)
			if path.name == "" {
				part[key] = ext
				continue
			}
			chosen, ok := part[key].(object)
			if !ok {
				chosen = object{}
				part[key] = chosen
			}
			from, into = ext, chosen
		}
		include(from, into, path)
	}
	return part
}

func include(from, into object, path attrPath) {
	key, ok := keyOf(from, path.name)
	if !ok {
		return
	}
	if path.sub == "" {
		into[key] = from[key]
		return
	}
	switch v := from[key].(type) {
	case object:
		chosen, ok := into[key].(object)
		if !ok {
			chosen = object{}
		}
		include(v, chosen, attrPath{name: path.sub})
		into[key] = chosen
	case []any:
		chosen, ok := into[key].([]any)
		if !ok {
			chosen = make([]any, len(v))
			for i := range chosen {
				chosen[i] = object{}
			}
		}
		for i := range v {
			part, okPart := v[i].(object)
			to, okTo := chosen[i].(object)
			if okPart && okTo {
				include(part, to, attrPath{name: path.sub})
			}
		}
		into[key] = chosen
	}
}

func exclude(o object, path attrPath) {
	if path.urn != "" {
		if path.name == "" {
			unset(o, path.urn)
			return
		}
		o, _ = get(o, path.urn).(object)
		if o == nil {
			return
		}
	}
	switch {
	case strings.EqualFold(path.name, "id") || strings.EqualFold(path.name, "schemas"):
	case path.sub == "":
		unset(o, path.name)
	default:
		for _, v := range list(get(o, path.name)) {
			if v, ok := v.(object); ok {
				unset(v, path.sub)
			}
		}
	}
}
