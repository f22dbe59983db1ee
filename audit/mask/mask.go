// Package mask finds secrets in text and masks them: provider keys, tokens, private keys, passwords in URLs, options and
// assignments. It runs on every event before anything is stored, so text without secrets must cost next to nothing: one
// pass looks for the beginnings of keywords, and only where one stands is anything compared.
package mask

import (
	"strings"
	"unsafe"
)

// Span is a secret in a text: its place and what it was taken for.
type Span struct {
	Offset int
	Length int
	Kind   string
}

// Result is a text and the secrets in it, in order, not overlapping.
type Result struct {
	text  string
	Spans []Span
}

// mark is what stands in the place of a secret.
func (s Span) mark() string { return "[masked:" + s.Kind + "]" }

// String masks the secrets in text and says how many there were.
func String(text string) (string, int) {
	r := Find(text)
	return r.Masked(), len(r.Spans)
}

// Suspicious reports whether JSON text may hold a secret. It never misses one that String or JSON would mask.
func Suspicious(encoded []byte) bool {
	text := unsafe.String(unsafe.SliceData(encoded), len(encoded)) // read only, and not kept
	_, ok := next(text, 0)
	return ok
}

// Find gives the secrets in text.
func Find(text string) Result {
	r := Result{text: text}
	for at := 0; ; {
		s, ok := next(text, at)
		if !ok {
			return r
		}
		r.Spans = append(r.Spans, s)
		at = s.Offset + s.Length
	}
}

// Masked is the text with a mark in the place of each secret.
func (r *Result) Masked() string {
	if len(r.Spans) == 0 {
		return r.text
	}
	var b strings.Builder
	at := 0
	for _, s := range r.Spans {
		b.WriteString(r.text[at:s.Offset])
		b.WriteString(s.mark())
		at = s.Offset + s.Length
	}
	b.WriteString(r.text[at:])
	return b.String()
}

// Move gives the place in the masked text of a place in the text. A place that begins or ends inside a secret grows to
// take in the whole mark.
func (r *Result) Move(offset, length int) (newOffset, newLength int) {
	start := r.move(offset, false)
	return start, max(r.move(offset+length, true)-start, 0)
}

func (r *Result) move(at int, end bool) int {
	shift := 0
	for _, s := range r.Spans {
		grown := len(s.mark()) - s.Length
		switch {
		case s.Offset+s.Length <= at:
			shift += grown
		case s.Offset < at && end:
			return s.Offset + shift + len(s.mark())
		case s.Offset < at:
			return s.Offset + shift
		}
	}
	return at + shift
}
