package audit

import (
	"cmp"
	"encoding/json"
	"slices"
)

// seqOf reads an event's seq; 0 where it can't.
func seqOf(event json.RawMessage) int64 {
	var e struct {
		Seq int64 `json:"seq"`
	}
	if err := json.Unmarshal(event, &e); err != nil {
		return 0
	}
	return e.Seq
}

func sortNewestFirst(events []json.RawMessage) {
	slices.SortFunc(events, func(a, b json.RawMessage) int { return cmp.Compare(seqOf(b), seqOf(a)) })
}
