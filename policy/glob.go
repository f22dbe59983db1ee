package policy

import "strings"

// nameGlob is a compiled pattern of names: "*" is any run of characters, everything else is itself. Wide patterns (those
// that restrict) let "*" cross slashes and fold case; narrow ones (those that permit) keep "*" within one segment, except
// that a last segment of "*" or "**" reaches any depth.
type nameGlob struct {
	text  string // as written
	parts []string
	exact bool
	wide  bool
	deep  bool // narrow: the last segment was * or **
	all   bool // "*" or "**" alone
}

func wideGlob(text string) nameGlob {
	g := nameGlob{text: text, wide: true, all: strings.Trim(text, "*") == "" && text != ""}
	g.parts = strings.Split(strings.ToLower(text), "*")
	g.exact = len(g.parts) == 1
	return g
}

func narrowGlob(text string) nameGlob {
	g := nameGlob{text: text, all: text == "*" || text == "**"}
	body := text
	if cut, ok := strings.CutSuffix(text, "/**"); ok {
		body, g.deep = cut+"/", true
	} else if cut, ok := strings.CutSuffix(text, "/*"); ok {
		body, g.deep = cut+"/", true
	}
	g.parts = strings.Split(body, "*")
	g.exact = len(g.parts) == 1 && !g.deep
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
	if g.all {
		return true
	}
	if g.wide {
		return matchParts(g.parts, strings.ToLower(name), true, false)
	}
	return matchParts(g.parts, name, false, g.deep)
}

// matchParts matches name against parts joined by stars. A greedy leftmost search is enough where a star crosses
// everything; where it stops at slashes, segments are matched one by one, so that it is enough there too.
func matchParts(parts []string, name string, cross, deep bool) bool {
	if cross {
		return matchStar(parts, name)
	}
	pattern := strings.Join(parts, "*")
	for {
		p, prest, pmore := strings.Cut(pattern, "/")
		n, nrest, nmore := strings.Cut(name, "/")
		if deep && pmore && prest == "" {
			return nmore && nrest != "" && matchStar(strings.Split(p, "*"), n)
		}
		if pmore != nmore || !matchStar(strings.Split(p, "*"), n) {
			return false
		}
		if !pmore {
			return true
		}
		pattern, name = prest, nrest
	}
}

func matchStar(parts []string, name string) bool {
	if len(parts) == 1 {
		return name == parts[0]
	}
	if !strings.HasPrefix(name, parts[0]) {
		return false
	}
	name = name[len(parts[0]):]
	last := parts[len(parts)-1]
	for _, p := range parts[1 : len(parts)-1] {
		i := strings.Index(name, p)
		if i < 0 {
			return false
		}
		name = name[i+len(p):]
	}
	return strings.HasSuffix(name, last)
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
