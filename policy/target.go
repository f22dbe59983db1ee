package policy

import (
	"path"
	"strconv"
	"strings"

	"ambit/policy/paths"
	"ambit/policy/shell"
)

// target is one file that the action reads or writes, under every name that it may have: as written and cleaned, and with
// links resolved. A rule that permits must cover all of them, one that restricts needs one.
type target struct {
	named      string   // as the agent wrote it
	names      []string // absolute and clean; the first is the one to show
	folded     []string // the same, folded
	kind       string   // as the client says; "" is unknown
	repository string
	write      bool
	tree       bool
	visible    bool
	dots       bool
	glob       string // absolute pattern, folded; "" where names are all
	rest       string // what stands behind the target's directory in it
	linked     string // the same from where links lead; "" where that is no other place
	search     bool   // read by a searching tool
	listed     bool   // the tool tells names and sizes, not contents
	effect     *shell.FileEffect
	problem    *Finding // why it can't be judged
	hidden     bool     // with problem: it may be any file, a protected one too

	buf [4]string // names and folded of the usual target, without allocation
}

// findTargets lists the files of the action.
func (e *eval) findTargets() {
	a := &e.r.Action
	e.targets = e.targetBuf[:0]
	switch a.Name {
	case ActionFileRead, ActionFileWrite:
		write := a.Name == ActionFileWrite
		if a.Search != nil && !write && a.Path != "" {
			e.addSearch()
			break
		}
		if a.Path != "" && !strings.Contains(a.Path, "{") { // the usual one, without allocation
			e.addNamed(target{named: a.Path, write: write})
			break
		}
		names, _, excess := namesOf(a)
		e.addAll(names, write)
		e.addUnlisted(write, excess)
	case ActionPromptSubmit:
		names, resources, excess := namesOf(a)
		e.addAll(names, false)
		e.resources = resources
		e.addUnlisted(false, excess)
	case ActionShellExec:
		e.analyse()
	}
	// The small buffers inside may have moved while the list grew, so they are pointed at only now.
	for i := range e.targets {
		e.targets[i].fold()
	}
}

// analyse reads the command line once; every layer judges the same analysis.
func (e *eval) analyse() {
	res := &e.r.Resource
	e.line = shell.Analyse(line(&e.r.Action, res))
	if n := len(e.line.Files); n > len(e.targetBuf) {
		e.targets = make([]target, 0, n)
	}
	left := maxLineBytes
	for i := range e.line.Files {
		f := &e.line.Files[i]
		if left -= len(f.Path) + len(f.Glob); left < 0 {
			e.addUnlisted(true, "the names of the line's files come to more than "+strconv.Itoa(maxLineBytes>>10)+" KiB")
			break
		}
		t := target{named: f.Path, write: f.Write, tree: f.Tree, visible: f.Visible, dots: f.Dots, listed: f.Listed, effect: f}
		if f.Pattern {
			t.glob, t.rest = f.Glob, f.Rest
		}
		e.add(t, f.Path)
	}
}

// line is the action's command line and where it would run.
func line(a *Action, res *Resource) shell.Input {
	return shell.Input{Source: a.Command, Dialect: a.Shell, Cwd: res.Cwd, Root: res.Root, Home: res.Home, User: login(res.Home)}
}

// login guesses the name of the account whose home it is, for ~name.
func login(home string) string {
	if home == "" {
		return ""
	}
	return path.Base(home)
}

func (e *eval) join(named string) string {
	if j := paths.Join(e.r.Resource.Platform, e.r.Resource.Cwd, named); j != "" {
		return j
	}
	return named
}

// addNamed adds a file as a file tool or a prompt names it. "~/x" (and "~") counts both as a name in the working directory and as one in
// the home directory, because tools differ on it.
func (e *eval) addNamed(given target) {
	e.add(given, e.join(given.named))
	if given.named != "~" && !strings.HasPrefix(given.named, "~/") {
		return
	}
	if expanded, ok := inHome(given.named, e.r.Resource.Home); ok {
		given.named = expanded
		e.add(given, expanded)
		return
	}
	given.problem = &Finding{
		Control: "files", Rule: "home", Message: "the home directory that " + quote(given.named) + " names is not known",
		Hint: "write the path in full",
	}
	e.targets = append(e.targets, given)
}

func (e *eval) addAll(names []string, write bool) {
	for _, name := range names {
		e.addNamed(target{named: name, write: write})
	}
}

// addUnlisted stands for the files beyond a limit, which nobody has judged. excess says which; "" means that there are none.
func (e *eval) addUnlisted(write bool, excess string) {
	if excess == "" {
		return
	}
	e.targets = append(e.targets, target{write: write, problem: &Finding{
		Control: "files", Rule: "too-many", Message: excess, Hint: "name fewer at a time",
	}})
}

// add works out the names of a target. joined is its absolute name, not cleaned.
func (e *eval) add(given target, joined string) {
	res := &e.r.Resource
	lexical, err := paths.Lexical(res.Platform, res.Cwd, joined)
	if err == nil {
		err = paths.Check(res.Platform, given.named)
	}
	if err == nil && paths.Stream(lexical) {
		return
	}
	e.targets = append(e.targets, given)
	t := &e.targets[len(e.targets)-1]
	if err != nil {
		t.problem = &Finding{
			Control: "files", Rule: err.Code, Message: "the file name " + quote(t.named) + " " + err.Message,
			Hint: "name the file plainly, from the repository's root",
		}
		lexical = path.Clean(paths.Slash(res.Platform, joined))
	}
	t.buf[0] = lexical
	t.names = t.buf[:1]
	if err == nil {
		e.resolve(t, joined)
	}
}

// resolve adds what the client says that the name leads to.
func (e *eval) resolve(t *target, joined string) {
	files, res := e.r.Action.Files, &e.r.Resource
	for i := range files {
		f := &files[i]
		if f.Path != joined && f.Path != t.named {
			continue
		}
		t.kind, t.repository = f.Kind, f.Repository
		resolved, err := paths.Lexical(res.Platform, "", f.Resolved)
		switch {
		case f.Resolved == "" && !res.Resolves:
			e.unresolved = true
		case err != nil:
			t.problem = &Finding{
				Control: "files", Rule: "unresolved", Message: "where " + quote(t.named) + " leads could not be found out",
				Hint: "check the file's links",
			}
			t.hidden = e.mayHide(t)
		case resolved != t.names[0]:
			t.names = append(t.names, resolved)
			if t.glob != "" {
				t.linked = shell.GlobIn(resolved, t.rest)
			}
		}
		return
	}
	if e.unresolved = true; res.Resolves {
		t.problem = &Finding{
			Control: "files", Rule: "unresolved", Message: "the client did not resolve " + quote(t.named),
			Hint: "update the ambit client on this machine",
		}
		t.hidden = e.mayHide(t)
	}
}

// mayHide reports whether a file that a client should have resolved and didn't may be a protected one under another name: the agent
// may have made the link. What is only a guess to be a path, and what a person mentions in a prompt, mostly is no file at all.
func (e *eval) mayHide(t *target) bool {
	return e.r.Resource.Resolves && e.r.Action.Name != ActionPromptSubmit && (t.effect == nil || !t.effect.Guess)
}

// fold fills in the folded names, sharing those that folding doesn't change.
func (t *target) fold() {
	if len(t.names) == 0 {
		return
	}
	if len(t.names) <= 2 {
		copy(t.buf[:], t.names)
		t.names, t.folded = t.buf[:len(t.names):2], t.buf[2:2]
	}
	for _, n := range t.names {
		t.folded = append(t.folded, paths.Fold(n))
	}
	t.glob, t.linked = paths.Fold(t.glob), paths.Fold(t.linked)
}
