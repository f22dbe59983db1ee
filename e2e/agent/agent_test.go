//go:build e2e

package agent

import (
	"strings"
	"testing"
)

// policyText opens a little of everything, so that for each kind of action one call is allowed and one is not.
const policyText = `version: 1
mode: enforce
tiers:
  - {name: engineer, groups: [engineers]}
models:
  tiers:
    - {name: any, models: ["claude-*"]}
workspaces: ["/**/src/**"]
layers:
  - name: organisation
    shell: {allow: ["git {status,diff} **", "touch **", "false"]}
    files: {read: ["$REPO"], write: ["$REPO"], deny: ["**/.env"]}
    tools: {allow: ["TodoWrite", "ToolSearch"]}
    skills: {sources: ["github.com/acme/app/.claude/skills/greet"]}
    mcp: {allow: ["desk/say"]}
    web: {domains: ["docs.acme.test"]}
    models: {ceiling: any}
    prompts: {record: all}
`

func bash(command string) step {
	return step{tool: "Bash", input: map[string]any{"command": command, "description": "x"}}
}

// call is one proposed action and what must come of it.
type call struct {
	name    string
	step    step
	allowed bool
	words   []string // in what the model is told
	action  string   // type of its events in the ledger
}

// TestGoverned ensures that a real session runs what the policy allows, runs nothing else, that the model is told why, and
// that the ledger has each decision with who, where, and the agent's own ids.
func TestGoverned(t *testing.T) {
	w := newWorld(t)
	server := newInstallation(t, t.TempDir(), policyText)
	server.start(t)
	t.Cleanup(func() { server.stop(t) })
	manage(t, "installed", server.url())
	calls := []call{
		{"allowed command", bash("git status"), true, []string{"hello.txt"}, "shell.exec"},
		{"allowed command that writes", bash("touch ran.txt"), true, nil, "shell.exec"},
		{"delete after an allowed command", bash("git status && rm -rf victim"), false, []string{"rm"}, "shell.exec"},
		{"write outside", step{tool: "Write", input: map[string]any{"file_path": w.outside + "/new.txt", "content": "x"}}, false, []string{"outside"}, "file.write"},
		{"write outside through a link", step{tool: "Write", input: map[string]any{"file_path": w.in("exit/new.txt"), "content": "x"}}, false, nil, "file.write"},
		{"write through a link by a command", bash("touch exit/new.txt"), false, nil, "shell.exec"},
		{"write inside", step{tool: "Write", input: map[string]any{"file_path": w.in("new.txt"), "content": "x"}}, true, nil, "file.write"},
		{"read", step{tool: "Read", input: map[string]any{"file_path": w.in("hello.txt")}}, true, []string{"hello world"}, "file.read"},
		{"read secrets", step{tool: "Read", input: map[string]any{"file_path": w.in(".env")}}, false, []string{".env"}, "file.read"},
		{"MCP tool on the list", step{tool: "mcp__desk__say", input: map[string]any{"text": "hi"}}, true, []string{"desk did say"}, "mcp.call"},
		{"MCP tool off the list", step{tool: "mcp__desk__erase", input: map[string]any{"text": "hi"}}, false, []string{"desk"}, "mcp.call"},
		{"skill on the list", step{tool: "Skill", input: map[string]any{"skill": "greet"}}, true, nil, "skill.invoke"},
		{"skill off the list", step{tool: "Skill", input: map[string]any{"skill": "shout"}}, false, []string{"shout"}, "skill.invoke"},
		{"web page off the list", step{tool: "WebFetch", input: map[string]any{"url": "https://example.com/", "prompt": "x"}}, false, []string{"example.com"}, "web.fetch"},
	}
	steps := make([]step, len(calls))
	for i, c := range calls {
		steps[i] = c.step
	}
	m := startModel(t, steps)
	s := w.run(t, "governed", "please do a few things", server.hookToken, m)

	for i, c := range calls {
		told, ok := m.heard(i)
		switch {
		case !ok:
			t.Errorf("%s: the model heard nothing", c.name)
		case told.failed == c.allowed:
			t.Errorf("%s: the model heard %s", c.name, told.text)
		case !c.allowed && !told.says("Ambit decision dec_"):
			t.Errorf("%s: refused, but not by Ambit: %s", c.name, told.text)
		case !told.says(c.words...):
			t.Errorf("%s: the model heard %s, want %q", c.name, told.text, c.words)
		}
	}
	for _, name := range []string{w.in("victim/keep.txt"), w.in("ran.txt"), w.in("new.txt")} {
		if !exists(name) {
			t.Errorf("%s is missing", name)
		}
	}
	if exists(w.outside + "/new.txt") {
		t.Error("a file outside the repository was written")
	}
	if strings.Contains(s.raw, "hunter2") {
		t.Error("the secret reached the transcript")
	}
	if got := w.calledMCP(t); got != "say" {
		t.Errorf("MCP tools that ran: %q", got)
	}
	if got, want := m.requests(), len(calls)+1; got < want || got > want+2 {
		t.Errorf("the conversation took %d requests, want about %d: a hook makes the agent loop", got, want)
	}
	checkLedger(t, server, s, calls)
}

// checkLedger ensures that every call has its decision, every call that ran its result, and the session its frame.
func checkLedger(t *testing.T, server *installation, s session, calls []call) {
	t.Helper()
	decisions, results, kinds := map[string]entry{}, map[string]entry{}, map[string]int{}
	for _, e := range server.ledger(t, s.id) {
		kinds[e.Phase+" "+e.Type]++
		if e.Actor.User != "ada@acme.test" {
			t.Errorf("%s %s of %q", e.Phase, e.Type, e.Actor.User)
		}
		switch e.Phase {
		case "decision":
			if e.Repository != "github.com/acme/app" || e.Correlation.PromptID == "" {
				t.Errorf("decision on %s: repository %q, prompt %q", e.Type, e.Repository, e.Correlation.PromptID)
			}
			decisions[e.Correlation.ToolUseID] = e
		case "result":
			results[e.Correlation.ToolUseID] = e
		}
	}
	for i, c := range calls {
		d, ok := decisions[toolUseID(i)]
		want := "deny"
		if c.allowed {
			want = "allow"
		}
		if !ok || d.Type != c.action || d.Decision.Effect != want || d.Decision.Reason == "" {
			t.Errorf("%s: ledger has %+v", c.name, d)
		}
		if _, ran := results[toolUseID(i)]; ran != c.allowed {
			t.Errorf("%s: result in the ledger: %v", c.name, ran)
		}
	}
	for _, kind := range []string{"decision prompt.submit", "lifecycle session.start", "lifecycle session.end", "lifecycle turn.end"} {
		if kinds[kind] != 1 {
			t.Errorf("%d events %q: %v", kinds[kind], kind, kinds)
		}
	}
}

// TestServerFails ensures that with the server stopped, hanging, answering 500 or garbage nothing runs, the model is told what
// to do, and the session ends by itself. Both kinds of hooks, and both a tool call and the prompt meet each failure.
func TestServerFails(t *testing.T) {
	w := newWorld(t)
	server := newInstallation(t, t.TempDir(), policyText)
	server.start(t)
	t.Cleanup(func() { server.stop(t) })
	for _, c := range []struct {
		mode   string
		faults []fault
		words  string
	}{
		{"installed", []fault{hanging, failing, garbage, cutOff, wrong, empty, noAnswer}, "Ambit blocked this because"},
		{"zero-install", []fault{hanging, failing, garbage, noAnswer}, ""},
	} {
		front := startFront(t, server.url())
		manageImpatient(t, c.mode, front.URL)
		for _, f := range c.faults {
			name := c.mode + " " + strings.ReplaceAll(string(f), " ", "-")
			t.Run(name, func(t *testing.T) {
				front.breakFor("PreToolUse", f)
				ran := w.in("ran-" + strings.ReplaceAll(name, " ", "-"))
				m := startModel(t, []step{bash("touch " + ran)})
				s := w.run(t, strings.ReplaceAll(name, " ", "-"), "please touch a file", server.hookToken, m)
				mustBeBlocked(t, m, ran, c.words)
				if front.hits() == 0 {
					t.Error("the hook never met the failure")
				}
				if m.requests() != 2 {
					t.Errorf("%d requests: %v", m.requests(), s.events)
				}
			})
		}
		t.Run(c.mode+" prompt", func(t *testing.T) {
			front.breakFor("UserPromptSubmit", failing)
			m := startModel(t, nil)
			s := w.run(t, c.mode+"-prompt", "please do nothing", server.hookToken, m)
			if m.requests() != 0 {
				t.Errorf("the prompt reached the model: %s", s.result)
			}
			if !strings.Contains(s.raw, c.words) {
				t.Errorf("the engineer reads %q", s.result)
			}
		})
		t.Run(c.mode+" reports", func(t *testing.T) {
			front.breakFor("Stop", failing)
			m := startModel(t, nil)
			w.run(t, c.mode+"-stop", "please do nothing", server.hookToken, m)
			if m.requests() != 1 || front.hits() != 1 {
				t.Errorf("%d requests, %d reports: a report that fails makes the agent go on", m.requests(), front.hits())
			}
		})
		t.Run(c.mode+" stopped", func(t *testing.T) {
			manageImpatient(t, c.mode, server.url())
			ran := w.in("ran-stopped-" + c.mode)
			stop := bash("touch " + ran)
			stop.before = func() { server.stop(t) }
			m := startModel(t, []step{stop})
			w.run(t, c.mode+"-stopped", "please touch a file", server.hookToken, m)
			mustBeBlocked(t, m, ran, c.words)
			if m.requests() != 2 {
				t.Errorf("%d requests", m.requests())
			}
			server.start(t)
		})
	}
}

// TestWhatHTTPHooksLeaveOpen ensures that docs/claude-code.md stays true: some broken answers to Claude Code's own HTTP hooks
// let the tool run, whatever onFailure says. Our client closes these; without it they need a server or proxy that misbehaves.
func TestWhatHTTPHooksLeaveOpen(t *testing.T) {
	w := newWorld(t)
	server := newInstallation(t, t.TempDir(), policyText)
	server.start(t)
	t.Cleanup(func() { server.stop(t) })
	front := startFront(t, server.url())
	manage(t, "zero-install", front.URL)
	for f, open := range map[fault]bool{empty: true, wrong: true, cutOff: false} {
		front.breakFor("PreToolUse", f)
		ran := w.in("ran-open-" + strings.ReplaceAll(string(f), " ", "-"))
		m := startModel(t, []step{bash("touch " + ran)})
		w.run(t, "http-"+strings.ReplaceAll(string(f), " ", "-"), "please touch a file", server.hookToken, m)
		if got := exists(ran); got != open {
			t.Errorf("%s: the command ran: %v; mend docs/claude-code.md", f, got)
		}
	}
}

func mustBeBlocked(t *testing.T, m *model, ran, words string) {
	t.Helper()
	if exists(ran) {
		t.Error("the command ran")
	}
	told, ok := m.heard(0)
	if !ok || !told.failed || !told.says(words) {
		t.Errorf("the model heard %v %q", ok, told.text)
	}
	t.Logf("the model heard: %s", told.text)
}

// TestZeroInstall ensures that Claude Code's own HTTP hooks obey the same server, with what it can know without our client.
func TestZeroInstall(t *testing.T) {
	w := newWorld(t)
	server := newInstallation(t, t.TempDir(), policyText)
	server.start(t)
	t.Cleanup(func() { server.stop(t) })
	manage(t, "zero-install", server.url())
	m := startModel(t, []step{
		bash("touch ran.txt"), bash("git status && rm -rf victim"),
		{tool: "Read", input: map[string]any{"file_path": w.in(".env")}},
		{tool: "Write", input: map[string]any{"file_path": w.outside + "/new.txt", "content": "x"}},
		{tool: "mcp__desk__erase", input: map[string]any{"text": "x"}},
		{tool: "Skill", input: map[string]any{"skill": "greet"}}, // its source is unknown without the client
	})
	s := w.run(t, "zero-install", "please do a few things", server.hookToken, m)
	if told, ok := m.heard(0); !ok || told.failed || !exists(w.in("ran.txt")) {
		t.Errorf("the allowed command: %v %+v", ok, told)
	}
	for i := 1; i < 6; i++ {
		if told, ok := m.heard(i); !ok || !told.failed || !told.says("Ambit decision dec_") {
			t.Errorf("call %d: %v %+v", i, ok, told)
		}
	}
	if !exists(w.in("victim/keep.txt")) || exists(w.outside+"/new.txt") || w.calledMCP(t) != "" {
		t.Error("something refused ran")
	}
	n := 0
	for _, e := range server.ledger(t, s.id) {
		if e.Phase == "decision" && e.Correlation.ToolUseID != "" {
			n++
			if e.Actor.User != "ada@acme.test" || e.Correlation.PromptID == "" {
				t.Errorf("ledger has %+v", e)
			}
		}
	}
	if n != 6 {
		t.Errorf("%d decisions in the ledger", n)
	}
}

// TestMentionedSecret ensures that a prompt which pulls in a denied file is refused: no other hook fires for mentions.
func TestMentionedSecret(t *testing.T) {
	w := newWorld(t)
	server := newInstallation(t, t.TempDir(), policyText)
	server.start(t)
	t.Cleanup(func() { server.stop(t) })
	manage(t, "installed", server.url())
	m := startModel(t, nil)
	s := w.run(t, "mentioned-secret", "please look at @.env", server.hookToken, m)
	if m.requests() != 0 || !strings.Contains(s.result, "Ambit decision dec_") {
		t.Errorf("%d requests; the engineer reads %q", m.requests(), s.result)
	}
	m = startModel(t, nil)
	w.run(t, "mentioned-file", "please look at @hello.txt", server.hookToken, m)
	if m.requests() != 1 || !strings.Contains(m.body(), "hello world") {
		t.Errorf("%d requests; the allowed file did not reach the model", m.requests())
	}
}

// TestSettingsFromPolicy ensures that what `ambit settings --policy` adds works in the real client: it keeps to the models of
// the ceiling, caches as the policy says, and denies files itself.
func TestSettingsFromPolicy(t *testing.T) {
	w := newWorld(t)
	dir := t.TempDir()
	text := strings.NewReplacer(`{name: any, models: ["claude-*"]}`, `{name: any, models: ["claude-haiku-*"]}`,
		"    prompts:", "    caching: {mode: disabled}\n    prompts:").Replace(policyText)
	server := newInstallation(t, dir, text)
	server.start(t)
	t.Cleanup(func() { server.stop(t) })
	manage(t, "installed", server.url(), "--policy", dir+"/policy.yaml")
	m := startModel(t, []step{{tool: "Read", input: map[string]any{"file_path": w.in(".env")}}})
	w.run(t, "settings-from-policy", "please read the secret", server.hookToken, m)
	if told, ok := m.heard(0); !ok || !told.failed {
		t.Errorf("the model heard %+v", told)
	}
	if !strings.Contains(m.name(), "haiku") {
		t.Errorf("the session runs on %s", m.name())
	}
	if strings.Contains(m.body(), "cache_control") {
		t.Error("the client caches prompts")
	}
}

// TestWrongToken ensures that an engineer whose token is not accepted learns what to do, and gets nothing done.
func TestWrongToken(t *testing.T) {
	w := newWorld(t)
	server := newInstallation(t, t.TempDir(), policyText)
	server.start(t)
	t.Cleanup(func() { server.stop(t) })
	manage(t, "installed", server.url())
	m := startModel(t, nil)
	s := w.run(t, "wrong-token", "hello", "ambit_wrong", m)
	if m.requests() != 0 || !strings.Contains(s.raw, "Ambit blocked this because") {
		t.Errorf("%d requests; the engineer reads %q", m.requests(), s.result)
	}
	if strings.Contains(s.raw, "ambit_wrong") {
		t.Error("the transcript holds the token")
	}
}
