package policy

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const head = `version: 1
models: {tiers: [{name: low, models: ["m-1"]}, {name: high, models: ["m-2"]}]}
tiers: [{name: all, groups: ["*"]}]
`

func person(groups ...string) Subject {
	return Subject{ID: "ada@acme.test", Groups: groups, GroupsKnown: true}
}

func write(path string) Action { return Action{Name: ActionFileWrite, Path: path} }

// TestModes: a refusal binds if a layer that enforces refuses; a few things bind in monitor mode too.
func TestModes(t *testing.T) {
	observing := head + `mode: monitor
layers:
  - name: base
    files: {read: [$REPO], write: [$REPO]}
    tools: {allow: []}
    models: {ceiling: low}
  - name: strict
    mode: enforce
    match: {groups: [strict]}
    tools: {allow: [A]}
    approval: {edits: required, reviewers: [r]}
`
	enforcing := head + `layers:
  - name: base
    files: {read: [$REPO], write: [$REPO]}
    tools: {allow: [A, B]}
    models: {ceiling: low}
  - name: trial
    mode: monitor
    match: {groups: [trial]}
    tools: {allow: [A]}
    files: {write: []}
  - name: gate
    match: {groups: [gate]}
    approval: {edits: required, reviewers: [r]}
`
	for _, c := range []struct {
		name, source string
		subject      Subject
		action       Action
		effect       Effect
		enforced     bool
	}{
		{"monitor refuses nothing", observing, person(), Action{Name: ActionToolUse, Tool: "X"}, Deny, false},
		{"allowed in monitor mode", observing, person(), write("a"), Allow, false},
		{"a layer that enforces refuses", observing, person("strict"), Action{Name: ActionToolUse, Tool: "X"}, Deny, true},
		{"only the base, which monitors, refuses", observing, person("strict"), Action{Name: ActionToolUse, Tool: "A"}, Deny, false},
		{"a layer that enforces holds", observing, person("strict"), write("a"), Hold, true},
		{"ceilings bind in monitor mode", observing, person(), Action{Name: ActionModelSelect, Model: "m-2"}, Deny, true},
		{"unknown models too", observing, person(), Action{Name: ActionModelSelect, Model: "x"}, Deny, true},
		{"protected files too", observing, person(), write(".git/config"), Deny, true},
		{"credentials too", observing, person(), Action{Name: ActionFileRead, Path: ".codex/auth.json"}, Deny, true},
		{"unparsable lines not", observing, person(), Action{Name: ActionShellExec, Command: "echo '"}, Deny, false},
		{"unparsable lines if a layer enforces", observing, person("strict"), Action{Name: ActionShellExec, Command: "echo '"}, Deny, true},
		{"a layer on trial only records", enforcing, person("trial"), Action{Name: ActionToolUse, Tool: "B"}, Deny, false},
		{"the base still binds", enforcing, person("trial"), Action{Name: ActionToolUse, Tool: "C"}, Deny, true},
		{"a refusal on trial doesn't hide a hold", enforcing, person("trial", "gate"), write("a"), Hold, true},
		{"allowed", enforcing, person(), write("a"), Allow, true},
	} {
		d := mustLoad(t, c.source).Decide(&Request{Subject: c.subject, Resource: packResource, Action: c.action, At: testNow})
		if d.Effect != c.effect || d.Enforced != c.enforced {
			t.Errorf("%s: got %s, enforced %v; want %s, %v (%s)", c.name, d.Effect, d.Enforced, c.effect, c.enforced, d.Reason)
		}
	}
}

// TestMonitorModeGuardsFilesThatCantBeJudged: a name that nobody can resolve, or that is no plain name, is judged by its text, and
// where the client should have resolved it, it may lead to a protected file.
func TestMonitorModeGuardsFilesThatCantBeJudged(t *testing.T) {
	p := mustLoad(t, head+"mode: monitor\nlayers:\n  - name: base\n    files: {read: [$REPO], write: [$REPO]}\n")
	read := func(path string) Action { return Action{Name: ActionFileRead, Path: path} }
	link := []File{{Path: "/p/app/link/x"}} // the client's answer for what leads into /proc
	long := strings.Repeat("./", 2100)
	for _, c := range []struct {
		name     string
		action   Action
		files    []File
		enforced bool
	}{
		{"a link into /proc, written", write("link/x"), link, true},
		{"a link into /proc, read", read("link/x"), link, true},
		{"a link into /proc on a command line", Action{Name: ActionShellExec, Command: "cat link/x"}, link, true},
		{"a word that may be no path", Action{Name: ActionShellExec, Command: "sometool link/x"}, link, false},
		{"a mention", Action{Name: ActionPromptSubmit, Prompt: "see @link/x"}, link, false},
		{"a mention of a credential", Action{Name: ActionPromptSubmit, Prompt: "see @.codex/auth.json"}, nil, true},
		{"a protected name that the client left out", write(".git/hooks/pre-commit"), nil, true},
		{"a name that the client left out", write("a.go"), nil, true},
		{"too long, protected", write(long + ".git/hooks/pre-commit"), nil, true},
		{"too long, a credential", read(long + ".codex/auth.json"), nil, true},
		{"too long, harmless", read(long + "a.go"), nil, false},
		{"an invisible character, protected", write("a\u200b/.git/config"), nil, true},
		{"the same, harmless", write("a\u200b/x"), nil, false},
	} {
		resource := packResource
		resource.Root, resource.Cwd, resource.Resolves = "/p/app", "/p/app", true
		c.action.Files = c.files
		if d := p.Decide(&Request{Subject: person(), Resource: resource, Action: c.action, At: testNow}); d.Effect != Deny || d.Enforced != c.enforced {
			t.Errorf("%s: %s, enforced %v (%s)", c.name, d.Effect, d.Enforced, d.Reason)
		}
	}
	resource := packResource
	resource.Cwd = ""
	d := p.Decide(&Request{Subject: person(), Resource: resource, Action: read(".codex/auth.json"), At: testNow})
	if !d.Enforced {
		t.Error("a credential below an unknown directory is only recorded")
	}
}

func TestApprovalsAddUp(t *testing.T) {
	p := mustLoad(t, head+`layers:
  - name: base
    files: {read: [$REPO], write: [$REPO]}
    approval: {edits: required, reviewers: [leads]}
  - name: payments
    match: {repositories: [github.com/acme/app]}
    approval: {edits: required, reviewers: [security, risk], quorum: 2, expires: 30m}
`)
	d := p.Decide(&Request{Subject: person(), Resource: packResource, Action: write("a.go"), At: testNow})
	want := &Approval{Needs: []ApprovalNeed{
		{Layer: "base", Reviewers: []string{"leads"}, Quorum: 1, ExpiresS: 86400},
		{Layer: "payments", Reviewers: []string{"security", "risk"}, Quorum: 2, ExpiresS: 1800},
	}}
	if diff := cmp.Diff(want, d.Approval); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if want := "this change needs approval: one of leads (layer base); 2 of security, risk (layer payments)"; d.Reason != want {
		t.Errorf("reason %q, want %q", d.Reason, want)
	}
}

func TestRecordPromptAsksTheMostSpecificLayer(t *testing.T) {
	p := mustLoad(t, head+`layers:
  - name: base
    prompts: {record: all}
  - name: people
    match: {groups: [private]}
    prompts: {record: none}
  - name: payments
    match: {repositories: [github.com/acme/payments]}
    prompts: {record: {actions: [prompt.submit], except: {repositories: ["*/hr"]}}}
`)
	for _, c := range []struct {
		subject    Subject
		repository string
		action     string
		want       bool
	}{
		{person(), "github.com/acme/app", ActionPromptSubmit, true},
		{person("private"), "github.com/acme/app", ActionPromptSubmit, false},
		{person("private"), "github.com/acme/payments", ActionPromptSubmit, true},
		{person(), "github.com/acme/payments", ActionToolUse, false},
	} {
		resource := packResource
		resource.Repository = c.repository
		if d := p.Decide(&Request{Subject: c.subject, Resource: resource, Action: Action{Name: c.action}}); d.RecordPrompt != c.want {
			t.Errorf("%v in %s, %s: %v", c.subject.Groups, c.repository, c.action, d.RecordPrompt)
		}
	}
}

func TestSkipPrompt(t *testing.T) {
	const layers = "layers:\n  - name: base\n    tools: {allow: [A]}\n"
	ask := func(source, tool string) bool {
		return mustLoad(t, source).Decide(&Request{Subject: person(), Resource: packResource, Action: Action{Name: ActionToolUse, Tool: tool}}).SkipPrompt
	}
	for _, c := range []struct {
		source, tool string
		want         bool
	}{
		{head + layers, "A", false},
		{head + "on_allow: client\n" + layers, "A", false},
		{head + "on_allow: skip\n" + layers, "A", true},
		{head + "on_allow: skip\n" + layers, "B", false},
		{head + "on_allow: skip\nmode: monitor\n" + layers, "A", false},
	} {
		if got := ask(c.source, c.tool); got != c.want {
			t.Errorf("%q of %q: %v", c.tool, c.source, got)
		}
	}
	p := mustLoad(t, head+"on_allow: skip\nlayers: [{name: base, files: {read: [$REPO]}, shell: {allow: [ls], wrappers: [], env: []}}]\n")
	for _, unsandboxed := range []bool{false, true} {
		a := Action{Name: ActionShellExec, Command: "ls", Unsandboxed: unsandboxed}
		if d := p.Decide(&Request{Subject: person(), Resource: packResource, Action: a}); d.Effect != Allow || d.SkipPrompt == unsandboxed {
			t.Errorf("outside the sandbox %v: %s, prompt skipped %v", unsandboxed, d.Effect, d.SkipPrompt)
		}
	}
}

// TestModelFamilies ensures that a short name counts as the highest tier that may list what the client takes for it.
func TestModelFamilies(t *testing.T) {
	const tiers = `version: 1
tiers: [{name: everyone, groups: ["*"]}]
models:
  tiers:
    - {name: economy, models: ["claude-haiku-*"]}
    - {name: standard, models: ["claude-sonnet-*", "claude-opus-4-1"]}
    - {name: premium, models: ["claude-opus-*"]}
`
	for _, c := range []struct {
		model, ceiling string
		want           Effect
	}{
		{"haiku", "economy", Allow},
		{"sonnet", "economy", Deny},
		{"sonnet", "standard", Allow},
		{"opus", "standard", Deny},
		{"opus", "premium", Allow},
		{"fable", "premium", Deny}, // on no tier
		{"claude", "premium", Deny},
		{"", "economy", Allow},
	} {
		p := mustLoad(t, tiers+"layers: [{name: base, tools: {allow: [Agent]}, models: {ceiling: "+c.ceiling+"}}]\n")
		a := Action{Name: ActionAgentSpawn, Tool: "Explore", Model: c.model}
		if d := p.Decide(&Request{Subject: person(), Resource: packResource, Action: a}); d.Effect != c.want {
			t.Errorf("%q under %s: %s: %s", c.model, c.ceiling, d.Effect, d.Reason)
		}
	}
}

// TestExplains: the first sentence names what failed, the layer and where; every layer's verdict is there.
func TestExplains(t *testing.T) {
	p := mustLoad(t, string(mustRead(t, "testdata/suites/policy.yaml")))
	r := &Request{Subject: person("engineers"), Resource: packResource, Action: Action{Name: ActionShellExec, Command: "git status && rm -rf /"}, At: testNow}
	d := p.Decide(r)
	if want := "`rm -rf /` is not on the allow-list of layer organisation"; d.Reason != want {
		t.Errorf("reason %q, want %q", d.Reason, want)
	}
	if f := d.Findings[0]; f.Layer != "organisation" || f.Control != "shell" || f.At == nil || *f.At != (Span{14, 8}) {
		t.Errorf("finding %+v at %v", f, f.At)
	}
	r.Resource.Repository = ""
	r.Action = write("a.go")
	d = p.Decide(r)
	want := []LayerVerdict{
		{Layer: "organisation", Effect: Allow, Mode: Enforce, Matched: "base", Rule: "$REPO"},
		{Layer: "payments", Effect: Hold, Mode: Enforce, Matched: "repository is unknown", Rule: "approval", Message: "changes need approval by payments-leads"},
	}
	if diff := cmp.Diff(want, d.Layers); diff != "" {
		t.Errorf("layers (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(Effects{Writes: []string{"/home/ada/src/app/a.go"}, Unresolved: true}, d.Effects); diff != "" {
		t.Errorf("effects (-want +got):\n%s", diff)
	}
}

// TestHiddenPathsAreRefused: an installed client resolves what it names; a path that it didn't send, or couldn't resolve, is
// refused.
func TestHiddenPathsAreRefused(t *testing.T) {
	p := mustLoad(t, string(mustRead(t, "testdata/suites/policy.yaml")))
	ask := func(files ...File) Decision {
		r := &Request{Subject: person("engineers"), Resource: packResource, Action: Action{Name: ActionShellExec, Command: "cat a.go", Files: files}}
		r.Resource.Resolves = true
		return p.Decide(r)
	}
	name := "/home/ada/src/app/a.go"
	if d := ask(File{Path: name, Resolved: name, Kind: "file"}); d.Effect != Allow || d.Effects.Unresolved {
		t.Errorf("sent: %s, unresolved %v: %s", d.Effect, d.Effects.Unresolved, d.Reason)
	}
	for what, d := range map[string]Decision{
		"not sent": ask(), "other file sent": ask(File{Path: "/x", Resolved: "/x"}), "not resolved": ask(File{Path: name}),
		"leads outside": ask(File{Path: name, Resolved: "/etc/passwd"}), "relative": ask(File{Path: name, Resolved: "a.go"}),
	} {
		if d.Effect != Deny || !strings.Contains(d.Reason, "a.go") {
			t.Errorf("%s: %s: %s", what, d.Effect, d.Reason)
		}
	}
}

// TestMCPNames: a server passes for no other, and what is denied is denied under the client's spelling too.
func TestMCPNames(t *testing.T) {
	p := mustLoad(t, head+`layers:
  - name: base
    mcp: {allow: ["*", "github/*"], deny: ["my srv/delete*"], writes: ["my srv/put*"]}
    approval: {edits: required, reviewers: [r]}
`)
	for _, c := range []struct {
		server, tool string
		want         Effect
	}{
		{"github", "x", Allow},
		{"claude.ai Gmail", "search", Allow},
		{"my srv", "delete it", Deny},
		{"my_srv", "delete_it", Deny},
		{"My.Srv", "delete", Deny},
		{"my srv", "put", Hold},
		{"my_srv", "put", Hold},
		{"github/evil", "x", Deny},
		{"github\u200b", "x", Deny},
		{"github ", "x", Deny},
		{"github\u00a0x", "x", Deny},
		{"github", "x\x00", Deny},
		{"", "x", Deny},
	} {
		d := p.Decide(&Request{Subject: person(), Resource: packResource, Action: Action{Name: ActionMCPCall, Server: c.server, Tool: c.tool}, At: testNow})
		if d.Effect != c.want {
			t.Errorf("%q/%q: %s (%s)", c.server, c.tool, d.Effect, d.Reason)
		}
	}
}

// TestProjectSkills: "project" names the skills of the session's own repository, under whatever name the client knows it.
func TestProjectSkills(t *testing.T) {
	p := mustLoad(t, string(mustRead(t, "../assets/packs/standard.yaml")))
	for _, c := range []struct {
		repository, source string
		want               Effect
	}{
		{"github.com/acme/app", "github.com/acme/app/.claude/skills/deploy", Allow},
		{"github.com/acme/app", "github.com/acme/app/.claude/skills/db:migrate", Allow},
		{"github.com/acme/app", "builtin", Allow},
		{"", "project", Allow},
		{"github.com/acme/app", "github.com/acme/other/.claude/skills/deploy", Deny},
		{"github.com/acme/app", "github.com/acme/app2/.claude/skills/deploy", Deny},
		{"github.com/acme/app", "github.com/acme/app/plugin", Deny},
		{"github.com/acme/app", "github.com/acme/app/.claude/skills/../../../evil", Deny},
		{"github.com/acme/app", "github.com/acme/app/.claude/skills/", Deny},
		{"", "/.claude/skills/deploy", Deny},
		{"github.com/acme/app", "", Deny},
	} {
		resource := packResource
		resource.Repository = c.repository
		d := p.Decide(&Request{Subject: person("engineers"), Resource: resource, Action: Action{Name: ActionSkillInvoke, Skill: "deploy", Source: c.source}, At: testNow})
		if d.Effect != c.want {
			t.Errorf("%q in %q: %s (%s)", c.source, c.repository, d.Effect, d.Reason)
		}
	}
}
