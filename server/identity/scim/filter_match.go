package scim

import (
	"cmp"
	"encoding/json"
	"strings"
	"time"
)

// match reports whether a resource fits a filter.
func (k *kind) match(f *filter, o object) bool {
	switch f.op {
	case opAnd:
		return k.match(f.left, o) && k.match(f.right, o)
	case opOr:
		return k.match(f.left, o) || k.match(f.right, o)
	case opNot:
		return !k.match(f.left, o)
	default:
		return f.fits(k.values(f, o))
	}
}

// values returns the values that a term is about, those in lists one by one.
func (k *kind) values(f *filter, o object) []any {
	values := list(get(k.holder(o, f.path), f.path.name))
	if f.inner != nil {
		values = f.inner.choose(values)
	}
	if f.path.sub == "" {
		return values
	}
	var subs []any
	for _, v := range values {
		if v, ok := v.(object); ok {
			subs = append(subs, list(get(v, f.path.sub))...)
		}
	}
	return subs
}

// choose returns the values that fit a filter in brackets.
func (f *filter) choose(values []any) []any {
	var chosen []any
	for _, v := range values {
		if f.matchValue(v) {
			chosen = append(chosen, v)
		}
	}
	return chosen
}

// matchValue reports whether one value of a multi-valued attribute fits the filter in its brackets.
func (f *filter) matchValue(v any) bool {
	switch f.op {
	case opAnd:
		return f.left.matchValue(v) && f.right.matchValue(v)
	case opOr:
		return f.left.matchValue(v) || f.right.matchValue(v)
	case opNot:
		return !f.left.matchValue(v)
	}
	o, ok := v.(object)
	if !ok {
		o = object{"value": v} // a simple value is its own "value"
	}
	return f.fits(list(get(o, f.path.name)))
}

// fits compares the values of an attribute. Any value that fits is enough; ne holds where none is equal.
func (f *filter) fits(values []any) bool {
	switch f.op {
	case opPresent:
		for _, v := range values {
			if present(v) {
				return true
			}
		}
		return false
	case opValues:
		return len(values) > 0
	case opUnequal:
		return !f.equal(values)
	case opEqual:
		return f.equal(values)
	default:
		for _, v := range values {
			if f.compare(plain(v)) {
				return true
			}
		}
		return false
	}
}

func (f *filter) equal(values []any) bool {
	some := false
	for _, v := range values {
		if v = plain(v); v != nil {
			some = true
			if f.compare(v) {
				return true
			}
		}
	}
	return !some && f.literal == nil
}

// plain is the simple value by which a complex one is compared.
func plain(v any) any {
	if o, ok := v.(object); ok {
		return get(o, "value")
	}
	return v
}

func present(v any) bool {
	switch v := v.(type) {
	case nil:
		return false
	case string:
		return v != ""
	case object:
		return len(v) > 0
	case []any:
		return len(v) > 0
	default:
		return true
	}
}

// compare compares one value with the literal; values of different types are never equal.
func (f *filter) compare(v any) bool {
	if f.def != nil && f.def.Type == typeBoolean {
		a, okA := truth(v)
		b, okB := truth(f.literal)
		return okA && okB && a == b
	}
	if f.def != nil && f.def.Type == typeDateTime {
		a, okA := moment(v)
		b, okB := moment(f.literal)
		return okA && okB && f.ordered(a.Compare(b))
	}
	switch want := f.literal.(type) {
	case string:
		have, ok := v.(string)
		return ok && f.compareText(have, want)
	case json.Number:
		have, ok := v.(json.Number)
		if !ok {
			return false
		}
		a, errA := have.Float64()
		b, errB := want.Float64()
		return errA == nil && errB == nil && f.ordered(cmp.Compare(a, b))
	case bool:
		have, ok := v.(bool)
		return ok && have == want
	default:
		return false
	}
}

func (f *filter) compareText(have, want string) bool {
	if f.def == nil || !f.def.CaseExact {
		have, want = strings.ToLower(have), strings.ToLower(want)
	}
	switch f.op {
	case opHas:
		return strings.Contains(have, want)
	case opStarts:
		return strings.HasPrefix(have, want)
	case opEnds:
		return strings.HasSuffix(have, want)
	default:
		return f.ordered(strings.Compare(have, want))
	}
}

func (f *filter) ordered(c int) bool {
	switch f.op {
	case opGreater:
		return c > 0
	case opAtLeast:
		return c >= 0
	case opLess:
		return c < 0
	case opAtMost:
		return c <= 0
	default: // eq, and ne by its negation
		return c == 0
	}
}

func moment(v any) (time.Time, bool) {
	s, _ := v.(string)
	t, err := time.Parse(time.RFC3339, s)
	return t, err == nil
}
