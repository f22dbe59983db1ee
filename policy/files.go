package policy

import (
	"path"
	"slices"
	"strings"

	"ambit/policy/paths"
	"ambit/policy/shell"
)

// filesRule is a compiled files control. Rules that permit exist twice: as written, and folded for file systems that fold.
type filesRule struct {
	read, write             []pathRule
	foldedRead, foldedWrite []pathRule
	deny, protect           []pathRule
	limitsRead, limitsWrite bool // whether read and write have a say
}

// silent reports whether the rule's allow-lists have no say about t.
func (f *filesRule) silent(t *target) bool {
	if t.write {
		return !f.limitsWrite
	}
	return !f.limitsRead
}

func (c *compiler) files(path string, read, write, deny, protect []string) *filesRule {
	f := &filesRule{
		read: c.paths(keyPath(path, "read"), read, false), write: c.paths(keyPath(path, "write"), write, false),
		deny: c.paths(keyPath(path, "deny"), deny, true), protect: c.paths(keyPath(path, "protect"), protect, true),
	}
	f.foldedRead, f.foldedWrite = foldRules(f.read), foldRules(f.write)
	return f
}

func foldRules(rules []pathRule) []pathRule {
	out := make([]pathRule, len(rules))
	for i, r := range rules {
		r.rel = paths.Fold(r.rel)
		if r.split() != nil { // can't fail: the same pattern compiled before folding
			continue
		}
		out[i] = r
	}
	return out
}

// permits gives the directory rule that lets t be read or written in every form of its name.
func (f *filesRule) permits(e *eval, t *target) (string, bool) {
	rules, fold := f.read, !e.r.Resource.CaseSensitive
	if t.write {
		rules = f.write
	}
	names := t.names
	if fold {
		if names, rules = t.folded, f.foldedRead; t.write {
			rules = f.foldedWrite
		}
	}
	which := ""
	for _, name := range names {
		i := coveredBy(e, rules, name, fold)
		if i < 0 || paths.System(name) && (t.write || rules[i].comps != nil || rules[i].base != baseAbs || "/"+rules[i].rel != name) {
			return "", false
		}
		which = rules[i].text
	}
	return which, which != ""
}

func coveredBy(e *eval, rules []pathRule, name string, fold bool) int {
	for i := range rules {
		bases := e.places.of(rules[i].base)
		if fold {
			bases = e.places.folded(rules[i].base)
		}
		if rules[i].covers(name, bases) {
			return i
		}
	}
	return -1
}

// forbidden gives the deny rule, or for writes the protect rule, that t touches.
func (f *filesRule) forbidden(e *eval, t *target) (rule string, protect, hit bool) {
	if rule, hit = touches(e, f.deny, t, false); hit || !t.write {
		return rule, false, hit
	}
	rule, hit = touches(e, f.protect, t, true)
	return rule, true, hit
}

// touches finds the rule that t touches, of those that protect or of those that deny.
func touches(e *eval, rules []pathRule, t *target, protect bool) (string, bool) {
	for i := range rules {
		r := &rules[i]
		for _, name := range t.folded {
			if r.forbids(e, t, name, protect) {
				return r.text, true
			}
		}
	}
	return "", false
}

// forbids judges one form of a name by one rule that restricts. Where the rule's base is unknown its name counts in any
// directory: not knowing never removes a restriction.
func (r *pathRule) forbids(e *eval, t *target, folded string, protect bool) bool {
	rule := r
	if !e.places.known(r.base) {
		everywhere := *r
		everywhere.base = baseAny
		rule = &everywhere
	}
	bases := e.places.folded(rule.base)
	// A nested .github protects nothing: "src/**/*.ts" counts as reaching into one from the repository's top only.
	below := !(protect && rule.keptAtTop() && foundByName(t.glob)) || e.holdsRoot(folded)
	switch {
	case rule.covers(folded, bases):
		return true
	case rule.base == baseAny && rule.namesFile() && t.listed && path.Base(t.glob) == "*":
		return false // names, sizes and counts of whatever is there
	case t.glob != "" && rule.meets(t.glob, bases, t.dots, below):
		return true
	case t.linked != "" && rule.meets(t.linked, bases, t.dots, true):
		return true
	case !t.tree || t.visible && strings.HasPrefix(path.Base(rule.rel), "."):
		return false // visible: the tool leaves out names that begin with a dot
	case rule.base == baseAny:
		// Whether such a name lies somewhere in the tree nobody knows. A tool that only lists which files match shows nothing of them.
		return !t.listed && rule.keptAtTop() && e.holdsRoot(folded)
	}
	return rule.holds(folded, bases)
}

// keptAtTop reports a name like .env or .github in any directory. Such are kept at the top of a repository by convention: a tree
// from there or from above counts as touching them, further down not.
func (r *pathRule) keptAtTop() bool { return r.base == baseAny && strings.HasPrefix(r.rel, ".") }

// foundByName reports a pattern for a name anywhere below a directory written out, "src/**/*.ts": what find -name prints.
func foundByName(glob string) bool {
	dir, name, ok := strings.Cut(glob, "/**/")
	return ok && !strings.ContainsAny(dir, "*?[") && !strings.Contains(name, "/")
}

// meets reports whether a shell pattern, absolute and folded, could stand for something that the rule names or, with below, for
// something below that. dots says whether its wildcards match a leading dot.
func (r *pathRule) meets(glob string, bases []string, dots, below bool) bool {
	below = below && !r.namesFile()
	switch r.base {
	case baseAbs:
		return overlaps(glob, "/"+r.rel, dots, below)
	case baseAny:
		return overlaps(glob, "/**/"+r.rel, dots, below)
	}
	for _, b := range bases {
		if b != "" && overlaps(glob, b+"/"+r.rel, dots, below) {
			return true
		}
	}
	return false
}

func overlaps(glob, rule string, dots, below bool) bool {
	return shell.GlobsOverlap(glob, rule, dots) || below && shell.GlobsOverlap(glob, rule+"/**", dots)
}

// namesFile guesses that the rule is about a file such as .env or id_rsa, not about a directory: then a pattern like "**/*.go", which
// can't stand for the name itself, doesn't count as reaching below it.
func (r *pathRule) namesFile() bool {
	last := path.Base(r.rel)
	if slices.Contains([]string{"codeowners", "makefile", "dockerfile", "jenkinsfile", "license"}, strings.ToLower(last)) {
		return true
	}
	return strings.HasPrefix(last, ".env") || strings.HasPrefix(last, "id_") || strings.HasSuffix(last, "rc") || strings.LastIndexByte(last, '.') > 0
}

// holdsRoot reports whether a tree from the folded directory holds the session's root, or may because that isn't known.
func (e *eval) holdsRoot(folded string) bool {
	if e.places.foldedRoot[0] == "" {
		return true
	}
	for _, root := range e.places.foldedRoot {
		if root != "" && paths.Inside(folded, root) {
			return true
		}
	}
	return false
}
