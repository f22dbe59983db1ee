package shell

// Input is a command line and where it would run.
type Input struct {
	Source  string
	Dialect string // bash (also ""), sh, zsh; anything else is refused
	Cwd     string // absolute; "" is unknown
	Root    string // absolute: the top of the repository that Cwd lies in; "" is unknown
	Home    string // absolute; "" is unknown
	User    string // login name, for ~user; "" is unknown
}

// Analysis is all that running a line could do. A line is allowed only if there is no Refusal and every Command,
// FileEffect and Assignment is permitted.
type Analysis struct {
	Commands []Command
	Files    []FileEffect
	Assigns  []Assignment
	Refusals []Refusal
	ReadOnly bool // provably changes nothing: every command is classed as reading only and no file is written
}

// Span is a part of Input.Source in bytes.
type Span struct{ Offset, Length int }

// Command is one simple command that could run.
type Command struct {
	Span
	Words    []Word
	Wrappers []string // outermost first, as a policy names them: "timeout", "find -exec"
	Cwds     []string // directories it may run in
	Text     string   // normalised argv for people, secrets not masked
	Builtin  bool     // a builtin of the closed list: needs no allow pattern; deny patterns still apply
	Known    bool     // a tool table classed every word; false: the tool has no table
	Opens    []Open   // what a "**" in a pattern does not cover

	reads    bool   // provably changes nothing but what Files and Opens say
	options  []used // every option found, for deny patterns
	operands []int  // indexes of the words that are neither options nor their values
	urls     []address
	same     []address // subcommands that go by another name here
}

// address is a URL on the line, or a subcommand's other name, and the word that holds it.
type address struct {
	word int
	text string
}

// Open is a part of a command that only a pattern that names it can permit: an option that runs a program, reads settings,
// contacts a machine or changes the system's state, a word that is not in the tool's table, or one whose text is unknown.
type Open struct {
	Span
	Word    int    // index into Words
	Class   string // exec, config, net, state, list, unknown-option, unknown-word
	Option  string // the option or operand as a person would name it; may be empty
	Message string // one sentence
	Hint    string
	Never   bool // no pattern can permit it
}

// FileEffect is one path that a command or redirection reads or writes.
type FileEffect struct {
	Span
	Write   bool
	Path    string // absolute where the cwd is known, joined but not cleaned ("/r/a/../b"): links must be resolved before ".."
	Tree    bool   // the content of the whole tree below Path may be touched, so a denied path below counts as touched
	Visible bool   // with Tree: names below Path that begin with a dot are left out
	Listed  bool   // the tool shows names, sizes and counts, never what a file holds
	Pattern bool   // the last components come from a glob; Path is the literal directory, Glob the whole pattern
	Glob    string // with Pattern: absolute and, unlike Path, clean; "*", "?", "[…]" within a component, "**" any number of components; "\" quotes
	Rest    string // with Pattern: what stands behind Path in it, for whoever knows where Path leads: GlobIn
	Dots    bool   // with Pattern: a wildcard matches a leading dot too, as find's do and a shell's do not
	Command int    // index into Commands; -1 for a redirection of a compound command
	Guess   bool   // the tool has no table: the word may be no path at all (Verdict.Literal)
	Word    int    // index into the command's Words; -1 where the path comes from elsewhere
}

// Assignment sets a variable for a command or for the rest of the line.
type Assignment struct {
	Span
	Name string
}

// Refusal is a part of the line that no pattern can allow.
type Refusal struct {
	Span
	Rule    string // short stable code: "parse", "limit", "unknown-word", "builtin-eval", …
	Message string // one sentence
	Hint    string
}

// Word is one word of a command: known text, one word of unknown text, or any number of unknown words.
type Word struct {
	Span
	Kind WordKind
	Text string // for Known; for Glob the literal directory
	Glob string // for Glob: the pattern as written, quoted characters with "\"

	prefix  string // for OneUnknown: the known beginning
	integer bool   // for OneUnknown: a non-negative integer
	object  bool   // for OneUnknown: the name of a Git object, which is no option and no path
	bare    bool   // with object: nothing but the name
	top     bool   // for OneUnknown: the top of the repository that the shell is in, or nothing
	lastJob bool   // for ManyUnknown: $! alone
	dots    bool   // for Glob: wildcards match a leading dot too
	tree    bool   // for Glob: file names from find or xargs, at any depth
}

// WordKind says what is known of a Word.
type WordKind uint8

// The kinds of words.
const (
	Known WordKind = iota
	OneUnknown
	ManyUnknown
	Glob // literal directory in Text, the rest from a pattern
)
