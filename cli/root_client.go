//go:build client

package cli

// root lists the verbs of the client program, which runs on engineers' machines.
type root struct {
	Login      LoginCmd      `cmd:"" help:"Sign in on this machine, in the browser."`
	Logout     LogoutCmd     `cmd:"" help:"End the sign-in of this machine."`
	Whoami     WhoamiCmd     `cmd:"" name:"whoami" help:"Show who is signed in on this machine."`
	Credential CredentialCmd `cmd:"" help:"Print the session credential (for apiKeyHelper)."`
	Decide     DecideCmd     `cmd:"" help:"Ask for one decision."`
	Policy     PolicyCmd     `cmd:"" help:"Check, test, show and compare policies."`
	Hook       HookCmd       `cmd:"" help:"Judge one action of a coding agent (the agent runs this)."`
	Settings   SettingsCmd   `cmd:"" help:"Print what to deploy on engineers' machines."`
	Version    VersionCmd    `cmd:"" help:"Print the version."`
}
