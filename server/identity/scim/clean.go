package scim

import (
	"encoding/json"
)

// clean brings a resource as sent into the form that is kept: known attributes under their own spelling and of their own type,
// without what is read-only, secret or null. What no schema knows stays as it is.
func (k *kind) clean(sent object) (object, error) {
	o := object{}
	for name, v := range sent {
		if ext := k.extension(name); ext != nil {
			inner, ok := v.(object)
			if !ok && v != nil {
				return nil, bad(typeValue, "%s must be an object", name)
			}
			kept := object{}
			for name, v := range inner {
				if err := put(kept, name, find(ext.Attributes, name), v); err != nil {
					return nil, err
				}
			}
			if len(kept) > 0 {
				o[ext.ID] = kept
			}
			continue
		}
		if err := put(o, name, k.define("", name), v); err != nil {
			return nil, err
		}
	}
	return o, nil
}

// put adds an attribute as sent. def is nil where no schema knows it.
func put(o object, name string, def *attribute, v any) error {
	if def == nil {
		if v != nil {
			set(o, name, v)
		}
		return nil
	}
	if def.readOnly() || def.secret() {
		return nil
	}
	v, err := coerce(def, v)
	if err == nil && v != nil {
		o[def.Name] = v
	}
	return err
}

// coerce brings a value to its attribute's type; nil says that nothing is left of it (RFC 7643, section 2.5: null and an empty
// list are the same as no value).
func coerce(def *attribute, v any) (any, error) {
	if v == nil || !def.MultiValued {
		return coerceOne(def, v)
	}
	var kept []any
	for _, v := range list(v) {
		v, err := coerceOne(def, v)
		if err != nil {
			return nil, err
		}
		if v != nil {
			kept = append(kept, v)
		}
	}
	if len(kept) > maxListed && def.Name != "members" {
		return nil, bad(typeTooMany, "%s has more than %d values", def.Name, maxListed)
	}
	if kept == nil {
		return nil, nil
	}
	return kept, nil
}

func coerceOne(def *attribute, v any) (any, error) {
	switch def.Type {
	case typeBoolean:
		b, ok := truth(v)
		if !ok && v != nil {
			return nil, bad(typeValue, "%s must be true or false", def.Name)
		}
		if v == nil {
			return nil, nil
		}
		return b, nil
	case typeComplex:
		return coerceComplex(def, v)
	}
	switch v := v.(type) {
	case nil:
		return nil, nil
	case string:
		return v, nil
	case json.Number:
		return v.String(), nil // employee numbers and the like
	default:
		return nil, bad(typeValue, "%s must be text", def.Name)
	}
}

// coerceComplex takes a bare text for the "value" of what has one: Entra ID sends a manager so. The empty text clears it.
func coerceComplex(def *attribute, v any) (any, error) {
	if one, ok := v.([]any); ok && len(one) == 1 && !def.MultiValued {
		v = one[0]
	}
	switch sent := v.(type) {
	case nil:
		return nil, nil
	case string:
		if def.sub("value") == nil {
			break
		}
		if sent == "" {
			return nil, nil
		}
		return object{"value": sent}, nil
	case object:
		o := object{}
		for name, v := range sent {
			if err := put(o, name, def.sub(name), v); err != nil {
				return nil, err
			}
		}
		if len(o) == 0 {
			return nil, nil
		}
		return o, nil
	}
	return nil, bad(typeValue, "%s must be an object", def.Name)
}
