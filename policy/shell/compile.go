package shell

import (
	"fmt"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// RuleSet is a compiled RuleSpec; goroutine-safe.
type RuleSet struct {
	allow    map[string][]*rule // by the program's name
	deny     map[string][]*rule
	wrappers []string
	env      []string
}

type rule struct {
	text   string
	elems  []element
	name   []string // alternatives of the first word
	url    []urlPattern
	opaque bool
	tail   bool // has "**"
}

// CompileRules compiles a layer's patterns. With a problem that is not a warning the RuleSet is nil.
func CompileRules(spec RuleSpec) (*RuleSet, []RuleProblem) {
	rs := &RuleSet{allow: map[string][]*rule{}, deny: map[string][]*rule{}}
	var problems []RuleProblem
	add := func(list string, i int, p *RuleProblem) {
		p.List, p.Index = list, i
		problems = append(problems, *p)
	}
	for i, a := range spec.Allow {
		r, p := compileRule(a.Pattern)
		if p == nil {
			p = checkAllow(r, a)
		}
		if p != nil {
			add("allow", i, p)
			if !p.Warning {
				continue
			}
		}
		r.opaque = a.Opaque
		for _, n := range r.name {
			rs.allow[n] = append(rs.allow[n], r)
		}
	}
	for i, d := range spec.Deny {
		r, p := compileRule(d)
		if p != nil {
			add("deny", i, p)
			continue
		}
		for _, n := range r.name {
			rs.deny[n] = append(rs.deny[n], r)
		}
	}
	for i, w := range spec.Wrappers {
		if !slices.Contains(knownWrappers, w) {
			add("wrappers", i, &RuleProblem{Message: fmt.Sprintf("%q is no wrapper that can be analysed", w), Expected: "one of " + strings.Join(knownWrappers, ", ")})
			continue
		}
		rs.wrappers = append(rs.wrappers, w)
	}
	for i, name := range spec.Env {
		switch {
		case !syntax.ValidName(name):
			add("env", i, &RuleProblem{Message: fmt.Sprintf("%q is no name of a variable", name), Expected: "a name like CI"})
		case loaderVariable(name):
			add("env", i, &RuleProblem{Message: name + " decides which programs or code run, so no line may set it", Expected: "another variable"})
		default:
			rs.env = append(rs.env, name)
		}
	}
	for _, p := range problems {
		if !p.Warning {
			return nil, problems
		}
	}
	return rs, problems
}

var knownWrappers = []string{"time", "timeout", "nice", "nohup", "stdbuf", "setsid", "ionice", "env", "command", "xargs", "find -exec", "watch"}

// loaderVariable lists variables by which a shell or loader takes code or programs from elsewhere.
func loaderVariable(name string) bool {
	switch name {
	case "PATH", "IFS", "ENV", "BASH_ENV", "SHELLOPTS", "BASHOPTS", "PS4", "PROMPT_COMMAND", "CDPATH", "HOME", "ZDOTDIR", "GCONV_PATH", "LOCPATH", "NLSPATH":
		return true
	}
	return strings.HasPrefix(name, "LD_") || strings.HasPrefix(name, "DYLD_") || strings.HasPrefix(name, "BASH_FUNC")
}

// interpreters run whatever their operands hold.
var interpreters = []string{
	"sh", "bash", "dash", "zsh", "ksh", "fish", "rbash", "ash", "csh", "tcsh", "busybox", "toybox", "python", "python2",
	"python3", "perl", "ruby", "node", "deno", "bun", "php", "lua", "tclsh", "osascript", "pwsh", "powershell", "cmd", "sudo", "doas", "su",
	"ssh", "parallel", "script", "flock", "strace", "ltrace", "gdb", "at", "batch", "systemd-run", "nsenter", "unshare", "chroot", "env", "xargs",
	"time", "timeout", "nice", "nohup", "stdbuf", "setsid", "ionice", "watch", "command", "eval", "exec", "source", "vim", "vi", "emacs", "nano", "ed", "ex",
	"java", "jshell", "groovy", "scala", "kotlin", "Rscript", "R", "julia", "octave", "runghc", "elixir", "erl", "swift", "dotnet", "mono", "guile",
	"sbcl", "racket", "ocaml", "ts-node", "tsx", "m4", "nvim", "view", "vimdiff", "psql", "mysql", "sqlite3", "redis-cli", "mongosh", "gnuplot",
	"firejail", "bwrap", "fakeroot", "proot", "unbuffer", "xvfb-run", "dbus-run-session", "setpriv", "capsh", "run-parts", "crontab", "socat", "nc", "ncat",
	"expect", "screen", "tmux", "entr", "setarch", "taskset", "chrt", "runuser", "pkexec", "wsl", "npx", "uv", "uvx", "pipx", "bunx", "pnpx",
}

// checkAllow refuses patterns that would permit anything by accident.
func checkAllow(r *rule, a AllowRule) *RuleProblem {
	for _, n := range r.name {
		if strings.Contains(n, "/") {
			return &RuleProblem{Message: "programs are named without a directory", Expected: "the bare name; absolute paths in trusted directories match it too"}
		}
		if builtinKind(n, syntax.LangBash) == builtinRefused {
			return &RuleProblem{Message: fmt.Sprintf("%q is a command of the shell itself that no pattern can permit", n), Expected: "a program"}
		}
		if !slices.Contains(interpreters, n) || a.Dangerous || !r.tail {
			continue
		}
		if literalSub(r) {
			continue
		}
		return &RuleProblem{Message: fmt.Sprintf("%q followed by ** would permit any code", n), Expected: "the words written out, or dangerous: true"}
	}
	return nil
}

// literalSub reports whether words that pin down what runs stand between the interpreter's name and "**":
// "python -m pytest **", "uv run ruff **", "npx tsc **".
func literalSub(r *rule) bool {
	want := 1
	for _, n := range r.name {
		switch {
		case strings.HasPrefix(n, "python") || n == "uv":
			want = 2
		case n != "npx" && n != "bunx" && n != "uvx" && n != "pnpx" && n != "pipx":
			return false
		}
	}
	words := 0
	for _, el := range r.elems[1:] {
		if el.kind != elemWord {
			break
		}
		for _, alt := range el.alts {
			for _, w := range alt {
				if w.star || w.slot != 0 {
					return false
				}
			}
			if words > 0 && want == 2 && slices.Contains(interpreters, alt[len(alt)-1].text) {
				return false
			}
		}
		words++
	}
	return words >= want
}
