// Package shell turns a command line into every command that could run and every file it touches.
// It is total: whatever it can't parse, resolve or bound is a Refusal, never an omission.
package shell

// Input is a command line and where it would run.
type Input struct {
	Source  string
	Dialect string // bash (also ""), sh, zsh; anything else is refused
	Cwd     string // absolute; "" is unknown
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
}

// FileEffect is one path that a command or redirection reads or writes.
type FileEffect struct {
	Span
	Write   bool
	Path    string // absolute where the cwd is known, joined but not cleaned ("/r/a/../b"): links must be resolved before ".."
	Tree    bool   // the whole tree below Path may be touched (a directory operand of a recursive tool)
	Pattern bool   // the last components come from a glob; Path is the literal directory
	Command int    // index into Commands; -1 for a redirection of a compound command
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
	Text string // for Known
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
