package shell

import (
	"path"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// redirect records what a redirection reads or writes.
func (e *eval) redirect(r *syntax.Redirect, st state, command int) {
	if r.N != nil && !allDigits([]byte(r.N.Value)) {
		e.refuseNode(r, "redirect", "A redirection that sets a variable can't be permitted.", "Use a descriptor's number.")
	}
	switch r.Op {
	case syntax.Hdoc, syntax.DashHdoc:
		if r.Hdoc != nil && !quotedWord(r.Word) {
			e.hereDocument(r, st)
		}
	case syntax.WordHdoc:
		e.textOf(r.Word, st)
	case syntax.RdrIn:
		e.redirectFile(r, st, command, true, false)
	case syntax.RdrOut, syntax.AppOut, syntax.RdrClob, syntax.RdrAll, syntax.AppAll:
		e.redirectFile(r, st, command, false, true)
	case syntax.RdrInOut:
		e.redirectFile(r, st, command, true, true)
	case syntax.DplIn, syntax.DplOut:
		w := e.textOf(r.Word, st)
		if w.Kind == Known && descriptor(w.Text) {
			return
		}
		if r.Op == syntax.DplIn || w.Kind != Known {
			e.refuseNode(r, "redirect", "A descriptor must be a number or -.", "")
			return
		}
		e.redirectFile(r, st, command, false, true)
	default:
		e.refuseNode(r, "redirect", "This redirection can't be analysed.", "Use <, > or >>.")
	}
}

func descriptor(s string) bool {
	if s == "-" {
		return true
	}
	s = strings.TrimSuffix(s, "-")
	return s != "" && len(s) < 4 && allDigits([]byte(s))
}

func (e *eval) redirectFile(r *syntax.Redirect, st state, command int, read, write bool) {
	fs := e.expand(nil, e.span(r.Word), r.Word.Parts, st, inCommand)
	if len(fs) != 1 || hasBrace(r.Word) && doubtful(r.Word) {
		e.refuseNode(r, "redirect", "The redirection does not name one file.", "Name one file.")
		return
	}
	w := fs[0]
	w.Span = e.span(r)
	if w.Kind == Known && w.Text == "" {
		e.refuseNode(r, "redirect", "The redirection names no file.", "")
		return
	}
	if read {
		e.fileEffect(w, st, effect{command: command, word: -1})
	}
	if write {
		e.fileEffect(w, st, effect{command: command, word: -1, write: true})
	}
}

func doubtful(w *syntax.Word) bool {
	split := &syntax.Word{Parts: slices.Clone(w.Parts)}
	return manyBraces(w) || syntax.SplitBraces(split) || doubtfulBrace(w)
}

// effect says how a word that names a file is used.
type effect struct {
	command, word int
	write         bool
	tree          bool
	visible       bool
	listed        bool
	guess         bool
}

// fileEffect records that a word's file or files are read or written, from every directory the shell may be in.
func (e *eval) fileEffect(w Word, st state, how effect) {
	switch w.Kind {
	case OneUnknown, ManyUnknown:
		e.refuse(w.Span, "unknown-path", "Which file this names is unknown.", "Write the path out.")
		return
	case Glob:
		e.globEffect(w, st, how)
		return
	}
	p := w.Text
	if p == "" {
		return
	}
	if path.IsAbs(p) {
		clean := path.Clean(p)
		if standardStream(clean) {
			return
		}
		if strings.HasPrefix(clean, "/dev/tcp") || strings.HasPrefix(clean, "/dev/udp") {
			e.refuse(w.Span, "network", "The shell opens a network connection for this name.", "")
			return
		}
	} else if len(st.cwds) == 0 {
		e.refuse(w.Span, "unknown-directory", "The directory that this path starts from is unknown.", "Use an absolute path.")
		return
	}
	f := FileEffect{
		Span: w.Span, Write: how.write, Path: p, Tree: how.tree, Visible: how.visible && how.tree,
		Command: how.command, Guess: how.guess, Word: how.word, Listed: how.listed,
	}
	if path.IsAbs(p) {
		e.addFile(f)
		return
	}
	for _, d := range st.cwds {
		f.Path = joinPath(d, p)
		e.addFile(f)
	}
}

// addFile appends an effect unless a loop walked again found it before.
func (e *eval) addFile(f FileEffect) {
	if e.unrolled > 0 {
		for i := range e.a.Files {
			if g := &e.a.Files[i]; g.Span == f.Span && g.Path == f.Path && g.Write == f.Write && g.Tree == f.Tree && g.Glob == f.Glob && g.Word == f.Word && g.Command == f.Command {
				return
			}
		}
	}
	if len(e.a.Files) >= maxFiles {
		e.stop(f.Span, "The command touches more than 1,500 paths.")
		return
	}
	e.a.Files = append(e.a.Files, f)
}

const maxFiles = 1500

func standardStream(p string) bool {
	switch p {
	case "/dev/null", "/dev/stdin", "/dev/stdout", "/dev/stderr", "/dev/zero":
		return true
	}
	rest, ok := strings.CutPrefix(p, "/dev/fd/")
	return ok && rest != "" && allDigits([]byte(rest))
}

func (e *eval) globEffect(w Word, st state, how effect) {
	if afterGlobDotDot(w.Glob) {
		e.refuse(w.Span, "glob", "A pattern followed by .. can't be bounded.", "Name the directory.")
		return
	}
	if !path.IsAbs(w.Glob) && len(st.cwds) == 0 {
		e.refuse(w.Span, "unknown-directory", "The directory that this pattern starts from is unknown.", "Use an absolute path.")
		return
	}
	dir := w.Text
	if dir == "" {
		dir = "."
	}
	dirs := st.join(dir)
	var globs []string
	if path.IsAbs(w.Glob) {
		globs = []string{w.Glob}
	} else {
		for _, d := range st.cwds {
			globs = append(globs, joinPath(quoteGlob(d), w.Glob))
		}
	}
	rest := "**" // where the directory in front is not the pattern's own
	if own := globDir(w.Glob); path.Clean(own) == path.Clean(w.Text) {
		rest = w.Glob[literalEnd(w.Glob):]
	}
	for i, d := range dirs {
		e.addFile(FileEffect{
			Span: w.Span, Write: how.write, Path: d, Tree: how.tree, Visible: how.visible && how.tree, Pattern: true,
			Glob: cleanGlob(globs[i]), Rest: rest, Dots: w.dots, Command: how.command, Guess: how.guess, Word: how.word, Listed: how.listed,
		})
	}
}
