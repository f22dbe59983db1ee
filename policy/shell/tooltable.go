package shell

import (
	"fmt"
	"slices"
	"strings"
	"sync"
)

// toolbox holds the tables. Nothing is read before the first look-up; a tool's block is parsed when the tool is first seen,
// and each subcommand's when that is: most processes see one command.
type toolbox struct {
	parsed sync.Map // name → *tool, nil for a tool without a table
}

// tools is global because the tables are constants of the program.
var tools = &toolbox{}

// block returns the lines of one tool or fragment, head line first.
func (b *toolbox) block(kind, name string) (string, bool) {
	head := "\n" + kind + " "
	for _, text := range tables() {
		for at := strings.Index(text, head); at >= 0; {
			rest := text[at+1:]
			line, _, _ := strings.Cut(rest, "\n")
			if nameOn(line[len(kind):], name) {
				return rest[:nextBlock(rest)], true
			}
			next := strings.Index(rest, head)
			if next < 0 {
				break
			}
			at += 1 + next
		}
	}
	return "", false
}

// nameOn reports whether a head line lists the name.
func nameOn(line, name string) bool {
	for at := strings.Index(line, name); at >= 0; {
		end := at + len(name)
		if line[at-1] == ' ' && (end == len(line) || line[end] == ' ') {
			return true
		}
		next := strings.Index(line[end:], name)
		if next < 0 {
			return false
		}
		at = end + next
	}
	return false
}

// nextBlock is where the next line that begins with "tool " or "frag " starts, after the first line.
func nextBlock(text string) int {
	end := len(text)
	for _, head := range [...]string{"\ntool ", "\nfrag "} {
		if i := strings.Index(text[:end], head); i >= 0 {
			end = i + 1
		}
	}
	return end
}

// find returns a tool's table, or nil for a tool that has none.
func (b *toolbox) find(name string) *tool {
	if t, ok := b.parsed.Load(name); ok {
		return t.(*tool)
	}
	if name == "" || strings.ContainsAny(name, " \n") {
		return nil
	}
	block, ok := b.block("tool", name)
	if !ok {
		return nil
	}
	t, err := parseTable(name, block)
	if err != nil {
		panic(fmt.Sprintf("tool table %s: %v", name, err)) // a test parses every table
	}
	got, _ := b.parsed.LoadOrStore(name, t)
	return got.(*tool)
}

// parseTable parses one block; tools/README.md has the format. Subcommands are cut out and parsed when they are asked for.
func parseTable(name, block string) (*tool, error) {
	root := newTool(name)
	_, lines, _ := strings.Cut(block, "\n")
	if err := root.lines(lines, 0); err != nil {
		return nil, err
	}
	root.finish()
	return root, nil
}

func newTool(name string) *tool {
	return &tool{name: name, options: make(map[string]*option, 32)}
}

// lines reads a table's own lines and cuts its subcommands out.
func (t *tool) lines(text string, depth int) error {
	if depth > 8 {
		return fmt.Errorf("fragments use each other in a circle")
	}
	var sub []string // the names that the lines so far belong to; nil for the table itself
	rest := ""       // what follows the first name of the head line: the path below it
	from := 0
	flush := func(to int) {
		for _, name := range sub {
			if t.sections == nil {
				t.sections = make(map[string][]section, 64)
			}
			t.sections[name] = append(t.sections[name], section{rest, text[from:to]})
		}
	}
	for at := 0; at < len(text); {
		end := strings.IndexByte(text[at:], '\n')
		if end < 0 {
			end = len(text)
		} else {
			end += at
		}
		line := strings.TrimSpace(text[at:end])
		next := min(end+1, len(text))
		if head, ok := strings.CutPrefix(line, "sub "); ok {
			flush(at)
			first, below, _ := strings.Cut(strings.TrimSpace(head), " ")
			sub, rest, from = strings.Split(first, "|"), below, next
		} else if sub == nil {
			if err := t.parseLine(line, depth); err != nil {
				return fmt.Errorf("%q: %w", line, err)
			}
		}
		at = next
	}
	flush(len(text))
	return nil
}

// section is a part of a table that belongs to a subcommand, or to one below it.
type section struct{ below, text string }

func (t *tool) parseLine(line string, depth int) error {
	if i := strings.Index(line, " #"); i >= 0 {
		line = line[:i]
	}
	fields := strings.Fields(line)
	if len(fields) == 0 || strings.HasPrefix(fields[0], "#") {
		return nil
	}
	return t.line(fields[0], fields[1:], depth)
}

// hasSubs reports whether the table has subcommands.
func (t *tool) hasSubs() bool { return t.sections != nil }

// sub returns the table of a subcommand, or nil.
func (t *tool) sub(name string) *tool {
	if s, ok := t.subs.Load(name); ok {
		return s.(*tool)
	}
	sections, ok := t.sections[name]
	if !ok {
		return nil
	}
	s, err := t.parseSub(name, sections)
	if err != nil {
		panic(fmt.Sprintf("tool table %s %s: %v", t.name, name, err)) // a test parses every table
	}
	got, _ := t.subs.LoadOrStore(name, s)
	return got.(*tool)
}

func (t *tool) parseSub(name string, sections []section) (*tool, error) {
	s := newTool(t.name + " " + name)
	s.parent = t
	for _, part := range sections {
		text := part.text
		if part.below != "" {
			text = "sub " + part.below + "\n" + text
		}
		if err := s.lines(text, 0); err != nil {
			return nil, err
		}
	}
	s.finish()
	return s, nil
}

// line applies one line of a table.
func (t *tool) line(key string, args []string, depth int) error {
	switch key {
	case "use":
		for _, a := range args {
			frag, ok := tools.block("frag", a)
			if !ok {
				return fmt.Errorf("there is no fragment %q", a)
			}
			_, frag, _ = strings.Cut(frag, "\n")
			if err := t.lines(frag, depth+1); err != nil {
				return fmt.Errorf("fragment %s: %w", a, err)
			}
		}
	case "args":
		slots, err := parseSlots(args)
		t.slots = slots
		return err
	case "if":
		i := slices.Index(args, "args")
		if i < 1 {
			return fmt.Errorf("if needs options and args")
		}
		slots, err := parseSlots(args[i+1:])
		t.ifs = append(t.ifs, conditional{args[:i], slots})
		return err
	case "none", "opens":
		c, ok := classNames[strings.Join(args, " ")]
		if !ok || key == "opens" && !c.opens() {
			return fmt.Errorf("%s needs one class, not %q", key, args)
		}
		if key == "none" {
			t.none = c
		} else {
			t.opensAs = c
		}
	case "is":
		return t.properties(args)
	case "same":
		if len(args) < 2 {
			return fmt.Errorf("same needs other names and the name")
		}
		if t.same == nil {
			t.same = map[string]string{}
		}
		for _, a := range args[:len(args)-1] {
			t.same[a] = args[len(args)-1]
		}
	case "wraps":
		t.wraps = strings.Join(args, " ")
	case "mini":
		t.mini = strings.Join(args, " ")
	case "tree-if":
		t.treeIf = append(t.treeIf, args...)
	case "hidden-if":
		t.hiddenIf, t.visibleIfNone = append(t.hiddenIf, args...), true
	case "writes-if":
		t.writesIf = append(t.writesIf, args...)
	case "reads-if":
		t.readsIf = append(t.readsIf, args...)
	case "reads-bare-unless":
		t.bareUnless = append(t.bareUnless, args...)
	case "one-of":
		t.oneOf = append(t.oneOf, args...)
	case "lists-if":
		t.listsIf = append(t.listsIf, args...)
	case "lists-unless":
		t.listsUnless = append(t.listsUnless, args...)
	case "narrow":
		if i := slices.Index(args, "unless-first"); i >= 0 {
			t.narrowUnless, args = append(t.narrowUnless, args[i+1:]...), args[:i]
		}
		t.narrow = append(t.narrow, args...)
	case "narrow-types":
		t.narrowTypes = append(t.narrowTypes, args...)
	case "directory-if":
		t.directoryIf = append(t.directoryIf, args...)
	case "behind":
		c, ok := classNames[strings.Join(args[max(len(args)-1, 0):], "")]
		if !ok || len(args) < 2 {
			return fmt.Errorf("behind needs options and a class")
		}
		t.behind, t.behindClass = args[:len(args)-1], c
	case "empty":
		if len(args) != 2 {
			return fmt.Errorf("empty needs an option and the file that it writes")
		}
		if t.emptyWrites == nil {
			t.emptyWrites = map[string]string{}
		}
		t.emptyWrites[args[0]] = args[1]
	case "expands":
		t.expands = append(t.expands, args...)
	case "here-unless":
		t.hereUnless = append(t.hereUnless, args...)
	case "here-names":
		t.hereNames = strings.Join(args, " ")
	case "below":
		t.below = strings.Join(args, " ")
	case "fetches-if":
		t.fetchesIf = append(t.fetchesIf, args...)
	case "writes-unless":
		t.writesUnless = append(t.writesUnless, args...)
	default:
		return t.optionLine(key, args)
	}
	return nil
}

func (t *tool) properties(args []string) error {
	for _, a := range args {
		switch a {
		case "stop":
			t.stop = true
		case "go":
			t.goFlags = true
		case "single":
			t.single = true
		case "digits":
			t.digits = true
		case "bsd":
			t.bsd = true
		case "plus":
			t.plus = true
		case "bool":
			t.bool = true
		case "globs":
			t.globs = true
		case "once":
			t.once = true
		case "apart":
			t.apart = true
		case "anchored":
			t.anchored = true
		case "envcode":
			t.envCode = true
		case "atfile":
			t.atFile = true
		case "reads":
			t.reads = true
		case "delegate":
			t.delegate, t.stop = true, true
		case "into":
			t.into = true
		case "fetches":
			t.fetching = true
		case "unpacks":
			t.unpacks = true
		case "meta":
			t.meta = true
		case "lists":
			t.listsAlways = true
		case "writes":
			t.writesAlways = true
		default:
			return fmt.Errorf("there is no property %q", a)
		}
	}
	return nil
}

// optionLine adds options: "flag -a|--all", "read -f|--file", "text? --color", "exec! -z", "below-write -o".
func (t *tool) optionLine(key string, names []string) error {
	how := needsValue
	base := strings.TrimRight(key, "?!+$")
	switch key[len(base):] {
	case "?":
		how = mayValue
	case "!":
		how = noValue
	case "+":
		how = twoValues
	case "$":
		how = lastValue
	}
	base, below := strings.CutPrefix(base, "below-")
	c, ok := classNames[base]
	var words []string
	if list, is := strings.CutPrefix(base, "known:"); is {
		c, ok, words = classKnown, list != "", strings.Split(list, ",")
	}
	if !ok {
		return fmt.Errorf("%q is neither a keyword nor a class", key)
	}
	if c == classFlag {
		how = noValue
	}
	for _, alias := range names {
		o := &option{names: splitNames(alias), class: c, arity: how, below: below, words: words}
		for _, n := range o.names {
			if len(n) < 2 || n[0] != '-' && !(t.plus && n[0] == '+') {
				return fmt.Errorf("%q is no option", n)
			}
			t.options[n] = o
		}
	}
	return nil
}

func parseSlots(args []string) ([]slot, error) {
	var slots []slot
	many := 0
	for _, a := range args {
		s := slot{many: strings.HasSuffix(a, "*")}
		if s.many {
			many++
		}
		c, ok := classNames[strings.TrimSuffix(a, "*")]
		if !ok || many > 1 {
			return nil, fmt.Errorf("%q is no operand class", a)
		}
		s.class = c
		slots = append(slots, s)
	}
	return slots, nil
}

// finish derives what the look-ups need.
func (t *tool) finish() {
	for name, o := range t.options {
		if strings.HasPrefix(name, "--") {
			t.long = append(t.long, name)
		}
		if o.class.opens() || o.class == classWrite || o.class == classReadWrite || o.class == classWriteTree || o.class == classSed || o.class == classAwk {
			t.dangerous = true
		}
	}
	slices.Sort(t.long)
}

func splitNames(alias string) []string {
	if strings.IndexByte(alias, '|') < 0 {
		return []string{alias}
	}
	return strings.Split(alias, "|")
}
