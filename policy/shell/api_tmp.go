package shell

type usedOption struct{}

// Analyse finds everything that the line could run, read, write and set.
func Analyse(in Input) *Analysis {
	return &Analysis{Refusals: []Refusal{{Span: Span{0, len(in.Source)}, Rule: "parse", Message: "the shell analysis is not finished"}}}
}

// Paths lists the file effects of a line: the paths that an installed client resolves before it asks.
func Paths(in Input) []FileEffect { return Analyse(in).Files }

// RuleSet is a compiled RuleSpec; goroutine-safe.
type RuleSet struct{}

// CompileRules compiles a layer's patterns. With a problem that is not a warning the RuleSet is nil.
func CompileRules(spec RuleSpec) (*RuleSet, []RuleProblem) { return &RuleSet{}, nil }

// Judge matches every command, wrapper and assignment against the rules.
func (rs *RuleSet) Judge(a *Analysis) Verdict {
	return Verdict{Matched: make([]string, len(a.Commands))}
}

// GlobsOverlap reports whether some path could match both absolute patterns ("*", "?", "[…]" within a component, "**"
// any number of components). It may say yes too often, never no wrongly.
func GlobsOverlap(a, b string) bool { return true }
