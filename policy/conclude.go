package policy

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// conclude combines the findings: what is refused and binds comes first, then what is held and binds, then what is only
// recorded. So a layer on trial (monitor) never hides a hold of a layer that enforces.
func (e *eval) conclude() Decision {
	d := Decision{Effect: Allow, Tier: e.tier(), Layers: e.verdicts, Effects: e.effects(), RecordPrompt: e.recordPrompt()}
	anyEnforces, allEnforce := false, true
	for i := range e.verdicts {
		anyEnforces = anyEnforces || e.verdicts[i].Mode == Enforce
		allEnforce = allEnforce && e.verdicts[i].Mode == Enforce
	}
	denied, binds := false, false
	for i := range e.findings {
		f := &e.findings[i]
		if f.Relaxed != "" {
			continue
		}
		denied = true
		binds = binds || f.binds(anyEnforces)
	}
	held, holdBinds := e.held()
	switch {
	case denied && (binds || !holdBinds):
		d.Effect, d.Enforced = Deny, binds
	case held:
		d.Effect, d.Enforced = Hold, holdBinds
	default:
		d.Enforced = anyEnforces
	}
	if d.Effect == Hold {
		d.Approval = e.approvals()
	}
	e.explain(&d, anyEnforces)
	d.SkipPrompt = d.Effect == Allow && allEnforce && d.Enforced && e.p.skip && !e.r.Action.Unsandboxed
	return d
}

func (f *found) binds(anyEnforces bool) bool {
	return f.always || f.mode == Enforce || f.general && anyEnforces
}

// held reports whether a layer asks for approval of this action, and whether one that enforces does.
func (e *eval) held() (held, binds bool) {
	if !e.writes() {
		return false, false
	}
	for i := range e.p.layers {
		if l := &e.p.layers[i]; e.matched[i] && l.approval != nil {
			held = true
			binds = binds || l.mode == Enforce
		}
	}
	return held, binds
}

// approvals adds up what every layer asks for.
func (e *eval) approvals() *Approval {
	a := &Approval{}
	for i := range e.p.layers {
		if l := &e.p.layers[i]; e.matched[i] && l.approval != nil {
			a.Needs = append(a.Needs, *l.approval)
		}
	}
	return a
}

// explain fills in the findings, most decisive first, and the sentence for the engineer.
func (e *eval) explain(d *Decision, anyEnforces bool) {
	if len(e.findings) > 0 {
		slices.SortStableFunc(e.findings, func(a, b found) int {
			return cmp.Or(cmp.Compare(a.rank(anyEnforces), b.rank(anyEnforces)), cmp.Compare(a.subject(), b.subject()))
		})
		d.Findings = make([]Finding, len(e.findings))
		for i := range e.findings {
			d.Findings[i] = e.findings[i].Finding
		}
	}
	switch d.Effect {
	case Deny:
		d.Reason, d.Hint = d.Findings[0].Message, d.Findings[0].Hint
	case Hold:
		d.Reason = d.Approval.reason()
		d.Hint = "what only reads needs no approval"
	default:
		d.Reason = e.allowedBecause()
	}
}

// rank orders findings: those that bind, those that are only recorded, those that an exception has set aside.
func (f *found) rank(anyEnforces bool) int {
	switch {
	case f.Relaxed != "":
		return 2
	case f.binds(anyEnforces):
		return 0
	}
	return 1
}

// subject orders findings of one rank: who asks comes before what is run, and a command before its files, because an engineer
// who may not run a command at all need not hear first of the files that it names.
func (f *found) subject() int {
	switch f.Control {
	case "tier", "request":
		return 0
	case "files":
		return 2
	}
	return 1
}

// reason says who must agree.
func (a *Approval) reason() string {
	return "this change needs approval: " + strings.Join(needs(a), "; ")
}

func needs(a *Approval) []string {
	var out []string
	for _, n := range a.Needs {
		count := "one"
		if n.Quorum > 1 {
			count = strconv.Itoa(n.Quorum)
		}
		out = append(out, count+" of "+strings.Join(n.Reviewers, ", ")+" (layer "+n.Layer+")")
	}
	return out
}

// allowedBecause names the rule of the base layer, which is what opened the action, and the exceptions that helped.
func (e *eval) allowedBecause() string {
	for i := range e.findings {
		if f := &e.findings[i]; f.Relaxed != "" {
			return "allowed by an " + f.Relaxed
		}
	}
	if len(e.verdicts) == 0 || e.verdicts[0].Rule == "" {
		return "allowed: no rule of a layer speaks against it"
	}
	v := &e.verdicts[0]
	if len(e.verdicts) == 1 {
		return "allowed by `" + v.Rule + "` of layer " + v.Layer
	}
	return "allowed by `" + v.Rule + "` of layer " + v.Layer + " and by " + strconv.Itoa(len(e.verdicts)-1) + " more"
}

// effects lists what the action would do.
func (e *eval) effects() Effects {
	out := Effects{Unresolved: e.unresolved}
	if e.line != nil && len(e.line.Commands) > 0 {
		out.Commands = make([]string, len(e.line.Commands))
		for i := range e.line.Commands {
			out.Commands[i] = e.line.Commands[i].Text
		}
	}
	for i := range e.targets {
		t := &e.targets[i]
		if t.problem != nil {
			continue
		}
		list := &out.Reads
		if t.write {
			list = &out.Writes
		}
		if *list == nil {
			*list = make([]string, 0, len(e.targets)-i)
		}
		*list = append(*list, t.names[0])
	}
	return out
}
