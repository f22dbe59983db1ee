package policy

import (
	"path"
	"strings"

	"ambit/policy/paths"
	"ambit/policy/shell"
)

// generalFiles judges what holds for files whatever the layers say.
func (e *eval) generalFiles() {
	for i := range e.targets {
		t := &e.targets[i]
		if e.literal(t) {
			continue
		}
		if t.problem != nil {
			f := *t.problem
			f.At = t.span()
			e.refuse(t.hidden, f)
		} else {
			e.generalKind(t)
		}
		e.generalNames(t) // also of a file that can't be judged: what its name says holds in any case
	}
}

// generalKind refuses files that are not files.
func (e *eval) generalKind(t *target) {
	switch t.kind {
	case "", paths.KindFile, paths.KindMissing:
		return
	case paths.KindDir:
		if e.r.Action.Name != ActionFileWrite {
			return
		}
	}
	e.refuse(false, Finding{Control: "files", Rule: "kind", At: t.span(), Message: quote(t.names[0]) + " is not a regular file but a " + t.kind})
}

// generalNames refuses protected names and credentials, in monitor mode too.
func (e *eval) generalNames(t *target) {
	if t.write && e.writesHead(t) {
		e.refuse(true, Finding{
			Control: "files", Rule: "HEAD", At: t.span(),
			Message: quote(t.shown()) + " can't be written: a file HEAD makes Git take its directory for a repository and run what the config there names",
			Hint:    "use another name, or ask a person to make this change by hand",
		})
		return
	}
	for _, name := range t.folded {
		if t.write && !e.plan(t, name) {
			which, hit := paths.Protected(name)
			if !hit && t.tree && !t.visible && e.holdsRoot(name) {
				which, hit = ".git", true
			}
			for _, glob := range [...]string{t.glob, t.linked} {
				if !hit && glob != "" {
					if which, hit = paths.Protected(strings.ReplaceAll(glob, `\`, "")); !hit {
						which, hit = protectedByPattern(glob, t.dots, e.holdsRoot(name))
					}
				}
			}
			if hit {
				e.refuse(true, Finding{
					Control: "files", Rule: which, At: t.span(),
					Message: quote(t.names[0]) + " can't be written: " + which + " is always protected, because it changes what runs later",
					Hint:    "ask a person to make this change by hand",
				})
				return
			}
		}
		if which, hit := paths.Credential(name); hit {
			e.refuse(true, Finding{
				Control: "files", Rule: which, At: t.span(),
				Message: quote(t.names[0]) + " holds credentials of an agent or of Ambit, which nobody's agent may read",
			})
			return
		}
		if dotDotPattern(t.named) {
			e.refuse(false, Finding{
				Control: "files", Rule: "pattern", At: t.span(),
				Message: "the pattern " + quote(t.named) + " may stand for the parent directory",
			})
			return
		}
	}
}

// protectedByPattern reports a protected name that a component of a pattern may stand for: ".claud?". What any name fits, "*" and
// "**", is judged as a tree is; "*.json" counts for names that begin with a dot, which it only matches where wildcards do, and only
// from the repository's top.
func protectedByPattern(glob string, dots, top bool) (string, bool) {
	comps := strings.Split(strings.Trim(glob, "/"), "/")
	for _, name := range paths.ProtectedNames() {
		parts := strings.Split(name, "/")
		for i := 0; i+len(parts) <= len(comps); i++ {
			if standsFor(comps[i:i+len(parts)], parts, dots, top) {
				return name, true
			}
		}
	}
	return "", false
}

func standsFor(comps, parts []string, dots, top bool) bool {
	wild := false
	for i, c := range comps {
		if !strings.ContainsAny(c, "*?[") {
			if strings.ReplaceAll(c, `\`, "") != parts[i] {
				return false
			}
			continue
		}
		if anyName(c) || extensionOnly(c) && !(top && dots && parts[i][0] == '.') || !shell.GlobsOverlap("/"+c, "/"+parts[i], dots) {
			return false
		}
		wild = true
	}
	return wild
}

func anyName(component string) bool { return component == "*" || component == "**" }

// extensionOnly reports a component like *.json.
func extensionOnly(component string) bool {
	rest, ok := strings.CutPrefix(component, "*.")
	return ok && !strings.ContainsAny(rest, "*?[")
}

// plan reports whether the name is that of a plan, which the client keeps among its settings. Patterns may stand for more.
func (e *eval) plan(t *target, folded string) bool {
	home := &e.places.foldedHome
	return t.glob == "" && (paths.Plan(home[0], folded) || paths.Plan(home[1], folded))
}

// writesHead reports a write to a file HEAD, also by a pattern that may stand for it and for few others. A directory of that name is harmless.
func (e *eval) writesHead(t *target) bool {
	cased := e.r.Resource.CaseSensitive
	if t.effect != nil {
		if c := t.effect.Command; c >= 0 && e.line.Commands[c].Words[0].Text == "mkdir" {
			return false
		}
		if t.effect.Pattern {
			base := path.Base(t.effect.Glob)
			return paths.RepositoryHead(t.effect.Glob, cased) || strings.ContainsAny(base, "*?[") && !anyName(base) && !extensionOnly(base) &&
				(shell.GlobsOverlap("/"+base, "/HEAD", true) || !cased && shell.GlobsOverlap("/"+paths.Fold(base), "/head", true))
		}
	}
	for _, name := range t.names {
		if paths.RepositoryHead(name, cased) {
			return true
		}
	}
	return false
}

// dotDotPattern reports whether a component with wildcards can spell "..".
func dotDotPattern(named string) bool {
	if !strings.ContainsAny(named, "[*?") {
		return false
	}
	for c := range strings.SplitSeq(named, "/") {
		if c == ".." || c == "" || c[0] != '[' && c[0] != '.' {
			continue
		}
		if ok, err := path.Match(c, ".."); ok && err == nil {
			return true
		}
	}
	return false
}

func (t *target) span() *Span {
	if t.effect == nil {
		return nil
	}
	return &Span{t.effect.Offset, t.effect.Length}
}

// judgeFiles asks one layer about every file of the action.
func (e *eval) judgeFiles(l *layer) {
	if l.files == nil && !l.base {
		return
	}
	for i := range e.targets {
		t := &e.targets[i]
		if t.problem != nil || e.literal(t) {
			continue
		}
		if l.files == nil {
			e.object(l, false, Finding{
				Control: "files", Rule: "closed", At: t.span(), Relaxed: e.relaxFile(t),
				Message: "layer " + l.name + " opens no files", Hint: "an administrator can list directories under files",
			})
			continue
		}
		if rule, protect, hit := l.files.forbidden(e, t); hit {
			e.object(l, false, forbiddenFile(l, t, rule, protect))
			continue
		}
		if l.files.silent(t) {
			continue
		}
		if rule, ok := l.files.permits(e, t); ok {
			e.approve(rule)
			continue
		}
		e.object(l, false, e.closedFile(l, t))
	}
}

func forbiddenFile(l *layer, t *target, rule string, protect bool) Finding {
	f := Finding{Control: "files", Rule: rule, At: t.span()}
	switch {
	case protect:
		f.Message = "writing " + quote(t.shown()) + " is refused: `" + rule + "` is protected by layer " + l.name
		f.Hint = "it may be read; a person can make this change by hand"
	case t.tree || t.glob != "":
		f.Message = quote(t.shown()) + " may touch `" + rule + "`, which layer " + l.name + " denies"
		f.Hint = "name files or directories that don't hold it; searches by rg and git grep leave hidden files out"
		if t.search {
			f.Hint = "search a directory that doesn't hold it, or with a glob or type that leaves it out, such as *.go; a search that only lists files may find it"
		}
	default:
		f.Message = verb(t) + " " + quote(t.shown()) + " is denied by `" + rule + "` of layer " + l.name
	}
	return f
}

func (e *eval) closedFile(l *layer, t *target) Finding {
	f := Finding{Control: "files", Rule: "not-listed", At: t.span(), Relaxed: e.relaxFile(t)}
	list := l.files.read
	if t.write {
		list = l.files.write
	}
	f.Message = verb(t) + " " + quote(t.shown()) + " is outside the directories that layer " + l.name + " opens"
	if len(t.names) > 1 && coveredBy(e, list, t.names[0], false) >= 0 {
		f.Message += ": it leads to " + quote(t.names[len(t.names)-1])
	}
	f.Hint = e.openDirectories(list, t.write)
	return f
}

// openDirectories tells which directories would do, and which of them can't because nobody knows where they are.
func (e *eval) openDirectories(list []pathRule, write bool) string {
	if len(list) == 0 {
		return "this layer opens none"
	}
	var b strings.Builder
	b.WriteString(map[bool]string{false: "open for reading: ", true: "open for writing: "}[write])
	for i := range list {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(list[i].text)
		if !e.places.known(list[i].base) {
			b.WriteString(" (not known here)")
		}
	}
	return b.String()
}

func verb(t *target) string {
	if t.write {
		return "writing"
	}
	return "reading"
}

// shown is the name for sentences: as a pattern where it is one.
func (t *target) shown() string {
	switch {
	case t.effect != nil && t.effect.Pattern:
		return t.effect.Glob
	case t.search && t.glob != "":
		return t.glob
	}
	return t.names[0]
}

// literal reports whether the allow pattern of the base layer names the word itself, of which it is only a guess that it is a
// path: then it is a word that an administrator wrote.
func (e *eval) literal(t *target) bool {
	return t.effect != nil && t.effect.Guess && e.baseVerdict.Literal(t.effect)
}
