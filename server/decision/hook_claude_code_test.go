package decision

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ambit/audit"
	"ambit/policy"
	"ambit/server/caller"
)

func newHookWorld(t *testing.T) *world {
	t.Helper()
	w := newWorld(t)
	w.caller = &caller.Principal{Kind: caller.APIToken, ID: "tok_ada", Person: "ada@acme.test", Credential: "tok_ada", Scopes: []caller.Scope{caller.ScopeDecide}}
	return w
}

func bash(session, id, command string) string {
	return `{"session_id":"` + session + `","hook_event_name":"PreToolUse","cwd":"/r/api","prompt_id":"p1","tool_name":"Bash","tool_use_id":"` + id +
		`","tool_input":{"command":"` + command + `"}}`
}

const hookPath = "/hooks/claude-code"

// verdict reads the part of the answer that Claude Code obeys.
func verdict(t *testing.T, body string) string {
	t.Helper()
	var a struct {
		HookSpecificOutput *struct{ PermissionDecision, HookEventName string }
	}
	if err := json.Unmarshal([]byte(body), &a); err != nil {
		t.Fatalf("%v in %s", err, body)
	}
	if a.HookSpecificOutput == nil {
		return "none"
	}
	if a.HookSpecificOutput.PermissionDecision == "" {
		return "client"
	}
	return a.HookSpecificOutput.PermissionDecision
}

func TestHookDecidesRecordsAndAnswers(t *testing.T) {
	for command, want := range map[string]string{"ok": "client", "rm -rf x": "deny", "hold": "deny", "watch": "client"} {
		w := newHookWorld(t)
		status, body, _ := w.post(t, hookPath, bash("s1", "t1", command))
		if status != 200 || verdict(t, body) != want {
			t.Errorf("%s: got %d %s; want %s", command, status, body, want)
		}
		events := w.ledger.all()
		if len(events) != 1 || events[0].Correlation.ToolUseID != "t1" || events[0].Correlation.PromptID != "p1" || events[0].Actor.User != "ada@acme.test" ||
			events[0].Actor.Credential != "tok_ada" || events[0].Session != "s1" || events[0].Agent.Name != "claude-code" {
			t.Errorf("%s: events %+v", command, events)
		}
		if want == "deny" && !strings.Contains(body, events[0].Decision.ID) {
			t.Errorf("%s: the answer doesn't name the decision: %s", command, body)
		}
	}
}

// TestHookRefusesWhateverItCantDo ensures that no failure of ours reads like a permission: every status is an error, or the
// verdict is an explicit denial.
func TestHookRefusesWhateverItCantDo(t *testing.T) {
	for name, tc := range map[string]struct {
		body   string
		change func(*world)
		status int
		want   string
	}{
		"empty body":            {"", nil, 400, ""},
		"no JSON":               {"hello", nil, 400, ""},
		"no event":              {`{"session_id":"s"}`, nil, 400, ""},
		"no session":            {`{"hook_event_name":"PreToolUse"}`, nil, 400, ""},
		"ledger down":           {bash("s", "t", "ok"), func(w *world) { w.ledger.down = true }, 503, ""},
		"result, ledger down":   {`{"session_id":"s","hook_event_name":"PostToolUse","tool_name":"Bash","tool_use_id":"t","tool_input":{"command":"ls"},"tool_response":{}}`, func(w *world) { w.ledger.down = true }, 503, ""},
		"token without person":  {bash("s", "t", "ok"), func(w *world) { w.caller.Person = "" }, 403, ""},
		"no policy":             {bash("s", "t", "ok"), func(w *world) { w.Policy = func() (Policy, int64) { return nil, 0 } }, 200, "deny"},
		"person disabled":       {bash("s", "t", "ok"), func(w *world) { w.caller.Person = "gone@acme.test" }, 200, "deny"},
		"input of another type": {`{"session_id":"s","hook_event_name":"PreToolUse","tool_name":"Bash","tool_use_id":"t","tool_input":{"command":["ok"]}}`, nil, 200, "deny"},
		"unknown tool":          {`{"session_id":"s","hook_event_name":"PreToolUse","tool_name":"Teleport","tool_use_id":"t","tool_input":{}}`, nil, 200, "deny"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newHookWorld(t)
			if tc.change != nil {
				tc.change(w)
			}
			status, body, _ := w.post(t, hookPath, tc.body)
			if status != tc.status {
				t.Fatalf("got %d %s; want %d", status, body, tc.status)
			}
			if status == 200 {
				if got := verdict(t, body); got != tc.want {
					t.Errorf("got %s in %s; want %s", got, body, tc.want)
				}
				if len(w.ledger.all()) != 1 {
					t.Errorf("%d entries in the ledger", len(w.ledger.all()))
				}
			}
		})
	}
}

func TestHookUnknownToolIsToolUse(t *testing.T) {
	w := newHookWorld(t)
	w.post(t, hookPath, `{"session_id":"s","hook_event_name":"PreToolUse","tool_name":"Teleport","tool_use_id":"t","tool_input":{"to":"mars"}}`)
	if e := w.ledger.all()[0]; e.Type != "tool.use" || string(e.Action.Properties) != `{"name":"Teleport","input":{"to":"mars"}}` {
		t.Errorf("event %s %s", e.Type, e.Action.Properties)
	}
}

// TestHookRecordsWhatTheLedgerHasNoFormFor ensures that no arguments keep a decision, or a result, out of the ledger.
func TestHookRecordsWhatTheLedgerHasNoFormFor(t *testing.T) {
	for _, event := range []string{"PreToolUse", "PostToolUse"} {
		w := newHookWorld(t)
		w.ledger.odd = "1e999"
		call := func(tool string) (int, string) {
			status, body, _ := w.post(t, hookPath, `{"session_id":"s","hook_event_name":"`+event+`","tool_name":"`+tool+`","tool_use_id":"t","tool_input":{"to":1e999}}`)
			return status, body
		}
		if status, body := call("Teleport"); status != 200 || event == "PreToolUse" && verdict(t, body) != "deny" {
			t.Errorf("%s: got %d %s", event, status, body)
		}
		const want = `{"input_bytes":12,"input_sha256":"714f677bc7186221f16c71c5c0e816c98267f917b6ca2594f62f6ee7687bc2ec","name":"Teleport"}`
		if e := w.ledger.all()[0]; string(e.Action.Properties) != want {
			t.Errorf("%s: recorded %s", event, e.Action.Properties)
		}
		before := len(w.ledger.all())
		if status, _ := call("mcp__github__x"); status != 200 || !strings.Contains(string(w.ledger.all()[before].Action.Properties), `"arguments_bytes":12`) {
			t.Errorf("%s: MCP tool: %d", event, status)
		}
		w.ledger.odd = "Teleport"
		if status, _ := call("Teleport"); status != 400 {
			t.Errorf("%s: what is odd elsewhere: %d", event, status)
		}
	}
}

func TestHookUnknownEventBlocks(t *testing.T) {
	w := newHookWorld(t)
	status, body, _ := w.post(t, hookPath, `{"session_id":"s","hook_event_name":"BeforeTomorrow"}`)
	if status != 200 || !strings.Contains(body, `"decision":"block"`) {
		t.Errorf("got %d %s", status, body)
	}
}

func TestHookReportsNeverBlock(t *testing.T) {
	w := newHookWorld(t)
	w.post(t, hookPath, bash("s", "t1", "ok"))
	decision := w.ledger.all()[0].Decision.ID
	for _, body := range []string{
		`{"session_id":"s","hook_event_name":"PostToolUse","tool_name":"Bash","tool_use_id":"t1","tool_input":{"command":"ok"},"tool_response":{"stdout":"x","stderr":""}}`,
		`{"session_id":"s","hook_event_name":"Stop"}`,
		`{"session_id":"s","hook_event_name":"SessionStart","source":"startup"}`,
		`{"session_id":"s","hook_event_name":"SessionEnd","reason":"exit"}`,
	} {
		status, answer, _ := w.post(t, hookPath, body)
		if status != 200 || answer != "{}" {
			t.Errorf("%s: got %d %s", body, status, answer)
		}
	}
	events := w.ledger.all()
	if len(events) != 5 {
		t.Fatalf("%d events", len(events))
	}
	result := events[1]
	if result.Phase != "result" || result.Type != "shell.exec" || result.Decision != nil || result.Correlation.Decision != decision || result.Correlation.ToolUseID != "t1" {
		t.Errorf("result %+v %+v", result, result.Correlation)
	}
	if !strings.Contains(string(result.Outcome), `"exit":0`) {
		t.Errorf("outcome %s", result.Outcome)
	}
	if events[2].Phase != "lifecycle" || events[3].Type != "session.start" || events[4].Type != "session.end" {
		t.Errorf("lifecycle %+v", events[2:])
	}
}

// TestWhatRanAlthoughItShouldNotIsAnAlarm: a tool that ran although it was refused, or although nobody asked, is noticed.
func TestWhatRanAlthoughItShouldNotIsAnAlarm(t *testing.T) {
	post := func(event, toolUse string) string {
		return `{"session_id":"s","hook_event_name":"` + event + `","tool_name":"Bash","tool_use_id":"` + toolUse + `","tool_input":{"command":"x"},"tool_response":{}}`
	}
	for name, c := range map[string]struct {
		before, after string
		forget        bool
		alarm         string
	}{
		"allowed":              {bash("s", "t", "ok"), post("PostToolUse", "t"), false, ""},
		"refused":              {bash("s", "t", "no"), post("PostToolUse", "t"), false, "refused"},
		"held":                 {bash("s", "t", "hold"), post("PostToolUse", "t"), false, "refused"},
		"monitored":            {bash("s", "t", "watch"), post("PostToolUse", "t"), false, ""},
		"refused, and stopped": {bash("s", "t", "no"), post("PostToolUseFailure", "t"), false, ""},
		"never asked":          {bash("s", "t", "ok"), post("PostToolUse", "t2"), false, "unasked"},
		"refused long ago":     {bash("s", "t", "no"), post("PostToolUse", "t"), true, "refused"},
		"in another session":   {bash("s2", "t", "ok"), post("PostToolUse", "t"), false, "unasked"},
		"asked long ago":       {bash("s", "t", "ok"), post("PostToolUse", "t"), true, ""},
	} {
		t.Run(name, func(t *testing.T) {
			w := newHookWorld(t)
			w.post(t, hookPath, c.before)
			if c.forget {
				w.calls = newCalls(maxCalls)
			}
			if status, answer, _ := w.post(t, hookPath, c.after); status != 200 || answer != "{}" {
				t.Fatalf("answered %d %s", status, answer)
			}
			alarm := ""
			for _, e := range w.ledger.all() {
				if e.Type == "enforcement.failed" {
					var outcome struct{ Reason, Action string }
					if err := json.Unmarshal(e.Outcome, &outcome); err != nil || e.Phase != audit.PhaseIntegrity || e.Actor.User == "" || e.Session != "s" || outcome.Action != "shell.exec" {
						t.Errorf("alarm %+v, %v", e, err)
					}
					alarm = outcome.Reason
				}
			}
			if alarm != c.alarm {
				t.Errorf("alarm %q, want %q", alarm, c.alarm)
			}
			if alarm != "" && !slices.Equal(w.ledger.together, []int{2}) {
				t.Errorf("result and alarm are recorded apart: %v", w.ledger.together)
			}
		})
	}
}

// TestSilentSessionIsAnAlarm: calls that may run and never have a result are told of once.
func TestSilentSessionIsAnAlarm(t *testing.T) {
	w := newHookWorld(t)
	calls := 0
	ask := func(n int, command string) {
		t.Helper()
		for range n {
			calls++
			w.post(t, hookPath, bash("s", "t"+strconv.Itoa(calls), command))
		}
	}
	report := func() {
		t.Helper()
		w.post(t, hookPath, `{"session_id":"s","hook_event_name":"PostToolUse","tool_name":"Bash","tool_use_id":"t`+strconv.Itoa(calls)+`","tool_input":{"command":"ok"},"tool_response":{}}`)
	}
	alarms := func() (list []audit.Event) {
		for _, e := range w.ledger.all() {
			if e.Type == "hook.silent" {
				list = append(list, e)
			}
		}
		return list
	}
	ask(silentAfter-1, "ok")
	report()
	ask(2*silentAfter, "no") // what is refused has no result
	ask(silentAfter-1, "ok")
	if got := alarms(); len(got) != 0 {
		t.Fatalf("too early: %+v", got)
	}
	ask(1, "watch")
	ask(2*silentAfter, "ok")
	got := alarms()
	if len(got) != 1 {
		t.Fatalf("%d alarms", len(got))
	}
	e := got[0]
	if e.Phase != audit.PhaseIntegrity || e.Session != "s" || e.Actor.User == "" || string(e.Outcome) != `{"calls":50}` || e.Correlation.ToolUseID == "" {
		t.Errorf("%+v %s", e, e.Outcome)
	}
}

// TestSessionIsFixedAtFirstSight ensures that an agent that moves takes $REPO nowhere, and that nobody speaks in another's session.
func TestSessionIsFixedAtFirstSight(t *testing.T) {
	w := newHookWorld(t)
	w.post(t, hookPath, bash("s1", "t1", "ok"))
	w.post(t, hookPath, strings.Replace(bash("s1", "t2", "ok"), "/r/api", "/etc", 1))
	if got := w.policy.last(t).Resource; got.Root != "/r/api" || got.Cwd != "/etc" {
		t.Errorf("after cd: root %q, cwd %q", got.Root, got.Cwd)
	}
	w.caller.Person = "eve@acme.test"
	_, body, _ := w.post(t, hookPath, bash("s1", "t3", "ok"))
	if verdict(t, body) != "deny" {
		t.Errorf("another person in the session: %s", body)
	}
	_, body, _ = w.post(t, hookPath, bash("s2", "t4", "ok"))
	if verdict(t, body) != "client" {
		t.Errorf("their own session: %s", body)
	}
}

// TestSessionKeepsItsPlaces ensures that repository, home and temporary folder count as they were first reported, and that what has
// changed since is unknown.
func TestSessionKeepsItsPlaces(t *testing.T) {
	first := policy.Resource{Repository: "github.com/acme/payments", Home: "/home/ada", ResolvedHome: "/data/ada", Tmp: "/tmp", ResolvedTmp: "/data/tmp"}
	for name, c := range map[string]struct{ change, want func(*policy.Resource) }{
		"the same":       {func(*policy.Resource) {}, func(*policy.Resource) {}},
		"repository":     {func(r *policy.Resource) { r.Repository = "github.com/acme/app" }, func(r *policy.Resource) { r.Repository = "" }},
		"no repository":  {func(r *policy.Resource) { r.Repository = policy.NoRepository }, func(r *policy.Resource) { r.Repository = "" }},
		"home":           {func(r *policy.Resource) { r.Home = "/opt" }, func(r *policy.Resource) { r.Home, r.ResolvedHome = "", "" }},
		"tmp":            {func(r *policy.Resource) { r.Tmp = "/opt" }, func(r *policy.Resource) { r.Tmp, r.ResolvedTmp = "", "" }},
		"link of tmp":    {func(r *policy.Resource) { r.ResolvedTmp = "/opt" }, func(*policy.Resource) {}},
		"link of home":   {func(r *policy.Resource) { r.ResolvedHome = "" }, func(*policy.Resource) {}},
		"nothing at all": {func(r *policy.Resource) { *r = policy.Resource{} }, func(r *policy.Resource) { *r = policy.Resource{} }},
	} {
		s := newSessions(2)
		r := first
		s.enter("s", "ada", &r, &fakePolicy{}, 1)
		if diff := cmp.Diff(first, r); diff != "" {
			t.Errorf("%s: the first request (-want +got):\n%s", name, diff)
		}
		r = first
		c.change(&r)
		s.enter("s", "ada", &r, &fakePolicy{}, 1)
		want := first
		c.want(&want)
		if diff := cmp.Diff(want, r); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestSessionMemoryIsBounded(t *testing.T) {
	w := newHookWorld(t)
	w.sessions = newSessions(2)
	w.post(t, hookPath, bash("a", "t", "ok"))
	w.post(t, hookPath, bash("b", "t", "ok"))
	w.post(t, hookPath, bash("a", "t", "ok"))
	w.post(t, hookPath, bash("c", "t", "ok"))
	if _, kept := w.sessions.byID["a"]; !kept || len(w.sessions.byID) != 2 || w.sessions.order.Len() != 2 {
		t.Errorf("kept %v", w.sessions.byID)
	}
}

func TestCallsForgetTheOldest(t *testing.T) {
	c := newCalls(4)
	for _, id := range []string{"1", "2", "3", "4", "5"} {
		c.put(call{"s", id}, decided{id: "dec_" + id})
	}
	of := func(id string) string {
		d, _ := c.get(call{"s", id})
		return d.id
	}
	if of("5") != "dec_5" || of("4") != "dec_4" || of("1") != "" {
		t.Errorf("now %v, old %v", c.now, c.old)
	}
}

func TestPromptGoesToTheVaultOnly(t *testing.T) {
	w := newHookWorld(t)
	w.post(t, hookPath, `{"session_id":"s","hook_event_name":"UserPromptSubmit","prompt":"my secret plan","prompt_id":"p9"}`)
	e := w.ledger.all()[0]
	if e.Type != "prompt.submit" || e.PromptText != "my secret plan" || strings.Contains(string(e.Action.Properties), "secret") {
		t.Errorf("event %+v %s", e, e.Action.Properties)
	}
}
