package audit

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"ambit/audit/mask"
)

// TestEveryFieldOfAnEventIsMasked plants a secret in every string that an event can have.
func TestEveryFieldOfAnEventIsMasked(t *testing.T) {
	secret := "ghp_" + strings.Repeat("a1B2", 9) // put together here, so that secret scanners leave this file alone
	e := &Event{}
	planted := plant(reflect.ValueOf(e).Elem(), secret)
	before := mustJSON(t, e)
	masked, n := maskEvent(e)
	if text := mustJSON(t, masked); strings.Contains(text, secret) {
		t.Errorf("a secret stays in %s", text)
	}
	if n != planted || planted < 40 {
		t.Errorf("%d of %d planted secrets were masked", n, planted)
	}
	if mustJSON(t, e) != before {
		t.Error("the event itself was changed")
	}
	if !mask.Suspicious([]byte(before)) {
		t.Error("masking would not have been tried")
	}
}

// plant fills every string that is part of an event's JSON, and says how many there are.
func plant(v reflect.Value, secret string) int {
	n := 0
	switch v.Kind() {
	case reflect.String:
		v.SetString(secret)
		return 1
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() && f.Tag.Get("json") != "-" {
				n += plant(v.Field(i), secret)
			}
		}
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		n += plant(v.Elem(), secret)
	case reflect.Slice:
		if v.Type() == reflect.TypeFor[json.RawMessage]() {
			v.SetBytes([]byte(`{"` + secret + `":{"list":["` + secret + `"]}}`))
			return 2
		}
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		n += plant(v.Index(0), secret)
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(reflect.ValueOf(secret), reflect.ValueOf(secret))
		n += 2
	}
	return n
}

func mustJSON(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
