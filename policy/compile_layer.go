package policy

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"ambit/policy/shell"
)

func (c *compiler) layer(i int, l *Layer) layer {
	path := indexPath("layers", i)
	out := layer{name: l.Name, base: i == 0, mode: c.doc.Mode, ceiling: none, caching: cacheUnset}
	if l.Mode != "" {
		out.mode = l.Mode
	}
	if out.mode == "" {
		out.mode = Enforce
	}
	c.enum(keyPath(path, "mode"), string(l.Mode), "enforce", "monitor")
	switch {
	case i == 0 && l.Match != nil:
		c.err(keyPath(path, "match"), "the first layer without match: it is the base, and says what is open to everybody", "the base layer has a match")
	case l.Match != nil:
		out.match = c.match(keyPath(path, "match"), l.Match)
	case i > 0:
		c.warn(path, "a match, or the rules in the base layer", "layer %q has no match, so that it narrows what everybody may do", l.Name)
	}
	if i == 0 {
		c.unmentioned(path, l)
	}
	if l.Shell != nil {
		out.shell = c.shell(keyPath(path, "shell"), l.Shell, out.base)
	}
	if f := l.Files; f != nil {
		out.files = c.files(keyPath(path, "files"), f.Read, f.Write, f.Deny, f.Protect)
		out.files.limitsRead, out.files.limitsWrite = out.base || f.Read != nil, out.base || f.Write != nil
	}
	if t := l.Tools; t != nil {
		out.tools = c.list(keyPath(path, "tools"), t.Allow, t.Deny)
	}
	if s := l.Skills; s != nil {
		c.texts(keyPath(path, "skills.sources"), s.Sources)
		out.skills = &listRule{allow: narrowGlobs(s.Sources)}
	}
	if m := l.MCP; m != nil {
		out.mcp = c.mcp(keyPath(path, "mcp"), m)
	}
	if w := l.Web; w != nil {
		out.web = c.web(keyPath(path, "web.domains"), w.Domains)
	}
	if m := l.Models; m != nil {
		out.ceiling = c.ceiling(keyPath(path, "models.ceiling"), m.Ceiling)
	}
	if l.Caching != nil {
		out.caching = c.caching(keyPath(path, "caching"), l.Caching)
	}
	if l.Prompts != nil {
		out.prompts = c.prompts(keyPath(path, "prompts.record"), &l.Prompts.Record)
	}
	if l.Approval != nil {
		out.approval = c.approval(keyPath(path, "approval"), l)
	}
	return out
}

// unmentioned warns of controls that the base layer leaves out: they are closed, which an admin should say on purpose.
func (c *compiler) unmentioned(path string, l *Layer) {
	var missing []string
	for name, absent := range map[string]bool{
		"shell": l.Shell == nil, "files": l.Files == nil, "tools": l.Tools == nil,
		"skills": l.Skills == nil, "mcp": l.MCP == nil, "web": l.Web == nil, "models": l.Models == nil,
	} {
		if absent {
			missing = append(missing, name)
		}
	}
	if slices.Sort(missing); len(missing) > 0 {
		c.warn(path, "every control in the base layer, an empty list where nothing is allowed",
			"the base layer doesn't mention %s, so that nothing of that kind is allowed", strings.Join(missing, ", "))
	}
}

func (c *compiler) shell(path string, s *ShellControl, base bool) *shellRule {
	set := c.rules(path, s.Allow, shell.RuleSpec{Deny: s.Deny, Wrappers: s.Wrappers, Env: s.Env})
	return &shellRule{set: set, allow: base || s.Allow != nil, wrappers: base || s.Wrappers != nil, env: base || s.Env != nil}
}

// rules compiles shell patterns and gives their problems the place where the pattern stands.
func (c *compiler) rules(path string, allow []CommandPattern, spec shell.RuleSpec) *shell.RuleSet {
	for _, a := range allow {
		spec.Allow = append(spec.Allow, shell.AllowRule{Pattern: a.Pattern, Dangerous: a.Dangerous, Opaque: a.Opaque})
	}
	set, problems := shell.CompileRules(spec)
	for _, p := range problems {
		at := indexPath(keyPath(path, p.List), p.Index)
		if p.Warning {
			c.warn(at, p.Expected, "%s", p.Message)
		} else {
			c.err(at, p.Expected, "%s", p.Message)
		}
	}
	return set
}

func (c *compiler) list(path string, allow, deny []string) *listRule {
	c.texts(keyPath(path, "allow"), allow)
	c.texts(keyPath(path, "deny"), deny)
	return &listRule{allow: narrowGlobs(allow), deny: wideGlobs(deny)}
}

func (c *compiler) mcp(path string, m *MCPControl) *mcpRule {
	for key, list := range map[string][]string{"allow": m.Allow, "deny": m.Deny, "writes": m.Writes} {
		for i, s := range list {
			if s != "*" && !strings.Contains(s, "/") {
				c.err(indexPath(keyPath(path, key), i), fmt.Sprintf(`server/tool: "%s/*"`, s), "%q names no tool", s)
			}
		}
	}
	c.texts(keyPath(path, "allow"), m.Allow)
	c.texts(keyPath(path, "deny"), m.Deny)
	c.texts(keyPath(path, "writes"), m.Writes)
	return &mcpRule{narrowGlobs(m.Allow), mcpGlobs(m.Deny), mcpGlobs(m.Writes)}
}

func (c *compiler) ceiling(path, name string) int {
	for i, t := range c.doc.Models.Tiers {
		if t.Name == name {
			return i
		}
	}
	var names []string
	for _, t := range c.doc.Models.Tiers {
		names = append(names, t.Name)
	}
	if len(names) == 0 {
		c.err(path, "models.tiers at the top of the document", "there are no model tiers")
	} else {
		c.err(path, suggestion(name, names), "there is no model tier %q", name)
	}
	return none
}

func (c *compiler) caching(path string, k *CachingControl) cacheRank {
	if k.Mode == "" {
		c.err(keyPath(path, "mode"), "enabled, disabled or ttl", "the mode is missing")
	}
	c.enum(keyPath(path, "mode"), k.Mode, "enabled", "disabled", "ttl")
	switch {
	case k.Mode == "ttl" && k.TTL != "5m" && k.TTL != "1h":
		c.err(keyPath(path, "ttl"), "5m or 1h", "a ttl of %q is not possible", k.TTL)
	case k.Mode != "ttl" && k.TTL != "":
		c.err(keyPath(path, "ttl"), "mode: ttl, or no ttl", "a ttl has no meaning with mode %q", k.Mode)
	}
	return rankOf(k)
}

func (c *compiler) approval(path string, l *Layer) *ApprovalNeed {
	a := l.Approval
	if a.Edits == "" {
		c.err(keyPath(path, "edits"), "required or off", "the key edits is missing")
	}
	c.enum(keyPath(path, "edits"), a.Edits, "required", "off")
	c.texts(keyPath(path, "reviewers"), a.Reviewers)
	if a.Edits == "required" && len(a.Reviewers) == 0 {
		c.err(keyPath(path, "reviewers"), "groups whose members may approve", "nobody could approve: there are no reviewers")
	}
	if a.Quorum < 0 || a.Quorum > 20 || a.Quorum == 0 && c.given(keyPath(path, "quorum")) {
		c.err(keyPath(path, "quorum"), "1 to 20", "a quorum of %d is not possible", a.Quorum)
	}
	if expires := time.Duration(a.Expires); expires != 0 && expires < time.Minute || expires > 30*24*time.Hour || expires == 0 && c.given(keyPath(path, "expires")) {
		c.err(keyPath(path, "expires"), "1m to 30d", "an approval can't expire after %s", a.Expires)
	}
	if a.Edits != "required" {
		return nil
	}
	need := &ApprovalNeed{Layer: l.Name, Reviewers: a.Reviewers, Quorum: max(a.Quorum, 1), ExpiresS: int64(time.Duration(a.Expires).Seconds())}
	if need.ExpiresS == 0 {
		need.ExpiresS = 24 * 60 * 60
	}
	return need
}

func (c *compiler) exception(path string, e *Exception) exception {
	out := exception{who: asciiLower(e.Who), until: e.Until.Time(), tools: narrowGlobs(e.Tools), skills: narrowGlobs(e.Skills), mcp: narrowGlobs(e.MCP)}
	if e.Who == "" || e.Who == "*" {
		c.err(keyPath(path, "who"), "one person", "this exception is for nobody in particular")
	}
	if out.until.IsZero() {
		c.err(keyPath(path, "until"), "a day: 2026-12-31", "this exception has no end")
	}
	if e.Reason == "" {
		c.warn(path, "a reason", "this exception gives no reason")
	}
	if e.Repository != "" {
		g := narrowGlob(e.Repository)
		out.repository = &g
	}
	if len(e.Shell)+len(e.Read)+len(e.Write)+len(e.Tools)+len(e.Skills)+len(e.MCP)+len(e.Web) == 0 {
		c.err(path, "shell, read, write, tools, skills, mcp or web", "this exception allows nothing")
	}
	for key, list := range map[string][]string{"tools": e.Tools, "skills": e.Skills, "mcp": e.MCP} {
		c.texts(keyPath(path, key), list)
	}
	if len(e.Shell) > 0 {
		out.shell = c.exceptionRules(keyPath(path, "shell"), e.Shell)
	}
	if len(e.Read)+len(e.Write) > 0 {
		out.files = c.files(path, e.Read, e.Write, nil, nil)
	}
	if len(e.Web) > 0 {
		out.web = c.web(keyPath(path, "web"), e.Web)
	}
	out.name = fmt.Sprintf("exception for %s until %s", e.Who, e.Until)
	return out
}

// exceptionRules compiles an exception's patterns; they stand directly under its shell key.
func (c *compiler) exceptionRules(path string, allow []CommandPattern) *shell.RuleSet {
	first := len(c.problems)
	set := c.rules(path, allow, shell.RuleSpec{})
	for i := range c.problems[first:] {
		p := &c.problems[first+i]
		p.Path = strings.Replace(p.Path, ".allow[", "[", 1)
		at := c.doc.source.at(p.Path)
		p.Line, p.Column = at.line, at.col
	}
	return set
}

func asciiLower(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, s)
}
