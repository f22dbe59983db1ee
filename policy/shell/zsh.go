package shell

import (
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// zshLexical refuses text that zsh reads unlike the parser: what looks like an ordinary word there may be a glob that runs
// code, a redirection or a command's path. It looks at the unquoted text as such, so it can only refuse too much.
func (e *eval) zshLexical(file *syntax.File, source string) bool {
	text := unquoted(file, source)
	for _, bad := range [...]struct{ text, why string }{
		{">!", "In zsh >! overwrites a file."},
		{"~[", "In zsh ~[…] calls a function."},
		{"=(", "In zsh =(…) runs a command, and NAME=(…) sets an array."},
		{"${(", "Flags in ${(…)…} can evaluate text."},
		{"<->", "Numeric globs can't be analysed."},
		{"&!", "In zsh &! is an operator of its own."},
		{"&|", "In zsh &| is an operator of its own."},
		{"$+", "This expansion can't be analysed."},
		{"${=", "This expansion can't be analysed."},
		{"${~", "This expansion can't be analysed."},
		{"${^", "This expansion can't be analysed."},
		{"$=", "This expansion can't be analysed."},
		{"$~", "This expansion can't be analysed."},
		{"$^", "This expansion can't be analysed."},
	} {
		if i := strings.Index(text, bad.text); i >= 0 {
			at := Span{i, len(bad.text)}
			if e.at != nil {
				at = *e.at
			}
			e.refuse(at, "dialect", bad.why, "Use constructs that bash has too, or run it in bash.")
			return false
		}
	}
	if i := numericGlob(text); i >= 0 {
		at := Span{i, 1}
		if e.at != nil {
			at = *e.at
		}
		e.refuse(at, "dialect", "Numeric globs can't be analysed.", "Use constructs that bash has too, or run it in bash.")
		return false
	}
	// A "(" that follows a word without a blank is a glob qualifier, which can run code; "$(" , "<(" and ">(" are parsed.
	for i := 1; i < len(text); i++ {
		if text[i] == '(' && strings.IndexByte(" \t\n(;|&$<>{!", text[i-1]) < 0 {
			at := Span{i, 1}
			if e.at != nil {
				at = *e.at
			}
			e.refuse(at, "dialect", "In zsh a bracket after a word is a glob qualifier, which can run code.", "Quote differently, or run it in bash.")
			return false
		}
	}
	return true
}

// numericGlob finds <3-17> and the like, which zsh takes for a pattern rather than a redirection.
func numericGlob(text string) int {
	for i := 0; i < len(text); i++ {
		if text[i] != '<' {
			continue
		}
		j := i + 1
		for j < len(text) && (text[j] >= '0' && text[j] <= '9' || text[j] == '-') {
			j++
		}
		if j < len(text) && text[j] == '>' && strings.Contains(text[i:j], "-") {
			return i
		}
	}
	return -1
}

// unquoted replaces all quoted text by "x", keeping every offset.
func unquoted(file *syntax.File, source string) string {
	buf := []byte(source)
	blank := func(n syntax.Node) {
		for i := int(n.Pos().Offset()); i < int(n.End().Offset()) && i < len(buf); i++ {
			buf[i] = 'x'
		}
	}
	blankParts := func(parts []syntax.WordPart) {
		for _, p := range parts {
			if lit, ok := p.(*syntax.Lit); ok {
				blank(lit)
			}
		}
	}
	syntax.Walk(file, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.SglQuoted:
			blank(n)
		case *syntax.DblQuoted:
			blankParts(n.Parts)
		case *syntax.Redirect:
			if n.Hdoc != nil {
				blankParts(n.Hdoc.Parts)
			}
		}
		return true
	})
	return string(buf)
}
