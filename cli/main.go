// Package cli is the command line: one file per verb, and the only place where the parts are wired together.
package cli

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/alecthomas/kong"
)

// Stdio is the terminal, or whatever stands in its place.
type Stdio struct {
	In  io.Reader
	Out io.Writer
	Err io.Writer
}

// Env is what a verb may use of the world outside. Tests put their own in place.
type Env struct {
	Ctx context.Context
	Stdio
	Now     func() time.Time
	Rand    io.Reader
	Getenv  func(string) string
	Environ func() []string
}

// ExitError ends the process with a status. With a nil Err nothing is printed: the verb has said what there was to say.
type ExitError struct {
	Status int
	Err    error
}

// Error says what went wrong, or names the status.
func (e *ExitError) Error() string {
	if e.Err == nil {
		return fmt.Sprintf("exit status %d", e.Status)
	}
	return e.Err.Error()
}

// Unwrap gives the cause.
func (e *ExitError) Unwrap() error { return e.Err }

// Exit statuses that every verb shares. A verb with more than one kind of "no" documents its own.
const (
	statusOK    = 0
	statusFail  = 1 // the verb ran and failed
	statusUsage = 2 // the command line is wrong
)

// Main runs the command line and returns the exit status.
func Main(ctx context.Context, args []string, stdio Stdio) int {
	env := &Env{Ctx: ctx, Stdio: stdio, Now: time.Now, Rand: rand.Reader, Getenv: os.Getenv, Environ: os.Environ}
	return run(env, args)
}

// exited is what kong's exit function throws, so that --help ends the parse and not the process.
type exited int

func run(env *Env, args []string) (status int) {
	if status, ok := runFast(env, args); ok {
		return status
	}
	defer func() {
		if v := recover(); v != nil {
			code, ok := v.(exited)
			if !ok {
				panic(v)
			}
			status = int(code)
		}
	}()
	parser, err := newParser(env)
	if err != nil {
		fmt.Fprintf(env.Err, "ambit: build the command line: %v\n", err)
		return statusFail
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	parsed, err := parser.Parse(args)
	if err != nil {
		return usageError(env, err)
	}
	return report(env, parsed.Run(env))
}

func newParser(env *Env) (*kong.Kong, error) {
	return kong.New(&root{},
		kong.Name("ambit"),
		kong.Description("The control plane for your AI coding agents: who asked, may it, who else must agree, and what happened."),
		kong.Writers(env.Out, env.Err),
		kong.Exit(func(code int) { panic(exited(code)) }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, Summary: false, WrapUpperBound: 110}),
		kong.ShortUsageOnError(),
	)
}

// usageError prints one line that says what is wrong and where to look.
func usageError(env *Env, err error) int {
	help := "ambit --help"
	var parse *kong.ParseError
	if errors.As(err, &parse) && parse.Context != nil {
		if node := parse.Context.Selected(); node != nil {
			help = node.FullPath() + " --help"
		}
	}
	message := oneLine(err.Error())
	if !strings.HasSuffix(message, "?") {
		message += "."
	}
	fmt.Fprintf(env.Err, "ambit: %s Run `%s` for what it takes.\n", message, help)
	return statusUsage
}

// hinted is an error that knows its remedy.
type hinted interface{ Hint() string }

// report prints a verb's error, with its remedy, and returns the exit status.
func report(env *Env, err error) int {
	if err == nil {
		return statusOK
	}
	status := statusFail
	var exit *ExitError
	if errors.As(err, &exit) {
		status = exit.Status
		if exit.Err == nil {
			return status
		}
		err = exit.Err
	}
	text := strings.TrimRight(err.Error(), ".\n")
	var h hinted
	if errors.As(err, &h) && h.Hint() != "" {
		text += ". " + h.Hint()
	}
	fmt.Fprintf(env.Err, "ambit: %s\n", text)
	return status
}

func oneLine(s string) string {
	return strings.TrimRight(strings.Join(strings.Fields(s), " "), ".")
}
