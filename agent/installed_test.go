package agent

import (
	"os"
	"path/filepath"
	"testing"

	"ambit/policy"
)

const twoRepositories = `{version: 1, models: {tiers: [{name: all, models: ["*"]}]}, tiers: [{name: all, groups: ["*"]}],
	layers: [
	  {name: base, shell: {allow: ["cat **"]}, files: {read: ["/"], write: ["$REPO", "$TMP"], deny: ["~/private"]}},
	  {name: payments, match: {repositories: ["github.com/acme/payments"]}, files: {read: ["$REPO/docs"], write: []}}]}`

// TestDecidedOnWhatLinksLeadTo ensures that what the client finds out about links and repositories decides the action.
func TestDecidedOnWhatLinksLeadTo(t *testing.T) {
	base := tempDir(t)
	app, pay := filepath.Join(base, "data", "app"), filepath.Join(base, "data", "pay")
	for dir, remote := range map[string]string{app: "https://github.com/acme/app", pay: "git@github.com:acme/payments.git"} {
		mustWrite(t, filepath.Join(dir, "src", "x"), "x")
		git(t, dir, "init", "-q")
		git(t, dir, "remote", "add", "origin", remote)
	}
	mustWrite(t, filepath.Join(base, "data", "home", "private", "key"), "x")
	mustWrite(t, filepath.Join(base, "data", "plain", "x"), "x")
	for link, target := range map[string]string{"app": "data/app", "home": "data/home", "data/app/out": "../pay", "data/home/out": "../pay"} {
		if err := os.Symlink(target, filepath.Join(base, link)); err != nil {
			t.Fatal(err)
		}
	}
	p := mustLoad(t, twoRepositories)
	linked := filepath.Join(base, "app")
	for _, c := range []struct {
		name, cwd, tool, path string
		want                  policy.Effect
	}{
		{"root behind a link", linked, "Write", "src/x", policy.Allow},
		{"root behind a link, named in full", linked, "Write", linked + "/src/new/x", policy.Allow},
		{"root behind a link, by its other name", linked, "Write", app + "/src/x", policy.Allow},
		{"out of it", linked, "Write", filepath.Join(base, "data", "plain", "x"), policy.Deny},
		{"no work tree", app, "Read", filepath.Join(base, "data", "plain", "x"), policy.Allow},
		{"own repository", app, "Read", "src/x", policy.Allow},
		{"another repository", app, "Read", pay + "/src/x", policy.Deny},
		{"another repository, by a link", app, "Read", "out/src/x", policy.Deny},
		{"another repository, by a command", app, "Bash", "cat out/src/x", policy.Deny},
		{"another repository, by a link in the home", app, "Read", "~/out/src/x", policy.Deny},
		{"a home behind a link", app, "Read", filepath.Join(base, "data", "home", "private", "key"), policy.Deny},
		{"a home behind a link, by its name", app, "Read", "~/private/key", policy.Deny},
	} {
		m := machine(map[string]string{"HOME": filepath.Join(base, "home"), "CLAUDE_PROJECT_DIR": c.cwd})
		input := map[string]any{"file_path": c.path, "content": "x"}
		if c.tool == "Bash" {
			input = map[string]any{"command": c.path}
		}
		h, actions := asServer(t, m, mustJSON(t, map[string]any{
			"session_id": "s", "cwd": c.cwd, "hook_event_name": "PreToolUse", "tool_use_id": "t", "tool_name": c.tool, "tool_input": input,
		}))
		where := h.Resource()
		where.Root = p.SessionRoot(where.Root, where) // as the server does
		d := p.Decide(&policy.Request{Subject: policy.Subject{ID: "ada", GroupsKnown: true}, Action: actions[0], Resource: where, Agent: "claude-code/1"})
		if d.Effect != c.want {
			t.Errorf("%s: got %s (%s), want %s", c.name, d.Effect, d.Reason, c.want)
		}
	}
}
