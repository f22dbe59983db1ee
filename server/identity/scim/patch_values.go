package scim

// applyEach changes a sub-attribute of every value; the first value comes into being with it.
func (t *target) applyEach(have []any, op *operation) error {
	if len(have) == 0 {
		if op.op == opRemove {
			return nil
		}
		have = []any{object{}}
	}
	return t.change(have, have, op)
}

// applyChosen changes the values that fit the filter in the path's brackets. A value that none fits comes into being where the
// filter says how it must look: Entra ID replaces emails[type eq "work"].value of users who have no e-mail address yet.
func (t *target) applyChosen(have []any, op *operation) error {
	chosen := t.inner.choose(have)
	if len(chosen) == 0 {
		if op.op == opRemove {
			return nil
		}
		fresh := object{}
		if !t.inner.describe(fresh) {
			return bad(typeNoTarget, "no value of %s fits the path's filter", t.name)
		}
		have, chosen = append(have, fresh), []any{fresh}
	}
	if op.op == opRemove && t.sub == "" {
		kept := []any{}
		for _, v := range have {
			if !t.inner.matchValue(v) {
				kept = append(kept, v)
			}
		}
		t.keep(kept, nil)
		return nil
	}
	return t.change(have, chosen, op)
}

// change applies an operation to chosen values of the attribute.
func (t *target) change(have, chosen []any, op *operation) error {
	for _, v := range chosen {
		o, ok := v.(object)
		if !ok {
			return bad(typePath, "%s has simple values, which have no parts", t.name)
		}
		if t.sub != "" {
			if err := t.setSub(o, op); err != nil {
				return err
			}
			continue
		}
		sent, err := t.one(op.value)
		if err != nil {
			return err
		}
		for name, v := range sent { // what the filter asks of the value stays unless it is named
			set(o, name, v)
		}
	}
	kept := have[:0:0]
	for _, v := range have {
		if o, ok := v.(object); !ok || len(o) > 0 {
			kept = append(kept, v)
		}
	}
	t.keep(kept, chosen)
	return t.bounded(kept)
}

// one is the single complex value that an operation on chosen values sends.
func (t *target) one(v any) (object, error) {
	if values := list(v); len(values) == 1 {
		v = values[0]
	}
	if t.def != nil {
		var err error
		if v, err = coerceOne(t.def, v); err != nil {
			return nil, err
		}
	}
	o, ok := v.(object)
	if !ok {
		return nil, bad(typeValue, "the value for %s must be one object", t.name)
	}
	return o, nil
}

// describe fills in what a filter of equalities asks for; false where it leaves open how a value must look.
func (f *filter) describe(o object) bool {
	switch f.op {
	case opAnd:
		return f.left.describe(o) && f.right.describe(o)
	case opEqual:
		if f.literal == nil {
			return false
		}
		name, v := f.path.name, f.literal
		if f.def != nil {
			name = f.def.Name
			if f.def.Type == typeBoolean {
				v, _ = truth(v)
			}
		}
		o[name] = v
		return true
	default:
		return false
	}
}
