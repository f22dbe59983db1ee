package shell

import (
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// commentsAreComments refuses what the parser and the shells read differently, since what the one skips, the other runs: a
// "#" that the parser takes for the start of a comment although it stands inside a word, behind a closing quote; and a
// comment that ends in a backslash, behind which the parser goes on in the same command although the comment ends with
// its line.
func (e *eval) commentsAreComments(file *syntax.File, text string) bool {
	if strings.IndexByte(text, '#') < 0 {
		return true
	}
	good := true
	syntax.Walk(file, func(n syntax.Node) bool {
		c, ok := n.(*syntax.Comment)
		switch {
		case !ok || !good:
		case !startsToken(text, int(c.Hash.Offset())):
			good = false
			e.refuseNode(c, "comment", "Whether this # starts a comment is read in two ways.", "Put a blank in front of it, or quote it.")
		case endsInBackslash(text, int(c.Hash.Offset())):
			good = false
			e.refuseNode(c, "comment", "A comment that ends in a backslash is read in two ways.", "Leave the backslash out.")
		}
		return true
	})
	return good
}

// startsToken reports whether what stands at i surely begins a new word: behind ")" or "`" it may be part of the word whose
// expansion ends there.
func startsToken(text string, i int) bool {
	if i == 0 {
		return true
	}
	if i > len(text) || strings.IndexByte(" \t\n;&|(", text[i-1]) < 0 {
		return false
	}
	n := 0
	for j := i - 2; j >= 0 && text[j] == '\\'; j-- {
		n++
	}
	return n%2 == 0
}

// endsInBackslash reports whether the line that a comment at i stands on ends in a backslash.
func endsInBackslash(text string, i int) bool {
	line, _, more := strings.Cut(text[min(i, len(text)):], "\n")
	return more && strings.HasSuffix(line, `\`)
}
