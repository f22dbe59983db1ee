package claudecode

import (
	"path"
	"strings"
)

// Join puts a path that an agent wrote after the directory it is relative to, without cleaning it: "a/../b" must stay, since
// a link at "a" changes where ".." leads. It knows both slashes, because the server may judge for a Windows client.
func Join(dir, path string) string {
	switch {
	case path == "":
		return dir
	case absolute(path) || dir == "" || path[0] == '~':
		return path
	case strings.HasSuffix(dir, "/") || strings.HasSuffix(dir, `\`):
		return dir + path
	case strings.Contains(dir, `\`) && !strings.Contains(dir, "/"):
		return dir + `\` + path
	}
	return dir + "/" + path
}

func absolute(p string) bool {
	if p[0] == '/' || p[0] == '\\' {
		return true
	}
	drive := len(p) >= 3 && p[1] == ':' && (p[2] == '\\' || p[2] == '/')
	return drive && (p[0]|0x20 >= 'a' && p[0]|0x20 <= 'z')
}

// globBase is the directory under which a pattern of the Glob tool looks; "" is the directory it starts in. Braces may stand in
// it, and the policy spreads them. A pattern that may climb out again ("*/../..", "{/etc,x}", "[.][.]") counts as looking everywhere.
func globBase(pattern string) string {
	const wildcards = `*?[]()!+@`
	literal := firstOf(pattern, wildcards+"{}")
	if quotedParent(pattern) || literal < len(pattern) && leavesTree(pattern[literal-len(lastPart(pattern[:literal])):]) {
		return "/"
	}
	end := firstOf(pattern, wildcards)
	base := pattern[:end]
	if end < len(pattern) {
		base = strings.TrimSuffix(base, lastPart(base))
	}
	if strings.Count(base, "{") != strings.Count(base, "}") {
		base = strings.TrimSuffix(pattern[:literal], lastPart(pattern[:literal]))
	}
	return base
}

// firstOf is where the first of some characters stands; the end of s where none does.
func firstOf(s, chars string) int {
	if i := strings.IndexAny(s, chars); i >= 0 {
		return i
	}
	return len(s)
}

// lastPart is what follows the last slash.
func lastPart(s string) string { return s[strings.LastIndexAny(s, `/\`)+1:] }

// quotedParent reports whether a pattern may spell ".." with backslashes.
func quotedParent(pattern string) bool {
	return strings.Contains(pattern, `.\.`) || strings.Contains(pattern, `\.\.`)
}

// leavesTree reports whether a pattern can lead out of the directory it starts in: by a part that can be "..", or by an
// alternative that begins at a root or a home.
func leavesTree(pattern string) bool {
	for i := range len(pattern) - 1 {
		if strings.IndexByte("{,(|", pattern[i]) >= 0 && strings.IndexByte(`/\~`, pattern[i+1]) >= 0 {
			return true
		}
	}
	const most = 64 // patterns that braces stand for
	list, whole := alternatives(pattern, nil, most)
	if !whole {
		return true
	}
	for _, one := range list {
		for _, part := range strings.FieldsFunc(one, func(r rune) bool { return r == '/' || r == '\\' }) {
			if canBeParent(part) {
				return true
			}
		}
	}
	return false
}

// alternatives spreads the braces of a pattern. whole is false where they stand for more than most, or don't close.
func alternatives(pattern string, out []string, most int) (list []string, whole bool) {
	open := strings.IndexByte(pattern, '{')
	if open < 0 {
		return append(out, pattern), len(out) < most
	}
	inside, after, closed := strings.Cut(pattern[open+1:], "}")
	if !closed || strings.Contains(inside, "{") {
		return out, false
	}
	for alternative := range strings.SplitSeq(inside, ",") {
		if out, whole = alternatives(pattern[:open]+alternative+after, out, most); !whole {
			return out, false
		}
	}
	return out, true
}

// canBeParent reports whether one part of a pattern can be the name "..". Wildcards at its beginning don't match a leading dot, but
// classes do, and so do groups like @(..), of which only what stands around them is looked at.
func canBeParent(part string) bool {
	open := strings.IndexByte(part, '(')
	if open > 0 && strings.IndexByte("?*+@!", part[open-1]) >= 0 && (open == 1 || part[0] == '.' || part[0] == '[') {
		around := part[:open-1] + part[strings.LastIndexByte(part, ')')+1:]
		return strings.Trim(around, ".*?[]") == ""
	}
	if part[0] != '.' && part[0] != '[' {
		return false
	}
	if strings.Contains(part, "[:") {
		return true // a class by name, such as [[:punct:]]
	}
	matches, err := path.Match(strings.ReplaceAll(part, "[!", "[^"), "..")
	return matches || err != nil
}
