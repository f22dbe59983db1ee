package policy

import "testing"

// TestUnknownRepositoryNarrows: a layer for a repository applies too where the name is in no form that could be compared.
func TestUnknownRepositoryNarrows(t *testing.T) {
	p := mustLoad(t, head+`layers:
  - {name: base, tools: {allow: [A]}}
  - {name: pay, match: {repositories: [github.com/acme/pay, "git.acme.test:8443/*"]}, tools: {allow: []}}
`)
	for name, want := range map[string]Effect{
		"github.com/acme/app": Allow, "app": Allow, NoRepository: Allow, "git.test:8443/x/y": Allow, "[::1]:8080/x": Allow,
		"github.com/acme/pay": Deny, "github.com/acme/PAY": Deny, "github.com/acme/pay.git": Deny, "git.acme.test:8443/x": Deny,
		"": Deny, "https://github.com/acme/pay": Deny, "git@github.com:acme/pay": Deny, "github.com:acme/pay": Deny, "ssh://git@github.com/acme/pay": Deny,
		"github.com//acme/pay": Deny, "github.com/acme/./pay": Deny, "github.com/acme/x/../pay": Deny, "github.com:443/acme/pay": Deny,
		"github.com./acme/pay": Deny, "github.com/acme/p%61y": Deny, "/github.com/acme/pay": Deny, `github.com\acme\pay`: Deny, "github.com/acme/ pay": Deny,
	} {
		res := packResource
		res.Repository = name
		d := p.Decide(&Request{Subject: person(), Resource: res, Action: Action{Name: ActionToolUse, Tool: "A"}, At: testNow})
		if d.Effect != want {
			t.Errorf("%q: got %s, want %s", name, d.Effect, want)
		}
	}
}
