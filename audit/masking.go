package audit

import (
	"encoding/json"
	"reflect"

	"ambit/audit/mask"
	"ambit/policy"
)

// maskEvent gives a copy of e with every secret masked, and how many there were. Places inside the command that findings
// point to are moved along.
func maskEvent(e *Event) (*Event, int) {
	out, n := *e, 0
	maskAll(reflect.ValueOf(&out).Elem(), &n)
	if out.Decision != nil {
		command := mask.Find(commandOf(e))
		for i := range out.Decision.Findings {
			if at := e.Decision.Findings[i].At; at != nil {
				offset, length := command.Move(at.Offset, at.Length)
				out.Decision.Findings[i].At = &policy.Span{Offset: offset, Length: length}
			}
		}
	}
	return &out, n
}

// maskAll masks every string in a value, whichever field it is in: a field that is added to events later is masked without
// anybody having to think of it. What is pointed to is copied before. n counts.
func maskAll(v reflect.Value, n *int) {
	switch v.Kind() {
	case reflect.String:
		if text, k := mask.String(v.String()); k > 0 {
			v.SetString(text)
			*n += k
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() && f.Tag.Get("json") != "-" {
				maskAll(v.Field(i), n)
			}
		}
	case reflect.Pointer:
		if !v.IsNil() {
			copied := reflect.New(v.Type().Elem())
			copied.Elem().Set(v.Elem())
			v.Set(copied)
			maskAll(copied.Elem(), n)
		}
	case reflect.Slice:
		maskSlice(v, n)
	case reflect.Map:
		masked := reflect.MakeMapWithSize(v.Type(), v.Len())
		for members := v.MapRange(); members.Next(); {
			masked.SetMapIndex(maskedCopy(members.Key(), n), maskedCopy(members.Value(), n))
		}
		if !v.IsNil() {
			v.Set(masked)
		}
	}
}

func maskSlice(v reflect.Value, n *int) {
	if v.Type() == reflect.TypeFor[json.RawMessage]() {
		text, k := mask.JSON(v.Bytes())
		v.SetBytes(text)
		*n += k
		return
	}
	if v.IsNil() || v.Type().Elem().Kind() == reflect.Uint8 {
		return
	}
	copied := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
	reflect.Copy(copied, v)
	v.Set(copied)
	for i := range copied.Len() {
		maskAll(copied.Index(i), n)
	}
}

func maskedCopy(v reflect.Value, n *int) reflect.Value {
	copied := reflect.New(v.Type()).Elem()
	copied.Set(v)
	maskAll(copied, n)
	return copied
}

// commandOf is the command line that offsets in findings count in.
func commandOf(e *Event) string {
	if e.Action == nil {
		return ""
	}
	var p struct {
		Command string `json:"command"`
	}
	if err := json.Unmarshal(e.Action.Properties, &p); err != nil {
		return ""
	}
	return p.Command
}
