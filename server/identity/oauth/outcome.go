package oauth

import "encoding/json"

// outcome is an event's outcome as JSON.
func outcome(v map[string]string) json.RawMessage {
	text, err := json.Marshal(v)
	if err != nil {
		return nil // cannot happen: strings always marshal
	}
	return text
}
