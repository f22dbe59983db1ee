package mask

import (
	"bytes"
	"encoding/json"
	"strings"
)

// JSON masks the secrets in the strings and names of a JSON value, and whole strings that are members named as secrets are. Text
// that isn't JSON comes back as it is: the ledger refuses it.
func JSON(raw json.RawMessage) (json.RawMessage, int) {
	if len(raw) == 0 {
		return raw, 0
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber() // numbers must come out as they went in
	var v any
	if err := dec.Decode(&v); err != nil {
		return raw, 0
	}
	v, n := maskValue(v, "")
	if n == 0 {
		return raw, 0
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return raw, 0
	}
	return bytes.TrimRight(out.Bytes(), "\n"), n
}

// maskValue masks lists in place; name is that of the member that v is.
func maskValue(v any, name string) (any, int) {
	n := 0
	switch v := v.(type) {
	case string:
		// `name": "value"` is how the member stands in its document: one set of rules serves text and members.
		if name != "" {
			probe := name + `": "`
			r := Find(probe + strings.ReplaceAll(v, `"`, "x") + `"`)
			if len(r.Spans) == 1 && r.Spans[0].Offset == len(probe) && r.Spans[0].Length == len(v) {
				return r.Spans[0].mark(), 1
			}
		}
		return stringAny(v)
	case []any:
		for i := range v {
			var k int
			v[i], k = maskValue(v[i], name)
			n += k
		}
		return v, n
	case map[string]any:
		masked := make(map[string]any, len(v))
		for member, value := range v {
			name, inName := String(member)
			value, inValue := maskValue(value, member)
			masked[name] = value
			n += inName + inValue
		}
		return masked, n
	}
	return v, 0
}

func stringAny(s string) (any, int) { return String(s) }
