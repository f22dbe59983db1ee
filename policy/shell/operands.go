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
	k.e.produced = k.passed(slots)
	if (k.t.listsAlways || has(k.options, k.t.listsIf)) && !has(k.options, k.t.listsUnless) {
		k.e.produced = printed{k.listed(slots), k.listEnd()}
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
	k.renamed()
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
	operands := k.operands[min(len(k.operands), k.base+skip):]
	if slices.Contains(slots, slot{classPathspec, true}) {
		return k.pathspecNames(operands)
	}
	names, narrowed, wide := k.names()
	if !narrowed || slices.ContainsFunc(names, func(name string) bool { return strings.Contains(name, "/") }) {
		names = []string{""}
	}
	hidden := !k.visible() || wide
	var out []Word
	add := func(w Word) {
		for _, name := range names {
			w.dots = hidden
			if name != "" {
				w.Glob, w.dots = w.Glob+"/"+name, !sourceCode(name)
			}
			w.Text, w.tree = globDir(w.Glob), true
			out = append(out, w)
		}
	}
	for _, i := range operands {
		w := k.words[i]
		switch w.Kind {
		case Known:
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
		add(w)
	}
	if len(out) == 0 {
		add(Word{Kind: Glob, Glob: "**"})
	}
	return out
}

// visible reports that trees leave names out which begin with a dot.
func (k *classifier) visible() bool {
	return k.t.visibleIfNone && !has(k.options, k.t.hiddenIf) && !k.e.ignoreFileWritten()
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
	if len(k.t.expands) > 0 && has([]used{{o, i}}, k.t.expands) {
		var ok bool
		if v, ok = k.expanded(o, i, v); !ok {
			return
		}
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
	if unknown && (v.object && c == classRevision || v.integer && c == classShowing || v.Kind == OneUnknown && c == classProcess) {
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
		classCookie, classMethod, classDNS, classSuffix, classPrefix, classProcess, classShowing, classPlugin, classReference, classTemplate, classOutFormat,
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
	case classProject, classWriteProject:
		k.file(classRead, v, st, how, operand)
		if c == classWriteProject {
			k.file(classWriteTree, v, st, how, operand)
		}
		st.cwds = st.join(v.Text)
		k.project(i, st)
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
		before := len(k.e.a.Files)
		k.goPackage(v, st, how)
		for f := before; f < len(k.e.a.Files); f++ {
			k.reads = append(k.reads, f)
		}
	case classRevision, classPathspec:
		before := len(k.e.a.Files)
		how.tree = has(k.options, k.t.treeIf)
		if c == classRevision {
			k.revision(v, st, how)
		} else {
			k.pathspec(c, v, st, how)
		}
		if operand && !k.onlyRevision(c, i, v.Text) {
			for f := before; f < len(k.e.a.Files); f++ {
				k.reads = append(k.reads, f)
			}
		}
	}
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
	how.listed = k.t.meta
	how.tree = c == classTree || c == classRead && has(k.options, k.t.treeIf)
	how.visible = k.visible()
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
