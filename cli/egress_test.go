//go:build !client

package cli

import (
	"net/netip"
	"testing"
)

// TestEgressFollowsTheListener ensures that this machine is reachable by default only from a server that nobody else reaches.
func TestEgressFollowsTheListener(t *testing.T) {
	for name, tc := range map[string]struct {
		serve ServeCmd
		want  bool
	}{
		"loopback listener":          {ServeCmd{Listen: "127.0.0.1:0"}, true},
		"public listener":            {ServeCmd{Listen: "0.0.0.0:0"}, false},
		"every address":              {ServeCmd{Listen: ":0"}, false},
		"called by this machine":     {ServeCmd{Listen: "127.0.0.1:0", PublicURL: "http://localhost:8420"}, true},
		"behind a public name":       {ServeCmd{Listen: "127.0.0.1:0", PublicURL: "https://ambit.example.com"}, false},
		"behind a proxy":             {ServeCmd{Listen: "127.0.0.1:0", TrustedProxies: []string{"127.0.0.1"}}, false},
		"said otherwise":             {ServeCmd{Listen: "127.0.0.1:0", Egress: []string{"public"}}, false},
		"said so":                    {ServeCmd{Listen: "0.0.0.0:0", Egress: []string{"loopback"}}, true},
		"said so behind a proxy":     {ServeCmd{Listen: "127.0.0.1:0", TrustedProxies: []string{"127.0.0.1"}, Egress: []string{"loopback"}}, true},
		"said so with a public name": {ServeCmd{Listen: "127.0.0.1:0", PublicURL: "https://ambit.example.com", Egress: []string{"loopback"}}, true},
	} {
		settings, err := tc.serve.check()
		if err != nil {
			t.Fatal(err)
		}
		if got := settings.egress.Allows(netip.MustParseAddr("127.0.0.1")); got != tc.want {
			t.Errorf("%s: loopback allowed: %v", name, got)
		}
	}
}
