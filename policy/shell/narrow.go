package shell

import (
	"path"
	"slices"
	"strings"
)

// narrowing is what options say about the names of the files that a tool takes out of a tree.
type narrowing struct {
	patterns []Word // of options like grep --include and rg -g, as they stand
	kinds    []Word // of rg -t
}

// note keeps the value of an option that narrows.
func (n *narrowing) note(t *tool, o *option, i int, v Word) {
	u := []used{{o, i}}
	if has(u, t.narrow) {
		n.patterns = append(n.patterns, v)
	}
	if has(u, t.narrowTypes) {
		n.kinds = append(n.kinds, v)
	}
}

// tree records that a tree is read, as far as the options leave it. A pattern that takes names in takes hidden ones in too, so
// it can widen what is read as well.
func (k *classifier) tree(v Word, st state, how effect) {
	names, narrowed, wide := k.names()
	if slices.ContainsFunc(names, func(name string) bool { return strings.Contains(name, "/") }) && !startsBelow(v, st) {
		names, narrowed, wide = nil, false, true
	}
	how.visible = how.visible && !wide
	if !narrowed {
		k.e.fileEffect(v, st, how)
	}
	if len(names) == 0 {
		return
	}
	how.tree, how.visible = false, false
	if narrowed {
		k.e.fileEffect(v, st, how) // a file is read whatever its name
	}
	base := v.Glob
	if v.Kind == Known {
		base = quoteGlob(v.Text)
	}
	base = strings.TrimSuffix(base, "/")
	for _, name := range names {
		w := Word{Span: v.Span, Kind: Glob, Glob: base + "/**/" + name, dots: !sourceCode(name), tree: true}
		if strings.Contains(name, "/") { // from the directory that the tool runs in
			w.Glob = strings.TrimPrefix(name, "/")
		}
		w.Text = globDir(w.Glob)
		k.e.fileEffect(w, st, how)
	}
}

// startsBelow reports that a search begins in or below the directory that the shell is in. From elsewhere rg compares a pattern with
// a "/" to the path as it came there, whose beginning "*" may stand for.
func startsBelow(v Word, st state) bool {
	start := v.Text
	if v.Kind == Glob {
		start = v.Glob
	}
	if slices.Contains(strings.Split(start, "/"), "..") {
		return false
	}
	return !path.IsAbs(start) || len(st.cwds) > 0 && !slices.ContainsFunc(st.cwds, func(d string) bool {
		return !strings.HasPrefix(path.Clean(start)+"/", strings.TrimSuffix(path.Clean(d), "/")+"/")
	})
}

// ignoreFileWritten reports that the line writes a file which may tell rg to take hidden files in: a line "!.env" does.
func (e *eval) ignoreFileWritten() bool {
	for i := range e.a.Files {
		f := &e.a.Files[i]
		if !f.Write {
			continue
		}
		name := quoteGlob(path.Base(f.Path))
		if f.Pattern {
			name = path.Base(f.Glob)
		}
		if slices.ContainsFunc(ignoreFiles, func(ignore string) bool { return GlobsOverlap("/"+name, "/"+ignore, f.Dots) }) {
			return true
		}
	}
	return false
}

var ignoreFiles = []string{".ignore", ".rgignore", ".fdignore", ".gitignore"}

// names are the patterns of names that are taken in. narrowed: nothing else is read. wide: hidden names may be read whatever
// the patterns say, because what they mean is unknown.
func (k *classifier) names() (names []string, narrowed, wide bool) {
	for _, p := range k.patterns {
		text := p.Text
		if p.Kind == Glob {
			text = p.Glob
		}
		if strings.HasPrefix(text, "!") {
			continue // leaves names out
		}
		list, ok := takenIn(text)
		if !ok || p.Kind == OneUnknown || p.Kind == ManyUnknown || !k.t.visibleIfNone && strings.Contains(text, "/") {
			return nil, false, true
		}
		names = append(names, list...)
	}
	if len(names) > 0 && k.patternFirst() {
		return names, true, false
	}
	names = nil
	for _, kind := range k.kinds {
		ends, ok := kindNames[kind.Text]
		if !ok || kind.Kind != Known {
			return nil, false, true
		}
		names = append(names, ends...)
	}
	return names, false, false
}

// patternFirst reports that no option stands in front of the first pattern which keeps the names that no pattern matches.
func (k *classifier) patternFirst() bool {
	for _, u := range k.options {
		switch one := []used{u}; {
		case has(one, k.t.narrow):
			return true
		case has(one, k.t.narrowUnless):
			return false
		}
	}
	return false
}

// takenIn are the names that a pattern takes in, with its braces spread. It reports false where it can't tell.
func takenIn(pattern string) ([]string, bool) {
	if pattern == "" || strings.ContainsAny(pattern, `(\`) || strings.HasSuffix(pattern, "/") || slices.Contains(strings.Split(pattern, "/"), "..") {
		return nil, false
	}
	return spreadBraces(pattern, nil)
}

// kindNames are the names that rg's kinds of files take in, hidden ones too. Only kinds whose lists are short and settled stand
// here; any other may take in everything.
var kindNames = map[string][]string{
	"go": {"*.go"}, "rust": {"*.rs"}, "py": {"*.py", "*.pyi"}, "python": {"*.py", "*.pyi"}, "js": {"*.js", "*.jsx", "*.cjs", "*.mjs", "*.vue"},
	"ts": {"*.ts", "*.tsx", "*.cts", "*.mts"}, "typescript": {"*.ts", "*.tsx", "*.cts", "*.mts"}, "java": {"*.java", "*.jsp", "*.jspx", "*.properties"},
	"c": {"*.[chH]", "*.[chH].in", "*.cats"}, "cpp": {"*.[ChH]", "*.[ChH].in", "*.[ch]pp", "*.[ch]pp.in", "*.[ch]xx", "*.[ch]xx.in", "*.cc", "*.cc.in", "*.hh", "*.hh.in", "*.inl"},
	"html": {"*.ejs", "*.htm", "*.html"}, "css": {"*.css", "*.scss"}, "sql": {"*.psql", "*.sql"}, "swift": {"*.swift"}, "protobuf": {"*.proto"},
	"md": {"*.markdown", "*.md", "*.mdown", "*.mdwn", "*.mkd", "*.mkdn", "*.mdx"}, "markdown": {"*.markdown", "*.md", "*.mdown", "*.mdwn", "*.mkd", "*.mkdn", "*.mdx"},
	"json": {"*.json", "*.sarif", "composer.lock"}, "yaml": {"*.yaml", "*.yml"}, "toml": {"*.toml", "Cargo.lock"}, "txt": {"*.txt"}, "kotlin": {"*.kt", "*.kts"},
}
