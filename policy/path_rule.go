package policy

import (
	"errors"
	"fmt"
	"path"
	"strings"

	"ambit/policy/paths"
)

// pathRule is one compiled entry of files.read, write, deny, protect, match.paths or workspaces. It covers what it matches
// and everything below.
type pathRule struct {
	text  string
	base  pathBase
	rel   string      // below the base, no leading slash; "" is the base itself
	comps []component // rel split, where it has wildcards; nil otherwise
}

// component is one part of a pattern between slashes. The usual forms, "name" and "*.ext", have a short way.
type component struct {
	text   string
	any    bool   // "**"
	exact  bool   // no wildcards
	suffix string // after a leading "*", where that is the only wildcard
}

func newComponent(text string) component {
	c := component{text: text, any: text == "**", exact: !strings.ContainsAny(text, `*?[\\`)}
	if rest, ok := strings.CutPrefix(text, "*"); ok && rest != "" && !strings.ContainsAny(rest, `*?[\\`) {
		c.suffix = rest
	}
	return c
}

func (c *component) match(name string) bool {
	switch {
	case c.exact:
		return c.text == name
	case c.suffix != "":
		return strings.HasSuffix(name, c.suffix)
	}
	ok, err := path.Match(c.text, name)
	return ok && err == nil
}

type pathBase uint8

const (
	baseAbs  pathBase = iota // rel begins at the root of the file system
	baseRepo                 // $REPO
	baseTmp                  // $TMP
	baseHome                 // ~
	baseAny                  // any directory: "**/x", or a relative name in a rule that restricts
)

// maxDoubleStars bounds the work of one match, which grows with each of them.
const maxDoubleStars = 3

// compilePath compiles one entry. In a rule that permits, a relative entry lies below $REPO; in one that restricts it means
// that name in any directory, and all text is folded, because such rules compare folded names.
func compilePath(text string, restricts bool) (pathRule, error) {
	r := pathRule{text: text}
	rest := text
	switch {
	case text == "":
		return r, errors.New("this is empty")
	case strings.Contains(text, `\`) && !hasWindowsDrive(text):
		return r, errors.New("paths are written with forward slashes")
	case cutBase(&rest, "$REPO"):
		r.base = baseRepo
	case cutBase(&rest, "$TMP"):
		r.base = baseTmp
	case cutBase(&rest, "~"):
		r.base = baseHome
	case strings.HasPrefix(text, "$"), strings.HasPrefix(text, "~"):
		return r, fmt.Errorf("%q is not known here", firstComponent(text))
	case strings.HasPrefix(text, "/"):
		rest = text[1:]
	case hasWindowsDrive(text):
		rest = paths.Slash("windows", text)
	case restricts:
		r.base = baseAny
	default:
		r.base = baseRepo
	}
	if err := paths.Check("linux", rest); rest != "" && err != nil && err.Code != "variable" {
		return r, fmt.Errorf("%q %s", text, err.Message)
	}
	r.rel = strings.TrimSuffix(strings.TrimPrefix(path.Clean("/"+rest), "/"), "/**")
	for strings.HasPrefix(r.rel, "**/") {
		r.base, r.rel = baseUnder(r.base), strings.TrimPrefix(r.rel, "**/")
		if r.base != baseAny {
			r.rel = "**/" + r.rel
			break
		}
	}
	if r.rel == "**" {
		r.rel = ""
	}
	if strings.Contains("/"+rest+"/", "/../") {
		return r, errors.New(`".." is not allowed here`)
	}
	if restricts {
		r.rel = paths.Fold(r.rel)
	}
	return r, r.split()
}

// baseUnder says where "**/" below a base begins: below the root it is any directory.
func baseUnder(b pathBase) pathBase {
	if b == baseAbs {
		return baseAny
	}
	return b
}

func (r *pathRule) split() error {
	if !strings.ContainsAny(r.rel, "*?[") {
		return nil
	}
	r.comps = nil
	stars := 0
	for c := range strings.SplitSeq(r.rel, "/") {
		r.comps = append(r.comps, newComponent(c))
		if c == "**" {
			stars++
		} else if strings.Contains(c, "**") {
			return errors.New("** stands alone between slashes")
		}
		if _, err := path.Match(c, ""); err != nil {
			return fmt.Errorf("%q is not a pattern", c)
		}
	}
	if stars > maxDoubleStars {
		return fmt.Errorf("it has more than %d times **", maxDoubleStars)
	}
	return nil
}

func cutBase(rest *string, name string) bool {
	after, ok := strings.CutPrefix(*rest, name)
	if ok && (after == "" || after[0] == '/') {
		*rest = strings.TrimPrefix(after, "/")
		return true
	}
	return false
}

func firstComponent(s string) string {
	c, _, _ := strings.Cut(s, "/")
	return c
}

func hasWindowsDrive(s string) bool {
	return len(s) > 2 && s[1] == ':' && (s[2] == '/' || s[2] == '\\') && (s[0]|0x20 >= 'a' && s[0]|0x20 <= 'z')
}

// covers reports whether name, absolute and clean, is what the rule names or lies below it. bases are the forms of the
// rule's base that are known (as given, and with links resolved).
func (r *pathRule) covers(name string, bases []string) bool {
	switch r.base {
	case baseAbs:
		return r.below(strings.TrimPrefix(name, "/"))
	case baseAny:
		return r.anywhere(name)
	}
	for _, b := range bases {
		if b != "" && paths.Inside(b, name) && r.below(strings.TrimPrefix(name[len(b):], "/")) {
			return true
		}
	}
	return false
}

// below matches rel against the beginning of rest, which has no leading slash.
func (r *pathRule) below(rest string) bool {
	if r.comps == nil {
		return r.rel == "" || strings.HasPrefix(rest, r.rel) && (len(rest) == len(r.rel) || rest[len(r.rel)] == '/')
	}
	return matchComps(r.comps, rest)
}

// anywhere tries rel at every directory of name.
func (r *pathRule) anywhere(name string) bool {
	if r.rel == "" {
		return true
	}
	for rest := name; ; {
		i := strings.IndexByte(rest, '/')
		if i < 0 {
			return false
		}
		if rest = rest[i+1:]; r.below(rest) {
			return true
		}
	}
}

// matchComps reports whether some leading components of rest match all of comps.
func matchComps(comps []component, rest string) bool {
	for len(comps) > 0 {
		if comps[0].any {
			for {
				if matchComps(comps[1:], rest) {
					return true
				}
				_, after, more := strings.Cut(rest, "/")
				if !more {
					return false
				}
				rest = after
			}
		}
		if rest == "" {
			return false
		}
		c, after, _ := strings.Cut(rest, "/")
		if !comps[0].match(c) {
			return false
		}
		comps, rest = comps[1:], after
	}
	return true
}

// holds reports whether something that the rule names may lie strictly below dir, for rules anchored at a known place.
func (r *pathRule) holds(dir string, bases []string) bool {
	prefix := r.rel
	if r.comps != nil {
		prefix, _, _ = strings.Cut(r.rel, "*")
		prefix = prefix[:max(0, strings.LastIndexByte(prefix, '/'))]
	}
	switch r.base {
	case baseAny:
		return false
	case baseAbs:
		return paths.Inside(dir, "/"+prefix)
	}
	for _, b := range bases {
		if b != "" && (paths.Inside(dir, b) || prefix != "" && paths.Inside(dir, b+"/"+prefix)) {
			return true
		}
	}
	return false
}
