package policy

import (
	"strings"
	"unicode"

	"ambit/policy/paths"
)

// Mentions lists the files that a prompt mentions as "@path" or `@"path with blanks"`: the agent puts their contents into
// the conversation without asking, so they are judged as reads. Better one name too many (a person's handle) than one too
// few: a name counts both with and without a range of lines at its end ("#L1-20"). "@" within a word is no mention.
func Mentions(prompt string) []string {
	names, _ := mentions(prompt)
	return names
}

// mentions is Mentions; whole is false where the prompt mentions more than are listed. Names that overlap ("@.@.@.") could make
// it read everything again for each "@", so what it reads in all is bounded too.
func mentions(prompt string) (out []string, whole bool) {
	budget := len(prompt) + 1<<20
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
			if budget -= len(name); budget < 0 || len(out) > maxMentions {
				return out[:min(len(out), maxMentions)], false
			}
			add(name)
			file, _, _ := strings.Cut(name, "#L")
			add(file)
		}
		before = r
	}
	return out[:min(len(out), maxMentions)], len(out) <= maxMentions
}

// maxMentions bounds how many files a prompt may mention; with more it is refused.
const maxMentions = 512

// mention reads the name after an "@": up to white space, without the punctuation of the sentence around it, or between
// double quotes.
func mention(s string) string {
	s = s[:min(len(s), paths.MaxLength+2)] // a longer name is refused for its length, so nobody needs its end
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
