package policy

import (
	"strings"
	"unicode"
)

// Mentions lists the files that a prompt mentions as "@path" or `@"path with blanks"`: the agent puts their contents into
// the conversation without asking, so they are judged as reads. Better one name too many (a person's handle) than one too
// few: a name counts both with and without a range of lines at its end ("#L1-20"). "@" within a word is no mention.
func Mentions(prompt string) []string {
	var out []string
	seen := map[string]bool{}
	add := func(name string) {
		if name != "" && !seen[name] {
			seen[name] = true
			out = append(out, name)
		}
	}
	before := ' '
	for i, r := range prompt {
		if r == '@' && !unicode.IsLetter(before) && !unicode.IsDigit(before) {
			name := mention(prompt[i+1:])
			add(name)
			file, _, _ := strings.Cut(name, "#L")
			add(file)
		}
		before = r
	}
	return out
}

// mention reads the name after an "@": up to white space, without the punctuation of the sentence around it, or between
// double quotes.
func mention(s string) string {
	if rest, ok := strings.CutPrefix(s, `"`); ok {
		if name, _, closed := strings.Cut(rest, `"`); closed {
			return name
		}
		s = rest
	}
	if end := strings.IndexFunc(s, unicode.IsSpace); end >= 0 {
		s = s[:end]
	}
	return strings.TrimRight(s, `.,;:!?)]}'"`)
}
