package shell

import (
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// hereDocument walks the substitutions of an unquoted here-document.
func (e *eval) hereDocument(r *syntax.Redirect, st state) {
	from, to := int(r.Hdoc.Pos().Offset()), int(r.Hdoc.End().Offset())
	if from > to || to > len(e.text) || strings.HasSuffix(e.text[:from], "\\\n") || endsElsewhere(e.text[from:to], r.Word.Lit()) {
		e.refuseNode(r, "here-document", "Where this here-document ends is read in two ways.", "Leave out the backslash at the end of a line, or quote the word behind <<.")
		return
	}
	b := builder{e: e, st: st, ctx: inText, at: e.span(r.Hdoc), anyGlob: true}
	b.parts(r.Hdoc.Parts, true)
}

func quotedWord(w *syntax.Word) bool {
	for _, p := range w.Parts {
		lit, ok := p.(*syntax.Lit)
		if !ok || strings.IndexByte(lit.Value, '\\') >= 0 {
			return true
		}
	}
	return false
}

// endsElsewhere reports whether a shell may take another line for the body's end than the parser: one behind a line that ends
// in a backslash, or one that two such lines make together. What follows the end would be commands. The body is as the
// parser has it: with its last line, and without continued empty lines at its beginning.
func endsElsewhere(body, end string) bool {
	body = strings.TrimSuffix(body, end)
	if strings.HasSuffix(strings.TrimRight(body, "\t"), "\\\n") {
		return true
	}
	for _, reading := range []string{body, strings.ReplaceAll(body, "\\\n", "")} {
		for line := range strings.SplitSeq(reading, "\n") {
			if strings.TrimLeft(line, "\t") == end {
				return true
			}
		}
	}
	return false
}
