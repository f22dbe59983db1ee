//go:build !client

package cli

import (
	"net/netip"
	"testing"
)

// TestEgressFollowsTheListener ensures that this machine is reachable by default only from a server that nobody else reaches.
func TestEgressFollowsTheListener(t *testing.T) {
	for name, tc := range map[string]struct {
		list   []string
		listen string
		want   bool
	}{
		"loopback listener": {nil, "127.0.0.1", true},
		"public listener":   {nil, "0.0.0.0", false},
		"every address":     {nil, "", false},
		"said otherwise":    {[]string{"public"}, "127.0.0.1", false},
		"said so":           {[]string{"loopback"}, "0.0.0.0", true},
	} {
		networks, err := egressOf(tc.list, tc.listen)
		if err != nil {
			t.Fatal(err)
		}
		if got := networks.Allows(netip.MustParseAddr("127.0.0.1")); got != tc.want {
			t.Errorf("%s: loopback allowed: %v", name, got)
		}
	}
}
