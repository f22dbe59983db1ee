package audit

import (
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ambit/policy"
)

// kind is one type of event as it comes about; docs/audit-schema.md lists them all.
type kind struct {
	name, phase string
	properties  string // of the action
	outcome     string
	object      string // of the change
	before      string
	after       string
}

// kinds are all types of events that there are.
var kinds = []kind{
	{name: "session.start", phase: PhaseLifecycle, properties: `{"source":"startup","model":"claude-sonnet-5"}`, outcome: `{"source":"startup","model":"claude-sonnet-5"}`},
	{name: "session.end", phase: PhaseLifecycle, outcome: `{"reason":"exit"}`},
	{name: "prompt.submit", phase: PhaseDecision, properties: `{}`},
	{name: "shell.exec", phase: PhaseDecision, properties: `{"command":"git status","shell":"bash"}`},
	{name: "shell.exec", phase: PhaseResult, properties: `{"command":"git status","shell":"bash"}`, outcome: `{"tool":"Bash","ok":true,"exit":0,"bytes":120}`},
	{name: "file.read", phase: PhaseDecision, properties: `{"path":"/proj/app/main.go"}`},
	{name: "file.read", phase: PhaseResult, properties: `{"path":"/proj/app/main.go"}`, outcome: `{"tool":"Read","ok":true,"bytes":900}`},
	{name: "file.write", phase: PhaseDecision, properties: `{"path":"/proj/app/main.go","content":"package main"}`},
	{name: "file.write", phase: PhaseResult, properties: `{"path":"/proj/app/main.go"}`, outcome: `{"tool":"Write","ok":true,"bytes":12}`},
	{name: "skill.invoke", phase: PhaseDecision, properties: `{"skill":"review","source":"builtin"}`},
	{name: "skill.invoke", phase: PhaseResult, properties: `{"skill":"review","source":"builtin"}`, outcome: `{"tool":"Skill","ok":true}`},
	{name: "mcp.call", phase: PhaseDecision, properties: `{"server":"github","tool":"create_issue","arguments":{"title":"x"}}`},
	{name: "mcp.call", phase: PhaseResult, properties: `{"server":"github","tool":"create_issue"}`, outcome: `{"tool":"mcp__github__create_issue","ok":true,"bytes":40}`},
	{name: "web.fetch", phase: PhaseDecision, properties: `{"url":"https://go.dev/doc"}`},
	{name: "web.fetch", phase: PhaseResult, properties: `{"url":"https://go.dev/doc"}`, outcome: `{"tool":"WebFetch","ok":false,"error":"refused"}`},
	{name: "model.select", phase: PhaseDecision, properties: `{"model":"claude-opus-5"}`},
	{name: "model.select", phase: PhaseResult, properties: `{"model":"claude-opus-5"}`, outcome: `{"from_model":"claude-sonnet-5","to_model":"claude-opus-5"}`},
	{name: "agent.spawn", phase: PhaseDecision, properties: `{"name":"general-purpose","input":{"prompt":"look"}}`},
	{name: "agent.spawn", phase: PhaseResult, properties: `{"name":"general-purpose"}`, outcome: `{"tool":"Agent","ok":true}`},
	{name: "tool.use", phase: PhaseDecision, properties: `{"name":"TodoWrite","input":{}}`},
	{name: "tool.use", phase: PhaseResult, properties: `{"name":"TodoWrite"}`, outcome: `{"tool":"TodoWrite","ok":true}`},
	{name: "agent.start", phase: PhaseLifecycle, outcome: `{"agent_type":"general-purpose","event":"SubagentStart"}`},
	{name: "agent.end", phase: PhaseLifecycle, outcome: `{"agent_type":"general-purpose","event":"SubagentStop"}`},
	{name: "turn.end", phase: PhaseLifecycle, outcome: `{"event":"Stop","stop_hook_active":false}`},
	{name: "turn.fail", phase: PhaseLifecycle, outcome: `{"event":"StopFailure","error":"overloaded"}`},
	{name: "context.compact", phase: PhaseLifecycle, outcome: `{"event":"PreCompact","trigger":"auto"}`},
	{name: "settings.change", phase: PhaseLifecycle, outcome: `{"event":"ConfigChange","source":"user_settings","file_path":"/home/ada/.claude/settings.json"}`},
	{name: "instructions.load", phase: PhaseLifecycle, outcome: `{"event":"InstructionsLoaded","file_path":"/proj/app/CLAUDE.md"}`},
	{name: "cwd.change", phase: PhaseLifecycle, outcome: `{"event":"CwdChanged","old_cwd":"/proj/app","new_cwd":"/proj/app/api"}`},
	{name: "directory.add", phase: PhaseLifecycle, outcome: `{"event":"DirectoryAdded","path":"/proj/lib"}`},
	{name: "mcp.elicitation", phase: PhaseLifecycle, outcome: `{"event":"Elicitation","mcp_server_name":"github"}`},

	{name: "setup.link_created", phase: PhaseAdmin, object: "setup"},
	{name: "owner.created", phase: PhaseAdmin, object: "owner", after: `{"email":"olga@acme.test","name":"Olga","groups":[],"roles":["owner"]}`},
	{name: "person.created", phase: PhaseAdmin, object: "person", after: `{"email":"ada@acme.test","name":"","groups":["eng-senior"],"roles":[]}`},
	{name: "person.changed", phase: PhaseAdmin, object: "person", before: `{"groups":[]}`, after: `{"groups":["eng-senior"]}`},
	{name: "person.signed_in", phase: PhaseAdmin, outcome: `{"method":"totp"}`},
	{name: "person.signed_out", phase: PhaseAdmin},
	{name: "sign_in.refused", phase: PhaseAdmin, outcome: `{"reason":"password"}`},
	{name: "owner.signed_in", phase: PhaseIntegrity, outcome: `{"method":"totp"}`},
	{name: "session.revoked", phase: PhaseAdmin, object: "session", before: `{"person":"ada@acme.test","connection":"okta"}`},
	{name: "person.cut_off", phase: PhaseAdmin, object: "person", after: `{"person":"ada@acme.test","why":"left","sessions":1}`},
	{name: "everybody.cut_off", phase: PhaseAdmin, object: "person", after: `{"why":"a laptop was stolen","sessions":12}`},
	{name: "person.disabled", phase: PhaseAdmin, object: "person", after: `{"person":"ada@acme.test","why":"left","sessions":1}`},
	{name: "person.enabled", phase: PhaseAdmin, object: "person", after: `{"person":"ada@acme.test","sessions":0}`},
	{name: "connection.created", phase: PhaseAdmin, object: "connection", after: `{"id":"okta","name":"Okta","kind":"oidc","stage":"draft"}`},
	{name: "connection.changed", phase: PhaseAdmin, object: "connection", before: `{"name":"Okta"}`, after: `{"name":"Okta production"}`},
	{name: "connection.staged", phase: PhaseAdmin, object: "connection", before: `{"stage":"staging"}`, after: `{"stage":"live"}`},
	{name: "connection.deleted", phase: PhaseAdmin, object: "connection", before: `{"id":"okta","name":"Okta","kind":"oidc","stage":"draft"}`},
	{name: "connection.logged_out", phase: PhaseAdmin, object: "connection", after: `{"subject":"00u1","sessions":1}`},
	{name: "account.linked", phase: PhaseAdmin, object: "account", after: `{"connection":"okta","subject":"00u1","person":"ada@acme.test","email":"ada@acme.test","active":true}`},
	{name: "account.changed", phase: PhaseAdmin, object: "account", before: `{"groups":["eng"]}`, after: `{"groups":["eng","eng-senior"]}`},
	{name: "role_rule.created", phase: PhaseAdmin, object: "role_rule", after: `{"group":"sec","role":"security_admin"}`},
	{name: "role_rule.deleted", phase: PhaseAdmin, object: "role_rule", before: `{"group":"sec","role":"security_admin"}`},
	{name: "settings.changed", phase: PhaseAdmin, object: "settings", before: `{"access_minutes":60,"family_days":30}`, after: `{"access_minutes":30,"family_days":30}`},
	{name: "user.provisioned", phase: PhaseAdmin, object: "account", after: `{"connection":"okta","user_name":"ada","name":"Ada Park","active":true,"person":"ada@acme.test"}`},
	{name: "user.updated", phase: PhaseAdmin, object: "account", before: `{"name":"Ada"}`, after: `{"name":"Ada Park"}`},
	{name: "user.deprovisioned", phase: PhaseAdmin, object: "account", before: `{"active":true}`, after: `{"active":false,"sessions":1}`},
	{name: "group.created", phase: PhaseAdmin, object: "group", after: `{"connection":"okta","name":"eng-senior","members":2}`},
	{name: "group.updated", phase: PhaseAdmin, object: "group", before: `{"name":"eng"}`, after: `{"name":"eng-senior"}`},
	{name: "group.membership", phase: PhaseAdmin, object: "group", after: `{"group":"eng-senior","added":["ada@acme.test"],"count":1}`},
	{name: "group.deleted", phase: PhaseAdmin, object: "group", before: `{"connection":"okta","name":"eng-senior","members":2}`},
	{name: "scim_token.created", phase: PhaseAdmin, object: "scim_token", after: `{"connection":"okta"}`},
	{name: "scim_token.revoked", phase: PhaseAdmin, object: "scim_token", before: `{"connection":"okta"}`},
	{name: "credential.granted", phase: PhaseAdmin, object: "credential", after: `{"device":"Ada’s laptop","person_id":"person_1","connection":"okta","expires_at":"2026-12-22T05:30:16Z"}`},
	{name: "credential.issued", phase: PhaseAdmin},
	{name: "credential.refreshed", phase: PhaseAdmin},
	{name: "credential.refused", phase: PhaseAdmin, outcome: `{"reason":"denied"}`},
	{name: "credential.revoked", phase: PhaseAdmin, object: "credential", after: `{"device":"Ada’s laptop","person_id":"person_1","expires_at":"2026-12-22T05:30:16Z","why":"cut off"}`},
	{name: "credential.reused", phase: PhaseIntegrity},
	{name: "credential.shared", phase: PhaseIntegrity, outcome: `{"exchanged_from":"192.0.2.7"}`},
	{name: "token.created", phase: PhaseAdmin, object: "token", after: `{"name":"ci","scopes":["decide"]}`},
	{name: "token.revoked", phase: PhaseAdmin, object: "token", before: `{"name":"ci","scopes":["decide"]}`},
	{name: "policy.published", phase: PhaseAdmin, object: "policy", before: `{"version":6}`, after: `{"version":7}`},
	{name: "prompt.read", phase: PhaseAdmin, object: "prompt"},
	{name: "prompts.purged", phase: PhaseAdmin, object: "prompts", after: `{"person":"ada@acme.test","why":"on request","purged":12}`},
	{name: "retention.changed", phase: PhaseAdmin, object: "retention", before: `{}`, after: `{"decision":400}`},
	{name: "retention.applied", phase: PhaseAdmin, object: "ledger", after: `{"class":"decision","days":400,"before":"2025-10-18T05:30:16.248Z","entries":"17-44,46","removed":29}`},
	{name: "hold.added", phase: PhaseAdmin, object: "hold", after: `{"id":"hold_01m8","name":"case 7","search":{"person":"ada@acme.test"}}`},
	{name: "hold.released", phase: PhaseAdmin, object: "hold", before: `{"id":"hold_01m8","name":"case 7"}`, after: `{"id":"hold_01m8","name":"case 7","released_by":"eve@acme.test"}`},
	{name: "saved_search.created", phase: PhaseAdmin, object: "saved_search", after: `{"name":"refusals","owner":"eve@acme.test","shared":true,"search":{"effect":"deny"}}`},
	{name: "saved_search.changed", phase: PhaseAdmin, object: "saved_search", before: `{"shared":true}`, after: `{"shared":false}`},
	{name: "saved_search.deleted", phase: PhaseAdmin, object: "saved_search", before: `{"name":"refusals"}`},
	{name: "backup.started", phase: PhaseAdmin, object: "backup", after: `{"with_key":false}`},
	{name: "ledger.restored", phase: PhaseAdmin, object: "ledger", after: `{"epoch":2,"entries":800,"backup_at":"2026-11-22T01:00:00.000Z","checkpoint":"…","known":1000}`},

	{name: "ledger.recovered", phase: PhaseIntegrity, outcome: `{"since":"2026-11-22T05:30:01.000Z","cause":"database or disk is full"}`},
	{name: "enforcement.failed", phase: PhaseIntegrity, outcome: `{"reason":"refused","action":"shell.exec"}`},
	{name: "ledger.damaged", phase: PhaseIntegrity, outcome: `{"first_bad":17,"issues":[{"seq":17,"what":"entry 17 does not carry Ambit's seal: it was altered"}]}`},
	{name: "retention.refused", phase: PhaseIntegrity, outcome: `{"reason":"the retention rules in the database were altered outside Ambit"}`},

	{name: "sink.created", phase: PhaseAdmin, object: "sink", after: `{"name":"siem","kind":"splunk","splunk":{"url":"https://splunk.acme.test:8088","ack":true}}`},
	{name: "sink.changed", phase: PhaseAdmin, object: "sink", before: `{"name":"siem"}`, after: `{"name":"siem 2"}`},
	{name: "sink.paused", phase: PhaseAdmin, object: "sink", before: `{"state":"running"}`, after: `{"state":"paused"}`},
	{name: "sink.resumed", phase: PhaseAdmin, object: "sink", before: `{"state":"paused"}`, after: `{"state":"running"}`},
	{name: "sink.deleted", phase: PhaseAdmin, object: "sink", before: `{"name":"siem"}`},
	{name: "sink.tested", phase: PhaseAdmin, object: "sink", after: `{"outcome":"accepted","answer":"200 OK"}`},
	{name: "sink.secret_rotated", phase: PhaseAdmin, object: "sink", after: `{"secret":"signing"}`},
	{name: "sink.set_aside_retried", phase: PhaseAdmin, object: "sink", after: `{"delivered":2,"refused":0,"gone":0}`},
	{name: "sink.lagging", phase: PhaseIntegrity, object: "sink", outcome: `{"sink":"siem","lag_s":900,"events":1200,"last_error":"503 Service Unavailable"}`},
	{name: "sink.recovered", phase: PhaseIntegrity, object: "sink", outcome: `{"sink":"siem","lag_s":0,"events":0}`},
	{name: "sink.gap", phase: PhaseIntegrity, object: "sink", outcome: `{"sink":"siem","first":1,"last":500000,"events":500000,"reason":"the backlog exceeded its quota"}`},
	{name: "sink.set_aside", phase: PhaseIntegrity, object: "sink", outcome: `{"sink":"siem","event":"evt_1","answer":"400 Bad Request"}`},
	{name: "sink.misconfigured", phase: PhaseIntegrity, object: "sink", outcome: `{"sink":"siem","answer":"403 Forbidden"}`},
	{name: "sink.disabled", phase: PhaseIntegrity, object: "sink", outcome: `{"sink":"siem","answer":"410 Gone"}`},

	{name: "hook.silent", phase: PhaseIntegrity, outcome: `{"calls":50}`},
	{name: "sink.set_aside_dismissed", phase: PhaseAdmin, object: "sink", after: `{"dismissed":1,"messages":["evt_1"]}`},
	{name: "account.removed", phase: PhaseAdmin, object: "account", before: `{"connection":"okta","subject":"00u1","person":"ada@acme.test"}`},
}

// event is the kind with everything that such events have.
func (k *kind) event(n int) *Event {
	e := &Event{
		ID: fmt.Sprintf("evt_%026d", n), Seq: int64(n), Time: time.Date(2026, 11, 22, 5, 30, 16, 248e6, time.UTC),
		Type: k.name, Phase: k.phase, Actor: Actor{User: "ada@acme.test", Credential: "cred_1"}, Outcome: json.RawMessage(k.outcome),
	}
	if k.phase == PhaseDecision || k.phase == PhaseResult || k.phase == PhaseLifecycle {
		e.Actor.Subject, e.Actor.Connection, e.Actor.Groups, e.Actor.Tier = "00u1", "okta", []string{"eng-senior"}, "senior"
		e.Session, e.Agent, e.Repository, e.Cwd = "s1", &Agent{Name: "claude-code", Version: "2.1.330"}, "github.com/acme/app", "/proj/app"
		e.Correlation = &Correlation{ToolUseID: "toolu_1", PromptID: "p1"}
		e.Provenance = map[string]string{"actor": "server", "action": "client"}
	}
	if k.properties != "" {
		e.Action = &Action{Name: k.name, Properties: json.RawMessage(k.properties)}
	}
	if k.phase == PhaseDecision {
		e.Purpose = "enforce"
		e.Decision = &Decision{ID: "dec_1", Effect: policy.Allow, Enforced: true, PolicyVersion: 7, Reason: "Listed.", Layers: []policy.LayerVerdict{{Layer: "organisation", Effect: policy.Allow, Mode: policy.Enforce}}}
	}
	if k.phase == PhaseResult {
		e.Correlation.Decision = "dec_1"
	}
	if k.phase == PhaseAdmin {
		e.Actor.Address = "192.0.2.7"
	}
	if k.object != "" {
		e.Change = &Change{Object: k.object, ID: "x", Before: json.RawMessage(k.before), After: json.RawMessage(k.after)}
	}
	return e
}

// TestGoldenEventsOfEveryType fixes one event of every type, byte for byte, and holds each against the published schema.
func TestGoldenEventsOfEveryType(t *testing.T) {
	s := schema(t)
	var got strings.Builder
	for i := range kinds {
		line := mustEncode(t, kinds[i].event(i+1))
		mustValidate(t, s, line)
		if kind := markedEvent(line); kind != "" && kind != kinds[i].name {
			t.Errorf("%s is taken for %s", kinds[i].name, kind)
		}
		got.WriteString(line + "\n")
	}
	golden(t, "testdata/types.jsonl", got.String())
	names := make([]string, len(kinds))
	for i := range kinds {
		names[i] = kinds[i].name
	}
	for _, action := range policy.Actions() {
		if !slices.Contains(names, action) {
			t.Errorf("the action %s has no golden event", action)
		}
	}
}

// TestEveryDocumentedTypeHasItsEvent holds the table of types in docs/audit-schema.md and the golden events together.
func TestEveryDocumentedTypeHasItsEvent(t *testing.T) {
	text, err := os.ReadFile("../docs/audit-schema.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(text), "| type | phase | when |\n|---|---|---|\n")
	table, _, _ = strings.Cut(table, "\n\n")
	documented := map[string]bool{}
	for line := range strings.Lines(table) {
		names, _, _ := strings.Cut(strings.TrimPrefix(line, "| "), " | ")
		for _, m := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(names, -1) {
			documented[m[1]] = true
		}
	}
	if len(documented) < 60 {
		t.Fatalf("only %d types are documented", len(documented))
	}
	has := map[string]bool{}
	for i := range kinds {
		if has[kinds[i].name] = true; !documented[kinds[i].name] {
			t.Errorf("%s isn't in docs/audit-schema.md", kinds[i].name)
		}
	}
	for name := range documented {
		if !has[name] {
			t.Errorf("%s is documented, but has no golden event", name)
		}
	}
}

// golden compares a text with a file; AMBIT_UPDATE_GOLDEN writes it.
func golden(t *testing.T, path, got string) {
	t.Helper()
	if os.Getenv("AMBIT_UPDATE_GOLDEN") != "" {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", path, diff)
	}
}
