package shell

import (
	"path"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// trustedDirs are the directories whose programs go by their bare name.
var trustedDirs = []string{"/bin", "/usr/bin", "/usr/local/bin", "/usr/local/go/bin"}

// call walks a simple command.
func (e *eval) call(c *syntax.CallExpr, st state) (ok, fail state) {
	if e.unrolled == 0 {
		if e.simple++; e.simple > maxCommands {
			e.stop(e.span(c), "The command has more than 100 simple commands.")
			return st, st
		}
	}
	if e.runs++; e.runs > maxRuns {
		e.stop(e.span(c), "The command's loops run too many commands.")
		return st, st
	}
	out := st
	for _, a := range c.Assigns {
		if a.Array != nil || a.Index != nil || a.Naked || a.Name == nil {
			e.refuseNode(a, "assignment", "Arrays and indexed assignments can't be permitted.", "Use plain variables.")
			continue
		}
		v := e.assigned(a, out)
		if len(c.Args) > 0 {
			// The value goes into the command's environment, so every name counts.
			e.a.Assigns = append(e.a.Assigns, Assignment{e.span(a.Name), a.Name.Value})
			e.environ(a.Name.Value, v, e.span(a), out)
			if e.lang != syntax.LangBash {
				out = out.assign(a.Name.Value, value{})
			}
			continue
		}
		if e.setVariable(a.Name.Value, e.span(a.Name)) {
			out = out.assign(a.Name.Value, v)
		}
	}
	if len(c.Args) == 0 {
		e.last = -1
		return out, out
	}
	words := e.fields(c.Args, st)
	if e.stopped {
		return out, out
	}
	if len(words) == 0 {
		e.refuseNode(c, "unknown-command", "What this runs is unknown: the words may expand to nothing.", "Write the program's name out.")
		return out, out
	}
	ok, fail = e.run(words, out, nil)
	return ok, fail
}

// assigned is the value that an assignment gives.
func (e *eval) assigned(a *syntax.Assign, st state) value {
	v := value{}
	w := Word{}
	if a.Value != nil {
		w = e.single(a.Value, st, inAssign)
	}
	switch {
	case w.Kind == Known:
		v = value{kind: valueKnown, text: w.Text}
	case w.Kind == OneUnknown && w.integer:
		v = value{kind: valueInteger}
	case w.Kind == OneUnknown && w.object && w.bare:
		v = value{kind: valueObject}
	}
	if a.Append {
		old, set := st.lookup(a.Name.Value)
		if !set || old.kind != valueKnown || v.kind != valueKnown {
			return value{}
		}
		v.text = old.text + v.text
	}
	return v
}

// setVariable judges the name of a shell variable that the line sets for itself.
func (e *eval) setVariable(name string, at Span) bool {
	if specialName(name) || e.lang == syntax.LangZsh && slices.Contains(zshSpecial, name) {
		e.refuse(at, "assignment", "Setting "+name+" changes what the shell or its programs do.", "Use another name.")
		return false
	}
	if !lowerName(name) {
		e.a.Assigns = append(e.a.Assigns, Assignment{at, name})
	}
	return true
}

func lowerName(name string) bool {
	for i := 0; i < len(name); i++ {
		c := name[i]
		if !(c >= 'a' && c <= 'z' || c == '_' || i > 0 && c >= '0' && c <= '9') {
			return false
		}
	}
	return name != "" && name != "_"
}

// specialName lists lower-case names that programs or shells read.
func specialName(name string) bool {
	switch name {
	case "histchars", "auto_resume", "http_proxy", "https_proxy", "ftp_proxy", "all_proxy", "no_proxy", "rsync_proxy", "_":
		return true
	}
	return strings.HasPrefix(name, "npm_config_") || strings.HasPrefix(name, "npm_package_")
}

var zshSpecial = []string{
	"path", "fpath", "cdpath", "manpath", "mailpath", "module_path", "fignore", "psvar", "watch", "prompt",
	"status", "pipestatus", "argv", "options", "commands", "functions", "aliases", "galiases", "saliases", "parameters", "modules",
	"signals", "dirstack", "history", "historywords", "jobtexts", "jobdirs", "jobstates", "nameddirs", "userdirs", "zsh_eval_context",
	"builtins", "reswords", "patchars", "funcstack", "funcfiletrace", "precmd_functions", "preexec_functions", "chpwd_functions",
	"periodic_functions", "zshaddhistory_functions", "zshexit_functions", "precmd", "preexec", "chpwd", "periodic", "zshexit", "keymaps", "widgets",
}

// decl walks export; the other declarations are refused.
func (e *eval) decl(c *syntax.DeclClause, st state) (ok, fail state) {
	for _, a := range c.Args {
		if a.Value != nil {
			e.single(a.Value, st, inAssign)
		}
		if a.Array != nil {
			for _, el := range a.Array.Elems {
				if el.Value != nil {
					e.single(el.Value, st, inAssign)
				}
			}
		}
	}
	e.last = -1
	if c.Variant.Value != "export" {
		e.refuseNode(c, "builtin-"+c.Variant.Value, c.Variant.Value+" can't be permitted.", "Assign lower-case variables plainly; export what the policy lists.")
		return st, st
	}
	if len(c.Args) == 0 {
		e.refuseNode(c, "builtin-export", "export without names prints the environment.", "")
		return st, st
	}
	for _, a := range c.Args {
		if a.Name == nil || a.Array != nil || a.Index != nil {
			e.refuseNode(a, "builtin-export", "export takes only names and plain values here.", "Write export NAME=value.")
			continue
		}
		if specialName(a.Name.Value) {
			e.setVariable(a.Name.Value, e.span(a.Name))
			continue
		}
		e.a.Assigns = append(e.a.Assigns, Assignment{e.span(a.Name), a.Name.Value})
		if !a.Naked {
			st = st.assign(a.Name.Value, e.assigned(a, st))
		}
		v, _ := st.lookup(a.Name.Value)
		e.environ(a.Name.Value, v, e.span(a), st)
	}
	return st, st
}

// run judges one argv: a builtin, a wrapper or a program.
func (e *eval) run(words []Word, st state, wrappers []string) (ok, fail state) {
	e.produced = printed{}
	name, isPath, good := e.programName(words[0])
	if !good {
		return st, st
	}
	if name != words[0].Text {
		words = slices.Clone(words)
		words[0].Text = name
	}
	if !isPath {
		if kind := builtinKind(name, e.lang); kind == builtinRefused {
			e.refuse(words[0].Span, "builtin-"+name, "The shell's own command "+name+" can't be permitted.", builtinHint(name))
			e.last = -1
			return st, st
		} else if kind == builtinListed && (name != "command" || commandLookup(words)) {
			return e.builtin(name, words, st, wrappers)
		}
	}
	t := tools.find(name)
	if t != nil && t.wraps != "" {
		if done, ok, fail := e.wrapper(t, words, st, wrappers); done {
			return ok, fail
		}
	}
	index := e.addCommand(words, st, wrappers)
	e.program(t, index, st)
	e.last = index
	return st, st
}

// programName is the bare name of a program on the trusted path.
func (e *eval) programName(w Word) (name string, isPath, ok bool) {
	switch {
	case w.Kind != Known:
		e.refuse(w.Span, "unknown-command", "Which program this runs is unknown.", "Write the program's name out.")
		return "", false, false
	case w.Text == "":
		e.refuse(w.Span, "unknown-command", "The program's name is empty.", "")
		return "", false, false
	case strings.IndexByte(w.Text, '/') < 0:
		return w.Text, false, true
	}
	clean := path.Clean(w.Text)
	if !path.IsAbs(w.Text) || strings.Contains(w.Text, "..") || !slices.Contains(trustedDirs, path.Dir(clean)) {
		e.refuse(w.Span, "untrusted-program", "Programs are named without a directory, or with one of /bin, /usr/bin, /usr/local/bin and /usr/local/go/bin.",
			"Use the bare name of an allowed program.")
		return "", false, false
	}
	return path.Base(clean), true, true
}

// addCommand records a command and returns its index.
func (e *eval) addCommand(words []Word, st state, wrappers []string) int {
	at := words[0].Span
	if end := words[len(words)-1].Span; end.Offset+end.Length > at.Offset+at.Length {
		at.Length = end.Offset + end.Length - at.Offset
	}
	e.a.Commands = append(e.a.Commands, Command{Span: at, Words: words, Wrappers: wrappers, Cwds: st.cwds, Text: commandText(words)})
	return len(e.a.Commands) - 1
}

// commandText spells an argv for people.
func commandText(words []Word) string {
	n := 0
	for i := range words {
		n += len(words[i].Text) + len(words[i].Glob) + 3
	}
	var b strings.Builder
	b.Grow(n)
	for i, w := range words {
		if i > 0 {
			b.WriteByte(' ')
		}
		switch w.Kind {
		case Known:
			writeQuoted(&b, w.Text)
		case Glob:
			b.WriteString(w.Glob)
		case OneUnknown:
			b.WriteString(w.prefix)
			b.WriteString("…")
		default:
			b.WriteString(w.prefix)
			b.WriteString("… …")
		}
	}
	return b.String()
}

func writeQuoted(b *strings.Builder, s string) {
	if s != "" && strings.IndexFunc(s, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_./=:,@%+", r) || r > 0x7f)
	}) < 0 {
		b.WriteString(s)
		return
	}
	b.WriteByte('\'')
	for {
		i := strings.IndexByte(s, '\'')
		if i < 0 {
			break
		}
		b.WriteString(s[:i])
		b.WriteString(`'\''`)
		s = s[i+1:]
	}
	b.WriteString(s)
	b.WriteByte('\'')
}
