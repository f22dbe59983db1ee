package scim

import (
	"encoding/json"
	"reflect"
	"strings"
)

// keyOf finds the spelling under which an object has an attribute; names have no case (RFC 7643, section 2.1).
func keyOf(o object, name string) (string, bool) {
	if _, ok := o[name]; ok {
		return name, true
	}
	for key := range o {
		if strings.EqualFold(key, name) {
			return key, true
		}
	}
	return name, false
}

// get returns an attribute; nil where there is none.
func get(o object, name string) any {
	key, _ := keyOf(o, name)
	return o[key]
}

// set gives an attribute a value, under the spelling that it has already.
func set(o object, name string, v any) {
	key, _ := keyOf(o, name)
	o[key] = v
}

func unset(o object, name string) {
	key, _ := keyOf(o, name)
	delete(o, key)
}

// text returns an attribute that is a string; "" where it is anything else.
func text(o object, name string) string {
	s, _ := get(o, name).(string)
	return s
}

// list is a value as a list: a single value stands for a list of one.
func list(v any) []any {
	switch v := v.(type) {
	case nil:
		return nil
	case []any:
		return v
	default:
		return []any{v}
	}
}

// same compares two values of one attribute: complex ones by their "value" where both have one (RFC 7643, section 2.4).
func same(a, b any) bool {
	x, okX := a.(object)
	y, okY := b.(object)
	if okX && okY {
		v, w := get(x, "value"), get(y, "value")
		if v != nil && w != nil {
			return reflect.DeepEqual(v, w) // any JSON value
		}
	}
	return reflect.DeepEqual(a, b)
}

// truth reads a boolean as providers send it: Entra ID writes "True" and "False".
func truth(v any) (value, ok bool) {
	switch v := v.(type) {
	case bool:
		return v, true
	case string:
		if strings.EqualFold(v, "true") {
			return true, true
		}
		return false, strings.EqualFold(v, "false")
	default:
		return false, false
	}
}

// parse reads what this package has marshalled before.
func parse(raw []byte) (object, error) {
	if len(raw) == 0 {
		return object{}, nil
	}
	dec := json.NewDecoder(strings.NewReader(string(raw)))
	dec.UseNumber()
	o := object{}
	if err := dec.Decode(&o); err != nil {
		return nil, err
	}
	return o, nil
}
