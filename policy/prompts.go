package policy

import (
	"reflect"
	"slices"
	"strings"
)

// promptRule is a compiled prompts.record.
type promptRule struct {
	all, none          bool
	repositories       []nameGlob
	actions            []string
	exceptRepositories []nameGlob
	exceptActions      []string
	except             bool
}

func (c *compiler) prompts(path string, r *PromptRecord) *promptRule {
	if !r.All && !r.None && len(r.Repositories)+len(r.Actions) == 0 && r.Except == nil {
		c.err(path, "all, none, or a mapping with repositories, actions or except", "this records nothing in particular")
	}
	out := &promptRule{all: r.All, none: r.None, repositories: wideGlobs(r.Repositories), actions: r.Actions}
	c.actions(keyPath(path, "actions"), r.Actions)
	c.texts(keyPath(path, "repositories"), r.Repositories)
	if x := r.Except; x != nil {
		if len(x.Repositories)+len(x.Actions) == 0 {
			c.err(keyPath(path, "except"), "repositories or actions", "this excepts nothing")
		}
		c.actions(keyPath(path, "except.actions"), x.Actions)
		out.except, out.exceptRepositories, out.exceptActions = true, wideGlobs(x.Repositories), x.Actions
	}
	return out
}

func (c *compiler) actions(path string, list []string) {
	for i, a := range list {
		if !slices.Contains(Actions(), a) {
			c.err(indexPath(path, i), suggestion(a, Actions()), "there is no action %q", a)
		}
	}
}

// records reports whether the rule keeps the prompt of the request.
func (p *promptRule) records(r *Request) bool {
	switch {
	case p.none:
		return false
	case len(p.repositories) > 0 && !matchesRepository(p.repositories, r.Resource.Repository),
		len(p.actions) > 0 && !slices.Contains(p.actions, r.Action.Name):
		return false
	case p.except && (len(p.exceptRepositories) == 0 || matchesRepository(p.exceptRepositories, r.Resource.Repository)) &&
		(len(p.exceptActions) == 0 || slices.Contains(p.exceptActions, r.Action.Name)):
		return false
	}
	return true
}

func matchesRepository(globs []nameGlob, repository string) bool {
	_, ok := firstMatch(globs, repository)
	return ok && repository != ""
}

// The classes of layers for prompt recording; the most specific matching one decides.
const (
	promptBase = iota
	promptTier
	promptRepository
)

func (l *layer) promptClass() int {
	switch {
	case l.match == nil:
		return promptBase
	case len(l.match.repositories)+len(l.match.paths) > 0:
		return promptRepository
	}
	return promptTier
}

// recordPrompt asks the most specific matching layer that has the control. Layers of equal specificity with different
// answers are refused at load where they could meet; where they meet all the same (a request in two repositories, or in
// an unknown one), the prompt isn't kept.
func (e *eval) recordPrompt() bool {
	class, record := -1, false
	for i := range e.p.layers {
		l := &e.p.layers[i]
		if l.prompts == nil || !e.matched[i] {
			continue
		}
		switch c := l.promptClass(); {
		case c > class:
			class, record = c, l.prompts.records(e.r)
		case c == class:
			record = record && l.prompts.records(e.r)
		}
	}
	return record
}

// promptConflicts refuses two layers of equal specificity that could apply together and differ on prompts.
func (c *compiler) promptConflicts(p *Policy) {
	for j := range p.layers {
		for i := range j {
			a, b := &p.layers[i], &p.layers[j]
			if a.prompts == nil || b.prompts == nil || a.promptClass() != b.promptClass() || !disagree(c.doc.Layers[i], c.doc.Layers[j]) {
				continue
			}
			if a.match == nil || b.match == nil || a.match.meets(b.match) {
				c.err(keyPath(indexPath("layers", j), "prompts"), "the same answer in both, or matches that can't meet",
					"layers %q and %q are equally specific and differ on recording prompts", a.name, b.name)
			}
		}
	}
}

func disagree(a, b Layer) bool {
	return !reflect.DeepEqual(a.Prompts.Record, b.Prompts.Record) // compares the lists that the control is made of
}

// meets reports whether one request could match both. It says no only where a key that both give has no common value.
func (m *matcher) meets(o *matcher) bool {
	apart := func(a, b []string) bool {
		return len(a) > 0 && len(b) > 0 && !slices.ContainsFunc(a, func(s string) bool { return slices.Contains(b, s) })
	}
	if apart(m.tiers, o.tiers) {
		return false
	}
	if len(m.repositories) == 0 || len(o.repositories) == 0 || len(m.paths)+len(o.paths) > 0 {
		return true
	}
	for i := range m.repositories {
		for j := range o.repositories {
			if globsMeet(strings.Join(m.repositories[i].wide, "*"), strings.Join(o.repositories[j].wide, "*")) {
				return true
			}
		}
	}
	return false
}

// globsMeet reports whether some name matches both patterns, where "*" is any run of characters.
func globsMeet(a, b string) bool {
	reach := make([]bool, len(b)+1) // reach[j]: a[:i] and b[:j] can stand for the same text
	for i := 0; i <= len(a); i++ {
		previous := reach
		reach = make([]bool, len(b)+1)
		for j := 0; j <= len(b); j++ {
			switch {
			case i == 0 && j == 0:
				reach[j] = true
			default:
				reach[j] = i > 0 && j > 0 && previous[j-1] && (a[i-1] == b[j-1] || a[i-1] == '*' || b[j-1] == '*') ||
					i > 0 && previous[j] && (a[i-1] == '*' || j > 0 && b[j-1] == '*') ||
					j > 0 && reach[j-1] && (b[j-1] == '*' || i > 0 && a[i-1] == '*')
			}
		}
	}
	return reach[len(b)]
}
