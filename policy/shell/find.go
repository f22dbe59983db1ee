package shell

import (
	"slices"
	"strings"
)

// findExpression is the grammar of find: options, starting points, then an expression.
func findExpression(k *classifier, i int) (int, bool) {
	for i < len(k.words) && k.words[i].Kind == Known && (k.words[i].Text == "-H" || k.words[i].Text == "-L" || k.words[i].Text == "-P") {
		i++
	}
	var starts []Word
	for ; i < len(k.words); i++ {
		w := k.words[i]
		if w.Kind == Known && w.Text != "" && (w.Text[0] == '-' && w.Text != "-" || w.Text == "(" || w.Text == "!" || w.Text == ")" || w.Text == ",") {
			break
		}
		if w.Kind == ManyUnknown || w.Kind == OneUnknown && (w.prefix == "" || strings.ContainsAny(w.prefix[:1], "-(!,)")) ||
			w.Kind == Glob && strings.ContainsAny(w.Glob[:1], "*?[-") {
			k.open(i, "unknown-word", "", "What this word will be is unknown; it may be an action of find.", "Begin the path with ./ or write it out.", true)
			return i, true
		}
		starts = append(starts, w)
		k.operands = append(k.operands, i)
		k.e.fileEffect(w, k.st, effect{command: k.index, word: i})
	}
	if len(starts) == 0 {
		starts = []Word{{Span: k.words[0].Span, Text: "."}}
		k.e.fileEffect(starts[0], k.st, effect{command: k.index, word: 0})
	}
	f := findWalk{k: k, starts: starts}
	f.names, f.narrow = f.nameTests(i)
	f.expression(i)
	if !f.writes && !f.failed {
		k.e.produced = printed{f.found(Span{}), f.end}
	}
	return len(k.words), true
}

type findWalk struct {
	k      *classifier
	starts []Word
	names  []string // -name patterns that every found file matches one of
	narrow bool
	end    nameEnd
	prints bool // -print or -print0 stands in the expression
	writes bool // something else than names of found files may be printed
	failed bool
}

// nameTests collects the -name patterns that stand in front of every action. They bound what is found where the expression is
// a plain conjunction, or where each "-o" stands between two of them.
func (f *findWalk) nameTests(i int) (names []string, ok bool) {
	words := f.k.words
	at := func(j int) string {
		if j < len(words) && words[j].Kind == Known {
			return words[j].Text
		}
		return ""
	}
	acted, or, others, open, alternatives := false, false, false, false, true
	for j := i; j < len(words); j++ {
		switch t := at(j); {
		case t == "-name":
			switch {
			case !acted && at(j+1) != "":
				names = append(names, at(j+1))
			case or:
				alternatives = false
			}
			j++
		case t == "(" || t == ")":
			open = t == "("
		case t == "-o" || t == "-or":
			or = true
			alternatives = alternatives && open && !acted && at(j+1) == "-name" && at(j-2) == "-name"
		case t == ",":
			return nil, false
		case t == "!" || t == "-not":
			// What is left out narrows further, where it is one test.
			if j++; !slices.Contains(findText, at(j)) && !slices.Contains(findReads, at(j)) {
				return nil, false
			}
			others = true
			j++
		case t == "-exec" || t == "-execdir" || t == "-ok" || t == "-okdir":
			acted = true
			if j = f.execEnd(j); j < 0 {
				return nil, false
			}
		case t == "-fprintf":
			acted = true
			j += 2
		case t == "-fprint" || t == "-fprint0" || t == "-fls" || t == "-printf":
			acted = true
			j++
		case t == "-print" || t == "-print0" || t == "-ls" || t == "-delete" || t == "-prune" || t == "-quit":
			acted = true
		case t == "-type" || t == "-maxdepth" || t == "-mindepth":
			j++
		case t == "-a" || t == "-and":
		case slices.Contains(findText, t) || slices.Contains(findReads, t):
			others = true
			j++
		default:
			others = true
		}
	}
	if or && (others || !alternatives) {
		return nil, false
	}
	if !or && len(names) > 1 {
		names = names[:1]
	}
	return names, len(names) > 0
}

// execEnd is the word that ends the command behind -exec at i; -1 where none does.
func (f *findWalk) execEnd(i int) int {
	for j := i + 1; j < len(f.k.words); j++ {
		if w := f.k.words[j]; w.Kind == Known && (w.Text == ";" || w.Text == "+" && f.k.words[j-1].Kind == Known && f.k.words[j-1].Text == "{}") {
			return j
		}
	}
	return -1
}

// found is what find prints or hands on: files below the starting points.
func (f *findWalk) found(at Span) []Word {
	var out []Word
	for _, s := range f.starts {
		base := s.Glob
		if s.Kind == Known {
			base = quoteGlob(s.Text)
		}
		base = strings.TrimSuffix(base, "/")
		names := []string{"**"}
		if f.narrow {
			names = names[:0]
			for _, n := range f.names {
				names = append(names, "**/"+n)
			}
		}
		for _, n := range names {
			w := Word{Span: at, Kind: Glob, Glob: base + "/" + n, dots: true, tree: true}
			w.Text = globDir(w.Glob)
			if s.Kind == Known {
				w.Text = s.Text
			}
			out = append(out, w)
		}
	}
	return out
}

var findNoValue = []string{
	"-a", "-and", "-o", "-or", "-not", "!", "(", ")", ",", "-true", "-false", "-print", "-print0", "-ls", "-prune", "-quit",
	"-depth", "-d", "-mount", "-xdev", "-follow", "-daystart", "-empty", "-executable", "-readable", "-writable", "-nouser", "-nogroup",
	"-noleaf", "-warn", "-nowarn", "-ignore_readdir_race", "-noignore_readdir_race", "-help", "-version", "--help", "--version",
}

var findText = []string{
	"-name", "-iname", "-path", "-ipath", "-wholename", "-iwholename", "-regex", "-iregex", "-regextype", "-lname", "-ilname",
	"-type", "-xtype", "-perm", "-size", "-user", "-group", "-uid", "-gid", "-links", "-inum", "-fstype", "-mtime", "-atime", "-ctime",
	"-mmin", "-amin", "-cmin", "-used", "-maxdepth", "-mindepth", "-printf", "-newermt", "-newerct", "-newerat", "-newerBt",
}

var findReads = []string{"-newer", "-anewer", "-cnewer", "-samefile", "-neweraa", "-newerac", "-neweram", "-newerca", "-newercc", "-newercm", "-newerma", "-newermc", "-newermm"}

func (f *findWalk) expression(i int) {
	k := f.k
	for ; i < len(k.words); i++ {
		w := k.words[i]
		if w.Kind != Known {
			f.fail(i, "unknown-word", "", "What this part of the expression is is unknown.", "Write it out.", true)
			return
		}
		t := w.Text
		switch {
		case slices.Contains(findNoValue, t):
			f.writes = f.writes || t == "-ls"
			if t == "-print" || t == "-print0" {
				f.print(t == "-print0")
			}
		case slices.Contains(findText, t):
			i++
			f.writes = f.writes || t == "-printf"
			if i < len(k.words) && k.words[i].Kind == ManyUnknown {
				f.fail(i, "unknown-word", t, "How many words this becomes is unknown.", "Quote it.", true)
				return
			}
			if i < len(k.words) && k.words[i].Kind == Glob {
				f.fail(i, "unknown-word", t, "The shell expands this pattern before find sees it.", "Quote it.", true)
				return
			}
		case slices.Contains(findReads, t):
			i++
			if i < len(k.words) {
				k.value(classRead, i, k.words[i], k.st, false)
			}
		case t == "-fprint" || t == "-fprint0" || t == "-fls" || t == "-fprintf":
			f.writes = true
			i++
			if i < len(k.words) {
				k.value(classWrite, i, k.words[i], k.st, false)
			}
			if t == "-fprintf" {
				i++
			}
		case t == "-files0-from":
			f.fail(i, "list", t, "The option -files0-from takes the starting points from a list.", "Name the starting points.", false)
			i++
		case t == "-delete":
			f.fail(i, "state", t, "-delete removes files.", "A pattern that names -delete permits it.", false)
			for _, s := range f.found(w.Span) {
				k.e.fileEffect(s, k.st, effect{command: k.index, word: i, write: true})
			}
		case t == "-exec":
			next := f.exec(i)
			if next < 0 {
				return
			}
			i = next
		case t == "-execdir" || t == "-ok" || t == "-okdir":
			f.fail(i, "exec", t, t+" runs a program.", "Use -exec where the policy lists it as a wrapper.", false)
			for i < len(k.words)-1 && !(k.words[i].Kind == Known && (k.words[i].Text == ";" || k.words[i].Text == "+")) {
				i++
			}
		default:
			f.fail(i, "unknown-option", t, "find has no "+quoteShort(t)+" in its table.", "", false)
		}
	}
}

// print notes how -print or -print0 ends names. Where both stand in the expression, names can't be told apart.
func (f *findWalk) print(nul bool) {
	end := endLine
	if nul {
		end = endNul
	}
	f.writes = f.writes || f.prints && end != f.end
	f.end, f.prints = end, true
}

func (f *findWalk) fail(i int, class, option, message, hint string, never bool) {
	f.failed = true
	f.k.open(i, class, option, message, hint, never)
}

// exec judges the command behind -exec as its own command.
func (f *findWalk) exec(i int) int {
	k := f.k
	f.writes = true
	end := f.execEnd(i)
	if end <= i+1 {
		f.fail(i, "exec", "-exec", "-exec has no end.", `End it with \; or +.`, true)
		return -1
	}
	at := k.words[i].Span
	inner := replaced(k.words[i+1:end], "{}", f.found(at))
	own := k.e.a.Commands[k.index]
	if len(own.Wrappers) >= maxWrappers {
		k.e.stop(at, "The command stands behind more than 8 wrappers.")
		return -1
	}
	k.e.run(inner, k.st, append(slices.Clone(own.Wrappers), "find -exec"))
	k.e.produced = printed{}
	k.e.last = k.index
	return end
}
