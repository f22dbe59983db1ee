package policy

import (
	"strconv"
	"strings"

	"ambit/policy/paths"
)

// What one request may make the policy judge. Every name is held against every rule, in each of its directories, so that long names
// with many of them take time.
const (
	maxNameBytes = 64 << 10  // of all names that a path or a prompt stands for
	maxLineBytes = 256 << 10 // of all names on a command line
	maxAtSigns   = 64 << 10  // in a prompt: each may begin a name
)

// namesOf lists the files that a file tool's path or a prompt names, and the MCP resources that a prompt does. What is beyond the
// limits is left out; excess says so then.
func namesOf(a *Action) (names, resources []string, excess string) {
	var what string
	var most int
	var whole bool
	switch {
	case a.Name != ActionPromptSubmit:
		what, most = "the braces of the path stand for", maxSpellings
		names = spellings(a.Path)
		whole = len(names) <= maxSpellings
		names = names[:min(len(names), maxSpellings)]
	case strings.Count(a.Prompt, "@") > maxAtSigns:
		return nil, nil, "the prompt holds more than " + strconv.Itoa(maxAtSigns) + " times @, each of which may mention a file"
	default:
		what, most = "the prompt mentions", maxMentions
		m := mentionsOf(a.Prompt)
		names, resources, whole = m.files, m.resources, !m.more
	}
	if n := affordable(names); n < len(names) {
		return names[:n], resources, what + " files whose names come to more than " + strconv.Itoa(maxNameBytes>>10) + " KiB"
	}
	if !whole {
		excess = what + " more than " + strconv.Itoa(most) + " files"
	}
	return names, resources, excess
}

// affordable counts the names that stay within maxNameBytes.
func affordable(names []string) int {
	left := maxNameBytes
	for i, name := range names {
		if left -= len(name); left < 0 {
			return i
		}
	}
	return len(names)
}

// spellings lists the files that a path with wildcards names: searching tools send their pattern as the path. Braces are
// spread out; the path itself is always among them.
func spellings(p string) []string {
	if len(p) > paths.MaxLength || !strings.Contains(p, "{") || !strings.Contains(p, ",") {
		return []string{p}
	}
	out := []string{p}
	return spread(p, &out)
}

// maxSpellings bounds how many names braces may stand for. Of more the list ends just past it, and the request is refused.
const maxSpellings = 128

func spread(p string, out *[]string) []string {
	open := strings.IndexByte(p, '{')
	shut := strings.IndexByte(p[max(open, 0):], '}')
	if open < 0 || shut < 0 {
		return *out
	}
	for alt := range strings.SplitSeq(p[open+1:open+shut], ",") {
		if len(*out) > maxSpellings {
			break
		}
		next := p[:open] + alt + p[open+shut+1:]
		*out = append(*out, next)
		spread(next, out)
	}
	return *out
}
