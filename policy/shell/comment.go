package shell

import (
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// commentsAreComments refuses a "#" that the parser takes for the start of a comment although it stands inside a word:
// after a closing quote the parser and the shells differ, and what the parser skips, a shell would run.
func (e *eval) commentsAreComments(file *syntax.File, text string) bool {
	if strings.IndexByte(text, '#') < 0 {
		return true
	}
	good := true
	syntax.Walk(file, func(n syntax.Node) bool {
		c, ok := n.(*syntax.Comment)
		if ok && good && !startsToken(text, int(c.Hash.Offset())) {
			good = false
			e.refuseNode(c, "comment", "Whether this # starts a comment is read in two ways.", "Put a blank in front of it, or quote it.")
		}
		return true
	})
	return good
}

// startsToken reports whether what stands at i begins a new word.
func startsToken(text string, i int) bool {
	if i == 0 {
		return true
	}
	if i > len(text) || strings.IndexByte(" \t\n;&|()`", text[i-1]) < 0 {
		return false
	}
	n := 0
	for j := i - 2; j >= 0 && text[j] == '\\'; j-- {
		n++
	}
	return n%2 == 0
}
