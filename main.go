// Command ambit is the control plane for an organisation's AI coding agents.
package main

import (
	"context"
	"os"

	"ambit/cli"
)

func main() {
	os.Exit(cli.Main(context.Background(), os.Args[1:], cli.Stdio{In: os.Stdin, Out: os.Stdout, Err: os.Stderr}))
}
