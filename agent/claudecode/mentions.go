package claudecode

import (
	"strings"
	"unicode"
)

// Mentions lists the files that a prompt mentions with @: the client reads them into the conversation before the model sees
// the prompt, and no hook fires for that. Better one name too many (a person's handle) than one too few.
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
			add(withoutLines(name))
		}
		before = r
	}
	return out
}

// mention reads the name after the @: up to white space, or between double quotes.
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

// withoutLines drops a range of lines: "main.go#L10-20".
func withoutLines(name string) string {
	file, _, _ := strings.Cut(name, "#L")
	return file
}
