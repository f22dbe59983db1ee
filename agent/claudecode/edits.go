package claudecode

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// editText writes the old and new text of an edit in the manner of a diff, for reviewers and the ledger. It is not a patch:
// the hook does not say at which line the text stands.
func editText(in map[string]json.RawMessage) (string, error) {
	var b strings.Builder
	edits := []map[string]json.RawMessage{in}
	if raw, ok := in["edits"]; ok {
		edits = nil
		if err := json.Unmarshal(raw, &edits); err != nil {
			return "", errors.New("edits: expected a list of objects")
		}
	}
	for i, e := range edits {
		var before, after string
		if err := errors.Join(text(e, "old_string", &before), text(e, "new_string", &after)); err != nil {
			return "", fmt.Errorf("edit %d: %w", i+1, err)
		}
		if raw, ok := e["new_source"]; ok { // notebooks
			if err := json.Unmarshal(raw, &after); err != nil {
				return "", errors.New("new_source: expected a string")
			}
		}
		if i > 0 {
			b.WriteString("@@\n")
		}
		prefixed(&b, "-", before)
		prefixed(&b, "+", after)
	}
	return b.String(), nil
}

func prefixed(b *strings.Builder, prefix, lines string) {
	if lines == "" {
		return
	}
	for line := range strings.SplitSeq(strings.TrimSuffix(lines, "\n"), "\n") {
		b.WriteString(prefix)
		b.WriteString(line)
		b.WriteByte('\n')
	}
}
