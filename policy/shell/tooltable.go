package shell

import (
	"embed"
	"fmt"
	"path"
	"slices"
	"strings"
	"sync"
)

//go:embed tools/*.tools
var toolFiles embed.FS

// toolbox holds the tables. Nothing is read before the first look-up, and a table is parsed when its tool is first seen:
// most processes see few tools.
type toolbox struct {
	index  func() map[string]string // name of a tool or fragment → its text
	parsed sync.Map                 // name → *tool
}

// tools is global because the tables are constants of the program.
var tools = &toolbox{index: sync.OnceValue(indexTables)}

// indexTables cuts the files into one block a name.
func indexTables() map[string]string {
	index := make(map[string]string, 256)
	entries, err := toolFiles.ReadDir("tools")
	if err != nil {
		panic(fmt.Sprintf("read embedded tool tables: %v", err)) // can't happen: the folder is compiled in
	}
	for _, entry := range entries {
		data, err := toolFiles.ReadFile(path.Join("tools", entry.Name()))
		if err != nil {
			panic(fmt.Sprintf("read embedded tool table: %v", err))
		}
		cutTables(string(data), index)
	}
	return index
}

func cutTables(text string, index map[string]string) {
	for text != "" {
		end := nextBlock(text)
		block := text[:end]
		text = text[end:]
		head, _, _ := strings.Cut(block, "\n")
		kind, names, _ := strings.Cut(head, " ")
		for _, n := range strings.Fields(names) {
			switch kind {
			case "tool":
				index[n] = block
			case "frag":
				index["frag "+n] = block
			}
		}
	}
}

// nextBlock is where the next line that begins with "tool " or "frag " starts, after the first line.
func nextBlock(text string) int {
	end := len(text)
	for _, head := range [...]string{"\ntool ", "\nfrag "} {
		if i := strings.Index(text, head); i >= 0 && i+1 < end {
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
	block, ok := b.index()[name]
	if !ok {
		return nil
	}
	t, err := parseTable(name, block, b.index())
	if err != nil {
		panic(fmt.Sprintf("tool table %s: %v", name, err)) // a test parses every table
	}
	got, _ := b.parsed.LoadOrStore(name, t)
	return got.(*tool)
}

// parseTable parses one block; tools/README.md has the format.
func parseTable(name, block string, index map[string]string) (*tool, error) {
	root := newTool(name)
	if err := parseLines(root, block, index, 0); err != nil {
		return nil, err
	}
	root.finish()
	return root, nil
}

func newTool(name string) *tool {
	return &tool{name: name, options: map[string]*option{}}
}

// parseLines reads a block's lines into root and its subcommands.
func parseLines(root *tool, block string, index map[string]string, depth int) error {
	if depth > 8 {
		return fmt.Errorf("fragments use each other in a circle")
	}
	current := []*tool{root}
	for n, line := range strings.Split(block, "\n") {
		if i := strings.Index(line, " #"); i >= 0 {
			line = line[:i]
		}
		fields := strings.Fields(line)
		if len(fields) == 0 || strings.HasPrefix(fields[0], "#") || n == 0 {
			continue
		}
		key, args := fields[0], fields[1:]
		if key == "sub" {
			var err error
			if current, err = root.subcommands(args); err != nil {
				return fmt.Errorf("line %d: %w", n+1, err)
			}
			continue
		}
		for _, t := range current {
			if err := t.line(key, args, index, depth); err != nil {
				return fmt.Errorf("line %d: %w", n+1, err)
			}
		}
	}
	return nil
}

// subcommands makes the tools of "sub a b|c": a's subcommands b and c.
func (t *tool) subcommands(pathNames []string) ([]*tool, error) {
	if len(pathNames) == 0 {
		return nil, fmt.Errorf("sub needs a name")
	}
	at := []*tool{t}
	for _, names := range pathNames {
		var next []*tool
		for _, parent := range at {
			for _, name := range strings.Split(names, "|") {
				if parent.subs == nil {
					parent.subs = map[string]*tool{}
				}
				s := parent.subs[name]
				if s == nil {
					s = newTool(parent.name + " " + name)
					parent.subs[name] = s
				}
				next = append(next, s)
			}
		}
		at = next
	}
	return at, nil
}

// line applies one line of a table.
func (t *tool) line(key string, args []string, index map[string]string, depth int) error {
	switch key {
	case "use":
		for _, a := range args {
			frag, ok := index["frag "+a]
			if !ok {
				return fmt.Errorf("there is no fragment %q", a)
			}
			if err := parseLines(t, frag, index, depth+1); err != nil {
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
	case "none":
		if len(args) != 1 {
			return fmt.Errorf("none needs one class")
		}
		c, ok := classNames[args[0]]
		if !ok {
			return fmt.Errorf("there is no class %q", args[0])
		}
		t.none = c
	case "is":
		return t.properties(args)
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
	case "lists-if":
		t.listsIf = append(t.listsIf, args...)
	case "here-unless":
		t.hereUnless = append(t.hereUnless, args...)
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
		case "reads":
			t.reads = true
		case "delegate":
			t.delegate, t.stop = true, true
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

// optionLine adds options: "flag -a|--all", "read -f|--file", "text? --color", "exec! -z".
func (t *tool) optionLine(key string, names []string) error {
	how := needsValue
	base := strings.TrimRight(key, "?!+")
	switch key[len(base):] {
	case "?":
		how = mayValue
	case "!":
		how = noValue
	case "+":
		how = twoValues
	}
	c, ok := classNames[base]
	if !ok {
		return fmt.Errorf("%q is neither a keyword nor a class", key)
	}
	if c == classFlag {
		how = noValue
	}
	for _, alias := range names {
		o := &option{names: strings.Split(alias, "|"), class: c, arity: how}
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

// finish derives what the look-ups need. Subcommands inherit their parent's options.
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
	for _, s := range t.subs {
		s.parent = t
		s.finish()
	}
}
