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
	return e.words(file)
}

// words refuses words that zsh reads unlike the parser's literals: one with a "}" that has no "{", which ends a group at the end
// of a word, and one with a bracket, which is a glob: (.git|x)/config writes .git/config.
func (e *eval) words(file *syntax.File) bool {
	good := true
	documents := map[*syntax.Word]bool{}
	syntax.Walk(file, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.Redirect:
			documents[n.Hdoc] = true
		case *syntax.Word:
			switch {
			case !good || documents[n]:
			case closesBrace(n):
				good = false
				e.refuseNode(n, "dialect", "In zsh a } at the end of a word closes a group.", "Quote it, or put a blank in front of it.")
			case hasBracket(n):
				good = false
				e.refuseNode(n, "dialect", "In zsh a bracket in a word makes it a pattern, which can name any file and run code.", "Quote it, or write the names out.")
			}
		}
		return true
	})
	return good
}

// closesBrace reports an unquoted "}" without its "{" in the same word.
func closesBrace(w *syntax.Word) bool {
	open := 0
	for rest := range unquotedIn(w) {
		switch rest[0] {
		case '{':
			open++
		case '}':
			if open--; open < 0 {
				return true
			}
		}
	}
	return false
}

// hasBracket reports an unquoted "(" or ")" in a word.
func hasBracket(w *syntax.Word) bool {
	for rest := range unquotedIn(w) {
		if rest[0] == '(' || rest[0] == ')' {
			return true
		}
	}
	return false
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
