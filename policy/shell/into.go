package shell

import (
	"path"
	"slices"
	"strings"
)

// into adds what cp, mv and ln write below a directory: "cp x/.git ." writes ./.git.
func (k *classifier) into() {
	sources := k.operands[k.base:]
	target := k.target
	if target.Text == "" && target.Glob == "" {
		if len(sources) < 2 {
			return
		}
		target = k.words[sources[len(sources)-1]]
		sources = sources[:len(sources)-1]
	}
	if target.Kind != Known || target.Text == "" || standardStream(path.Clean(target.Text)) {
		return // refused or judged as a pattern already, or nothing
	}
	dir := strings.TrimSuffix(target.Text, "/")
	if dir == "" {
		dir = "/"
	}
	parents := k.t.into && has(k.options, []string{"--parents"})
	tree := has(k.options, k.t.treeIf) || k.t.treeIf == nil
	for _, i := range sources {
		w := k.words[i]
		how := effect{command: k.index, word: i, write: true, tree: tree}
		if (w.Kind == Glob || tree) && inGit(w) {
			// A copy of what a repository keeps for itself is a repository, whose settings nobody protects.
			k.e.fileEffect(Word{Span: w.Span, Kind: Glob, Text: dir, Glob: quoteGlob(strings.TrimSuffix(dir, "/") + "/HEAD")}, k.st, how)
		}
		switch w.Kind {
		case Known:
			name := path.Base(w.Text)
			if parents && !has(k.options, []string{"-T"}) && path.Clean(w.Text) != "." {
				// The whole path is made again below the target.
				name = strings.TrimPrefix(w.Text, "/")
				if strings.Contains("/"+name+"/", "/../") {
					k.e.fileEffect(Word{Span: w.Span, Text: target.Text}, k.st, effect{command: k.index, word: i, write: true, tree: true})
					continue
				}
				k.e.fileEffect(Word{Span: w.Span, Kind: Glob, Text: dir, Glob: quoteGlob(path.Clean(dir + "/" + name))}, k.st, how)
				continue
			}
			if name == "." || name == ".." || name == "/" || strings.HasSuffix(w.Text, "/.") || has(k.options, []string{"-T"}) {
				// The content itself goes there, under names that are not on the line.
				k.e.fileEffect(Word{Span: w.Span, Text: target.Text}, k.st, how)
				continue
			}
			// Whether the target is a directory is unknown here, so this is a pattern: only its directory is resolved.
			k.e.fileEffect(Word{Span: w.Span, Kind: Glob, Text: dir, Glob: quoteGlob(strings.TrimSuffix(dir, "/") + "/" + name)}, k.st, how)
		case Glob:
			name := w.Glob[strings.LastIndexByte(w.Glob, '/')+1:]
			if parents {
				k.e.fileEffect(Word{Span: w.Span, Text: target.Text}, k.st, effect{command: k.index, word: i, write: true, tree: true})
				continue
			}
			if name == "" {
				name = "*"
			}
			k.e.fileEffect(Word{Span: w.Span, Kind: Glob, Text: dir, Glob: quoteGlob(strings.TrimSuffix(dir, "/")) + "/" + name, dots: w.dots}, k.st, how)
		}
	}
}

// inGit reports a path in a directory .git, or a pattern that may stand for such a directory or for the file that makes it a
// repository. Of a whole tree that begins at a directory named on the line nobody expects that.
func inGit(w Word) bool {
	if slices.Contains(strings.Split(strings.ToLower(w.Text+"/"+w.Glob), "/"), ".git") {
		return true
	}
	if w.Kind != Glob || strings.HasSuffix(w.Glob, "/**") && path.Clean(w.Text) != "." && !strings.HasPrefix(path.Clean(w.Text), "..") {
		return false
	}
	glob := cleanGlob("/x/" + w.Glob)
	return GlobsOverlap(glob, "/**/.git", w.dots) || GlobsOverlap(glob, "/**/.git/HEAD", w.dots)
}
