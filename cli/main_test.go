//go:build !client

package cli

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
	"github.com/rogpeppe/go-internal/testscript"
)

// asAmbit makes the test binary behave as the program, so that tests start real processes without building one.
const asAmbit = "TEST_AS_AMBIT"

func TestMain(m *testing.M) {
	if os.Getenv(asAmbit) != "" {
		os.Exit(program())
	}
	testscript.Main(m, map[string]func(){"ambit": func() { os.Exit(program()) }})
}

func program() int {
	return Main(context.Background(), os.Args[1:], Stdio{In: os.Stdin, Out: os.Stdout, Err: os.Stderr})
}

// TestScripts runs the specification of the command line: one txtar script for each subject.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: filepath.Join("testdata", "script"),
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"lines": lines,
		},
	})
}

// lines checks how many lines the last command wrote: `lines stderr 1`.
func lines(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: lines stdout|stderr N")
	}
	text := strings.TrimRight(ts.ReadFile(args[0]), "\n")
	n := 0
	if text != "" {
		n = strings.Count(text, "\n") + 1
	}
	if same := args[1] == strconv.Itoa(n); same == neg {
		ts.Fatalf("%s has %d lines:\n%s", args[0], n, text)
	}
}

// TestEveryVerbHasAnExample ensures that --help of every verb shows how it is used.
func TestEveryVerbHasAnExample(t *testing.T) {
	parser, err := newParser(&Env{Stdio: Stdio{Out: os.Stdout, Err: os.Stderr}})
	if err != nil {
		t.Fatal(err)
	}
	var walk func(n *kong.Node)
	walk = func(n *kong.Node) {
		if n.Type == kong.CommandNode && len(n.Children) == 0 {
			if n.Help == "" || !strings.Contains(n.Detail, "Example") || !strings.Contains(n.Detail, "ambit ") {
				t.Errorf("%s: help %q, detail %q", n.FullPath(), n.Help, n.Detail)
			}
			for _, f := range n.Flags {
				if f.Help == "" {
					t.Errorf("%s: --%s has no help", n.FullPath(), f.Name)
				}
			}
		}
		for _, child := range n.Children {
			walk(child)
		}
	}
	walk(parser.Model.Node)
}
