package policy

import "strings"

// Mentions lists the files that a prompt mentions as "@path" or `@"path with blanks"`: the client puts their contents into
// the conversation without asking, so they are judged as reads. A trailing line range ("#L1-20") and the punctuation of the
// sentence around it are not part of the name. "@" within a word (an address) is no mention.
func Mentions(prompt string) []string {
	if !strings.Contains(prompt, "@") {
		return nil
	}
	var out []string
	seen := map[string]bool{}
	for i := 0; i < len(prompt); i++ {
		if prompt[i] != '@' || i > 0 && !strings.ContainsRune(" \t\r\n([{'\"`,;:", rune(prompt[i-1])) {
			continue
		}
		name, end := mention(prompt, i+1)
		if name != "" && !seen[name] {
			seen[name] = true
			out = append(out, name)
		}
		i = max(i, end-1)
	}
	return out
}

// mention reads the name that begins at start, and says where it ends.
func mention(prompt string, start int) (name string, end int) {
	rest := prompt[start:]
	if strings.HasPrefix(rest, `"`) {
		if shut := strings.IndexByte(rest[1:], '"'); shut >= 0 {
			return rest[1 : 1+shut], start + shut + 2
		}
	}
	n := strings.IndexAny(rest, " \t\r\n")
	if n < 0 {
		n = len(rest)
	}
	name, end = rest[:n], start+n
	name, _, _ = strings.Cut(name, "#")
	return strings.TrimRight(name, ".,;:!?)]}'\"`"), end
}
