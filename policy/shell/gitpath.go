package shell

import (
	"path"
	"slices"
	"strings"
)

// fromTop adds the repository's top to the directories that a path may start in: where a command runs below it, Git reads
// HEAD:path, ":/path" and what stands for the whole work tree from there. Every directory on the way up counts, because one
// repository may lie in another. Where the top isn't known, the directory that the
// line starts in takes its place.
func (e *eval) fromTop(st state) state {
	top := e.in.Root
	if top == "" {
		top = e.in.Cwd
	}
	if !path.IsAbs(top) {
		return st
	}
	all := slices.Clone(st.cwds)
	for _, d := range st.cwds {
		for strings.HasPrefix(path.Clean(d), strings.TrimSuffix(path.Clean(top), "/")+"/") {
			d = path.Dir(path.Clean(d))
			all = append(all, d)
		}
	}
	slices.Sort(all)
	st.cwds = slices.Compact(all)
	return st
}

// cutRevision divides REV:path at the first colon that is not in braces, as Git does: a date or a search has colons of its own.
func cutRevision(text string) (rev, path string, ok bool) {
	depth := 0
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '{':
			depth++
		case c == '}' && depth > 0:
			depth--
		case c == ':' && depth == 0:
			return text[:i], text[i+1:], true
		}
	}
	return text, "", false
}

// rangeEnds judges the ends of a range of their own: HEAD:a..HEAD:b names two files.
func (k *classifier) rangeEnds(v Word, st state, how effect) {
	if !strings.Contains(v.Text, "..") || !strings.Contains(v.Text, ":") {
		return
	}
	for _, end := range strings.Split(v.Text, "..") {
		if rev, p, ok := cutRevision(strings.TrimPrefix(end, ".")); ok && rev != "" && p != "" {
			k.e.fileEffect(Word{Span: v.Span, Text: p}, k.e.fromTop(st), how)
		}
	}
}

// enterTop follows cd "$(git rev-parse --show-toplevel)". Which repository that is, where several lie in one another, nobody knows
// here, and where Git fails cd stays.
func (e *eval) enterTop(at Span, st state, index int) (ok, fail state) {
	ok = e.fromTop(st)
	if len(ok.cwds) > maxDirs {
		e.refuse(at, "limit", "The command may run in too many different directories.", "Use fewer cd.")
		return st, st
	}
	for _, d := range ok.cwds {
		e.fileEffect(Word{Span: at, Text: d}, st, effect{command: index, word: -1})
	}
	return ok, st
}

// printsTop reports that a substitution ran nothing but "git rev-parse --show-toplevel", somewhere below the top that the caller named.
// from is the number of commands that were known before the substitution.
func (e *eval) printsTop(from int, st state) bool {
	if len(e.a.Commands) != from+1 || e.in.Root == "" || len(st.cwds) == 0 {
		return false
	}
	c := &e.a.Commands[from]
	if commandText(c.Words) != "git rev-parse --show-toplevel" || len(c.Wrappers) > 0 || !slices.Equal(c.Cwds, st.cwds) {
		return false
	}
	for _, d := range st.cwds {
		if !strings.HasPrefix(path.Clean(d)+"/", strings.TrimSuffix(path.Clean(e.in.Root), "/")+"/") {
			return false
		}
	}
	return !slices.ContainsFunc(e.a.Assigns, func(a Assignment) bool { return strings.HasPrefix(a.Name, "GIT_") })
}

// atTop reports that the line surely is in the repository's top directory.
func (e *eval) atTop(st state) bool {
	return len(st.cwds) == 1 && e.in.Root != "" && path.Clean(st.cwds[0]) == path.Clean(e.in.Root)
}

// revision: REV:path names a file's content in the history; anything else may be a revision or a path.
func (k *classifier) revision(v Word, st state, how effect) {
	if v.Kind == Known {
		k.rangeEnds(v, st, how)
		if rev, p, ok := cutRevision(v.Text); ok {
			k.content(v, p, st, how)
			if !k.maybePathspec(v.Text, rev, p, how.word) {
				return
			}
		}
	}
	k.pathspec(classRevision, v, st, how)
}

// content judges the path of REV:path or, with a stage's number in front, of :0:path.
func (k *classifier) content(v Word, p string, st state, how effect) {
	if len(p) > 1 && p[0] >= '0' && p[0] <= '3' && p[1] == ':' {
		p = p[2:]
	}
	if p == "" || v.Text[0] == ':' && p[0] == '/' { // ":/text" looks for a commit by its message
		return
	}
	if !strings.HasPrefix(p, "./") && !strings.HasPrefix(p, "../") {
		st = k.e.fromTop(st)
	}
	v.Text = p
	k.e.fileEffect(v, st, how)
}

// maybePathspec reports that a word of the form REV:path may be taken for a pathspec, which then names other files.
func (k *classifier) maybePathspec(text, rev, p string, word int) bool {
	return k.end > 0 && word > k.end || strings.ContainsAny(text, `*?[\`) || strings.Contains(text, "/../") ||
		rev == "" && p != "" && strings.IndexByte("(/!^:", p[0]) >= 0
}

// onlyRevision reports an operand that can't be a file to change: it stands in front of "--", or first and is a name that Git
// gives to commits. A file HEAD may never be written, so nobody means one.
func (k *classifier) onlyRevision(c class, i int, text string) bool {
	return c == classRevision && (i < k.end || k.end == 0 && i == k.operands[k.base] && ownRevision(text))
}

// ownRevision reports HEAD, @, FETCH_HEAD, stash@{0} and what "~", "^" and "@{…}" make of them.
func ownRevision(text string) bool {
	end := strings.IndexAny(text, "~^@")
	if end < 0 {
		end = len(text)
	}
	name, rest := text[:end], text[end:]
	if name == "" {
		rest = strings.TrimPrefix(rest, "@")
		if strings.HasPrefix(rest, "{") {
			rest = "@" + rest
		}
		name = "HEAD"
	}
	if name != "HEAD" && !strings.HasSuffix(name, "_HEAD") && !(name == "stash" && rest != "") || strings.Contains(name, "/") {
		return false
	}
	for rest != "" {
		inside, after, closed := strings.Cut(rest, "}")
		switch {
		case (strings.HasPrefix(rest, "@{") || strings.HasPrefix(rest, "^{")) && closed && !strings.ContainsAny(inside, `/\*?[`):
			rest = after
		case rest[0] == '~' || rest[0] == '^':
			rest = strings.TrimLeft(rest[1:], "0123456789")
		default:
			return false
		}
	}
	return text != ""
}

// gitDir records a directory that becomes a repository itself: the file HEAD makes Git take it for one and obey its settings.
func (k *classifier) gitDir(v Word, st state, how effect) {
	k.file(classWriteTree, v, st, how, false)
	if v.Text = strings.TrimSuffix(v.Text, "/") + "/HEAD"; v.Kind == Glob {
		v.Text, v.Glob = globDir(v.Glob), strings.TrimSuffix(v.Glob, "/")+"/HEAD"
	}
	k.file(classWrite, v, st, how, false)
}
