package claudecode

import (
	"bytes"
	"encoding/json"
)

// SniffEvent looks for the event's name in JSON that Parse refused, perhaps because it was cut off. "" where it can't be
// told. It serves only to choose between two ways of failing.
func SniffEvent(raw []byte) string {
	dec := json.NewDecoder(bytes.NewReader(raw))
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		return ""
	}
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			return ""
		}
		if key == "hook_event_name" {
			var name string
			if dec.Decode(&name) != nil {
				return ""
			}
			return name
		}
		var skip json.RawMessage
		if dec.Decode(&skip) != nil {
			return ""
		}
	}
	return ""
}
