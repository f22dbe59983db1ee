package policy

import "strings"

// decide judges one request. Everything is evaluated, deny wins, and what speaks against the action is all in the findings.
func (p *Policy) decide(r *Request) Decision {
	e := eval{p: p, r: r}
	e.begin()
	e.selectExceptions()
	e.general()
	at := 0
	for i := range p.layers {
		if e.matched[i] {
			e.verdict = &e.verdicts[at]
			e.judge(&p.layers[i])
			at++
		}
	}
	return e.conclude()
}

// general judges what holds whatever the layers say.
func (e *eval) general() {
	if len(e.tiers) == 0 {
		f := Finding{
			Control: "tier", Rule: "no-tier", Message: "no permission tier fits " + e.person() + ", so that nothing is allowed",
			Hint: "ask an administrator for a group that gives access",
		}
		if !e.r.Subject.GroupsKnown {
			f.Message = "the groups of " + e.person() + " are not known, and no permission tier is for everybody"
			f.Hint = "sign in again; if it stays so, the identity provider doesn't send groups"
		}
		e.refuse(true, f)
	}
	switch e.r.Action.Name {
	case ActionSessionStart, ActionSessionEnd, ActionPromptSubmit, ActionSkillInvoke, ActionWebFetch, ActionModelSelect,
		ActionAgentSpawn, ActionToolUse:
	case ActionMCPCall:
		e.generalMCP()
	case ActionFileRead, ActionFileWrite:
		if e.r.Action.Path == "" {
			e.refuse(false, Finding{Control: "request", Rule: "no-path", Message: "the request names no file"})
		}
	case ActionShellExec:
		e.generalShell()
	default:
		e.refuse(false, Finding{
			Control: "request", Rule: "unknown-action", Message: "the action " + quote(e.r.Action.Name) + " is not known",
			Hint: "known actions are " + strings.Join(Actions(), ", "),
		})
	}
	e.generalFiles()
}

func (e *eval) person() string {
	if e.r.Subject.ID == "" {
		return "this person"
	}
	return e.r.Subject.ID
}

// judge asks one layer about the action.
func (e *eval) judge(l *layer) {
	a := &e.r.Action
	switch a.Name {
	case ActionShellExec:
		e.judgeShell(l)
		e.judgeFiles(l)
	case ActionFileRead, ActionFileWrite:
		e.judgeFiles(l)
	case ActionPromptSubmit:
		e.judgeFiles(l)
		for _, name := range e.resources {
			e.judgeMCP(l, "MCP resource", name)
		}
	case ActionSkillInvoke:
		e.judgeSkill(l)
	case ActionMCPCall:
		e.judgeMCP(l, "MCP tool", e.mcpName())
	case ActionWebFetch:
		e.judgeWeb(l)
	case ActionSessionStart:
		if a.Model != "" {
			e.judgeModel(l)
		}
	case ActionModelSelect:
		e.judgeModel(l)
	case ActionAgentSpawn:
		e.judgeTool(l)
		if a.Model != "" {
			e.judgeModel(l)
		}
	case ActionToolUse:
		e.judgeTool(l)
	}
	if l.approval != nil && e.writes() && e.verdict.Effect == Allow {
		e.verdict.Effect, e.verdict.Rule = Hold, "approval"
		e.verdict.Message = "changes need approval by " + strings.Join(l.approval.Reviewers, ", ")
	}
}

// writes reports whether the action changes something, or could: what the approval gate holds.
func (e *eval) writes() bool {
	switch e.r.Action.Name {
	case ActionFileWrite:
		return true
	case ActionShellExec:
		return e.line == nil || !e.line.ReadOnly
	case ActionMCPCall:
		for i := range e.p.layers {
			if l := &e.p.layers[i]; e.matched[i] && l.mcp != nil {
				if _, ok := firstMCP(l.mcp.writes, e.mcpName()); ok {
					return true
				}
			}
		}
	}
	return false
}

// quote shows a part of a request in a sentence: short, on one line, in backquotes.
func quote(s string) string {
	const most = 120
	if len(s) > most {
		cut := most
		for cut > 0 && s[cut]&0xc0 == 0x80 {
			cut--
		}
		s = s[:cut] + "…"
	}
	if strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f || r == '`' }) {
		s = strings.Map(func(r rune) rune {
			switch {
			case r == '`':
				return '\''
			case r < ' ' || r == 0x7f:
				return ' '
			}
			return r
		}, s)
	}
	return "`" + s + "`"
}
