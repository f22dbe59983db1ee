package sink

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"ambit/audit/mask"
)

// maxAnswer bounds what is kept of a receiver's answer, in bytes; maxBody what is read of it.
const (
	maxAnswer = 500
	maxBody   = 64 << 10
)

// clean makes a receiver's words fit to be stored and shown: bounded, printable, in one line, without our secrets. A receiver
// may well quote the token that it refuses.
func clean(text string, secrets map[string]string) string {
	for _, s := range secrets {
		if len(s) >= 4 {
			text = strings.ReplaceAll(text, s, "[masked]")
		}
	}
	text = strings.Join(strings.FieldsFunc(strings.ToValidUTF8(text, "\uFFFD"), func(r rune) bool {
		return unicode.IsSpace(r) || !unicode.IsPrint(r)
	}), " ")
	text, _ = mask.String(text)
	if len(text) <= maxAnswer {
		return text
	}
	end := maxAnswer
	for !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end] + "…"
}
