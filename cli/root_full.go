//go:build !client

package cli

// root lists the verbs of the full program, in the order in which --help shows them.
type root struct {
	Serve      ServeCmd      `cmd:"" help:"Run the server: console, decisions, ledger."`
	Login      LoginCmd      `cmd:"" help:"Sign in on this machine, in the browser."`
	Logout     LogoutCmd     `cmd:"" help:"End the sign-in of this machine."`
	Whoami     WhoamiCmd     `cmd:"" name:"whoami" help:"Show who is signed in on this machine."`
	Credential CredentialCmd `cmd:"" help:"Print the session credential (for apiKeyHelper)."`
	Decide     DecideCmd     `cmd:"" help:"Ask for one decision."`
	Policy     PolicyCmd     `cmd:"" help:"Check, test, show, compare and publish policies."`
	Hook       HookCmd       `cmd:"" help:"Judge one action of a coding agent (the agent runs this)."`
	Audit      AuditCmd      `cmd:"" help:"Verify, search, export and watch the audit ledger."`
	Token      TokenCmd      `cmd:"" help:"Create, list and revoke API tokens."`
	Backup     BackupCmd     `cmd:"" help:"Write a backup of a data folder while it is in use."`
	Restore    RestoreCmd    `cmd:"" help:"Make a data folder of a backup."`
	Settings   SettingsCmd   `cmd:"" help:"Print what to deploy on engineers' machines."`
	Version    VersionCmd    `cmd:"" help:"Print the version."`
}
