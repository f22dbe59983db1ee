package cli

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"ambit/agent"
)

// HookCmd stands in the parser for what --help shows; runHook does the work, before there is a parser.
type HookCmd struct {
	ClaudeCode HookClaudeCodeCmd `cmd:"" name:"claude-code" help:"Judge one action of Claude Code: hook JSON on standard input, verdict on standard output."`
}

// HookClaudeCodeCmd documents the flags that runHook reads.
type HookClaudeCodeCmd struct {
	Server  string        `help:"Address of the Ambit server; otherwise AMBIT_SERVER or the sign-in." placeholder:"URL"`
	Timeout time.Duration `help:"Refuse when no verdict came within this time." default:"10s"`
}

// Help is shown under --help.
func (HookClaudeCodeCmd) Help() string {
	return strings.TrimSpace(hookHelp)
}

const hookHelp = `
The token comes from AMBIT_TOKEN or the sign-in; there is no flag for it, because Claude Code shows a failing hook's command line.
Exit status: 0 with an explicit verdict; 2 when something fails and the event guards an action; 1 when it only reports.
Claude Code runs this by itself, as the managed settings say (ambit settings claude-code).

Example:
  ambit hook claude-code --server https://ambit.example.com <call.json
`

// Run is reached only where runFast is not.
func (c *HookClaudeCodeCmd) Run(env *Env) error {
	return exitStatus(hookRun(env, c.Server, c.Timeout))
}

func exitStatus(status int) error {
	if status == statusOK {
		return nil
	}
	return &ExitError{Status: status}
}

// runHook is the verb whose start-up time counts: it builds no parser. A command line that it can't read blocks as well (status
// 2), since a hook that is set up wrongly must not open anything.
func runHook(env *Env, args []string) int {
	if len(args) == 0 || args[0] != "claude-code" {
		fmt.Fprintln(env.Err, "Ambit blocked this because the hook's command names no agent it knows: use `ambit hook claude-code`.")
		return statusUsage
	}
	set := flag.NewFlagSet("ambit hook claude-code", flag.ContinueOnError)
	set.SetOutput(io.Discard)
	server := set.String("server", "", "")
	timeout := set.Duration("timeout", 10*time.Second, "")
	err := set.Parse(args[1:])
	switch {
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprintf(env.Out, "Usage: ambit hook claude-code [--server URL] [--timeout 10s]\n%s", hookHelp)
		return statusOK
	case err == nil && set.NArg() > 0:
		err = fmt.Errorf("%q is one word too many", set.Arg(0))
	case err == nil && *timeout <= 0:
		err = errors.New("--timeout must be longer than nothing, such as 10s")
	}
	if err != nil {
		fmt.Fprintf(env.Err, "Ambit blocked this because the hook's command line is wrong (%s): mend it in the managed settings.\n", oneLine(err.Error()))
		return statusUsage
	}
	return hookRun(env, *server, *timeout)
}

func hookRun(env *Env, server string, timeout time.Duration) int {
	k := agent.Hook{
		Machine: machine(env),
		Server:  server, Timeout: timeout, In: env.In, Out: env.Out, Err: env.Err, Exit: os.Exit,
	}
	return k.Run(env.Ctx)
}
