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

// revision: REV:path names a file's content in the history; anything else may be a revision or a path.
func (k *classifier) revision(v Word, st state, how effect) {
	if v.Kind == Known {
		k.rangeEnds(v, st, how)
		if rev, p, ok := cutRevision(v.Text); ok {
			if rev == "" && (strings.HasPrefix(p, "(") || strings.HasPrefix(p, "!") || strings.HasPrefix(p, "^") || strings.HasPrefix(p, "/")) {
				k.pathspec(v, st, how)
				return
			}
			if len(p) > 1 && p[0] >= '0' && p[0] <= '3' && p[1] == ':' {
				p = p[2:]
			}
			if p == "" {
				return
			}
			if !strings.HasPrefix(p, "./") && !strings.HasPrefix(p, "../") {
				st = k.e.fromTop(st)
			}
			v.Text = p
			k.e.fileEffect(v, st, how)
			return
		}
	}
	k.pathspec(v, st, how)
}

// pathspec: magic is taken off; a quoted wildcard matches across directories.
func (k *classifier) pathspec(v Word, st state, how effect) {
	if v.Kind == Glob {
		k.e.fileEffect(v, st, how)
		return
	}
	t := v.Text
	if strings.HasPrefix(t, ":") {
		switch {
		case strings.HasPrefix(t, ":(exclude)"), strings.HasPrefix(t, ":!"), strings.HasPrefix(t, ":^"):
			return
		case strings.HasPrefix(t, ":/"):
			t, st = t[2:], k.e.fromTop(st)
		case strings.HasPrefix(t, ":(top)"):
			t, st = t[len(":(top)"):], k.e.fromTop(st)
		case strings.HasPrefix(t, ":(glob)"):
			t = t[len(":(glob)"):]
		case strings.HasPrefix(t, ":(literal)"):
			t = t[len(":(literal)"):]
		case strings.HasPrefix(t, ":(icase)"):
			t = t[len(":(icase)"):]
		default:
			k.e.refuse(v.Span, "pathspec", "This kind of pathspec can't be analysed.", "Name the paths.")
			return
		}
		if t == "" {
			t = "."
		}
	}
	v.Text = t
	if !hasWildcard(t) || strings.HasPrefix(t, "HEAD") || strings.HasPrefix(t, "stash@") {
		k.e.fileEffect(v, st, how)
		return
	}
	// "*" crosses directories here, so each one may stand for any number of components.
	g := Word{Span: v.Span, Kind: Glob, Text: globDir(t), dots: true, tree: true}
	dir, last := "", t
	if i := strings.LastIndexByte(t, '/'); i >= 0 {
		dir, last = t[:i+1], t[i+1:]
	}
	switch {
	case hasWildcard(dir) || strings.HasPrefix(last, "*"):
		// No narrower than the command without a pathspec, which is judged by its directory.
		dir := globDir(t)
		if dir == "" {
			dir = "."
		}
		k.e.fileEffect(Word{Span: v.Span, Text: dir}, st, how)
		return
	default:
		g.Glob = dir + last
		k.e.fileEffect(Word{Span: v.Span, Kind: Glob, Text: g.Text, Glob: dir + last + "*/**", dots: true, tree: true}, st, how)
	}
	k.e.fileEffect(g, st, how)
}

// gitDir records a directory that becomes a repository itself: the file HEAD makes Git take it for one and obey its settings.
func (k *classifier) gitDir(v Word, st state, how effect) {
	k.file(classWriteTree, v, st, how, false)
	if v.Text = strings.TrimSuffix(v.Text, "/") + "/HEAD"; v.Kind == Glob {
		v.Text, v.Glob = globDir(v.Glob), strings.TrimSuffix(v.Glob, "/")+"/HEAD"
	}
	k.file(classWrite, v, st, how, false)
}
