package scim

import (
	"maps"
	"slices"
)

func sorted(o object) []string { return slices.Sorted(maps.Keys(o)) }

// apply changes a resource, in place, by one operation that has a target.
func (k *kind) apply(o object, op *operation) error {
	p := op.target.path
	if p.urn == "" {
		if _, here := keyOf(o, p.name); !here {
			p.urn = k.home(p.name)
		}
	}
	holder := o
	if p.urn != "" {
		ext, ok := get(o, p.urn).(object)
		if !ok {
			if op.op == opRemove {
				return nil
			}
			ext = object{}
		}
		holder = ext
		defer func() { // an extension without attributes is none
			if len(ext) > 0 {
				set(o, p.urn, ext)
			} else {
				unset(o, p.urn)
			}
		}()
	}
	if p.name == "" {
		return k.applyExtension(holder, p.urn, op)
	}
	def := k.define(p.urn, p.name)
	if def != nil && (def.readOnly() || def.secret()) {
		if def.secret() {
			return nil
		}
		return bad(typeMutability, "%s is read-only", def.Name)
	}
	t := target{holder: holder, name: p.name, def: def, sub: p.sub, inner: op.target.inner}
	if def != nil {
		t.name = def.Name
	}
	return t.apply(op)
}

func (k *kind) applyExtension(ext object, urn string, op *operation) error {
	if op.op == opRemove {
		clear(ext)
		return nil
	}
	sent, ok := op.value.(object)
	if !ok {
		return bad(typeValue, "the value for %s must be an object of attributes", urn)
	}
	for _, name := range sorted(sent) {
		t := target{holder: ext, name: name, def: k.define(urn, name)}
		if t.def != nil {
			t.name = t.def.Name
		}
		if err := t.apply(&operation{op: op.op, value: sent[name]}); err != nil {
			return err
		}
	}
	return nil
}

// target is an attribute, a sub-attribute, or chosen values of an attribute.
type target struct {
	holder    object
	name, sub string
	def       *attribute // of name; nil where no schema knows it
	inner     *filter
}

func (t *target) apply(op *operation) error {
	now := get(t.holder, t.name)
	_, isList := now.([]any)
	switch {
	case t.inner != nil:
		return t.applyChosen(list(now), op)
	case t.sub != "" && (isList || t.def != nil && t.def.MultiValued):
		return t.applyEach(list(now), op)
	case t.sub != "":
		return t.applySub(now, op)
	case op.op == opRemove:
		return t.remove(now, op.value)
	default:
		return t.put(now, op)
	}
}

// put adds or replaces a whole attribute.
func (t *target) put(now any, op *operation) error {
	v, err := t.coerce(op.value)
	if err != nil || v == nil && op.op == opAdd { // nothing, or an empty list, adds nothing
		return err
	}
	if _, isList := now.([]any); isList && v != nil {
		v = list(v) // of an attribute that no schema knows, a single value joins a list
	}
	if added, ok := v.([]any); ok && op.op == opAdd {
		have := list(now)
		for _, a := range added {
			if !slices.ContainsFunc(have, func(h any) bool { return same(h, a) }) {
				have = append(have, a)
			}
		}
		t.keep(have, have[len(list(now)):])
		return t.bounded(have)
	}
	if old, ok := now.(object); ok {
		if sent, ok := v.(object); ok { // sub-attributes that aren't named stay (RFC 7644, section 3.5.2.3)
			v = merged(old, sent)
		}
	}
	t.keep(v, nil)
	return nil
}

func (t *target) coerce(v any) (any, error) {
	if t.def == nil {
		return v, nil
	}
	return coerce(t.def, v)
}

func (t *target) bounded(values []any) error {
	if len(values) > maxListed {
		return bad(typeTooMany, "%s has more than %d values", t.name, maxListed)
	}
	return nil
}

// keep stores what the attribute has now; nil and an empty list are no value. Of several values at most one is primary: the one
// among touched that says so (RFC 7644, section 3.5.2).
func (t *target) keep(v any, touched []any) {
	if values, ok := v.([]any); ok && len(values) == 0 {
		v = nil
	}
	if v == nil {
		unset(t.holder, t.name)
		return
	}
	var first object
	for _, v := range touched {
		if o, ok := v.(object); ok && first == nil && get(o, "primary") == true {
			first = o
		}
	}
	if first != nil {
		for _, other := range list(v) {
			if o, ok := other.(object); ok && get(o, "primary") == true {
				set(o, "primary", false)
			}
		}
		set(first, "primary", true)
	}
	set(t.holder, t.name, v)
}

// remove takes an attribute away, or only the values that the client lists: Entra ID names so what is to go.
func (t *target) remove(now, listed any) error {
	gone, err := t.coerce(listed)
	if err != nil {
		return err
	}
	if have, ok := now.([]any); ok && listed != nil {
		t.keep(slices.DeleteFunc(have, func(h any) bool {
			return slices.ContainsFunc(list(gone), func(g any) bool { return same(h, g) })
		}), nil)
		return nil
	}
	unset(t.holder, t.name)
	return nil
}

// applySub changes one part of a complex attribute.
func (t *target) applySub(now any, op *operation) error {
	o, ok := now.(object)
	if !ok {
		if op.op == opRemove {
			return nil
		}
		o = object{}
	}
	if err := t.setSub(o, op); err != nil {
		return err
	}
	if len(o) == 0 {
		unset(t.holder, t.name)
		return nil
	}
	set(t.holder, t.name, o)
	return nil
}

// setSub changes a sub-attribute of one complex value.
func (t *target) setSub(o object, op *operation) error {
	if op.op == opRemove {
		unset(o, t.sub)
		return nil
	}
	part := target{holder: o, name: t.sub, def: t.def.sub(t.sub)}
	if part.def != nil {
		part.name = part.def.Name
		if part.def.readOnly() {
			return bad(typeMutability, "%s.%s is read-only", t.name, part.name)
		}
	}
	return part.put(get(o, part.name), op)
}

func merged(old, sent object) object {
	o := maps.Clone(old)
	for name, v := range sent {
		set(o, name, v)
	}
	return o
}
