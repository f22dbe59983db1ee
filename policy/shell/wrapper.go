package shell

import (
	"slices"
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// maxWrappers bounds how many wrappers stand in front of a command.
const maxWrappers = 8

// wrapper takes the options of time, timeout, env, xargs, … off and judges the command behind them. done is false for a
// wrapper without a command, which is judged as a plain program.
func (e *eval) wrapper(t *tool, words []Word, st state, wrappers []string) (done bool, ok, fail state) {
	options, rest, good := e.wrapperOptions(t, words)
	if !good {
		e.last = -1
		return true, st, st
	}
	inner := words[rest:]
	switch t.wraps {
	case "env":
		for _, o := range options {
			if o.option.name() == "--unset" {
				e.a.Assigns = append(e.a.Assigns, Assignment{words[0].Span, o.value})
			}
		}
		inner, good = e.envAssignments(inner, st)
	case "xargs":
		if len(inner) > 0 {
			inner, good = e.xargsWords(inner, options)
		}
	case "watch":
		if len(inner) > 0 && !has(usedOf(options), []string{"--exec"}) {
			e.nested(inner, st, append(slices.Clone(wrappers), t.name))
			return true, st, st
		}
	default:
		n, err := strconv.Atoi(t.wraps)
		if err != nil || len(inner) < n {
			return false, st, st
		}
		for _, w := range inner[:n] {
			if w.Kind != Known || strings.HasPrefix(w.Text, "-") {
				e.refuse(w.Span, "wrapper", t.name+" needs a plain value here.", "Write it out.")
				return true, st, st
			}
		}
		inner = inner[n:]
	}
	if !good {
		return true, st, st
	}
	if len(inner) == 0 {
		return false, st, st
	}
	if len(wrappers) >= maxWrappers {
		e.stop(words[0].Span, "The command stands behind more than 8 wrappers.")
		return true, st, st
	}
	if inner[0].Kind == Known && builtinKind(inner[0].Text, e.lang) == builtinListed && t.name != "command" {
		// Behind a wrapper the program of that name runs, not the shell's own command; cd and export change nothing there.
		if name := inner[0].Text; name == "cd" || name == "export" || name == "set" || name == "exit" || name == "command" {
			e.refuse(inner[0].Span, "wrapper", name+" does nothing behind "+t.name+".", "Leave the wrapper out.")
			return true, st, st
		}
	}
	e.run(inner, st, append(slices.Clone(wrappers), t.name))
	if e.last >= 0 {
		e.a.Commands[e.last].Span = covering(words[0].Span, e.a.Commands[e.last].Span)
	}
	return true, st, st
}

func covering(a, b Span) Span {
	end := max(a.Offset+a.Length, b.Offset+b.Length)
	from := min(a.Offset, b.Offset)
	return Span{from, end - from}
}

// givenOption is an option of a wrapper with its value.
type givenOption struct {
	option *option
	value  string
	joined bool
}

func usedOf(given []givenOption) []used {
	out := make([]used, len(given))
	for i, g := range given {
		out[i] = used{option: g.option}
	}
	return out
}

// wrapperOptions reads a wrapper's options, which end at its first operand. Anything not in its table is refused, and so is
// an option that does more than tune how the command runs.
func (e *eval) wrapperOptions(t *tool, words []Word) (given []givenOption, rest int, ok bool) {
	bad := func(w Word, what string) ([]givenOption, int, bool) {
		e.refuse(w.Span, "wrapper-option", what, "Leave the option out.")
		return nil, 0, false
	}
	for i := 1; i < len(words); i++ {
		w := words[i]
		if w.Kind != Known {
			if w.Kind == OneUnknown && w.prefix != "" && w.prefix[0] != '-' {
				return given, i, true
			}
			return bad(w, "Which option of "+t.name+" or command this is is unknown.")
		}
		text := w.Text
		if text == "--" {
			return given, i + 1, true
		}
		if text == "-" && t.wraps == "env" {
			continue
		}
		if len(text) < 2 || text[0] != '-' {
			return given, i, true
		}
		if t.digits && allDigits([]byte(strings.TrimLeft(text[1:], "-+"))) && len(text) < 8 {
			continue
		}
		name, value, joined := strings.Cut(text, "=")
		if !strings.HasPrefix(text, "--") {
			name, value, joined = text[:2], text[2:], len(text) > 2
		}
		o := t.find(name)
		if o == nil && strings.HasPrefix(name, "--") && len(name) > 2 {
			o = t.abbreviated(name)
		}
		if o == nil || o.class.opens() {
			return bad(w, "The option "+quoteShort(text)+" of "+t.name+" is not one that can be permitted.")
		}
		if o.arity == noValue && joined {
			if strings.HasPrefix(text, "--") {
				return bad(w, "The option "+quoteShort(text)+" of "+t.name+" takes no value.")
			}
			// A cluster: go on with the rest of the word.
			given = append(given, givenOption{option: o})
			words = slices.Clone(words)
			words[i].Text = "-" + text[2:]
			i--
			continue
		}
		if o.arity == needsValue && !joined {
			i++
			if i >= len(words) || words[i].Kind != Known && !(words[i].Kind == OneUnknown && words[i].integer) {
				return bad(w, "The value of "+quoteShort(text)+" is unknown.")
			}
			value, joined = words[i].Text, true
		}
		given = append(given, givenOption{o, value, joined})
	}
	return given, len(words), true
}

// envAssignments takes NAME=value words off.
func (e *eval) envAssignments(words []Word, st state) (rest []Word, ok bool) {
	for i, w := range words {
		text := w.Text
		if w.Kind == OneUnknown {
			text = w.prefix
		}
		name, _, is := strings.Cut(text, "=")
		if !is {
			return words[i:], true
		}
		if w.Kind > OneUnknown || !syntax.ValidName(name) {
			e.refuse(w.Span, "assignment", "Which variable this sets is unknown.", "Write NAME=value.")
			return nil, false
		}
		e.a.Assigns = append(e.a.Assigns, Assignment{w.Span, name})
		v := value{}
		if w.Kind == Known {
			v = value{kind: valueKnown, text: text[len(name)+1:]}
		}
		e.environ(name, v, w.Span, st)
	}
	return nil, true
}

// xargsWords adds what xargs reads: names that the stage before is known to print, or words of unknown text. It reports false
// where it can't be told in which places of the command they stand.
func (e *eval) xargsWords(inner []Word, options []givenOption) ([]Word, bool) {
	replace, ok := xargsReplace(options)
	if !ok {
		e.refuse(inner[0].Span, "wrapper-option", "Of the options -I, -i, -L, -l and -n xargs follows the last one, so what stands in the command is unclear.", "Use one of them.")
		return nil, false
	}
	fed := []Word{{Span: inner[0].Span, Kind: ManyUnknown}}
	if e.feedsOK && xargsEnds(options) == e.feeds.end {
		fed = fed[:0]
		for _, w := range e.feeds.names {
			w.Span = inner[0].Span
			fed = append(fed, w)
		}
	}
	e.feedsOK = false // the command itself reads nothing from the pipe
	if replace == "" {
		return append(slices.Clone(inner), fed...), true
	}
	return replaced(inner, replace, fed), true
}

// xargsReplace is the text that xargs replaces by what it reads; "" for none. Each option that says how many names a command
// gets undoes the others, but for -n1, which says the same as -I.
func xargsReplace(options []givenOption) (replace string, ok bool) {
	counts, replaces := false, false
	for _, o := range options {
		switch o.option.name() {
		case "--max-args":
			counts = counts || o.value != "1"
		case "-L", "--max-lines":
			counts = true
		case "-I", "--replace":
			text := o.value
			if text == "" && !o.joined {
				text = "{}"
			}
			if text == "" || replaces && text != replace {
				return "", false
			}
			replace, replaces = text, true
		}
	}
	return replace, !replaces || !counts
}

// xargsEnds says how the names end that xargs reads: by NUL, or by a line feed as most tools print them.
func xargsEnds(options []givenOption) nameEnd {
	end := endLine
	for _, o := range options {
		switch o.option.name() {
		case "--null":
			end = endNul
		case "--delimiter":
			switch o.value {
			case `\n`, "\n":
				end = endLine
			case `\0`:
				end = endNul
			default:
				end = endOther // cuts names in pieces
			}
		}
	}
	return end
}

// replaced puts names in the place of a replacement string, once for each name.
func replaced(inner []Word, replace string, names []Word) []Word {
	var out []Word
	for _, w := range inner {
		text := w.Text
		switch w.Kind {
		case Glob:
			text = unquoteGlob(w.Glob)
		case OneUnknown, ManyUnknown:
			text = w.prefix
			if strings.Trim(replace, "0123456789abcdef") == "" {
				w.integer, w.object, w.bare = false, false, false // the text that isn't known may hold it
			}
		}
		before, _, found := strings.Cut(text, replace)
		if !found {
			out = append(out, w)
			continue
		}
		if w.Kind == Known && w.Text == replace {
			for _, n := range names {
				n.Span = w.Span
				out = append(out, n)
			}
			continue
		}
		kind := OneUnknown
		if w.Kind == ManyUnknown || w.Kind == Glob {
			kind = ManyUnknown
		}
		out = append(out, Word{Span: w.Span, Kind: kind, prefix: before})
	}
	return out
}

// nested analyses words that a wrapper joins and hands to a shell of its own.
func (e *eval) nested(words []Word, st state, wrappers []string) {
	parts := make([]string, len(words))
	for i, w := range words {
		if w.Kind != Known {
			e.refuse(w.Span, "unknown-word", "This becomes part of a command line, but its text is unknown.", "Write it out.")
			return
		}
		parts[i] = w.Text
	}
	text := strings.Join(parts, " ")
	if r := gate(text); r.Rule != "" {
		e.refuse(words[0].Span, r.Rule, r.Message, r.Hint)
		return
	}
	at := covering(words[0].Span, words[len(words)-1].Span)
	sub := &eval{in: e.in, a: e.a, lang: syntax.LangPOSIX, text: text, at: &at, level: e.level + 1, simple: e.simple, ops: e.ops, runs: e.runs}
	from := len(e.a.Commands)
	if sub.level > maxLevels {
		e.stop(at, "The command is nested more than 32 levels deep.")
		return
	}
	sub.source(text, st)
	e.simple, e.ops, e.runs, e.stopped, e.effects = sub.simple, sub.ops, sub.runs, e.stopped || sub.stopped, e.effects || sub.effects
	for i := from; i < len(e.a.Commands); i++ {
		e.a.Commands[i].Wrappers = append(slices.Clone(wrappers), e.a.Commands[i].Wrappers...)
	}
	e.last = -1
}
