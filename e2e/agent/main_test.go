//go:build e2e

package agent

import (
	"fmt"
	"net"
	"os"
	"testing"
)

// TestMain refuses to run anywhere but in the closed network that the script sets up: the real agent must reach nobody.
// The same program is the MCP server of the tests when it is started by the agent.
func TestMain(m *testing.M) {
	if log := os.Getenv("E2E_MCP_LOG"); log != "" {
		serveMCP(os.Stdin, os.Stdout, log)
		return
	}
	if err := closedNetwork(); err != nil {
		fmt.Fprintln(os.Stderr, "e2e/agent:", err)
		os.Exit(1)
	}
	os.Exit(m.Run())
}

func closedNetwork() error {
	if os.Getenv("E2E_CLOSED") != "1" {
		return fmt.Errorf("start these tests with e2e/agent/run")
	}
	all, err := net.Interfaces()
	if err != nil {
		return err
	}
	for _, i := range all {
		if i.Flags&net.FlagLoopback == 0 && i.Flags&net.FlagUp != 0 {
			return fmt.Errorf("the network is not closed: %s is up", i.Name)
		}
	}
	return nil
}
