package cli

import (
	"fmt"
	"os"

	"ambit/agent"
	"ambit/agent/claudecode"
	"ambit/policy"
)

// SettingsCmd prints what to deploy on engineers' machines.
type SettingsCmd struct {
	ClaudeCode SettingsClaudeCodeCmd `cmd:"" name:"claude-code" help:"Print the managed settings for Claude Code."`
}

// SettingsClaudeCodeCmd prints Claude Code's managed settings.
type SettingsClaudeCodeCmd struct {
	Mode    string `help:"installed: the ambit client runs as the hook. zero-install: Claude Code itself calls the server." enum:"installed,zero-install" default:"installed"`
	Server  string `help:"Address of the Ambit server, as engineers' machines reach it." env:"AMBIT_SERVER" required:"" placeholder:"URL"`
	Program string `help:"Where the ambit client is on engineers' machines (installed); otherwise where this program is." placeholder:"PATH"`
	Policy  string `help:"Policy file; what holds for everybody (denied files, models, caching, the sandbox) goes into the settings too." placeholder:"FILE"`
	Shell   string `help:"The bash or zsh on engineers' machines that runs commands; empty leaves it to each machine." default:"/bin/bash" placeholder:"PATH"`
	Sandbox string `help:"With --policy: run commands in Claude Code's sandbox. on: where the machine has one. required: nowhere else, and with the policy's hosts only." enum:"on,required,off" default:"on"`
}

// Help is shown under --help.
func (SettingsClaudeCodeCmd) Help() string {
	return `Deploy the output as /etc/claude-code/managed-settings.json (Linux), "/Library/Application Support/ClaudeCode/managed-settings.json"
(macOS) or "C:\Program Files\ClaudeCode\managed-settings.json" (Windows). Engineers need AMBIT_TOKEN in their environment.

Example:
  ambit settings claude-code --server https://ambit.example.com --program /usr/local/bin/ambit --policy policy.yaml`
}

// Run prints the settings; what they can't express goes to standard error.
func (c *SettingsClaudeCodeCmd) Run(env *Env) error {
	server, err := agent.ParseServer(c.Server)
	if err != nil {
		return err
	}
	o := claudecode.SettingsOptions{Mode: c.Mode, Server: server.String(), Program: c.Program, Shell: c.Shell, Sandbox: c.Sandbox}
	if c.Mode == claudecode.ModeInstalled && o.Program == "" {
		if o.Program, err = os.Executable(); err != nil {
			return fmt.Errorf("find this program: %w", err)
		}
		fmt.Fprintf(env.Err, "note: the hooks run %s; give another place on engineers' machines with --program\n", o.Program)
	}
	if c.Policy != "" {
		src, err := os.ReadFile(c.Policy)
		if err != nil {
			return err
		}
		doc, problems := policy.Parse(c.Policy, src)
		if problems.Errors() {
			return problems
		}
		o.Policy = doc
	}
	file, notes, err := claudecode.Settings(o)
	if err != nil {
		return err
	}
	for _, note := range notes {
		fmt.Fprintln(env.Err, "note:", note)
	}
	_, err = env.Out.Write(file)
	return err
}
