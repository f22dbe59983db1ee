package claudecode

import (
	"bytes"
	"encoding/json"
)

// SniffEvent looks for the event's name in JSON that Parse refused, perhaps because it was cut off. "" where it can't be
// told, as where two names stand there. It serves only to choose between two ways of failing.
func SniffEvent(raw []byte) string {
	event, found := "", false
	dec := json.NewDecoder(bytes.NewReader(raw))
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		return ""
	}
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			return event
		}
		if key == "hook_event_name" {
			if found || dec.Decode(&event) != nil {
				return ""
			}
			found = true
			continue
		}
		var skip json.RawMessage
		if dec.Decode(&skip) != nil {
			return event
		}
	}
	return event
}
