package cli

import (
	"context"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"runtime"
	"time"

	"golang.org/x/term"

	"ambit/agent"
)

// LoginCmd signs in by the browser.
type LoginCmd struct {
	Server    string `env:"AMBIT_SERVER" placeholder:"URL" help:"Address of the Ambit server; that of the last sign-in when left out."`
	NoBrowser bool   `name:"no-browser" help:"Only print the address, and open no browser."`
}

// Help shows an example.
func (c *LoginCmd) Help() string {
	return `Prints an address and a code: open the one in any browser, check the other, and approve. The credential is kept in your
configuration folder, readable by you alone, and renewed by itself. Coding agents on this machine use it from then on.

Example:
  ambit login --server https://ambit.example.com`
}

// Run signs in.
func (c *LoginCmd) Run(env *Env) error {
	m := machine(env)
	if c.Server == "" {
		c.Server = m.SignedInAt()
	}
	if c.Server == "" {
		return &ExitError{Status: statusUsage, Err: &adviceError{"no server is named", "Use --server URL"}}
	}
	server, err := agent.ParseServer(c.Server)
	if err != nil {
		return &ExitError{Status: statusUsage, Err: err}
	}
	name, err := os.Hostname()
	if err != nil {
		name = "" // the page then shows the address alone
	}
	l := agent.Login{Machine: m, Server: server, Name: name, Wait: wait, Show: func(page, complete, code string) {
		fmt.Fprintf(env.Err, "Open  %s\nand check that it shows the code  %s\n\nWaiting for approval …\n", page, code)
		if !c.NoBrowser && complete != "" {
			openBrowser(env, complete)
		}
	}}
	signed, err := l.Run(env.Ctx)
	if err != nil {
		return err
	}
	who := ""
	if signed.Person != "" {
		who = " as " + signed.Person
	}
	fmt.Fprintf(env.Out, "Signed in to %s%s.\n", signed.Server, who)
	return nil
}

// machine is this machine as the agent's side of the program sees it.
func machine(env *Env) agent.Machine {
	return agent.Machine{Getenv: env.Getenv, Version: version, Now: env.Now}
}

func wait(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// openBrowser tries to show a page, where a person sits at a terminal with a screen. The page was checked to be the server's own.
func openBrowser(env *Env, page string) {
	if u, err := url.Parse(page); err != nil || u.Scheme != "https" && u.Scheme != "http" || !onTerminal(env.Err) {
		return
	}
	var cmd *exec.Cmd
	switch { // no shell is involved, and the page is a URL
	case runtime.GOOS == "darwin":
		cmd = exec.CommandContext(env.Ctx, "open", page) //nolint:gosec // see above
	case runtime.GOOS == "windows":
		cmd = exec.CommandContext(env.Ctx, "rundll32", "url.dll,FileProtocolHandler", page) //nolint:gosec // see above
	case env.Getenv("DISPLAY") != "" || env.Getenv("WAYLAND_DISPLAY") != "":
		cmd = exec.CommandContext(env.Ctx, "xdg-open", page) //nolint:gosec // see above
	default:
		return
	}
	if cmd.Start() == nil { // where there is none, the address on the terminal is enough
		go func() { _ = cmd.Wait() }()
	}
}

func onTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
