//go:build !client

package cli

// PolicyCmd groups the verbs about policy documents.
type PolicyCmd struct {
	Check PolicyCheckCmd `cmd:"" help:"Check policy documents: file:line:column of every problem."`
	Test  PolicyTestCmd  `cmd:"" help:"Run suites of expected decisions, offline."`
	Show  PolicyShowCmd  `cmd:"" help:"Show a policy in short, or what holds for one person."`
	Apply PolicyApplyCmd `cmd:"" help:"Publish a policy document."`
	Diff  PolicyDiffCmd  `cmd:"" help:"List what changed between two policy documents."`
}
