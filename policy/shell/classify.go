package shell

import (
	"fmt"
	"slices"
	"strings"
)

// program classes every word of a command and records its effects.
func (e *eval) program(t *tool, index int, st state) {
	if t == nil {
		operands := e.unknownTool(index, 1, st)
		if k := (classifier{e: e, index: index, words: e.a.Commands[index].Words}); slices.Contains(projectTools, k.words[0].Text) {
			k.project(0, st)
		}
		e.a.Commands[index].operands = operands
		return
	}
	c := &e.a.Commands[index]
	c.Known, c.reads = true, t.reads
	k := classifier{e: e, t: t, index: index, words: c.Words, st: st, operands: make([]int, 0, len(c.Words)-1)}
	if t.envCode && e.envCode {
		k.open(0, "exec", "", t.name+" may evaluate the text that a variable on this line holds.", "Give variables plain values.", true)
	}
	k.from(1)
	if slices.Contains(projectTools, c.Words[0].Text) {
		k.project(0, k.st)
	}
	c = &e.a.Commands[index] // the list may have grown meanwhile
	c.options, c.operands, c.urls = k.options, k.operands, k.urls
}

// unknownTool treats a tool without a table: options are closed, other words may be files that are read and changed.
func (e *eval) unknownTool(index, from int, st state) (operands []int) {
	words := e.a.Commands[index].Words
	for i := from; i < len(words); i++ {
		w := words[i]
		if w.Kind == OneUnknown || w.Kind == ManyUnknown {
			e.open(index, Open{Span: w.Span, Word: i, Class: "unknown-word", Message: "What this word will be is unknown.", Hint: "Write it out.", Never: true})
			continue
		}
		if strings.HasPrefix(w.Text+w.Glob, "-") || strings.HasPrefix(w.Text, "@") || w.Kind == Glob && wildStart(w.Glob) {
			e.open(index, Open{
				Span: w.Span, Word: i, Class: "unknown-option", Option: w.Text,
				Message: fmt.Sprintf("What %s does is unknown: %s has no tool table.", quoteShort(w.Text), words[0].Text),
				Hint:    "A pattern that names this word permits it.",
			})
			continue
		}
		operands = append(operands, i)
		if w.Text != "" || w.Kind == Glob {
			e.fileEffect(w, st, effect{command: index, word: i, guess: true, tree: true})
			e.fileEffect(w, st, effect{command: index, word: i, guess: true, write: true})
		}
	}
	return operands
}

func (e *eval) open(index int, o Open) {
	c := &e.a.Commands[index]
	c.Opens = append(c.Opens, o)
}

func quoteShort(s string) string {
	if len(s) > 40 {
		s = strings.ToValidUTF8(s[:40], "") + "…"
	}
	return "`" + s + "`"
}

// classifier walks one argv by a tool's table.
type classifier struct {
	e     *eval
	t     *tool
	index int
	words []Word
	st    state

	options  []used
	operands []int
	base     int // how many of the operands are subcommands' names
	urls     []address
	states   []state // for each operand behind base, where it was seen; nil while no option moved the tool
	narrowing
	reads    []int       // file effects of read operands, which an option may turn into changes
	target   Word        // the directory that an option names for what the tool writes
	endings  []string    // what is put behind the name of a changed file for its backup
	archives []Word      // values of class archive: which way they go depends on every option
	below    *belowValue // the last one; nil for most lines, which pay for one word only
	here     bool        // files are written below the directory that the tool ends in
	ended    bool        // "--" was seen
	end      int         // where; 0 where it was not
}

func (k *classifier) open(i int, class, option, message, hint string, never bool) {
	k.e.open(k.index, Open{Span: k.words[i].Span, Word: i, Class: class, Option: option, Message: message, Hint: hint, Never: never})
}

func (k *classifier) unknownOption(i int, name string) {
	k.open(i, "unknown-option", name, fmt.Sprintf("The option %s is not in the table of %s.", quoteShort(name), k.t.name), "A pattern that names this option permits it.", false)
}

// from classes the words from i on.
func (k *classifier) from(i int) {
	start := i
	if k.t.atFile {
		k.argumentFiles(i)
	}
	if k.t.mini != "" {
		var done bool
		if i, done = k.mini(i); done {
			return
		}
		start = i
	}
	for i < len(k.words) {
		w := k.words[i]
		switch {
		case k.ended || w.Kind == Known && (w.Text == "" || w.Text == "-"):
			i = k.operand(i)
		case w.Kind == Known && w.Text == "--" && !k.t.single:
			k.ended, k.end = true, i
			i++
		case w.Kind == Known && (w.Text[0] == '-' || k.t.plus && w.Text[0] == '+' && k.t.find(w.Text[:min(2, len(w.Text))]) != nil):
			i = k.option(i)
		case w.Kind == Known && k.t.bsd && i == start && k.t.cluster(w.Text):
			i = k.cluster(i, w.Text)
		case w.Kind == OneUnknown && strings.HasPrefix(w.prefix, "-"):
			i = k.unknownValue(i)
		case w.Kind == Glob && k.globValue(i):
			i++
		default:
			i = k.operand(i)
		}
		if i < 0 { // a subcommand or another tool took over
			return
		}
	}
	k.finish()
}

// argumentFiles opens words like @FILE, which such a tool replaces by options and operands that FILE holds.
func (k *classifier) argumentFiles(from int) {
	for i := from; i < len(k.words); i++ {
		w := k.words[i]
		text := w.Text
		switch w.Kind {
		case Glob:
			text = w.Glob
		case OneUnknown, ManyUnknown:
			text = w.prefix
		}
		if strings.HasPrefix(text, "@") {
			k.open(i, "config", text, fmt.Sprintf("%s takes options from the file.", quoteShort(text)), "Write the options out, or ./@NAME for a file of that name.", false)
			if w.Kind == Known {
				k.e.fileEffect(Word{Span: w.Span, Text: text[1:]}, k.st, effect{command: k.index, word: i})
			}
		}
	}
}

// cluster reports whether a word without "-" is a cluster of known options, as old tools take it.
func (t *tool) cluster(word string) bool {
	for i := 0; i < len(word); i++ {
		if t.options["-"+word[i:i+1]] == nil {
			return false
		}
	}
	return true
}

// option classes the option at i and returns where to go on.
func (k *classifier) option(i int) int {
	text := k.words[i].Text
	if k.t.digits && len(text) > 1 && allDigits([]byte(text[1:])) {
		return i + 1
	}
	name, value, joined := strings.Cut(text, "=")
	if k.t.goFlags {
		name = "-" + strings.TrimLeft(name, "-")
	}
	if o := k.t.find(name); o != nil && (joined || len(text) != 2 || o.arity != mayValue) {
		return k.take(i, o, name, value, joined)
	}
	if strings.HasPrefix(text, "--") && !k.t.goFlags {
		if o := k.t.abbreviated(name); o != nil && len(name) > 2 {
			return k.take(i, o, name, value, joined)
		}
		k.unknownOption(i, name)
		return i + 1
	}
	if k.t.goFlags || k.t.single {
		k.unknownOption(i, name)
		return i + 1
	}
	return k.cluster(i, text[1:])
}

// take applies an option found under its whole name.
func (k *classifier) take(i int, o *option, name, value string, joined bool) int {
	k.options = append(k.options, used{o, i})
	switch {
	case o.arity == noValue && joined && !(k.t.takesBool() && (value == "true" || value == "false")):
		k.unknownOption(i, name+"=")
		return i + 1
	case o.arity == noValue:
		k.apply(o, i, Word{Span: k.words[i].Span, Text: "true"})
		return i + 1
	case o.arity == twoValues:
		if joined || i+2 >= len(k.words) {
			k.unknownOption(i, name)
			return i + 1
		}
		k.value(classText, i, k.words[i+1], k.st, false)
		k.apply(o, i, k.words[i+2])
		return i + 3
	case joined:
		k.apply(o, i, Word{Span: k.words[i].Span, Text: value})
		return i + 1
	case o.arity == mayValue:
		k.apply(o, i, Word{Span: k.words[i].Span})
		return i + 1
	}
	return k.nextValue(i, o)
}

// nextValue applies an option whose value is the next word.
func (k *classifier) nextValue(i int, o *option) int {
	if i+1 >= len(k.words) && o.arity == lastValue {
		k.apply(o, i, Word{Span: k.words[i].Span})
		return i + 1
	}
	if i+1 >= len(k.words) {
		k.open(i, "unknown-option", o.name(), "The option needs a value.", "", false)
		return i + 1
	}
	k.apply(o, i, k.words[i+1])
	return i + 2
}

// cluster classes short options that share a word.
func (k *classifier) cluster(i int, letters string) int {
	next := i + 1
	for j := 0; j < len(letters); j++ {
		o := k.t.find("-" + letters[j:j+1])
		if o == nil {
			if k.t.digits && allDigits([]byte(letters[j:])) {
				return next
			}
			k.unknownOption(i, "-"+letters[j:j+1])
			return next
		}
		k.options = append(k.options, used{o, i})
		rest := letters[j+1:]
		bsd := k.t.apart && !(o.class == classNumber && rest != "" && allDigits([]byte(rest))) || k.t.bsd && k.words[i].Text == letters // tar xzf FILE: each value is a word of its own
		switch {
		case o.arity == noValue:
			k.apply(o, i, Word{Span: k.words[i].Span, Text: "true"})
		case bsd && o.arity == needsValue:
			if next >= len(k.words) {
				k.unknownOption(i, o.name())
				return next
			}
			k.apply(o, i, k.words[next])
			next++
		case o.arity == mayValue || rest != "":
			k.apply(o, i, Word{Span: k.words[i].Span, Text: strings.TrimPrefix(rest, "=")})
			if rest != "" && strings.HasPrefix(rest, "=") {
				k.apply(o, i, Word{Span: k.words[i].Span, Text: rest})
			}
			return next
		default:
			return k.nextValue(i, o)
		}
	}
	return next
}

// unknownValue classes a word like --name=… or -n… whose end is unknown.
func (k *classifier) unknownValue(i int) int {
	w := k.words[i]
	name, value, joined := strings.Cut(w.prefix, "=")
	if k.t.goFlags {
		name = "-" + strings.TrimLeft(name, "-")
	}
	if o := k.t.find(name); joined && o != nil && o.arity != noValue {
		k.options = append(k.options, used{o, i})
		k.apply(o, i, Word{Span: w.Span, Kind: OneUnknown, prefix: value, integer: w.integer})
		return i + 1
	}
	k.open(i, "unknown-word", "", "Which option this is is unknown.", "Write the option out.", true)
	return i + 1
}

// globValue classes a word like --include=*.go, which the shell expands only where files have such names: whatever it becomes
// is the same option with a value that the pattern matches.
func (k *classifier) globValue(i int) bool {
	w := k.words[i]
	name, value, joined := strings.Cut(w.Glob, "=")
	if !joined || !strings.HasPrefix(name, "--") || hasWildcard(name) || strings.Contains(name, "\\") {
		return false
	}
	o := k.t.find(name)
	if o == nil || o.arity == noValue || o.arity == twoValues {
		return false
	}
	k.options = append(k.options, used{o, i})
	k.apply(o, i, Word{Span: w.Span, Kind: Glob, Text: globDir(value), Glob: value})
	return true
}

// operand notes the operand at i, or hands over to a subcommand's table.
func (k *classifier) operand(i int) int {
	w := k.words[i]
	if k.t.hasSubs() && len(k.operands) == k.base && !k.ended {
		return k.subcommand(i)
	}
	if k.t.delegate && len(k.operands) == k.base {
		return k.handOver(i)
	}
	if !k.ended {
		switch {
		case w.Kind == ManyUnknown && (k.t.dangerous || !k.textOnly()):
			k.open(i, "unknown-word", "", "Which words stand here is unknown; they may be options or files.", "Write them out, or put the expansion in double quotes where one word is meant.", true)
			return i + 1
		case w.Kind == OneUnknown && w.prefix == "" && !w.integer && !w.object && k.t.dangerous:
			k.open(i, "unknown-word", "", "What this word will be is unknown; it may be an option.", "Put -- in front of the operands, or write the word out.", true)
			return i + 1
		case w.Kind == Glob && (wildStart(w.Glob) || w.Glob[0] == '-') && k.t.dangerous:
			k.globMayBeOption(i, w)
		}
	}
	k.note(i)
	if k.t.stop {
		k.ended = true
	}
	return i + 1
}

// globMayBeOption judges a pattern like *.txt whose files might be named like options: --output=x.txt. Such a name holds no
// "/", so an option that writes can only reach the directory itself.
func (k *classifier) globMayBeOption(i int, w Word) {
	for t := k.t; t != nil; t = t.parent {
		for name, o := range t.options {
			g := quoteGlob(name)
			if o.arity != noValue {
				g += "*"
			}
			if o.class < classSed && o.class != classWrite && o.class != classReadWrite && o.class != classWriteTree || !components(w.Glob, g) && !(len(name) == 2 && components(w.Glob, "-*")) {
				continue
			}
			if o.class == classList && k.t.meta {
				continue // a list of files to count
			}
			if o.class.opens() || o.class == classSed || o.class == classAwk {
				k.open(i, "unknown-word", name, fmt.Sprintf("A file's name that the pattern matches may be taken for the option %s.", name), "Write ./"+w.Glob+" instead.", true)
				return
			}
			k.e.fileEffect(w, k.st, effect{command: k.index, word: i, write: true})
			return
		}
	}
}

func (k *classifier) textOnly() bool {
	for _, s := range k.t.slots {
		if s.class > classNumber {
			return false
		}
	}
	return len(k.t.slots) > 0
}

func (k *classifier) subcommand(i int) int {
	w := k.words[i]
	if w.Kind != Known {
		k.open(i, "unknown-word", "", "Which subcommand this runs is unknown.", "Write the subcommand out.", true)
		return -1
	}
	if name := k.t.same[w.Text]; name != "" {
		c := &k.e.a.Commands[k.index]
		c.same = append(c.same, address{i, name})
	}
	sub := k.t.sub(w.Text)
	if sub == nil {
		if k.t.slots != nil {
			k.note(i)
			return i + 1
		}
		k.open(i, "unknown-option", w.Text, fmt.Sprintf("%s has no subcommand %s in its table.", k.t.name, quoteShort(w.Text)), "A pattern that names this subcommand permits it.", false)
		k.e.a.Commands[k.index].Known = false
		k.e.a.Commands[k.index].reads = false
		k.operands = append(append(k.operands, i), k.e.unknownTool(k.index, i+1, k.st)...)
		return -1
	}
	return k.switchTo(sub, i)
}

// switchTo goes on with another table; the operands so far are words of the command's name.
func (k *classifier) switchTo(t *tool, i int) int {
	k.e.a.Commands[k.index].reads = t.reads
	k.operands = append(k.operands, i)
	if t.opensAs != classFlag {
		text := k.words[i].Text
		k.open(i, t.opensAs.String(), text, fmt.Sprintf("%s %s.", quoteShort(text), t.opensAs.message()), "A pattern that names this subcommand permits it.", false)
	}
	k.t, k.base, k.states, k.reads, k.archives, k.here, k.ended = t, len(k.operands), nil, nil, nil, false, false
	k.from(i + 1)
	return -1
}

// note adds an operand.
func (k *classifier) note(i int) {
	k.operands = append(k.operands, i)
	if k.states != nil {
		k.states = append(k.states, k.st)
	}
}

// handOver goes on with the table of the tool that an operand names: npx eslint, uv run pytest.
func (k *classifier) handOver(i int) int {
	w := k.words[i]
	if w.Kind != Known {
		k.open(i, "unknown-word", "", "Which program this runs is unknown.", "Write the program's name out.", true)
		return -1
	}
	t := tools.find(w.Text)
	if t == nil || t.wraps != "" || strings.ContainsAny(w.Text, "/@") {
		k.open(i, "unknown-option", w.Text, fmt.Sprintf("%s has no tool table.", quoteShort(w.Text)), "A pattern that names this word permits it.", false)
		k.e.a.Commands[k.index].Known = false
		k.e.a.Commands[k.index].reads = false
		k.operands = append(append(k.operands, i), k.e.unknownTool(k.index, i+1, k.st)...)
		return -1
	}
	return k.switchTo(t, i)
}
