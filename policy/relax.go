package policy

import (
	"ambit/policy/shell"
)

// selectExceptions keeps the exceptions that apply: to exactly this person, here, now. Whatever isn't known lets none
// apply.
func (e *eval) selectExceptions() {
	if len(e.p.exceptions) == 0 || e.r.At.IsZero() || e.r.Subject.ID == "" {
		return
	}
	for i := range e.p.exceptions {
		x := &e.p.exceptions[i]
		if x.who != asciiLower(e.r.Subject.ID) || !e.r.At.Before(x.until) {
			continue
		}
		if x.repository != nil && (e.r.Resource.Repository == "" || !x.repository.match(e.r.Resource.Repository)) {
			continue
		}
		e.exceptions = append(e.exceptions, x)
	}
}

// relaxShell names the exception that lists the command of a finding. Only what is missing from a list can be relaxed; a
// finding of a wrapper, an option or a variable belongs to the same command and is relaxed with it if the exception's own
// pattern permits it.
func (e *eval) relaxShell(s *shell.Finding) string {
	for _, x := range e.exceptions {
		if x.shell == nil || s.Command < 0 {
			continue
		}
		v, permitted := x.shell.Judge(e.line), true
		for i := range v.Findings {
			permitted = permitted && v.Findings[i].Command != s.Command
		}
		if permitted {
			return x.name
		}
	}
	return ""
}

// relaxFile names the exception that opens the directory of a file.
func (e *eval) relaxFile(t *target) string {
	for _, x := range e.exceptions {
		if x.files == nil {
			continue
		}
		if _, ok := x.files.permits(e, t); ok {
			return x.name
		}
	}
	return ""
}

func toolsOf(x *exception) []nameGlob  { return x.tools }
func skillsOf(x *exception) []nameGlob { return x.skills }
func mcpOf(x *exception) []nameGlob    { return x.mcp }

func (e *eval) relaxName(list func(*exception) []nameGlob, name string) string {
	for _, x := range e.exceptions {
		if _, ok := firstMatch(list(x), name); ok && plainName(name) {
			return x.name
		}
	}
	return ""
}

func (e *eval) relaxWeb(host string) string {
	for _, x := range e.exceptions {
		if x.web == nil {
			continue
		}
		if _, ok := x.web.match(host); ok {
			return x.name
		}
	}
	return ""
}
