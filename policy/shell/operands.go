package shell

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// finish gives the operands their classes once every option is known.
func (k *classifier) finish() {
	slots := k.t.slots
	for _, c := range k.t.ifs {
		if has(k.options, c.options) {
			slots = c.slots
			break
		}
	}
	if has(k.options, k.t.readsIf) || k.t.bareUnless != nil && len(k.operands) == k.base && !has(k.options, k.t.bareUnless) {
		k.e.a.Commands[k.index].reads = true
	}
	k.modes()
	k.assign(slots)
	if k.t.into {
		k.into()
	}
	if (k.t.listsAlways || has(k.options, k.t.listsIf)) && !has(k.options, k.t.listsUnless) {
		k.e.produced = k.listed(slots)
	}
	if len(k.t.hereUnless) > 0 && !has(k.options, k.t.hereUnless) {
		k.here = true
	}
	if k.t.none != classFlag && k.noPath(slots) {
		k.value(k.t.none, len(k.words)-1, Word{Span: k.words[0].Span, Text: "."}, k.st, true)
	}
	for _, a := range k.archives {
		c := classRead
		if has(k.options, packing) {
			c = classWrite
		}
		k.file(c, a, k.states0(), effect{command: k.index, word: -1}, false)
	}
	k.judgeBelow()
	if k.here {
		k.writeHere()
	}
	if k.changes() {
		for _, f := range k.reads {
			changed := k.e.a.Files[f]
			changed.Write, changed.Tree, changed.Visible = true, false, false
			k.e.addFile(changed)
		}
	}
}

// modes opens a second mode: "git tag --list" is no permission for "git tag --list -d".
func (k *classifier) modes() {
	if len(k.t.oneOf) == 0 {
		return
	}
	var first *option
	for _, u := range k.options {
		if !has([]used{u}, k.t.oneOf) || u.option == first {
			continue
		}
		if first != nil {
			k.open(u.word, "unknown-option", u.option.name(), fmt.Sprintf("%s stands beside %s, which is another mode of %s.", u.option.name(), first.name(), k.t.name), "Leave one out.", false)
			return
		}
		first = u.option
	}
}

// noPath reports that the tool falls back on its directory: no operand is left for the slot that takes any number, and it
// doesn't read its input instead.
func (k *classifier) noPath(slots []slot) bool {
	if len(k.t.treeIf) > 0 && !has(k.options, k.t.treeIf) || k.t.none == classTree && k.e.piped && len(k.t.treeIf) == 0 {
		return false
	}
	fixed := 0
	for _, s := range slots {
		if !s.many {
			fixed++
		}
	}
	return len(k.operands)-k.base <= fixed
}

// listed is what a tool that prints file names prints: names below its path operands.
func (k *classifier) listed(slots []slot) []Word {
	skip := 0
	for _, s := range slots {
		if !s.many && s.class == classText {
			skip++
		}
	}
	var out []Word
	for _, i := range k.operands[min(len(k.operands), k.base+skip):] {
		w := k.words[i]
		switch w.Kind {
		case Known:
			if strings.HasPrefix(w.Text, ":") {
				return nil
			}
			w = Word{Kind: Glob, Glob: strings.TrimSuffix(quoteGlob(w.Text), "/") + "/**"}
			if t := k.words[i].Text; t == "." {
				w.Glob = "**"
			} else if hasWildcard(t) {
				if w.Glob = "**"; t[0] == '*' && !strings.Contains(t, "/") {
					w.Glob = "**/" + t
				}
			}
		case Glob:
			w.Glob += "/**"
		default:
			return nil
		}
		w.Text, w.dots, w.tree = globDir(w.Glob), true, true
		out = append(out, w)
	}
	if len(out) == 0 {
		out = []Word{{Kind: Glob, Glob: "**", dots: true, tree: true}}
	}
	return out
}

// changes reports whether the options make the tool change what it reads (sed -i, gofmt -w).
func (k *classifier) changes() bool {
	return k.t.writesAlways || has(k.options, k.t.writesIf) || len(k.t.writesUnless) > 0 && !has(k.options, k.t.writesUnless)
}

// assign spreads the operands over the slots: fixed ones from both ends, the one with "*" takes what is between.
func (k *classifier) assign(slots []slot) {
	operands := k.operands[k.base:]
	n := len(operands)
	many := -1
	for i, s := range slots {
		if s.many {
			many = i
		}
	}
	front := len(slots)
	back := 0
	if many >= 0 {
		front, back = many, len(slots)-many-1
	}
	for j, i := range operands {
		w := k.words[i]
		var c class
		switch {
		case j < front && (many < 0 || n-j > back || j < n-back):
			c = slots[j].class
		case many >= 0 && j >= n-back:
			c = slots[len(slots)-(n-j)].class
		case many >= 0:
			c = slots[many].class
		default:
			k.open(i, "unknown-option", w.Text, fmt.Sprintf("%s takes no further operand in its table.", k.t.name), "A pattern that names this word permits it.", false)
			continue
		}
		if j > 0 && k.behind(i) {
			c = k.t.behindClass
		}
		st := k.st
		if k.states != nil {
			st = k.states[j]
		}
		k.value(c, i, w, st, true)
	}
}

// behind reports that the word stands behind an option which gives the operands that follow another class.
func (k *classifier) behind(i int) bool {
	for _, u := range k.options {
		if u.word < i && has([]used{u}, k.t.behind) {
			return true
		}
	}
	return false
}

// apply judges an option's value.
func (k *classifier) apply(o *option, i int, v Word) {
	if o.class.opens() {
		k.open(i, o.class.String(), o.name(), fmt.Sprintf("The option %s %s.", o.name(), o.class.message()), "A pattern that names this option permits it.", false)
		if o.class == classConfig || o.class == classList {
			if v.Kind == Known && v.Text != "" && o.arity != noValue && !strings.ContainsAny(v.Text, "={}\n") {
				k.e.fileEffect(v, k.st, effect{command: k.index, word: i})
			}
		}
		return
	}
	if o.class == classKnown {
		k.oneOf(o, i, v)
		return
	}
	if k.t.into && o.name() == "--target-directory" || o.name() == k.t.below {
		k.target = v
	}
	k.narrowing.note(k.t, o, i, v)
	if file := k.t.emptyWrites[o.name()]; file != "" && v.Kind == Known && v.Text == "" {
		v.Text = file
	}
	if o.below {
		k.below = &belowValue{o.class, i, v, k.below}
		return
	}
	st := k.st
	if k.t.anchored && (o.class == classRead || o.class == classWrite || o.class == classReadWrite) {
		st = k.states0()
	}
	k.value(o.class, i, v, st, false)
}

// value judges one value or operand of a class that "**" covers.
func (k *classifier) value(c class, i int, v Word, st state, operand bool) {
	if c.opens() {
		k.open(i, c.String(), v.Text, fmt.Sprintf("%s %s.", quoteShort(v.Text), c.message()), "A pattern that names this word permits it.", false)
		return
	}
	unknown := v.Kind == OneUnknown || v.Kind == ManyUnknown
	switch c {
	case classFlag:
		return
	case classScript:
		k.script(i, v, st)
		return
	case classHere:
		k.here = true
		return
	case classAssign:
		if strings.Contains(v.Text+v.prefix, "=") {
			k.open(i, "config", v.Text, fmt.Sprintf("%s sets a variable of %s, which may hold commands.", quoteShort(v.Text), k.t.name), "A pattern that names this word permits it.", false)
			return
		}
		fallthrough
	case classText, classNumber, classResource:
		if v.Kind == ManyUnknown && !k.textOnly() {
			k.open(i, "unknown-word", "", "How many words this becomes is unknown.", "Put it in double quotes.", true)
		}
		return
	}
	if unknown && v.object && c == classRevision {
		return
	}
	if unknown {
		k.open(i, "unknown-word", "", "What this word will be is unknown, and it decides what is read, written or run.", "Write it out.", true)
		return
	}
	if v.Kind == Known && v.Text == "" {
		return
	}
	how := effect{command: k.index, word: i}
	switch c {
	case classData:
		if name, _, is := strings.Cut(v.Text, "="); !is || !nameLike(name) {
			k.file(classRead, v, st, how, operand)
		}
	case classFormat:
		if !strings.HasPrefix(v.Text, "+") {
			k.open(i, "state", v.Text, "This operand sets the clock.", "Begin the format with +.", false)
		}
	case classPage:
		if strings.ContainsAny(v.Text+v.Glob, "/.") && strings.Contains(v.Text+v.Glob, "/") {
			k.open(i, "exec", v.Text, "A page from a file holds formatting commands.", "Name the page.", false)
			k.file(classRead, v, st, how, operand)
		}
	case classPaged:
		if strings.HasPrefix(v.Text, "+") {
			if !pagerStart(v.Text[1:]) {
				k.open(i, "exec", v.Text, "+COMMAND is run by the pager.", "Use +G or a line's number, or leave it out.", false)
			}
			return
		}
		k.file(classRead, v, st, how, operand)
	case classRemote, classRemoteWrite:
		if host, _, is := strings.Cut(v.Text, ":"); is && !strings.Contains(host, "/") {
			k.open(i, "net", v.Text, quoteShort(v.Text)+" names a machine to contact.", "A pattern that names this word permits it.", false)
			return
		}
		if c == classRemote {
			k.file(classTree, v, st, how, operand)
		} else {
			k.file(classWriteTree, v, st, how, operand)
		}
	case classRepository, classGoFlags, classCovReport, classFormatter, classFmtArgs, classLintArgs, classKubeOutput, classCurlText,
		classCookie, classMethod, classDNS, classSuffix, classPlugin, classReference, classTemplate, classOutFormat,
		classTarget, classTestArgs, classNativeArgs, classWarning, classInt, classOptionText, classModule:
		k.special(c, i, v, st, how)
	case classDD:
		k.dd(i, v, st, how)
	case classArchive:
		if host, _, is := strings.Cut(v.Text+v.Glob, ":"); is && !strings.Contains(host, "/") {
			k.open(i, "net", v.Text, quoteShort(v.Text)+" names a machine to contact.", "Write ./ in front of a file whose name has a colon.", false)
			return
		}
		k.archives = append(k.archives, v)
	case classTop:
		k.file(classTree, v, k.e.fromTop(st), how, operand)
	case classGitDir:
		k.gitDir(v, st, how)
	case classMove:
		k.file(classTree, v, st, how, operand)
		k.file(classWriteTree, v, st, how, operand)
	case classRead, classTree, classReadWrite, classWrite, classWriteTree:
		if operand && k.t.globs {
			for _, w := range ownGlobs(v) {
				k.file(c, w, st, how, operand)
			}
			return
		}
		k.file(c, v, st, how, operand)
	case classCompared:
		k.compared(v, st, how, operand)
	case classReadHere:
		k.file(classTree, Word{Span: v.Span, Text: "."}, st, how, false)
	case classLogRange:
		for rest := v.Text; ; {
			_, after, more := strings.Cut(rest, ":")
			if !more {
				break
			}
			k.file(classRead, Word{Span: v.Span, Text: after}, st, how, false)
			rest = after
		}
	case classChdir:
		k.chdir(i, v, how)
	case classSed:
		k.sedScript(i, v)
	case classAwk:
		k.awkProgram(i, v)
	case classJq:
		k.jqProgram(i, v)
	case classURL:
		if v.Kind == Glob && strings.HasPrefix(v.Glob, "http") {
			// An unquoted "?" or "*": whatever it may expand to has the same scheme, host and directory.
			v.Kind, v.Text = Known, unquoteGlob(v.Glob)
		}
		k.url(i, v)
	case classPackage:
		k.goPackage(v, st, how)
	case classRevision, classPathspec:
		before := len(k.e.a.Files)
		how.tree = has(k.options, k.t.treeIf)
		if c == classRevision {
			k.revision(v, st, how)
		} else {
			k.pathspec(v, st, how)
		}
		if operand {
			for f := before; f < len(k.e.a.Files); f++ {
				k.reads = append(k.reads, f)
			}
		}
	}
}

// gitDir records a directory that becomes a repository itself: the file HEAD makes Git take it for one and obey its settings.
func (k *classifier) gitDir(v Word, st state, how effect) {
	k.file(classWriteTree, v, st, how, false)
	if v.Text = strings.TrimSuffix(v.Text, "/") + "/HEAD"; v.Kind == Glob {
		v.Text, v.Glob = globDir(v.Glob), strings.TrimSuffix(v.Glob, "/")+"/HEAD"
	}
	k.file(classWrite, v, st, how, false)
}

// pagerStart accepts where less may begin: +G, +F and a line's number. Anything else is a command.
func pagerStart(command string) bool {
	digits := strings.TrimRight(command, "gGF")
	return command != "" && len(command) <= len(digits)+1 && allDigits([]byte(digits))
}

func (k *classifier) file(c class, v Word, st state, how effect, operand bool) {
	if v.Kind == Known && v.Text == "-" {
		return // the standard stream
	}
	how.tree = c == classTree || c == classRead && has(k.options, k.t.treeIf)
	how.visible = k.t.visibleIfNone && !has(k.options, k.t.hiddenIf)
	if v.tree {
		how.tree = false // the names of files at any depth are in the pattern already
	}
	if c == classWrite || c == classWriteTree {
		how.write, how.tree = true, c == classWriteTree
		k.e.fileEffect(v, st, how)
		return
	}
	before := len(k.e.a.Files)
	if how.tree {
		k.tree(v, st, how)
	} else {
		k.e.fileEffect(v, st, how)
	}
	if operand {
		for f := before; f < len(k.e.a.Files); f++ {
			k.reads = append(k.reads, f)
		}
	}
	if c == classReadWrite {
		how.write, how.tree = true, false
		k.e.fileEffect(v, st, how)
	}
}

// compared reads a file, or where it may be a directory the files in it: diff compares those of two directories by name, and
// with one of the options that are for directories shows files that only one has.
func (k *classifier) compared(v Word, st state, how effect, operand bool) {
	k.file(classRead, v, st, how, operand)
	if has(k.options, k.t.treeIf) || v.Kind == Known && (v.Text == "-" || standardStream(path.Clean(v.Text))) {
		return
	}
	text := v.Glob
	if v.Kind == Known {
		text = quoteGlob(v.Text)
	}
	name := path.Base(text)
	if strings.HasSuffix(text, "/") || name == "." || name == ".." || !strings.Contains(name, ".") || has(k.options, k.t.directoryIf) {
		w := Word{Span: v.Span, Kind: Glob, Glob: strings.TrimSuffix(text, "/") + "/*", dots: true, tree: true}
		w.Text = globDir(w.Glob)
		k.e.fileEffect(w, st, how)
	}
}

func (k *classifier) chdir(i int, v Word, how effect) {
	if v.Kind != Known {
		k.open(i, "unknown-word", "", "Which directory this is is unknown.", "Write one directory out.", true)
		return
	}
	if k.t.once && k.states != nil {
		k.open(i, "config", v.Text, fmt.Sprintf("A second directory changes where %s looks for what to build.", k.t.name), "Name one directory.", false)
	}
	k.e.fileEffect(v, k.st, how)
	if k.states == nil {
		k.states = make([]state, len(k.operands)-k.base, len(k.words))
		for j := range k.states {
			k.states[j] = k.st
		}
	}
	if path.IsAbs(v.Text) || len(k.st.cwds) > 0 {
		k.st.cwds = k.st.join(v.Text)
	}
}

// fetches reports an option with which the tool gets packages by their names.
func (k *classifier) fetches() bool {
	for _, u := range k.options {
		for _, n := range k.t.fetchesIf {
			name, value, valued := strings.Cut(n, "=")
			if slices.Contains(u.option.names, name) && (!valued || k.mayHold(u, value)) {
				return true
			}
		}
	}
	return false
}

// mayHold reports whether an option on the line has the value, or one that is unknown.
func (k *classifier) mayHold(u used, value string) bool {
	w := k.words[u.word]
	if _, joined, is := strings.Cut(w.Text, "="); is {
		return joined == value
	}
	if w.Kind != Known || u.word+1 >= len(k.words) {
		return true
	}
	next := k.words[u.word+1]
	return next.Kind != Known || next.Text == value
}

// fetched reports a Go package whose name begins with a machine's.
func fetched(name string) bool {
	first, _, _ := strings.Cut(name, "/")
	return strings.Contains(first, ".") && strings.Trim(first, ".") != "" && !strings.HasSuffix(name, ".go")
}

// goPackage: ./x, ../x, /x, x.go and x/... below a dot are directories or files; the rest are import paths.
func (k *classifier) goPackage(v Word, st state, how effect) {
	if v.Kind == Glob {
		k.e.fileEffect(v, st, how)
		return
	}
	t := strings.TrimSuffix(v.Text, "...")
	if t == "" {
		return
	}
	if fetched(v.Text) && (strings.Contains(v.Text, "@") || k.fetches()) {
		k.open(how.word, "net", v.Text, quoteShort(v.Text)+" is fetched from the machine that its name begins with.", "Name packages of this module, or leave the version out.", false)
		return
	}
	if t[0] == '.' || t[0] == '/' || strings.HasSuffix(t, ".go") || strings.Contains(t, "..") || strings.HasPrefix(v.Text, "~") {
		v.Text = strings.TrimSuffix(t, "/")
		if v.Text == "" {
			v.Text = "/"
		}
		k.e.fileEffect(v, st, how)
	}
	if name, file, ok := strings.Cut(v.Text, "="); ok && (name == "file" || name == "pattern") {
		v.Text = file
		k.e.fileEffect(v, st, how)
	}
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

// packing are the options of tar that write the archive.
var packing = []string{"-c", "-r", "-u", "-A", "--delete"}

// states0 is where the command started, before its own options moved it.
func (k *classifier) states0() state {
	st := k.st
	st.cwds = k.e.a.Commands[k.index].Cwds
	return st
}

func nameLike(s string) bool {
	for i := 0; i < len(s); i++ {
		c := s[i]
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' || i > 0 && c >= '0' && c <= '9') {
			return false
		}
	}
	return s != ""
}

func (k *classifier) dd(i int, v Word, st state, how effect) {
	key, file, ok := strings.Cut(v.Text, "=")
	v.Text = file
	switch {
	case ok && key == "if":
		k.file(classRead, v, st, how, false)
	case ok && key == "of":
		k.file(classWrite, v, st, how, false)
	case !ok || !nameLike(key):
		k.unknownOption(i, k.words[i].Text)
	}
}
