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
		"github.com./acme/pay": Deny, "github.com/acme/p%61y": Deny, "/github.com/acme/pay": Deny, `github.com\acme\pay`: Deny, "github.com/acme/p\u0430y": Deny, "github.com/acmé/app": Deny, "github.com/acme/ pay": Deny,
	} {
		res := packResource
		res.Repository = name
		d := p.Decide(&Request{Subject: person(), Resource: res, Action: Action{Name: ActionToolUse, Tool: "A"}, At: testNow})
		if d.Effect != want {
			t.Errorf("%q: got %s, want %s", name, d.Effect, want)
		}
	}
}

// TestClonesBringTheirLayers: a file in another repository is judged by that repository's layers too, wherever the clone
// lies: outside the root, below $TMP, or inside the root.
func TestClonesBringTheirLayers(t *testing.T) {
	p := mustLoad(t, head+`layers:
  - {name: base, files: {read: [$REPO, $TMP]}}
  - {name: pay, match: {repositories: [github.com/acme/pay]}, files: {read: []}}
`)
	for _, clone := range []string{packResource.Tmp + "/clone", packResource.Root + "/vendored"} {
		for repository, want := range map[string]Effect{"github.com/acme/pay": Deny, "github.com/acme/other": Allow, NoRepository: Allow, "": Deny, "github.com/acme/app": Allow} {
			res := packResource
			res.Resolves = true
			file := clone + "/ledger.go"
			d := p.Decide(&Request{
				Subject: person(), Resource: res, At: testNow,
				Action: Action{Name: ActionFileRead, Path: file, Files: []File{{Path: file, Resolved: file, Kind: "file", Repository: repository}}},
			})
			if d.Effect != want {
				t.Errorf("%s in %s: got %s (%s), want %s", file, repository, d.Effect, d.Reason, want)
			}
		}
	}
}
