package shell

import (
	"path"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

type builtinClass uint8

const (
	builtinNone    builtinClass = iota // not the shell's: a program that a pattern must allow
	builtinListed                      // the closed list: allowed with the forms that builtin checks
	builtinRefused                     // no pattern can allow it
)

// builtinKind sorts the shell's own commands.
func builtinKind(name string, lang syntax.LangVariant) builtinClass {
	switch name {
	case "cd", "pwd", "echo", "printf", "true", "false", ":", "test", "[", "exit", "set", "wait", "command", "type", "export", "break", "continue":
		return builtinListed
	case "eval", "source", ".", "exec", "alias", "unalias", "trap", "coproc", "enable", "hash", "shopt", "bind", "complete", "compgen",
		"compopt", "mapfile", "readarray", "fc", "history", "bg", "fg", "jobs", "disown", "suspend", "pushd", "popd", "dirs", "read",
		"unset", "declare", "typeset", "local", "readonly", "let", "getopts", "builtin", "caller", "logout", "shift", "return", "function",
		"times", "ulimit", "umask", "select", "until", "while", "repeat", "foreach", "exec{":
		return builtinRefused
	}
	if lang == syntax.LangZsh && slices.Contains(zshRefused, name) {
		return builtinRefused
	}
	return builtinNone
}

var zshRefused = []string{
	"-", "noglob", "nocorrect", "zmodload", "emulate", "autoload", "functions", "sched", "print", "vared", "zle",
	"zstyle", "zparseopts", "zcompile", "zformat", "zpty", "zsocket", "ztcp", "zftp", "zselect", "zregexparse", "bindkey", "limit",
	"unlimit", "rehash", "unhash", "unfunction", "unsetopt", "setopt", "whence", "where", "which", "ttyctl", "stat", "zstat", "strftime",
	"syserror", "sysopen", "sysread", "syswrite", "sysseek", "zsystem", "cap", "clone", "comparguments", "compadd", "comparguments",
	"compcall", "compctl", "compdescribe", "compfiles", "compgroups", "compquote", "compset", "comptags", "comptry", "compvalues",
	"echotc", "echoti", "float", "integer", "getln", "pushln", "private", "end", "nameref", "bye", "chdir", "kill", "log", "r", "getcap", "setcap",
	"zcurses", "zdelattr", "zgetattr", "zlistattr", "zsetattr", "zf_chmod", "zf_rm", "zprof", "ztie", "zuntie", "zgdbmpath", "pcre_compile",
	"pcre_match", "pcre_study", "example", "hashinfo", "mem", "patdebug",
}

func builtinHint(name string) string {
	switch name {
	case "eval", "exec":
		return "Write the command itself."
	case "source", ".":
		return "Run an allowed program instead of reading commands from a file."
	case "pushd", "popd":
		return "Use cd."
	case "read":
		return "Loop over words that are written out, or use xargs or find -exec where the policy lists them."
	}
	return ""
}

// commandLookup reports "command -v NAME", which only looks a name up.
func commandLookup(words []Word) bool {
	return len(words) >= 2 && words[1].Kind == Known && (words[1].Text == "-v" || words[1].Text == "-V")
}

// builtin judges the closed list.
func (e *eval) builtin(name string, words []Word, st state, wrappers []string) (ok, fail state) {
	if name == "export" {
		// sh parses export as an ordinary command; only names and plain values may stand there.
		return e.exportCall(words, st)
	}
	index := e.addCommand(words, st, wrappers)
	c := &e.a.Commands[index]
	c.Builtin, c.Known, c.reads = true, true, true
	for i := 1; i < len(words); i++ {
		c.operands = append(c.operands, i)
	}
	e.last = index
	switch name {
	case "cd":
		return e.changeDir(words, st, index)
	case "printf":
		if len(words) > 1 && (words[1].Kind != Known || strings.HasPrefix(words[1].Text, "-") && words[1].Text != "--" && words[1].Text != "-") {
			e.refuse(words[1].Span, "builtin-printf", "printf takes options or an unknown format here; -v sets a variable.", "Begin with a format in quotes, like '%s\\n'.")
		}
	case "test", "[":
		e.testBuiltin(words, st, index)
	case "set":
		e.setOptions(words)
	case "exit", "break", "continue", "wait":
		for _, w := range words[1:] {
			if !integerWord(w) && !(w.Kind == OneUnknown && w.integer) && !((name == "wait" || name == "exit") && w.lastJob) && !(name == "wait" && w.Kind == Known && allDigits([]byte(strings.TrimPrefix(w.Text, "%")))) {
				e.refuse(w.Span, "builtin-"+name, name+" takes only a number here.", "")
			}
		}
	case "command", "type":
		for _, w := range words[1:] {
			if w.Kind == ManyUnknown {
				e.refuse(w.Span, "unknown-word", "Which words stand here is unknown.", "Put it in double quotes.")
			}
		}
	}
	return st, st
}

func (e *eval) exportCall(words []Word, st state) (ok, fail state) {
	e.last = -1
	if len(words) == 1 {
		e.refuse(words[0].Span, "builtin-export", "export without names prints the environment.", "")
	}
	for _, w := range words[1:] {
		name, text, set := strings.Cut(w.Text, "=")
		if w.Kind == OneUnknown {
			name, _, set = strings.Cut(w.prefix, "=")
		}
		if w.Kind > OneUnknown || !syntax.ValidName(name) || w.Kind == OneUnknown && !set {
			e.refuse(w.Span, "builtin-export", "export takes only names and plain values here.", "Write export NAME=value.")
			continue
		}
		e.a.Assigns = append(e.a.Assigns, Assignment{w.Span, name})
		switch {
		case w.Kind == Known && set:
			st = st.assign(name, value{kind: valueKnown, text: text})
		case set:
			st = st.assign(name, value{})
		}
		v, _ := st.lookup(name)
		e.environ(name, v, w.Span, st)
	}
	return st, st
}

// setOptions permits only the options that make a script stricter or more talkative.
func (e *eval) setOptions(words []Word) {
	wantName := false
	for _, w := range words[1:] {
		if w.Kind != Known {
			e.refuse(w.Span, "builtin-set", "What set changes is unknown.", "Write its options out.")
			return
		}
		switch {
		case wantName:
			wantName = false
			if w.Text != "pipefail" && w.Text != "errexit" && w.Text != "nounset" && w.Text != "xtrace" {
				e.refuse(w.Span, "builtin-set", "set may only switch errexit, nounset, xtrace and pipefail.", "")
			}
		case len(w.Text) > 1 && (w.Text[0] == '-' || w.Text[0] == '+') && strings.Trim(w.Text[1:], "euxo") == "":
			n := strings.Count(w.Text, "o")
			if n > 1 {
				e.refuse(w.Span, "builtin-set", "set takes -o once in a word.", "")
			}
			wantName = n == 1
		default:
			e.refuse(w.Span, "builtin-set", "set may only switch e, u, x and -o pipefail.", "")
		}
	}
}

// changeDir follows cd. On failure the directory stays; so both states go on.
func (e *eval) changeDir(words []Word, st state, index int) (ok, fail state) {
	physical := false
	i := 1
	for ; i < len(words); i++ {
		w := words[i]
		if w.Kind != Known || len(w.Text) < 2 || w.Text[0] != '-' {
			break
		}
		if w.Text == "--" {
			i++
			break
		}
		if strings.Trim(w.Text[1:], "LPe") != "" {
			e.refuse(w.Span, "builtin-cd", "cd takes only -L, -P and -e here.", "")
			return st, st
		}
		physical = physical || strings.Contains(w.Text, "P")
	}
	var target string
	var at Span
	switch {
	case i == len(words)-1 && words[i].top:
		return e.enterTop(words[i].Span, st, index)
	case i == len(words):
		at = words[0].Span
		if v := e.variable("HOME", st); v.kind == valueKnown {
			target = v.text
		}
	case i == len(words)-1 && words[i].Kind == Known:
		target, at = words[i].Text, words[i].Span
	default:
		e.refuse(words[i].Span, "unknown-directory", "Which directory cd enters is unknown.", "Write one directory out.")
		return st, st
	}
	if target == "" || target == "-" || e.lang == syntax.LangZsh && (strings.HasPrefix(target, "+") || strings.HasPrefix(target, "-")) {
		e.refuse(at, "unknown-directory", "Which directory cd enters is unknown.", "Write the directory out.")
		return st, st
	}
	if len(st.cwds) == 0 && !path.IsAbs(target) {
		e.refuse(at, "unknown-directory", "The directory that cd starts from is unknown.", "Use an absolute path.")
		return st, st
	}
	e.fileEffect(Word{Span: at, Text: target}, e.returning(target, st), effect{command: index, word: -1})
	var dirs []string
	for _, full := range st.join(target) {
		if !physical {
			dirs = append(dirs, path.Clean(full))
		}
		if physical || dotDotBehindName(target) {
			dirs = append(dirs, full)
		}
	}
	slices.Sort(dirs)
	if dirs = slices.Compact(dirs); len(dirs) > maxDirs {
		e.refuse(at, "limit", "The command may run in too many different directories.", "Use fewer cd.")
		return st, st
	}
	ok = st
	ok.cwds = dirs
	return ok, st
}

// returning leaves out, for a cd that ends the line, where it would leave the repository only because an earlier cd failed:
// "cd internal; go test .; cd ..". Nothing of the line runs there.
func (e *eval) returning(target string, st state) state {
	root := state{cwds: []string{path.Clean(e.in.Root)}}
	if !e.ending || !path.IsAbs(e.in.Root) {
		return st
	}
	back := st
	back.cwds = slices.DeleteFunc(slices.Clone(st.cwds), func(dir string) bool { return root.outside(joinPath(dir, target)) })
	if len(back.cwds) == 0 {
		return st
	}
	return back
}

const maxDirs = 32

// dotDotBehindName reports "link/..": by name that is where it began, by the file system it is the link's target's parent.
func dotDotBehindName(p string) bool {
	named := false
	for _, c := range strings.Split(p, "/") {
		switch c {
		case "", ".":
		case "..":
			if named {
				return true
			}
		default:
			named = true
		}
	}
	return false
}
