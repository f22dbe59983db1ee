package policy

import (
	"slices"
	"strings"
)

// BashOrZsh is the shell of a command line of which nobody knows whether bash or zsh will run it. It must be allowed as both:
// what one of them takes for a word is a file or a program to the other (`>! ~/.zshrc`, `=id`).
const BashOrZsh = "bash or zsh"

// Decide judges one request. The same request gets the same answer: the policy has no clock and no state.
func (p *Policy) Decide(r *Request) Decision {
	if r.Action.Name != ActionShellExec || r.Action.Shell != BashOrZsh {
		return p.decide(r)
	}
	bash, zsh := p.decideAs(r, "bash"), p.decideAs(r, "zsh")
	both, skip := bash.Effects.and(&zsh.Effects), bash.SkipPrompt && zsh.SkipPrompt
	d, other, shell := bash, &zsh, "bash"
	if zsh.strictness() > bash.strictness() {
		d, other, shell = zsh, &bash, "zsh"
	}
	switch {
	case d.Effect != other.Effect:
		d.readAs(shell)
	case d.Effect == Hold:
		d.Approval = d.Approval.and(other.Approval)
		d.Reason = d.Approval.reason()
	}
	d.Effects, d.SkipPrompt = both, skip
	return d
}

// shells lists the shells as which the action's command line is judged.
func (a *Action) shells() []string {
	if a.Shell == BashOrZsh {
		return []string{"bash", "zsh"}
	}
	return []string{a.Shell}
}

func (p *Policy) decideAs(r *Request, shell string) Decision {
	as := *r
	as.Action.Shell = shell
	return p.decide(&as)
}

// strictness orders decisions as conclude does: what binds before what is only recorded, a refusal before a hold.
func (d *Decision) strictness() int {
	s := 0
	switch d.Effect {
	case Deny:
		s = 2
	case Hold:
		s = 1
	}
	if s > 0 && d.Enforced {
		s += 2
	}
	return s
}

// readAs says that the decision is about the line as one shell reads it, while the other would have got a milder one.
func (d *Decision) readAs(shell string) {
	d.Reason = strings.TrimSuffix(d.Reason, ".") + " (as " + shell + " reads the line)"
	hint := "it isn't known whether bash or zsh runs the line, so it must be allowed as both; " +
		"with the ambit client on the machine the shell is known, and CLAUDE_CODE_SHELL sets it"
	if d.Hint != "" {
		hint = strings.TrimSuffix(d.Hint, ".") + "; " + hint
	}
	d.Hint = hint
	if len(d.Findings) > 0 && d.Effect == Deny {
		d.Findings[0].Message, d.Findings[0].Hint = d.Reason, d.Hint
	}
}

// and joins who must agree to either reading: whose layers count depends on the files that a line names.
func (a *Approval) and(other *Approval) *Approval {
	both := &Approval{Needs: slices.Clone(a.Needs)}
	for _, n := range other.Needs {
		if !slices.ContainsFunc(both.Needs, func(have ApprovalNeed) bool { return have.Layer == n.Layer }) {
			both.Needs = append(both.Needs, n)
		}
	}
	return both
}

// and joins what the line would do as either shell reads it.
func (e *Effects) and(other *Effects) Effects {
	return Effects{
		Commands: joined(e.Commands, other.Commands), Reads: joined(e.Reads, other.Reads), Writes: joined(e.Writes, other.Writes),
		Unresolved: e.Unresolved || other.Unresolved,
	}
}

func joined(a, b []string) []string {
	for _, s := range b {
		if !slices.Contains(a, s) {
			a = append(a, s)
		}
	}
	return a
}
