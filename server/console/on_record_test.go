package console_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"ambit/audit"
	"ambit/server/caller"
)

// facts are what the installed client adds to a hook.
const facts = `{"client":"ambit/test","agent":"claude-code/2.1.330","platform":"linux","home":"/home/ada","root":"/proj/app","repository":"github.com/acme/app","case_sensitive":true}`

// hook posts one of the captured hooks of the real agent, as the installed client would, under one session, tool call and prompt.
func (c *client) hook(name, toolUse string) {
	c.t.Helper()
	raw, err := os.ReadFile("../../agent/claudecode/testdata/hooks/" + name + ".json")
	must(c.t, err)
	var h map[string]json.RawMessage
	must(c.t, json.Unmarshal(raw, &h))
	h["session_id"], h["ambit"], h["prompt_id"] = json.RawMessage(`"session-1"`), json.RawMessage(facts), json.RawMessage(`"prompt-1"`)
	if toolUse != "" {
		h["tool_use_id"] = json.RawMessage(`"` + toolUse + `"`)
	}
	body, err := json.Marshal(h)
	must(c.t, err)
	resp := c.send("POST", "/hooks/claude-code", string(body))
	defer resp.Body.Close()
	if resp.StatusCode != 200 {
		var out bytes.Buffer
		_, _ = out.ReadFrom(resp.Body)
		c.t.Fatalf("%s: %d %s", name, resp.StatusCode, out.String())
	}
}

// TestEverythingAnAgentDoesIsOnRecord ensures that each kind of thing leaves an event that says who, where and exactly what,
// and that a result is joined to its decision and its prompt.
func TestEverythingAnAgentDoesIsOnRecord(t *testing.T) {
	s := start(t)
	s.setUp()
	s.publish(acme)
	ada := s.scriptOf("ada@acme.test", caller.ScopeDecide)
	steps := []struct{ hook, toolUse, typ, phase, says string }{
		{"SessionStart", "", "session.start", "lifecycle", `"source":"startup"`},
		{"UserPromptSubmit", "", "prompt.submit", "decision", `"recorded":true`},
		{"PreModelSwitch", "", "model.select", "decision", `"model":"`},
		{"PostModelSwitch", "", "model.select", "result", `"to_model":"`},
		{"PreToolUse.Read", "t-read", "file.read", "decision", `"path":"`},
		{"PostToolUse.Read", "t-read", "file.read", "result", `"ok":true`},
		{"PreToolUse.Write", "t-write", "file.write", "decision", `"content":"`},
		{"PostToolUse.Write", "t-write", "file.write", "result", `"ok":true`},
		{"PreToolUse.Edit", "t-edit", "file.write", "decision", `"path":"`},
		{"PreToolUse.Bash", "t-bash", "shell.exec", "decision", `"command":"`},
		{"PostToolUse.Bash", "t-bash", "shell.exec", "result", `"exit":0`},
		{"PreToolUse.Bash", "t-fail", "shell.exec", "decision", `"command":"`},
		{"PostToolUseFailure.Bash", "t-fail", "shell.exec", "result", `"ok":false`},
		{"PreToolUse.Skill", "t-skill", "skill.invoke", "decision", `"skill":"`},
		{"PostToolUse.Skill", "t-skill", "skill.invoke", "result", `"ok":true`},
		{"PreToolUse.mcp__echo__echo", "t-mcp", "mcp.call", "decision", `"server":"echo"`},
		{"PostToolUse.mcp__echo__echo", "t-mcp", "mcp.call", "result", `"ok":true`},
		{"PreToolUse.WebFetch", "t-web", "web.fetch", "decision", `"url":"`},
		{"PostToolUseFailure.WebFetch", "t-web", "web.fetch", "result", `"ok":false`},
		{"PreToolUse.Agent", "t-agent", "agent.spawn", "decision", `"name":"`},
		{"SubagentStart.in-subagent", "", "agent.start", "lifecycle", `"agent_type":"`},
		{"SubagentStop.in-subagent", "", "agent.end", "lifecycle", `"agent_type":"`},
		{"PostToolUse.Agent", "t-agent", "agent.spawn", "result", `"ok":true`},
		{"Stop", "", "turn.end", "lifecycle", `"event":"Stop"`},
		{"SessionEnd", "", "session.end", "lifecycle", `"reason":"`},
	}
	decisions := map[string]string{}
	for _, step := range steps {
		before := s.ledger.Seq()
		ada.hook(step.hook, step.toolUse)
		t.Run(step.hook, func(t *testing.T) {
			var out bytes.Buffer
			_, err := s.ledger.ExportAfter(t.Context(), &out, audit.Query{}, before)
			must(t, err)
			line, _, _ := strings.Cut(out.String(), "\n")
			var e audit.Event
			if err := json.Unmarshal([]byte(line), &e); err != nil {
				t.Fatalf("nothing is on record: %v", err)
			}
			if e.Type != step.typ || e.Phase != step.phase || !strings.Contains(line, step.says) {
				t.Errorf("want %s, %s with %s; got %s", step.typ, step.phase, step.says, line)
			}
			if e.Actor.User != "ada@acme.test" || e.Actor.Tier != "engineer" || e.Actor.Credential == "" || e.Session != "session-1" ||
				e.Repository != "github.com/acme/app" || e.Agent == nil || e.Agent.Name != "claude-code" || e.Agent.Version != "2.1.330" || e.Time.IsZero() {
				t.Errorf("who and where: %s", line)
			}
			if e.Correlation == nil || e.Correlation.PromptID != "prompt-1" || e.Correlation.ToolUseID != step.toolUse && step.toolUse != "" {
				t.Errorf("joined to nothing: %s", line)
			}
			switch {
			case step.phase == audit.PhaseDecision && (e.Decision == nil || e.Decision.Reason == ""):
				t.Errorf("a decision without its reason: %s", line)
			case step.phase == audit.PhaseDecision:
				decisions[step.toolUse] = e.Decision.ID
			case step.phase == audit.PhaseResult && step.toolUse != "" && e.Correlation.Decision != decisions[step.toolUse]:
				t.Errorf("the result is joined to %q, the decision was %q", e.Correlation.Decision, decisions[step.toolUse])
			}
		})
	}
	// The whole step is found from any of its events.
	var detail struct{ Related []audit.Event }
	reader := s.script(caller.ScopeAuditRead)
	reader.call("GET", "/api/v1/audit/events/"+decisions["t-bash"], nil, 200, &detail)
	// The policy refuses that command, and the client says that it ran: that is an alarm.
	if len(detail.Related) != 2 || detail.Related[0].Phase != audit.PhaseResult || detail.Related[1].Type != "enforcement.failed" {
		t.Errorf("related to the command: %+v", detail.Related)
	}
}

// Whoever reports can't put words into anybody else's mouth, nor hang their own on other people's sessions and decisions.
func TestReportsCantSpeakForOthers(t *testing.T) {
	s := start(t)
	s.setUp()
	s.publish(acme)
	asker := s.script(caller.ScopeDecide)
	decision := asker.decide(use("TodoWrite")) // about Ada, in session s1
	ada := s.scriptOf("ada@acme.test", caller.ScopeAuditWrite)
	bob := s.scriptOf("bob@acme.test", caller.ScopeAuditWrite)
	before := s.ledger.Seq()
	report := func(members object) object {
		r := object{"client_id": fmt.Sprint(len(members)), "type": "deploy.finished"}
		for k, v := range members {
			r[k] = v
		}
		return object{"events": []object{{"client_id": "first", "type": "deploy.started"}, r}}
	}
	bob.refused("POST", "/api/v1/audit/events", report(object{"user": "ada@acme.test"}), 403, "forbidden")
	bob.refused("POST", "/api/v1/audit/events", report(object{"session": "s1"}), 403, "forbidden")
	bob.refused("POST", "/api/v1/audit/events", report(object{"correlation": object{"decision": decision}}), 400, "invalid")
	ada.refused("POST", "/api/v1/audit/events", report(object{"correlation": object{"decision": "dec_none"}}), 400, "invalid")
	for _, kind := range append(ownTypes(t), "RETENTION.applied", "checkpoint.forged") {
		r := report(nil)
		r["events"].([]object)[1]["type"] = kind
		bob.refused("POST", "/api/v1/audit/events", r, 400, "invalid")
	}
	for name, member := range map[string]object{
		"actor": {"actor": object{"user": "ada@acme.test"}}, "id": {"id": "evt_1"}, "time": {"time": "2020-01-01T00:00:00Z"}, "schema": {"schema": "x"},
		"decision": {"decision": object{"effect": "allow"}}, "provenance": {"provenance": object{"actor": "gateway"}}, "masked": {"masked": 3},
		"approval": {"correlation": object{"approval": "apr_1"}}, "prompt": {"prompt": object{"recorded": true}}, "change": {"change": object{"object": "x"}},
	} {
		t.Run(name, func(t *testing.T) {
			bob.refused("POST", "/api/v1/audit/events", report(member), 400, "invalid")
		})
	}
	bob.refused("POST", "/api/v1/audit/events", strings.Repeat("x", 1<<20+1), 413, "too_large")
	if s.ledger.Seq() != before {
		t.Fatal("a part of a refused batch was recorded")
	}
	ada.call("POST", "/api/v1/audit/events", report(object{"session": "s1", "correlation": object{"decision": decision, "tool_use_id": "t-TodoWrite", "prompt_id": "p1"}}), 200, nil)
	page, err := s.ledger.Search(t.Context(), audit.Query{Type: "deploy.finished"})
	must(t, err)
	var e audit.Event
	must(t, json.Unmarshal(page.Events[0], &e))
	if e.Actor.User != "ada@acme.test" || e.Actor.Tier == "" || e.Correlation.Decision != decision || e.Provenance["outcome"] != "client" || e.Provenance["actor"] != "server" {
		t.Fatalf("%s", page.Events[0])
	}
}

// ownTypes are the documented types of events that only Ambit itself records.
func ownTypes(t *testing.T) []string {
	t.Helper()
	text, err := os.ReadFile("../../docs/audit-schema.md")
	must(t, err)
	_, table, _ := strings.Cut(string(text), "| type | phase | when |\n|---|---|---|\n")
	table, _, _ = strings.Cut(table, "\n\n")
	var types []string
	for line := range strings.Lines(table) {
		names, rest, _ := strings.Cut(strings.TrimPrefix(line, "| "), " | ")
		if phase, _, _ := strings.Cut(rest, " | "); phase != "admin" && phase != "integrity" {
			continue
		}
		for _, m := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(names, -1) {
			types = append(types, m[1])
		}
	}
	if len(types) < 50 {
		t.Fatalf("only %d types", len(types))
	}
	return types
}

func TestDamageThatIsFoundIsAlarmed(t *testing.T) {
	s := start(t)
	o := s.setUp()
	var kept struct{ Note string }
	o.call("POST", "/api/v1/audit/checkpoint", nil, 200, &kept)
	var report struct {
		OK       bool
		FirstBad int64 `json:"first_bad"`
	}
	o.call("POST", "/api/v1/audit/verify", object{"checkpoint": kept.Note}, 200, &report)
	if !report.OK || o.events("type=ledger.damaged") != 0 {
		t.Fatalf("%+v", report)
	}
	o.refused("POST", "/api/v1/audit/verify", object{"checkpoint": "x"}, 400, "invalid")
	s.alter("UPDATE ledger SET event = replace(event, 'olga', 'olaf') WHERE seq = 2")
	o.call("POST", "/api/v1/audit/verify", nil, 200, &report)
	if report.OK || report.FirstBad != 2 {
		t.Fatalf("%+v", report)
	}
	if o.events("type=ledger.damaged&phase=integrity") != 1 {
		t.Fatal("no alarm")
	}
}
