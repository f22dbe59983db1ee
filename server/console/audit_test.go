package console_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"ambit/audit"
	"ambit/db"
	"ambit/server/caller"
)

func (s *stack) publish(source string) {
	s.t.Helper()
	by := &caller.Principal{Kind: caller.Local, Name: "root"}
	if _, problems, err := s.policies.Publish(s.t.Context(), by, source, "test", -1); err != nil {
		s.t.Fatal(err, problems)
	}
}

func use(tool string) object {
	return object{
		"subject": object{"type": "user", "id": "ada@acme.test"}, "action": object{"name": "tool.use", "properties": object{"name": tool}},
		"resource": object{"type": "repository", "id": "github.com/acme/app"},
		"context":  object{"agent": "claude-code/2.1.330", "session_id": "s1", "tool_use_id": "t-" + tool, "prompt_id": "p1", "prompt": "please use " + tool},
	}
}

// decide asks for a decision as an agent does, and gives its id.
func (c *client) decide(request object) string {
	c.t.Helper()
	resp := c.send("POST", "/access/v1/evaluation", request)
	defer resp.Body.Close()
	var answer struct{ Context struct{ ID string } }
	must(c.t, json.NewDecoder(resp.Body).Decode(&answer))
	if answer.Context.ID == "" {
		c.t.Fatalf("no decision: %d", resp.StatusCode)
	}
	return answer.Context.ID
}

func TestSearchDetailAndPrompt(t *testing.T) {
	s := start(t)
	o := s.setUp()
	s.publish(acme)
	agent := s.script(caller.ScopeDecide, caller.ScopeAuditWrite)
	allowed, denied := agent.decide(use("TodoWrite")), agent.decide(use("Teleport"))
	var page struct {
		Events []audit.Event
		Next   int64
	}
	o.call("GET", "/api/v1/audit/events?effect=deny", nil, 200, &page)
	if len(page.Events) != 1 || page.Events[0].Decision.ID != denied {
		t.Fatalf("denied: %+v", page.Events)
	}
	o.call("GET", "/api/v1/audit/events?limit=1&phase=decision", nil, 200, &page)
	if len(page.Events) != 1 || page.Next == 0 {
		t.Fatalf("first page: %d events, next %d", len(page.Events), page.Next)
	}
	o.call("GET", fmt.Sprintf("/api/v1/audit/events?limit=1&phase=decision&before=%d", page.Next), nil, 200, &page)
	if page.Events[0].Decision.ID != allowed {
		t.Fatalf("second page: %+v", page.Events)
	}
	for _, bad := range []string{"effect=maybe", "phase=x", "limit=0", "limit=501", "before=-1", "since=yesterday", "since=2026-11-22T00:00:00Z&until=2026-11-21T00:00:00Z", "q=" + strings.Repeat("a", 501)} {
		o.refused("GET", "/api/v1/audit/events?"+bad, nil, 400, "invalid")
	}

	agent.call("POST", "/api/v1/audit/events", object{"events": []object{
		{"client_id": "1", "type": "tool.use", "correlation": object{"tool_use_id": "t-TodoWrite", "decision": allowed}, "outcome": object{"exit": 0}},
	}}, 200, nil)
	var detail struct {
		Event   audit.Event
		Related []audit.Event
		Prompt  struct{ Recorded, Readable bool }
	}
	o.call("GET", "/api/v1/audit/events/"+allowed, nil, 200, &detail)
	if detail.Event.Decision.ID != allowed || len(detail.Related) == 0 || detail.Related[0].Phase != audit.PhaseResult || !detail.Prompt.Recorded || !detail.Prompt.Readable {
		t.Fatalf("detail: %+v", detail)
	}
	var prompt struct{ Text string }
	o.call("POST", "/api/v1/audit/events/"+detail.Event.ID+"/prompt", nil, 200, &prompt)
	if prompt.Text != "please use TodoWrite" {
		t.Fatalf("prompt %q", prompt.Text)
	}
	o.call("GET", "/api/v1/audit/events?type=prompt.read", nil, 200, &page)
	if len(page.Events) != 1 || page.Events[0].Actor.User != email || page.Events[0].Change.ID != detail.Event.ID {
		t.Fatalf("reading a prompt left %+v", page.Events)
	}
	o.refused("GET", "/api/v1/audit/events/evt_none", nil, 404, "not_found")
	o.refused("POST", "/api/v1/audit/events/evt_none/prompt", nil, 404, "not_found")
}

func TestReportsAreRecordedOnceAndOnlyForOneself(t *testing.T) {
	s := start(t)
	s.setUp()
	ada := s.scriptOf("ada@acme.test", caller.ScopeAuditWrite)
	batch := object{"events": []object{
		{"client_id": "a", "type": "shell.exec", "user": "Ada@acme.test", "outcome": object{"exit": 1, "note": "first"}},
		{"client_id": "b", "type": "deploy.finished", "phase": "lifecycle"},
		{"client_id": "a", "type": "shell.exec", "outcome": object{"exit": 2}},
	}}
	var answer struct {
		Recorded, Duplicates int
		Events               []struct{ Status, ID string }
	}
	ada.call("POST", "/api/v1/audit/events", batch, 200, &answer)
	if answer.Recorded != 2 || answer.Duplicates != 1 || answer.Events[0].ID == "" || answer.Events[2].Status != "duplicate" {
		t.Fatalf("first: %+v", answer)
	}
	ada.call("POST", "/api/v1/audit/events", batch, 200, &answer)
	if answer.Recorded != 0 || answer.Duplicates != 3 {
		t.Fatalf("repeat: %+v", answer)
	}
	page, err := s.ledger.Search(t.Context(), audit.Query{Person: "ada@acme.test"})
	must(t, err)
	if len(page.Events) != 2 {
		t.Fatalf("%d events recorded, want 2", len(page.Events))
	}
	before := s.ledger.Seq()
	for name, report := range map[string]object{
		"another person": {"client_id": "c", "type": "shell.exec", "user": "bob@acme.test"},
	} {
		t.Run(name, func(t *testing.T) {
			ada.refused("POST", "/api/v1/audit/events", object{"events": []object{report}}, 403, "forbidden")
		})
	}
	for name, report := range map[string]object{
		"own type":        {"client_id": "c", "type": "policy.published"},
		"own word":        {"client_id": "c", "type": "decision.made"},
		"own action":      {"client_id": "c", "type": "shell.exec", "action": object{"name": "Policy.published"}},
		"no dot":          {"client_id": "c", "type": "deploy"},
		"a decision":      {"client_id": "c", "type": "shell.exec", "phase": "decision"},
		"unknown member":  {"client_id": "c", "type": "shell.exec", "seq": 1},
		"no id":           {"type": "shell.exec"},
		"outcome no map":  {"client_id": "c", "type": "shell.exec", "outcome": 7},
		"number too big":  {"client_id": "c", "type": "shell.exec", "outcome": json.RawMessage(`{"n":1e999}`)},
		"long session id": {"client_id": "c", "type": "shell.exec", "session": strings.Repeat("x", 257)},
	} {
		t.Run(name, func(t *testing.T) {
			ada.refused("POST", "/api/v1/audit/events", object{"events": []object{report}}, 400, "invalid")
		})
	}
	ada.refused("POST", "/api/v1/audit/events", object{"events": []object{{"client_id": "c", "type": "a.b", "outcome": object{"x": strings.Repeat("x", 33<<10)}}}}, 413, "too_large")
	ada.refused("POST", "/api/v1/audit/events", object{"events": []object{}}, 400, "invalid")
	many := make([]object, 101)
	for i := range many {
		many[i] = object{"client_id": fmt.Sprint(i), "type": "a.b"}
	}
	ada.refused("POST", "/api/v1/audit/events", object{"events": many}, 400, "invalid")
	if s.ledger.Seq() != before {
		t.Fatal("a refused report was recorded")
	}
	s.script(caller.ScopeDecide).refused("POST", "/api/v1/audit/events", batch, 403, "forbidden")

	// A token bound to nobody can't pass for a person by its name.
	local := &caller.Principal{Kind: caller.Local, Name: "root", Roles: []caller.Role{caller.Owner}}
	_, secret, err := s.identity.CreateToken(t.Context(), local, caller.NewToken{Name: "ada@acme.test", Scopes: []caller.Scope{caller.ScopeAuditWrite}})
	must(t, err)
	posing := &client{stack: s, http: s.browser().http, token: secret}
	posing.call("POST", "/api/v1/audit/events", object{"events": []object{{"client_id": "1", "type": "a.b"}}}, 200, nil)
	if page, err = s.ledger.Search(t.Context(), audit.Query{Person: "ada@acme.test"}); err != nil || len(page.Events) != 2 {
		t.Fatalf("%d events of Ada, %v", len(page.Events), err)
	}
}

func TestExportIsWholeAndInOrder(t *testing.T) {
	s := start(t)
	s.setUp()
	s.publish(acme)
	agent := s.script(caller.ScopeDecide, caller.ScopeAuditRead)
	for range 20 {
		agent.decide(use("TodoWrite"))
	}
	resp := agent.send("GET", "/api/v1/audit/export", nil)
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	must(t, err)
	last := int64(0)
	for line := range bytes.Lines(raw) {
		var e audit.Event
		must(t, json.Unmarshal(line, &e))
		if e.Seq != last+1 {
			t.Fatalf("seq %d after %d", e.Seq, last)
		}
		last = e.Seq
	}
	if last != s.ledger.Seq() {
		t.Fatalf("the export ends at %d of %d", last, s.ledger.Seq())
	}
}

// lines reads a stream of server-sent events: one string per event, its lines joined by newlines.
func frames(r io.Reader) <-chan string {
	out := make(chan string, 64)
	go func() {
		defer close(out)
		var frame []string
		for in := bufio.NewScanner(r); in.Scan(); {
			if in.Text() != "" {
				frame = append(frame, in.Text())
				continue
			}
			if text := strings.Join(frame, "\n"); !strings.HasPrefix(text, ":") {
				out <- text
			}
			frame = nil
		}
	}()
	return out
}

func next(t *testing.T, frames <-chan string) string {
	t.Helper()
	select {
	case f, open := <-frames:
		if !open {
			t.Fatal("the stream ended")
		}
		return f
	case <-time.After(5 * time.Second): // a bound on failure, not a wait: the event is there within milliseconds
		t.Fatal("no event came")
		return ""
	}
}

func TestTailShowsNewEventsAndCatchesUp(t *testing.T) {
	s := start(t)
	o := s.setUp()
	s.publish(acme)
	agent := s.script(caller.ScopeDecide)
	resp := o.send("GET", "/api/v1/audit/tail?phase=decision", nil)
	defer resp.Body.Close()
	if typ := resp.Header.Get("Content-Type"); typ != "text/event-stream" {
		t.Fatalf("content type %q", typ)
	}
	stream := frames(resp.Body)
	first := agent.decide(use("TodoWrite"))
	f := next(t, stream)
	if !strings.HasPrefix(f, "event: audit\nid: ") || !strings.Contains(f, first) {
		t.Fatalf("first event %q", f)
	}
	_, id, _ := strings.Cut(strings.Split(f, "\n")[1], ": ")
	resp.Body.Close()

	missed := agent.decide(use("Teleport"))
	o.extra.Set("Last-Event-ID", id)
	again := o.send("GET", "/api/v1/audit/tail?phase=decision", nil)
	defer again.Body.Close()
	stream = frames(again.Body)
	if f := next(t, stream); !strings.Contains(f, missed) || strings.Contains(f, first) {
		t.Fatalf("after coming back: %q", f)
	}
	live := agent.decide(use("TodoWrite"))
	if f := next(t, stream); !strings.Contains(f, live) {
		t.Fatalf("then: %q", f)
	}
	// Whoever signs out hears nothing more.
	o.extra.Del("Last-Event-ID")
	o.call("POST", "/api/v1/sign-out", nil, 204, nil)
	for deadline := time.Now().Add(5 * time.Second); ; {
		agent.decide(use("TodoWrite"))
		select {
		case _, open := <-stream:
			if !open {
				return
			}
		case <-time.After(time.Until(deadline)):
			t.Fatal("the stream goes on after signing out")
		}
	}
}

// fill records n events that nobody looks for.
func (s *stack) fill(n int) {
	s.t.Helper()
	by := audit.Actor{User: "filler@acme.test"}
	must(s.t, s.ledger.Commit(s.t.Context(), func(*db.Tx) ([]*audit.Event, error) {
		events := make([]*audit.Event, n)
		for i := range events {
			events[i] = &audit.Event{Type: "session.ended", Phase: audit.PhaseLifecycle, Actor: by}
		}
		return events, nil
	}))
}

// TestTailGoesOnFromTheHeadOfASearch guards against a page that loads itself over and over: what a rare filter found last
// lies further back than the tail catches up.
func TestTailGoesOnFromTheHeadOfASearch(t *testing.T) {
	s := start(t)
	o := s.setUp()
	s.publish(acme)
	agent := s.script(caller.ScopeDecide)
	agent.decide(use("Teleport"))
	s.fill(5200)
	for _, tc := range []struct {
		name, filter, tool string
		found              int
	}{
		{"rare", "effect=deny", "Levitate", 1},
		{"empty", "q=Conjure", "Conjure", 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var page struct {
				Events []audit.Event
				Head   int64
			}
			o.call("GET", "/api/v1/audit/events?"+tc.filter, nil, 200, &page)
			if len(page.Events) != tc.found || page.Head != s.ledger.Seq() {
				t.Fatalf("%d events, head %d of %d", len(page.Events), page.Head, s.ledger.Seq())
			}
			resp := o.send("GET", fmt.Sprintf("/api/v1/audit/tail?after=%d&%s", page.Head, tc.filter), nil)
			defer resp.Body.Close()
			wanted := agent.decide(use(tc.tool))
			if f := next(t, frames(resp.Body)); !strings.HasPrefix(f, "event: audit\n") || !strings.Contains(f, wanted) {
				t.Fatalf("first came %q", f)
			}
		})
	}
}

func TestTailFollowsTheFullTextToo(t *testing.T) {
	s := start(t)
	o := s.setUp()
	s.publish(acme)
	agent := s.script(caller.ScopeDecide)
	for _, q := range []string{"Teleport", "tele*", "%22Teleport%22", "teleport&effect=deny"} {
		resp := o.send("GET", "/api/v1/audit/tail?phase=decision&q="+q, nil)
		agent.decide(use("TodoWrite"))
		wanted := agent.decide(use("Teleport"))
		if f := next(t, frames(resp.Body)); !strings.Contains(f, wanted) {
			t.Errorf("q=%s: first came %q", q, f)
		}
		resp.Body.Close()
	}
}

func TestTailSaysHowFarItHasCome(t *testing.T) {
	s := start(t)
	o := s.setUp()
	s.fill(10)
	resp := o.send("GET", "/api/v1/audit/tail?effect=hold&after=0", nil)
	defer resp.Body.Close()
	in := bufio.NewReader(resp.Body)
	for _, want := range []string{": still here\n", fmt.Sprintf("id: %d\n", s.ledger.Seq())} {
		line, err := in.ReadString('\n')
		must(t, err)
		if line != want {
			t.Fatalf("the first lines have %q, want %q", line, want)
		}
	}
}

func TestTailRefusesWhatIsNoPlace(t *testing.T) {
	s := start(t)
	o := s.setUp()
	o.extra.Set("Last-Event-ID", "x")
	o.refused("GET", "/api/v1/audit/tail", nil, 400, "invalid")
}

func TestSummaryCheckpointVerifyStatus(t *testing.T) {
	s := start(t)
	o := s.setUp()
	s.publish(acme)
	agent := s.script(caller.ScopeDecide)
	agent.decide(use("TodoWrite"))
	agent.decide(use("Teleport"))
	var sum struct {
		Decisions int64
		ByEffect  []struct{ Key string } `json:"by_effect"`
		Histogram []struct{ Allow, Deny int64 }
	}
	// The roll-up follows the ledger in the background.
	for deadline := time.Now().Add(5 * time.Second); sum.Decisions < 2 && time.Now().Before(deadline); {
		o.call("GET", "/api/v1/audit/summary", nil, 200, &sum)
	}
	if sum.Decisions != 2 || len(sum.ByEffect) != 2 || len(sum.Histogram) < 80 || len(sum.Histogram) > 97 {
		t.Fatalf("summary: %d decisions, %d buckets, %v", sum.Decisions, len(sum.Histogram), sum.ByEffect)
	}
	var filtered struct {
		Decisions int64
		Complete  bool
	}
	o.call("GET", "/api/v1/audit/summary?q=Teleport", nil, 200, &filtered)
	if filtered.Decisions != 1 || !filtered.Complete {
		t.Fatalf("summary of a search: %+v", filtered)
	}
	o.refused("GET", "/api/v1/audit/summary?since=2020-01-01T00:00:00Z", nil, 400, "invalid")
	o.call("GET", "/api/v1/audit/checkpoint", nil, 200, nil)
	var report struct {
		OK      bool
		Entries int64
	}
	o.call("POST", "/api/v1/audit/verify", nil, 200, &report)
	if !report.OK || report.Entries != s.ledger.Seq() {
		t.Fatalf("verify: %+v of %d", report, s.ledger.Seq())
	}
	var now struct{ Running bool }
	if o.call("GET", "/api/v1/audit/verify", nil, 200, &now); now.Running {
		t.Error("a check that has ended is said to run")
	}
	var status struct {
		Ledger struct{ Healthy bool }
		Checks []struct{ OK bool }
	}
	o.call("GET", "/api/v1/status", nil, 200, &status)
	if !status.Ledger.Healthy || len(status.Checks) != 2 || !status.Checks[1].OK {
		t.Fatalf("status: %+v", status)
	}
}
