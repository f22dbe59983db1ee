package decision

import (
	"strconv"
	"strings"
	"testing"

	"ambit/policy"
)

// TestQuestionsAreBounded: what a session or the ledger keeps can't be filled by one request.
func TestQuestionsAreBounded(t *testing.T) {
	long := strings.Repeat("x", 70_000)
	groups := `"g0"`
	for i := 1; i <= maxGroups; i++ {
		groups += `,"g` + strconv.Itoa(i) + `"`
	}
	files := strings.Repeat(`{"path":"a"},`, maxFiles) + `{"path":"a"}`
	question := func(subject, action, resource, context string) string {
		return `{"subject":{"type":"user",` + subject + `},"action":{"name":"shell.exec","properties":{"command":"ok"` + action +
			`}},"resource":{"type":"repository","id":"r"` + resource + `},"context":{` + context + `}}`
	}
	for name, body := range map[string]string{
		"subject":  question(`"id":"`+long+`"`, "", "", ""),
		"groups":   question(`"id":"x","properties":{"groups":[`+groups+`]}`, "", "", ""),
		"group":    question(`"id":"x","properties":{"groups":["`+long+`"]}`, "", "", ""),
		"path":     question(`"id":"x"`, `,"path":"`+long+`"`, "", ""),
		"url":      question(`"id":"x"`, `,"url":"`+long+`"`, "", ""),
		"model":    question(`"id":"x"`, `,"model":"`+long+`"`, "", ""),
		"files":    question(`"id":"x"`, `,"files":[`+files+`]`, "", ""),
		"glob":     question(`"id":"x"`, `,"search":{"globs":["`+long+`"]}`, "", ""),
		"globs":    question(`"id":"x"`, `,"search":{"globs":[`+strings.Repeat(`"a",`, maxGlobs)+`"a"]}`, "", ""),
		"type":     question(`"id":"x"`, `,"search":{"type":"`+long+`"}`, "", ""),
		"resolved": question(`"id":"x"`, `,"files":[{"path":"a","resolved":"`+long+`"}]`, "", ""),
		"root":     question(`"id":"x"`, "", `,"properties":{"root":"`+long+`"}`, ""),
		"session":  question(`"id":"x"`, "", "", `"session_id":"`+long+`"`),
		"agent":    question(`"id":"x"`, "", "", `"agent":"`+long+`"`),
	} {
		w := newWorld(t)
		if status, answer, _ := w.post(t, "/access/v1/evaluation", body); status != 400 || strings.Contains(answer, `"decision":true`) || len(answer) > 500 {
			t.Errorf("%s: got %d %.200s", name, status, answer)
		}
		if n := len(w.ledger.all()); n != 0 || w.sessions.order.Len() != 0 {
			t.Errorf("%s: %d events, %d sessions", name, n, w.sessions.order.Len())
		}
	}
	for name, body := range map[string]string{
		"session":   bash(long, "t1", "ok"),
		"tool use":  bash("s1", long, "ok"),
		"tool name": `{"session_id":"s1","hook_event_name":"PostToolUse","cwd":"/r","tool_name":"` + long + `","tool_use_id":"t","tool_input":{}}`,
		"report":    `{"session_id":"` + long + `","hook_event_name":"Stop","cwd":"/r"}`,
	} {
		w := newHookWorld(t)
		if status, answer, _ := w.post(t, hookPath, body); status != 400 || len(w.ledger.all()) != 0 {
			t.Errorf("hook, %s: got %d %.200s", name, status, answer)
		}
	}
}

// TestUnknownPlatformIsRefused: by the rules of another system "C:\x" names a file in the working directory.
func TestUnknownPlatformIsRefused(t *testing.T) {
	for platform, want := range map[string]bool{"": true, "linux": true, "darwin": true, "windows": true, "Windows": false, "plan9": false} {
		w := newWorld(t)
		_, body, _ := w.post(t, "/access/v1/evaluation", `{"subject":{"type":"user","id":"x"},"action":{"name":"shell.exec","properties":{"command":"ok"}},
			"resource":{"type":"repository","id":"r","properties":{"platform":"`+platform+`"}}}`)
		if got := strings.Contains(body, `"decision":true`); got != want || len(w.ledger.all()) != 1 {
			t.Errorf("platform %q: %s", platform, body)
		}
	}
}

func TestLongArgumentsAreRecordedByDigest(t *testing.T) {
	long := strings.Repeat("x", 1<<20)
	for want, a := range map[string]policy.Action{
		`{"arguments_bytes":1048578,"arguments_sha256":"`: {Name: policy.ActionMCPCall, Arguments: []byte(`"` + long + `"`)},
		`{"input_bytes":1048578,"input_sha256":"`:         {Name: policy.ActionToolUse, Arguments: []byte(`"` + long + `"`)},
		`{"command_bytes":1048576,"command_sha256":"`:     {Name: policy.ActionShellExec, Command: long},
		`{"diff_bytes":1048576,"diff_sha256":"`:           {Name: policy.ActionFileWrite, Diff: long},
	} {
		if got := recordAction(&a); !strings.HasPrefix(string(got), want) || len(got) > 200 {
			t.Errorf("got %.200s, want %s", got, want)
		}
	}
}

// TestNobodyHasOthersSessionsForgotten: many sessions of one person push out only that person's own.
func TestNobodyHasOthersSessionsForgotten(t *testing.T) {
	s := newSessions(100)
	s.maxOwn = 10
	p := &fakePolicy{}
	enter := func(id, person, cwd string) string {
		r := policy.Resource{Cwd: cwd}
		if !s.enter(id, person, &r, p, 1) {
			t.Fatalf("session %s isn't %s's", id, person)
		}
		return r.Root
	}
	enter("ada-1", "ada", "/first")
	for i := range 500 {
		enter("mal-"+strconv.Itoa(i), "mallory", "/m")
	}
	if root := enter("ada-1", "ada", "/second"); root != "/first" {
		t.Errorf("the session's root moved to %s", root)
	}
	if len(s.byID) != 11 || s.order.Len() != 11 || len(s.own) != 2 {
		t.Errorf("%d sessions, %d in order, %d people", len(s.byID), s.order.Len(), len(s.own))
	}
}
