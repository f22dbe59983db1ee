package policy

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"ambit/policy/shell"
)

// Policy is a compiled document: immutable, and safe for many goroutines.
type Policy struct {
	doc        *Document
	skip       bool // on_allow: skip
	models     []modelTier
	tiers      []Tier
	workspaces []pathRule
	layers     []layer
	exceptions []exception
}

type modelTier struct {
	name   string
	models []nameGlob
}

// layer is one compiled layer. A control that the document doesn't mention is nil, ceiling and caching are none.
type layer struct {
	name     string
	base     bool
	mode     Mode
	match    *matcher
	shell    *shellRule
	files    *filesRule
	tools    *listRule
	skills   *listRule
	mcp      *mcpRule
	web      *webRule
	ceiling  int // index into Policy.models; none where not mentioned
	caching  cacheRank
	prompts  *promptRule
	approval *ApprovalNeed
}

const none = -1

// shellRule is a compiled shell control, and which of its lists have a say: in a layer other than the base, one that isn't
// mentioned has none.
type shellRule struct {
	set                  *shell.RuleSet
	allow, wrappers, env bool
}

// listRule is an allow-list, nil where it has no say, with a deny-list.
type listRule struct{ allow, deny []nameGlob }

type mcpRule struct {
	allow        []nameGlob
	deny, writes []mcpGlob
}

type exception struct {
	who        string
	repository *nameGlob
	shell      *shell.RuleSet
	files      *filesRule
	tools      []nameGlob
	skills     []nameGlob
	mcp        []nameGlob
	web        *webRule
	until      time.Time
	name       string // for findings
}

// Document gives the document that p was compiled from; it must not be changed.
func (p *Policy) Document() *Document { return p.doc }

// Compile checks a document's values and compiles it. With an error among the problems the policy is nil.
func Compile(doc *Document) (*Policy, Problems) {
	c := &compiler{report: report{file: doc.source.name()}, doc: doc}
	p := c.policy()
	if sorted(c.problems).Errors() {
		return nil, c.problems
	}
	return p, c.problems
}

type compiler struct {
	report
	doc *Document
}

func (c *compiler) err(path, expected, format string, args ...any) {
	c.add(c.doc.source.at(path), path, fmt.Sprintf(format, args...), expected)
}

func (c *compiler) warn(path, expected, format string, args ...any) {
	c.err(path, expected, format, args...)
	c.problems[len(c.problems)-1].Severity = SeverityWarning
}

func (c *compiler) policy() *Policy {
	d := c.doc
	p := &Policy{doc: d, skip: d.OnAllow == "skip", tiers: d.Tiers}
	switch {
	case d.Version == 0 && !c.given("version"):
		c.err("version", "version: 1", "the key version is missing")
	case d.Version != 1:
		c.err("version", "version: 1", "version %d is not known", d.Version)
	}
	c.enum("mode", string(d.Mode), "enforce", "monitor")
	c.enum("on_allow", d.OnAllow, "client", "skip")
	p.models = c.modelTiers()
	c.tiers()
	for i, w := range d.Workspaces {
		p.workspaces = append(p.workspaces, c.path(indexPath("workspaces", i), w, false))
	}
	if len(d.Layers) == 0 {
		c.err("layers", "at least the base layer", "there are no layers, so that nothing is allowed")
	}
	names := map[string]bool{}
	for i := range d.Layers {
		l := &d.Layers[i]
		c.name(indexPath("layers", i), l.Name, names, "layer")
		p.layers = append(p.layers, c.layer(i, l))
	}
	c.promptConflicts(p)
	for i := range d.Exceptions {
		p.exceptions = append(p.exceptions, c.exception(indexPath("exceptions", i), &d.Exceptions[i]))
	}
	if !c.problems.Errors() {
		c.examples(p)
	}
	return p
}

func (c *compiler) enum(path, got string, allowed ...string) {
	if got != "" && !slices.Contains(allowed, got) {
		c.err(path, strings.Join(allowed, " or "), "%q is not a value of this key", got)
	} else if got == "" && c.given(path) {
		c.err(path, strings.Join(allowed, " or "), "this is empty")
	}
}

// given reports whether the key stands in the source text.
func (c *compiler) given(path string) bool {
	if c.doc.source == nil {
		return false
	}
	_, ok := c.doc.source.place[path]
	return ok
}

// name checks a name of a tier or layer and that it is the only one.
func (c *compiler) name(path, name string, seen map[string]bool, what string) {
	switch {
	case name == "":
		c.err(keyPath(path, "name"), "a name", "this %s has no name", what)
		return
	case len(name) > 64 || strings.ContainsFunc(name, func(r rune) bool { return r < ' ' || r == 0x7f }):
		c.err(keyPath(path, "name"), "at most 64 characters without control characters", "this is not a name")
	case seen[name]:
		c.err(keyPath(path, "name"), "names that differ", "there is another %s named %q", what, name)
	}
	seen[name] = true
}

func (c *compiler) modelTiers() []modelTier {
	names := map[string]bool{}
	var out []modelTier
	for i, t := range c.doc.Models.Tiers {
		path := indexPath("models.tiers", i)
		c.name(path, t.Name, names, "model tier")
		if len(t.Models) == 0 {
			c.err(keyPath(path, "models"), `name patterns: ["claude-sonnet-*"]`, "this tier has no models")
		}
		c.texts(keyPath(path, "models"), t.Models)
		out = append(out, modelTier{t.Name, narrowGlobs(t.Models)})
	}
	return out
}

func (c *compiler) tiers() {
	if len(c.doc.Tiers) == 0 {
		c.err("tiers", `at least one, such as {name: engineer, groups: ["*"]}`, "there are no permission tiers, so that nobody has access")
	}
	names := map[string]bool{}
	everybody := ""
	for i, t := range c.doc.Tiers {
		path := indexPath("tiers", i)
		c.name(path, t.Name, names, "tier")
		if len(t.Groups) == 0 {
			c.err(keyPath(path, "groups"), `groups of the directory, or ["*"] for everybody`, "this tier has no groups, so that it fits nobody")
		}
		c.texts(keyPath(path, "groups"), t.Groups)
		if everybody != "" {
			c.warn(path, "the tier for everybody last", "nobody reaches this tier, because %q comes first and fits everybody", everybody)
		} else if slices.Contains(t.Groups, "*") {
			everybody = t.Name
		}
	}
}

// texts checks that no entry of a list is empty or holds control characters.
func (c *compiler) texts(path string, list []string) {
	seen := map[string]bool{}
	for i, s := range list {
		switch {
		case strings.TrimSpace(s) == "":
			c.err(indexPath(path, i), "text", "this entry is empty")
		case strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f }):
			c.err(indexPath(path, i), "text without control characters", "this entry holds a control character")
		case seen[s]:
			c.warn(indexPath(path, i), "each entry once", "%q is listed twice", s)
		}
		seen[s] = true
	}
}

func (c *compiler) path(path, text string, restricts bool) pathRule {
	r, err := compilePath(text, restricts)
	if err != nil {
		c.err(path, "an absolute path, or one that begins with $REPO, $TMP or ~", "%v", err)
	}
	return r
}

func (c *compiler) paths(path string, texts []string, restricts bool) []pathRule {
	c.texts(path, texts)
	out := make([]pathRule, 0, len(texts))
	for i, t := range texts {
		if strings.TrimSpace(t) != "" {
			out = append(out, c.path(indexPath(path, i), t, restricts))
		}
	}
	return out
}
