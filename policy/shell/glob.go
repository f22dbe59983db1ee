package shell

import (
	"path"
	"strings"
)

// globDir is the literal directory in front of a pattern's first wildcard.
func globDir(glob string) string {
	end := literalEnd(glob)
	if end == 0 {
		return ""
	}
	return unquoteGlob(glob[:max(end-1, 1)])
}

// literalEnd is where the component begins that has a pattern's first wildcard, or the last component where there is none.
func literalEnd(glob string) int {
	end := 0
	for i := 0; i < len(glob); i++ {
		switch glob[i] {
		case '\\':
			i++
		case '/':
			end = i + 1
		case '*', '?', '[':
			return end
		}
	}
	return end
}

// GlobIn is the pattern of an effect whose Rest stands behind another directory than the line says, because links lead there.
func GlobIn(dir, rest string) string {
	return cleanGlob(strings.TrimSuffix(quoteGlob(dir), "/") + "/" + rest)
}

func quoteGlob(s string) string {
	if !strings.ContainsAny(s, `*?[]\`) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if strings.IndexByte(`*?[]\`, s[i]) >= 0 {
			b.WriteByte('\\')
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

func unquoteGlob(s string) string {
	if strings.IndexByte(s, '\\') < 0 {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) {
			i++
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// afterGlobDotDot reports a ".." behind a wildcard: where it leads depends on what the wildcard finds. A component of
// wildcards that may match ".." itself counts too.
func afterGlobDotDot(glob string) bool {
	wild := false
	for _, c := range strings.Split(glob, "/") {
		if c == ".." && wild {
			return true
		}
		if hasWildcard(c) {
			wild = true
			if strings.HasPrefix(c, ".") && c != "..." && components(c, "..") {
				return true
			}
		}
	}
	return false
}

func hasWildcard(c string) bool {
	for i := 0; i < len(c); i++ {
		switch c[i] {
		case '\\':
			i++
		case '*', '?', '[':
			return true
		}
	}
	return false
}

// MayTouch reports whether the effect may reach a path that the absolute pattern matches, or something below such a path.
// It is lexical: links are the caller's business. It may say yes too often, never no wrongly.
func (f *FileEffect) MayTouch(pattern string) bool {
	if f.Pattern {
		g := cleanGlob(f.Glob)
		return GlobsOverlap(g, pattern, f.Dots) || !(strings.Contains(g, "/**/") && fileName(pattern)) && GlobsOverlap(g, pattern+"/**", f.Dots) ||
			f.Tree && below(g+"/**", pattern, f.Dots || !f.Visible)
	}
	p := quoteGlob(path.Clean(f.Path))
	return GlobsOverlap(p, pattern, true) || GlobsOverlap(p, pattern+"/**", true) || f.Tree && below(strings.TrimSuffix(p, "/")+"/**", pattern, !f.Visible)
}

// fileName reports that a pattern surely means files rather than directories: "**/.env", "*.pem". Names found below it by
// name are then no concern.
func fileName(pattern string) bool {
	name := path.Base(pattern)
	if strings.HasPrefix(name, ".env") || strings.HasPrefix(name, "id_") || name == ".npmrc" || name == ".netrc" || name == ".pgpass" {
		return true
	}
	switch path.Ext(name) {
	case ".pem", ".key", ".crt", ".p12", ".pfx", ".json", ".yaml", ".yml", ".toml", ".txt", ".env", ".ini", ".jks":
		return strings.Trim(name, ".") != strings.TrimPrefix(path.Ext(name), ".")
	}
	return false
}

func below(tree, pattern string, dots bool) bool { return GlobsOverlap(tree, pattern, dots) }

// cleanGlob drops empty and "." components; ".." is refused before.
func cleanGlob(g string) string {
	if !strings.Contains(g, "//") && !strings.Contains(g, "/.") {
		return g
	}
	var out []string
	for _, c := range strings.Split(g, "/") {
		switch c {
		case "", ".":
		case "..":
			if len(out) > 0 {
				out = out[:len(out)-1]
			}
		default:
			out = append(out, c)
		}
	}
	return "/" + strings.Join(out, "/")
}

// GlobsOverlap reports whether some absolute path could match both patterns: "*", "?" and "[…]" within a component, "**"
// as a component for any number of components, "\" quoting. Without dots, wildcards of a do not match a leading dot.
// It may say yes too often, never no wrongly.
func GlobsOverlap(a, b string, dots bool) bool {
	as, bs := strings.Split(strings.Trim(a, "/"), "/"), strings.Split(strings.Trim(b, "/"), "/")
	if len(as)*len(bs) > 1<<14 {
		return true
	}
	return overlapPaths(as, bs, dots)
}

// overlapPaths walks the table of pairs of positions, so the time is bounded by the product of the lengths.
func overlapPaths(as, bs []string, dots bool) bool {
	w := len(bs) + 1
	reach := make([]bool, (len(as)+1)*w)
	reach[0] = true
	for i := 0; i <= len(as); i++ {
		for j := 0; j <= len(bs); j++ {
			if !reach[i*w+j] {
				continue
			}
			if i < len(as) && as[i] == "**" {
				reach[(i+1)*w+j] = true
			}
			if j < len(bs) && bs[j] == "**" {
				reach[i*w+j+1] = true
			}
			if i == len(as) || j == len(bs) {
				continue
			}
			switch {
			case as[i] == "**" && bs[j] == "**":
			case as[i] == "**":
				if dots || !strings.HasPrefix(bs[j], ".") {
					reach[i*w+j+1] = true
				}
			case bs[j] == "**":
				reach[(i+1)*w+j] = true
			default:
				if !dots && wildStart(as[i]) && strings.HasPrefix(unquoteGlob(bs[j]), ".") {
					continue
				}
				if components(as[i], bs[j]) {
					reach[(i+1)*w+j+1] = true
				}
			}
		}
	}
	return reach[len(reach)-1]
}

func wildStart(c string) bool { return c != "" && (c[0] == '*' || c[0] == '?' || c[0] == '[') }

// components reports whether two patterns for one component could match the same name. A bracket expression counts as
// any character unless the other side is a literal that it clearly excludes.
func components(a, b string) bool {
	ta, tb := globTokens(a), globTokens(b)
	w := len(tb) + 1
	reach := make([]bool, (len(ta)+1)*w)
	reach[0] = true
	for i := 0; i <= len(ta); i++ {
		for j := 0; j <= len(tb); j++ {
			if !reach[i*w+j] {
				continue
			}
			if i < len(ta) && ta[i].star {
				reach[(i+1)*w+j] = true
				if j < len(tb) {
					reach[i*w+j+1] = true
				}
			}
			if j < len(tb) && tb[j].star {
				reach[i*w+j+1] = true
				if i < len(ta) {
					reach[(i+1)*w+j] = true
				}
			}
			if i < len(ta) && j < len(tb) && !ta[i].star && !tb[j].star && ta[i].meets(tb[j]) {
				reach[(i+1)*w+j+1] = true
			}
		}
	}
	return reach[len(reach)-1]
}

type globToken struct {
	star, any bool
	char      byte
	set       string // of a bracket expression, without brackets
}

func (t globToken) meets(o globToken) bool {
	switch {
	case t.any && t.set == "" || o.any && o.set == "":
		return true
	case t.any && o.any:
		return true
	case t.any:
		return inSet(t.set, o.char)
	case o.any:
		return inSet(o.set, t.char)
	}
	return t.char == o.char
}

// inSet decides plain sets; named classes and anything beyond ASCII count as matching. "!" and "^" in front leave out what
// follows for some programs, and are characters like any other for the rest (dash, Go): either will do.
func inSet(set string, c byte) bool {
	if c >= 0x80 || strings.ContainsAny(set, ":=\\") || strings.Contains(set, "[.") {
		return true
	}
	return inPlainSet(set, false, c) || set != "" && (set[0] == '!' || set[0] == '^') && inPlainSet(set[1:], true, c)
}

func inPlainSet(set string, negated bool, c byte) bool {
	in := false
	for i := 0; i < len(set); i++ {
		if i+2 < len(set) && set[i+1] == '-' {
			// Ranges follow the locale's order, in which case may not matter.
			if set[i] <= c && c <= set[i+2] || fold(set[i]) <= fold(c) && fold(c) <= fold(set[i+2]) {
				if negated && !(set[i] <= c && c <= set[i+2]) {
					i += 2
					continue
				}
				in = true
			}
			i += 2
			continue
		}
		if set[i] == c {
			in = true
		}
	}
	return in != negated
}

func fold(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

func globTokens(s string) []globToken {
	out := make([]globToken, 0, len(s))
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '*':
			out = append(out, globToken{star: true})
		case '?':
			out = append(out, globToken{any: true})
		case '[':
			end := strings.IndexByte(s[i:], ']')
			if end < 0 {
				out = append(out, globToken{char: '['})
				continue
			}
			set := s[i+1 : i+end]
			if strings.Trim(set, "!^") == "" || strings.ContainsAny(set, `\[`) {
				// Programs differ about where this ends ("\]", "[]a]", "[[:alpha:]]"): what follows may be anything.
				return append(out, globToken{star: true})
			}
			out = append(out, globToken{any: true, set: set})
			i += end
		case '\\':
			if i++; i < len(s) {
				out = append(out, globToken{char: s[i]})
			} // else it quoted the "/" behind this component
		default:
			out = append(out, globToken{char: s[i]})
		}
	}
	return out
}
