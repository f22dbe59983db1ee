package policy

import "strings"

// nameGlob is a compiled pattern of names: "*" is any run of characters, everything else is itself. Wide patterns (those
// that restrict) let "*" cross slashes and fold case; narrow ones (those that permit) keep "*" within one segment, except
// that a last segment of "*" or "**" reaches any depth.
type nameGlob struct {
	text     string     // as written
	wide     []string   // of a wide pattern: the parts between its stars
	segments [][]string // of a narrow one: each segment's parts between its stars
	deep     bool       // narrow: the last segment was * or **, and isn't among segments
	all      bool       // stars alone
}

func wideGlob(text string) nameGlob {
	return nameGlob{text: text, wide: strings.Split(strings.ToLower(text), "*"), all: text != "" && strings.Trim(text, "*") == ""}
}

func narrowGlob(text string) nameGlob {
	g := nameGlob{text: text, all: text == "*" || text == "**"}
	segments := strings.Split(text, "/")
	if last := segments[len(segments)-1]; len(segments) > 1 && (last == "*" || last == "**") {
		segments, g.deep = segments[:len(segments)-1], true
	}
	for _, s := range segments {
		g.segments = append(g.segments, strings.Split(s, "*"))
	}
	return g
}

func wideGlobs(texts []string) []nameGlob   { return mapGlobs(texts, wideGlob) }
func narrowGlobs(texts []string) []nameGlob { return mapGlobs(texts, narrowGlob) }

func mapGlobs(texts []string, compile func(string) nameGlob) []nameGlob {
	if texts == nil {
		return nil // not mentioned, which is not the same as empty
	}
	out := make([]nameGlob, len(texts))
	for i, t := range texts {
		out[i] = compile(t)
	}
	return out
}

func (g *nameGlob) match(name string) bool {
	switch {
	case g.all:
		return true
	case g.wide != nil:
		return matchStar(g.wide, strings.ToLower(name))
	}
	return g.matchSegments(name)
}

func (g *nameGlob) matchSegments(name string) bool {
	for i, parts := range g.segments {
		segment, rest, more := strings.Cut(name, "/")
		if !matchStar(parts, segment) {
			return false
		}
		if i == len(g.segments)-1 {
			return more == g.deep && (!g.deep || rest != "")
		}
		if !more {
			return false
		}
		name = rest
	}
	return false
}

// matchStar matches name against parts joined by stars that cross everything: a greedy leftmost search is enough.
func matchStar(parts []string, name string) bool {
	if len(parts) == 1 {
		return name == parts[0]
	}
	if !strings.HasPrefix(name, parts[0]) {
		return false
	}
	name = name[len(parts[0]):]
	for _, p := range parts[1 : len(parts)-1] {
		i := strings.Index(name, p)
		if i < 0 {
			return false
		}
		name = name[i+len(p):]
	}
	return strings.HasSuffix(name, parts[len(parts)-1])
}

// firstMatch gives the first pattern that matches name.
func firstMatch(globs []nameGlob, name string) (string, bool) {
	for i := range globs {
		if globs[i].match(name) {
			return globs[i].text, true
		}
	}
	return "", false
}
