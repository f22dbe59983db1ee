//go:build client

package cli

// root lists the verbs of the client program, which runs on engineers' machines.
type root struct {
	Decide   DecideCmd   `cmd:"" help:"Ask for one decision."`
	Policy   PolicyCmd   `cmd:"" help:"Check, test, show and compare policies."`
	Hook     HookCmd     `cmd:"" help:"Judge one action of a coding agent (the agent runs this)."`
	Settings SettingsCmd `cmd:"" help:"Print what to deploy on engineers' machines."`
	Version  VersionCmd  `cmd:"" help:"Print the version."`
}
