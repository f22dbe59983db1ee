package shell

import "strings"

// environ judges the value that a variable of a command's environment gets, beside its name: make evaluates text like $(shell id)
// in variables that it uses, and the C library reads the file that TZ names.
func (e *eval) environ(name string, v value, at Span, st state) {
	switch {
	case v.kind == valueInteger:
	case v.kind != valueKnown || strings.ContainsAny(v.text, "$`"):
		e.envCode = true
	case name == "TZ" || name == "LANG" || strings.HasPrefix(name, "LC_"):
		if file := strings.TrimPrefix(v.text, ":"); strings.Contains(file, "..") || strings.HasPrefix(file, "/") {
			e.fileEffect(Word{Span: at, Text: file}, st, effect{command: -1, word: -1})
		}
	}
}
