package shell

// RuleSpec is one layer's "shell" control as written.
type RuleSpec struct {
	Allow    []AllowRule
	Deny     []string
	Wrappers []string // "time", "timeout", "find -exec", …
	Env      []string // names of variables that a line may set
}

// AllowRule is one allow pattern with the flags that an administrator may put on it.
type AllowRule struct {
	Pattern   string
	Dangerous bool // permits "**" after an interpreter, wrapper or shell
	Opaque    bool // permits "**" to cover options of a tool that has no table
}

// RuleProblem is something wrong in a RuleSpec.
type RuleProblem struct {
	List     string // allow, deny, wrappers, env
	Index    int    // within that list
	Offset   int    // bytes into the pattern
	Warning  bool
	Message  string
	Expected string
}

// Finding is one thing that a RuleSet has against a command line.
type Finding struct {
	Span
	Command int    // index into Analysis.Commands; -1 for an assignment or a refusal
	Rule    string // "denied", or "not-listed", "option", "wrapper", "env" (an exception may relax these four), or a Refusal's rule
	Pattern string // the deny pattern, for "denied"
	Message string
	Hint    string
}

// Verdict is how a RuleSet judges an Analysis. Refusals are not repeated in it: they hold whatever the rules say.
type Verdict struct {
	Findings []Finding
	Matched  []string // for each command the allow pattern that matched; "" for none, "builtin" for a builtin

	literal [][]bool // for each command, the words that the pattern names itself
}

// Literal reports whether the pattern that allowed the effect's command names the effect's word itself. A Guess that is
// named so is not a path but a word the administrator wrote.
func (v *Verdict) Literal(f *FileEffect) bool {
	if f.Command < 0 || f.Word < 0 || f.Command >= len(v.literal) {
		return false
	}
	words := v.literal[f.Command]
	return f.Word < len(words) && words[f.Word]
}
