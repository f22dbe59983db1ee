package policy

import (
	"strings"

	"ambit/policy/shell"
)

// generalShell turns what no pattern can allow into findings.
func (e *eval) generalShell() {
	if len(e.p.layers) > 0 && e.p.layers[0].shell != nil {
		e.baseVerdict = e.p.layers[0].shell.set.Judge(e.line)
	}
	for i := range e.line.Refusals {
		r := &e.line.Refusals[i]
		e.refuse(false, Finding{Control: "shell", Rule: r.Rule, Message: strings.TrimSuffix(r.Message, "."), Hint: r.Hint, At: spanOf(r.Span)})
	}
	if len(e.line.Commands) == 0 && len(e.line.Refusals) == 0 && len(e.line.Assigns) == 0 && len(e.line.Files) == 0 {
		e.refuse(false, Finding{Control: "shell", Rule: "empty", Message: "the command line holds no command"})
	}
}

func spanOf(s shell.Span) *Span { return &Span{s.Offset, s.Length} }

// judgeShell asks one layer about every command, wrapper and assignment of the line.
func (e *eval) judgeShell(l *layer) {
	if l.shell == nil {
		if l.base {
			e.object(l, false, Finding{
				Control: "shell", Rule: "closed", Message: "layer " + l.name + " opens no commands",
				Hint: "an administrator can list commands under shell",
			})
		}
		return
	}
	v := e.baseVerdict
	if !l.base {
		v = l.shell.set.Judge(e.line)
	}
	for i := range v.Findings {
		s := &v.Findings[i]
		if l.shell.silent(s) {
			continue
		}
		f := Finding{Control: "shell", Rule: s.Rule, Message: ofLayer(s.Message, l.name), Hint: s.Hint, At: spanOf(s.Span)}
		if s.Pattern != "" {
			f.Rule = s.Pattern
		} else {
			f.Relaxed = e.relaxShell(s)
		}
		e.object(l, false, f)
	}
	if len(v.Findings) == 0 {
		for _, m := range v.Matched {
			if m != "" {
				e.approve(m)
				break
			}
		}
	}
}

// ofLayer names the layer in a sentence of the shell package.
func ofLayer(sentence, layer string) string {
	sentence = strings.TrimSuffix(sentence, ".")
	if strings.HasSuffix(sentence, "allow-list") {
		return sentence + " of layer " + layer
	}
	return sentence + " (layer " + layer + ")"
}

// silent reports whether a finding comes from a list that has no say.
func (r *shellRule) silent(f *shell.Finding) bool {
	switch f.Rule {
	case "not-listed", "option":
		return !r.allow
	case "wrapper":
		return !r.wrappers
	case "env":
		return !r.env
	}
	return false
}
