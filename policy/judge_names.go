package policy

import "strings"

// judgeSkill asks where the skill comes from. A source that nobody knows is allowed only where every source is.
func (e *eval) judgeSkill(l *layer) {
	a := &e.r.Action
	if l.skills == nil {
		e.closed(l, "skills", "skills", e.relaxSkill())
		return
	}
	if l.skills.allow == nil && !l.base {
		return
	}
	rule, ok := sourceMatch(l.skills.allow, a.Source)
	if !ok && e.ownSkill() {
		rule, ok = firstMatch(l.skills.allow, "project")
	}
	if ok {
		e.approve(rule)
		return
	}
	f := Finding{Control: "skills", Rule: "not-listed", Relaxed: e.relaxSkill(), Hint: allowedList("sources", l.skills.allow)}
	if a.Source == "" {
		f.Message = "the source of skill " + quote(a.Skill) + " is not known, and layer " + l.name + " lists sources"
		f.Hint = "with the ambit client installed the source is known; " + f.Hint
	} else {
		f.Message = "skill " + quote(a.Skill) + " comes from " + quote(a.Source) + ", which is not on the allow-list of layer " + l.name
	}
	e.object(l, false, f)
}

// ownSkill reports whether the skill stands in the session's own repository, which policies may name "project". Agents can't put it
// there: .claude is protected.
func (e *eval) ownSkill() bool {
	repository := e.r.Resource.Repository
	return repository != "" && plainName(e.r.Action.Source) && strings.HasPrefix(e.r.Action.Source, repository+"/.claude/skills/")
}

func (e *eval) relaxSkill() string {
	if relaxed := e.relaxName(skillsOf, e.r.Action.Source); relaxed != "" || !e.ownSkill() {
		return relaxed
	}
	return e.relaxName(skillsOf, "project")
}

// sourceMatch matches a skill's source. What isn't a plain name is as good as unknown.
func sourceMatch(globs []nameGlob, source string) (string, bool) {
	if plainName(source) {
		return firstMatch(globs, source)
	}
	for i := range globs {
		if globs[i].all {
			return globs[i].text, true
		}
	}
	return "", false
}

// plainName reports whether a name reads the same to everybody: no "..", no empty or hidden parts of it.
func plainName(s string) bool {
	if s == "" || len(s) > 1024 || strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r == 0x7f || r == '\\' || r == '%' }) {
		return false
	}
	for c := range strings.SplitSeq(s, "/") {
		if c == "" || c == "." || c == ".." {
			return false
		}
	}
	return true
}

// judgeTool judges the agent's own tools. Starting a sub-agent is the tool Agent; "Agent/kind" names one kind of them, with or without
// blanks around it.
func (e *eval) judgeTool(l *layer) {
	name := e.r.Action.Tool
	if e.r.Action.Name == ActionAgentSpawn {
		if name = strings.TrimSpace(name); name != "Agent" && name != "Task" {
			name = "Agent/" + name
		}
	}
	relaxed := e.relaxName(toolsOf, name)
	if l.tools == nil {
		e.closed(l, "tools", "tools", relaxed)
		return
	}
	if e.r.Action.Name == ActionAgentSpawn {
		if _, denied := firstMatch(l.tools.deny, "Agent"); !denied {
			if rule, ok := firstMatch(l.tools.allow, "Agent"); ok {
				if _, denied := firstMatch(l.tools.deny, name); !denied {
					e.approve(rule)
					return
				}
			}
		} else {
			name = "Agent"
		}
	}
	e.judgeList(l, "tools", "tool", name, l.tools, relaxed)
}

// judgeList judges a name by an allow-list and a deny-list; deny wins.
func (e *eval) judgeList(l *layer, control, what, name string, list *listRule, relaxed string) {
	if rule, hit := firstMatch(list.deny, name); hit {
		e.denied(l, control, what, name, rule)
		return
	}
	if list.allow == nil && !l.base {
		return
	}
	if rule, ok := firstMatch(list.allow, name); ok && name != "" && !strings.HasPrefix(name, "/") && !strings.HasSuffix(name, "/") {
		e.approve(rule)
		return
	}
	e.object(l, false, Finding{
		Control: control, Rule: "not-listed", Message: what + " " + quote(name) + " is not on the allow-list of layer " + l.name,
		Hint: allowedList("names", list.allow), Relaxed: relaxed,
	})
}

func (e *eval) denied(l *layer, control, what, name, rule string) {
	e.object(l, false, Finding{Control: control, Rule: rule, Message: what + " " + quote(name) + " is denied by `" + rule + "` of layer " + l.name})
}

func (e *eval) judgeWeb(l *layer) {
	address := e.r.Action.URL
	host, problem := hostOf(address)
	switch {
	case problem != "":
		if l.base {
			e.refuse(false, Finding{Control: "web", Rule: "address", Message: "the address " + quote(address) + " " + problem})
		}
		return
	case l.web == nil:
		e.closed(l, "web", "web addresses", e.relaxWeb(host))
		return
	case l.web.silent && !l.base:
		return
	}
	if rule, ok := l.web.match(host); ok {
		e.approve(rule)
		return
	}
	e.object(l, false, Finding{
		Control: "web", Rule: "not-listed", Message: "host " + quote(host) + " is not on the allow-list of layer " + l.name,
		Hint: "an administrator can list it under web.domains", Relaxed: e.relaxWeb(host),
	})
}

// judgeModel holds a model against the layer's ceiling. A ceiling binds in monitor mode too.
func (e *eval) judgeModel(l *layer) {
	model := e.r.Action.Model
	tier := e.p.modelTier(model)
	switch {
	case tier == none:
		if l.base {
			e.object(l, true, Finding{
				Control: "models", Rule: "no-tier", Message: "model " + quote(model) + " is on no model tier of the policy",
				Hint: "an administrator can add it under models.tiers",
			})
		}
	case l.ceiling == none:
		if l.base {
			e.object(l, true, Finding{Control: "models", Rule: "closed", Message: "layer " + l.name + " opens no models"})
		}
	case tier > l.ceiling:
		e.object(l, true, Finding{Control: "models", Rule: e.p.models[l.ceiling].name, Message: "model " + quote(model) + " is on tier " + e.p.models[tier].name +
			", above the ceiling " + e.p.models[l.ceiling].name + " of layer " + l.name, Hint: "use a model of tier " + e.p.models[l.ceiling].name + " or lower"})
	default:
		e.approve(e.p.models[l.ceiling].name)
	}
}

// closed notes that the base layer doesn't mention a control; other layers have no say in it then.
func (e *eval) closed(l *layer, control, what, relaxed string) {
	if l.base {
		e.object(l, false, Finding{
			Control: control, Rule: "closed", Message: "layer " + l.name + " opens no " + what, Relaxed: relaxed,
			Hint: "an administrator can list them under " + control,
		})
	}
}

func allowedList(what string, globs []nameGlob) string {
	if len(globs) == 0 {
		return "this layer allows none"
	}
	var b strings.Builder
	b.WriteString("allowed " + what + ": ")
	for i := range globs {
		if i == 8 {
			b.WriteString(", …")
			break
		}
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(globs[i].text)
	}
	return b.String()
}
