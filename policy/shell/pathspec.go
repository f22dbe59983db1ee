package shell

import (
	"path"
	"slices"
	"strings"
)

// pathspec is a word by which Git finds files.
type pathspec struct {
	top     bool // starts at the repository's top
	exclude bool // leaves files out
	literal bool // wildcards are characters like any other
	glob    bool // wildcards stay within a directory
	icase   bool
	text    string // without the magic, cleaned as Git does before it looks at wildcards
}

// readPathspec takes the magic off a word. It reports false for magic that Git doesn't know or that can't be judged (attr,
// prefix), and for a backslash, which quotes a wildcard, or divides directories on Windows.
func readPathspec(word string) (pathspec, bool) {
	var p pathspec
	ok := !strings.Contains(word, `\`)
	switch {
	case word == ":":
		p.top, word = true, "" // no pathspec at all
	case strings.HasPrefix(word, ":("):
		magic, rest, closed := strings.Cut(word[2:], ")")
		ok = ok && closed && p.long(magic)
		word = rest
	case strings.HasPrefix(word, ":"):
		word = p.short(word[1:])
		ok = ok && (word == "" || !strings.ContainsRune(unknownMagic, rune(word[0])))
		word = strings.TrimPrefix(word, ":")
	}
	p.text = path.Clean(word)
	return p, ok && !(p.literal && p.glob)
}

// unknownMagic are the characters that Git keeps for magic to come.
const unknownMagic = "\"#%&',-;<=>@_`~"

// long takes the words of ":(top,icase)".
func (p *pathspec) long(magic string) bool {
	for word := range strings.SplitSeq(magic, ",") {
		switch word {
		case "":
		case "top":
			p.top = true
		case "exclude":
			p.exclude = true
		case "literal":
			p.literal = true
		case "glob":
			p.glob = true
		case "icase":
			p.icase = true
		default:
			return false
		}
	}
	return true
}

// short takes the characters of ":/!" and returns what is behind them.
func (p *pathspec) short(text string) string {
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '/':
			p.top = true
		case '!', '^':
			p.exclude = true
		default:
			return text[i:]
		}
	}
	return ""
}

// plain reports that the text is the only name the pathspec stands for.
func (p *pathspec) plain() bool { return !p.icase && (p.literal || !hasWildcard(p.text)) }

// globs are the names that a pathspec stands for, as patterns of this package.
func (p *pathspec) globs() []string {
	var out []string
	switch {
	case p.literal || !hasWildcard(p.text):
		out = []string{quoteGlob(p.text)}
	case p.glob && !strings.Contains(p.text, "["):
		out = []string{p.text}
	default:
		out = crossing(p.text)
	}
	if p.icase {
		for i, g := range out {
			out[i] = eitherCase(g)
		}
	}
	return out
}

// maxCrossings bounds the patterns that one pathspec becomes.
const maxCrossings = 16

// crossing spells out a pattern whose wildcards match "/" too, as Git's do: "a*b" is a*b or a*/**/*b.
func crossing(text string) []string {
	out := []string{""}
	for i := 0; i < len(text); {
		end := i + 1
		forms := []string{text[i:end]}
		switch text[i] {
		case '*':
			for end < len(text) && text[end] == '*' {
				end++
			}
			forms = crossingStar(text, i, end)
		case '[':
			set, _, closed := strings.Cut(text[end:], "]")
			if !closed || strings.Trim(set, "!^") == "" || strings.Contains(set, "[") {
				return anythingFrom(text) // where such a set ends is hard to tell
			}
			end += len(set) + 1
			forms = crossingOne(text, i, end)
		case '?':
			forms = crossingOne(text, i, end)
		}
		if len(out)*len(forms) > maxCrossings {
			return anythingFrom(text)
		}
		longer := make([]string, 0, len(out)*len(forms))
		for _, head := range out {
			for _, form := range forms {
				longer = append(longer, head+form)
			}
		}
		out, i = longer, end
	}
	return out
}

// crossingStar is what the "*" from i to end stands for.
func crossingStar(text string, i, end int) []string {
	switch begins, ends := edges(text, i, end); {
	case begins && ends:
		return []string{"**"}
	case begins:
		return []string{"**/*"}
	case ends:
		return []string{"*/**"}
	}
	return []string{"*", "*/**/*"}
}

// crossingOne is what a wildcard for one character stands for.
func crossingOne(text string, i, end int) []string {
	if begins, ends := edges(text, i, end); begins || ends {
		return []string{"?"}
	}
	return []string{"?", "/"}
}

// edges reports whether a name begins at i and whether one ends at end.
func edges(text string, i, end int) (begins, ends bool) {
	return i == 0 || text[i-1] == '/', end == len(text) || text[end] == '/'
}

// anythingFrom bounds a pattern by what stands before its first wildcard.
func anythingFrom(text string) []string {
	head := text[:strings.IndexAny(text, "*?[")]
	return []string{head + "*", head + "*/**/*"}
}

// eitherCase makes a pattern without sets match letters of both cases.
func eitherCase(glob string) string {
	var b strings.Builder
	for i := 0; i < len(glob); i++ {
		if c := fold(glob[i]); c >= 'a' && c <= 'z' {
			b.Write([]byte{'[', c, c + 'A' - 'a', ']'})
			continue
		}
		b.WriteByte(glob[i])
	}
	return b.String()
}

// pathspec judges the files that a pathspec names.
func (k *classifier) pathspec(c class, v Word, st state, how effect) {
	if v.Kind == Glob {
		k.e.fileEffect(v, st, how)
		if v.tree {
			return // names of files that another program prints
		}
		// Where the shell finds no such file, Git gets the pattern itself.
		v.Kind, v.Text = Known, unquoteGlob(v.Glob)
	}
	p, ok := readPathspec(v.Text)
	if !ok {
		k.e.refuse(v.Span, "pathspec", "This kind of pathspec can't be analysed.", "Name the paths.")
		return
	}
	if p.exclude {
		if k.namesFiles(c) {
			return
		}
		// Git leaves files out of the whole work tree then.
		p = pathspec{top: true, text: "."}
		if k.t.none != classFlag && (len(k.t.treeIf) == 0 || has(k.options, k.t.treeIf)) {
			k.value(k.t.none, how.word, Word{Span: v.Span, Text: "."}, k.e.fromTop(st), true)
		}
	}
	if p.top {
		st = k.e.fromTop(st)
	}
	if !p.plain() {
		if k.patternSpec(&p, v, st, how) {
			return
		}
	}
	v.Text = p.text // where a file has exactly this name, Git takes it
	k.e.fileEffect(v, st, how)
}

// patternSpec judges the names that a pathspec with wildcards stands for. It reports true where a directory is judged instead: the
// names are no fewer than all in it ("src/*"), or only shown, by git ls-files, which tells xargs what they may be.
func (k *classifier) patternSpec(p *pathspec, v Word, st state, how effect) bool {
	globs := p.globs()
	dir, whole := strings.CutSuffix("./"+globs[0], "/**")
	whole = whole && len(globs) == 1 && !hasWildcard(dir)
	if whole || k.t.listsAlways || len(globs) == 1 && sourceAnywhere(globs[0]) {
		if dir = strings.TrimPrefix(dir, "./"); !whole {
			dir = quoteGlob(globDir(globs[0]))
		}
		k.e.fileEffect(Word{Span: v.Span, Text: path.Clean(unquoteGlob(dir))}, st, how)
		return true
	}
	for i, g := range globs {
		// What lies below a directory that the pattern names counts as little as below one that is written out.
		if globs[i] = strings.TrimSuffix(g, "/**"); how.tree {
			globs = append(globs, globs[i]+"/**")
		}
	}
	how.tree = false
	for _, g := range globs {
		k.e.fileEffect(Word{Span: v.Span, Kind: Glob, Text: globDir(g), Glob: g, dots: true, tree: true}, st, how)
	}
	return false
}

// sourceAnywhere reports a pattern like *.go or *_test.go, which stands on many honest lines. It is judged as the directory that it
// starts in: source code is no secret, and no more can come back by it than by naming the directory.
func sourceAnywhere(glob string) bool {
	name, is := strings.CutPrefix(glob, "**/*")
	return is && !hasWildcard(name) && !strings.Contains(name, "/") && slices.Contains(codeExtensions, strings.TrimPrefix(path.Ext(name), "."))
}

var codeExtensions = []string{
	"go", "js", "jsx", "mjs", "cjs", "ts", "tsx", "py", "pyi", "rs", "java", "kt", "c", "h", "cc", "cpp", "hpp", "rb", "php", "swift", "cs",
	"css", "scss", "html", "vue", "svelte", "sql", "proto",
}

// namesFiles reports that an operand surely is a pathspec which doesn't only leave files out. Where revisions may stand that are
// only those behind "--".
func (k *classifier) namesFiles(c class) bool {
	for _, i := range k.operands[k.base:] {
		w := k.words[i]
		if c == classRevision && (k.end == 0 || i < k.end) || w.Kind != Known && w.Kind != Glob {
			continue
		}
		if p, ok := readPathspec(w.pathspecText()); ok && !p.exclude {
			return true
		}
	}
	return false
}

// pathspecText is what Git gets where the shell finds no file for a pattern.
func (w *Word) pathspecText() string {
	if w.Kind == Glob {
		return unquoteGlob(w.Glob)
	}
	return w.Text
}

// pathspecNames are the names that a command prints which lists the files of its pathspecs. It returns nil where they can't be told.
func (k *classifier) pathspecNames(operands []int) []Word {
	var out []Word
	for _, i := range operands {
		w := k.words[i]
		if w.Kind == Glob {
			out = append(out, listedWord(w.Glob+"/**"))
			if w.tree {
				continue
			}
		}
		p, ok := readPathspec(w.pathspecText())
		switch {
		case !ok || w.Kind == OneUnknown || w.Kind == ManyUnknown, p.top && !p.exclude && !k.e.atTop(k.st):
			return nil
		case p.exclude:
			continue
		}
		wild := !p.literal && hasWildcard(p.text)
		for _, g := range p.globs() {
			if !wild {
				g = strings.TrimPrefix(g+"/**", "./")
			}
			out = append(out, listedWord(g))
		}
		if wild { // where a file or directory has exactly this name, Git takes it; none has "*" in it and files below
			name := quoteGlob(p.text)
			if strings.ContainsAny(p.text, "[?") {
				name += "/**"
			}
			out = append(out, listedWord(name))
		}
	}
	if len(out) == 0 {
		out = []Word{listedWord("**")}
	}
	return out
}

func listedWord(glob string) Word {
	return Word{Kind: Glob, Text: globDir(glob), Glob: glob, dots: true, tree: true}
}
