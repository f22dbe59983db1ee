package cli

import (
	"encoding/json"
	"fmt"
	"runtime"
)

// version is set by the build: -ldflags '-X ambit/cli.version=…'.
var version = "unreleased"

// VersionCmd prints the version.
type VersionCmd struct {
	JSON bool `name:"json" help:"Print JSON."`
}

// Help is shown under --help.
func (VersionCmd) Help() string {
	return "Example:\n  ambit version --json"
}

// Run prints the version and what it was built for.
func (c *VersionCmd) Run(env *Env) error {
	if c.JSON {
		return json.NewEncoder(env.Out).Encode(map[string]string{"version": version, "go": runtime.Version(), "platform": runtime.GOOS + "/" + runtime.GOARCH})
	}
	_, err := fmt.Fprintf(env.Out, "ambit %s (%s/%s, %s)\n", version, runtime.GOOS, runtime.GOARCH, runtime.Version())
	return err
}
