package decision

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ambit/policy"
	"ambit/server/caller"
)

func (w *world) post(t *testing.T, path, body string, headers ...string) (int, string, map[string]string) {
	t.Helper()
	req := httptest.NewRequest(http.MethodPost, path, strings.NewReader(body))
	req.Header.Set("Content-Type", "application/json")
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	resp, err := w.app.Test(req, -1)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(text), map[string]string{"X-Request-ID": resp.Header.Get("X-Request-ID")}
}

const (
	ada  = `"subject":{"type":"user","id":"ada@acme.test"}`
	repo = `"resource":{"type":"repository","id":"github.com/acme/app","properties":{"root":"/r","cwd":"/r/api"}}`
)

func run(command string) string {
	return `"action":{"name":"shell.exec","properties":{"command":"` + command + `"}}`
}

// TestEvaluationRequests walks what the AuthZEN Authorization API 1.0 says about single requests.
func TestEvaluationRequests(t *testing.T) {
	for name, tc := range map[string]struct {
		body   string
		status int
		want   string // part of the answer
	}{
		"allowed":                 {`{` + ada + `,` + run("ok") + `,` + repo + `}`, 200, `"decision":true`},
		"a denial is 200":         {`{` + ada + `,` + run("rm") + `,` + repo + `}`, 200, `"decision":false`},
		"monitored is permitted":  {`{` + ada + `,` + run("watch") + `,` + repo + `}`, 200, `"decision":true,"context":{"id":"dec_1","effect":"deny","enforced":false`},
		"held is refused":         {`{` + ada + `,` + run("hold") + `,` + repo + `}`, 200, `later version`},
		"unknown fields ignored":  {`{` + ada + `,` + run("ok") + `,` + repo + `,"foo":{"bar":[1]},"options":{}}`, 200, `"decision":true`},
		"null properties":         {`{"subject":{"type":"user","id":"a","properties":null},` + run("ok") + `,` + repo + `,"context":null}`, 200, `"decision":true`},
		"unknown subject type":    {`{"subject":{"type":"robot","id":"a"},` + run("ok") + `,` + repo + `}`, 200, `"decision":false`},
		"disabled person":         {`{"subject":{"type":"user","id":"Gone@acme.test"},` + run("ok") + `,` + repo + `}`, 200, `is disabled`},
		"empty body":              {``, 400, "empty"},
		"not an object":           {`[]`, 400, "expected an object"},
		"broken JSON":             {`{"subject":`, 400, "too early"},
		"two answers in one":      {`{` + ada + `,` + run("ok") + `,` + repo + `}{}`, 400, "goes on"},
		"member twice":            {`{` + ada + `,` + ada + `,` + run("ok") + `,` + repo + `}`, 400, "twice"},
		"no subject":              {`{` + run("ok") + `,` + repo + `}`, 400, "subject is missing"},
		"no subject type":         {`{"subject":{"id":"a"},` + run("ok") + `,` + repo + `}`, 400, "subject.type is missing"},
		"no subject id":           {`{"subject":{"type":"user"},` + run("ok") + `,` + repo + `}`, 400, "subject.id is missing"},
		"no action":               {`{` + ada + `,` + repo + `}`, 400, "action is missing"},
		"no action name":          {`{` + ada + `,"action":{},` + repo + `}`, 400, "action.name is missing"},
		"no resource":             {`{` + ada + `,` + run("ok") + `}`, 400, "resource is missing"},
		"no resource type":        {`{` + ada + `,` + run("ok") + `,"resource":{"id":"x"}}`, 400, "resource.type is missing"},
		"mistyped subject":        {`{"subject":"ada",` + run("ok") + `,` + repo + `}`, 400, "subject: expected an object"},
		"mistyped id":             {`{"subject":{"type":"user","id":7},` + run("ok") + `,` + repo + `}`, 400, "subject.id: expected a string"},
		"mistyped action name":    {`{` + ada + `,"action":{"name":true},` + repo + `}`, 400, "action.name: expected a string"},
		"mistyped properties":     {`{` + ada + `,"action":{"name":"shell.exec","properties":[]},` + repo + `}`, 400, "action.properties: expected an object"},
		"mistyped command":        {`{` + ada + `,"action":{"name":"shell.exec","properties":{"command":["ls"]}},` + repo + `}`, 400, "action.properties.command: expected a string"},
		"mistyped groups":         {`{"subject":{"type":"user","id":"a","properties":{"groups":"x"}},` + run("ok") + `,` + repo + `}`, 400, "subject.properties.groups: expected an array"},
		"mistyped context":        {`{` + ada + `,` + run("ok") + `,` + repo + `,"context":"x"}`, 400, "context: expected an object"},
		"mistyped resource":       {`{` + ada + `,` + run("ok") + `,"resource":[]}`, 400, "resource: expected an object"},
		"unknown purpose":         {`{` + ada + `,` + run("ok") + `,` + repo + `,"context":{"purpose":"fun"}}`, 400, "context.purpose"},
		"invalid Unicode refused": {`{` + ada + `,"action":{"name":"shell.exec","properties":{"command":"\ud800"}},` + repo + `}`, 400, "surrogate"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			status, body, _ := w.post(t, "/access/v1/evaluation", tc.body)
			if status != tc.status || !strings.Contains(body, tc.want) {
				t.Fatalf("got %d %s; want %d with %q", status, body, tc.status, tc.want)
			}
			if recorded := len(w.ledger.all()); (status == 200) != (recorded == 1) {
				t.Errorf("%d entries in the ledger after status %d", recorded, status)
			}
			if status == 200 && !json.Valid([]byte(body)) {
				t.Errorf("the answer is no JSON: %s", body)
			}
		})
	}
}

func TestEvaluationNeedsJSONAndEchoesRequestID(t *testing.T) {
	w := newWorld(t)
	body := `{` + ada + `,` + run("ok") + `,` + repo + `}`
	if status, _, _ := w.post(t, "/access/v1/evaluation", body, "Content-Type", "text/plain"); status != 400 {
		t.Errorf("text/plain: got %d, want 400", status)
	}
	status, _, headers := w.post(t, "/access/v1/evaluation", body, "Content-Type", "application/json; charset=utf-8", "X-Request-ID", "abc-1")
	if status != 200 || headers["X-Request-ID"] != "abc-1" {
		t.Errorf("got %d and X-Request-ID %q", status, headers["X-Request-ID"])
	}
	if e := w.ledger.all()[0]; e.Correlation == nil || e.Correlation.Request != "abc-1" {
		t.Errorf("the request id is not in the ledger: %+v", e.Correlation)
	}
}

func TestEventHoldsEveryFact(t *testing.T) {
	w := newWorld(t)
	w.post(t, "/access/v1/evaluation", `{"subject":{"type":"user","id":"Ada@acme.test","properties":{"groups":["admins"]}},`+run("rm -rf /")+`,`+repo+`,
		"context":{"agent":"claude-code/2.1.330","agent_id":"sub1","session_id":"s1","tool_use_id":"t1","prompt_id":"p1","prompt":"clean up"}}`)
	e := w.ledger.all()[0]
	if e.Actor.User != "ada@acme.test" || !cmp.Equal(e.Actor.Groups, []string{"engineers"}) || e.AskedBy != "tok_1" || e.Actor.Credential != "" {
		t.Errorf("actor %+v, asked by %q: the directory's groups must win over the claimed ones", e.Actor, e.AskedBy)
	}
	if e.Type != "shell.exec" || e.Phase != "decision" || e.Session != "s1" || e.Repository != "github.com/acme/app" || e.Cwd != "/r/api" || e.Purpose != "enforce" {
		t.Errorf("event %+v", e)
	}
	if e.Agent == nil || e.Agent.Name != "claude-code" || e.Agent.Version != "2.1.330" || e.Agent.ID != "sub1" {
		t.Errorf("agent %+v", e.Agent)
	}
	if e.Correlation.ToolUseID != "t1" || e.Correlation.PromptID != "p1" || e.PromptText != "clean up" {
		t.Errorf("correlation %+v, prompt %q", e.Correlation, e.PromptText)
	}
	if got := string(e.Action.Properties); got != `{"command":"rm -rf /"}` {
		t.Errorf("properties %s", got)
	}
	if e.Decision.ID != "dec_1" || e.Decision.PolicyVersion != 7 || e.Decision.Effect != policy.Deny || len(e.Decision.Findings) != 1 {
		t.Errorf("decision %+v", e.Decision)
	}
	if e.Provenance["actor"] != byServer || e.Provenance["groups"] != byServer || e.Provenance["repository"] != byClient {
		t.Errorf("provenance %v", e.Provenance)
	}
}

func TestUnknownPersonHasOnlyTheClaimedGroups(t *testing.T) {
	w := newWorld(t)
	w.post(t, "/access/v1/evaluation", `{"subject":{"type":"user","id":"eve@x.test","properties":{"groups":["staff"]}},`+run("ok")+`,`+repo+`}`)
	if s := w.policy.last(t).Subject; !cmp.Equal(s.Groups, []string{"staff"}) || !s.GroupsKnown {
		t.Errorf("subject %+v", s)
	}
	w.post(t, "/access/v1/evaluation", `{"subject":{"type":"user","id":"eve@x.test","properties":{"groups":null}},`+run("ok")+`,`+repo+`}`)
	if s := w.policy.last(t).Subject; !s.GroupsKnown || len(s.Groups) != 0 {
		t.Errorf("somebody unknown without groups is in none: %+v", s)
	}
	if p := w.ledger.all()[0].Provenance; p["groups"] != byClient || p["actor"] != byClient {
		t.Errorf("provenance %v", p)
	}
}

func TestBoundTokenAsksOnlyAboutItsPerson(t *testing.T) {
	w := newWorld(t)
	w.caller = &caller.Principal{Kind: caller.APIToken, Person: "ada@acme.test", Credential: "tok_2", Scopes: []caller.Scope{caller.ScopeDecide}}
	if status, body, _ := w.post(t, "/access/v1/evaluation", `{"subject":{"type":"user","id":"bob@acme.test"},`+run("ok")+`,`+repo+`}`); status != 403 {
		t.Errorf("about another person: got %d %s", status, body)
	}
	if status, _, _ := w.post(t, "/access/v1/evaluation", `{"subject":{"type":"user","id":"ADA@acme.test"},`+run("ok")+`,`+repo+`}`); status != 200 {
		t.Errorf("about its own person in other case: got %d", status)
	}
	if e := w.ledger.all(); len(e) != 1 || e[0].Actor.Credential != "tok_2" || e[0].AskedBy != "" {
		t.Errorf("events %+v", e)
	}
}

func TestNothingIsAnsweredThatCantBeRecorded(t *testing.T) {
	w := newWorld(t)
	w.ledger.down = true
	body := `{` + ada + `,` + run("ok") + `,` + repo + `}`
	for _, path := range []string{"/access/v1/evaluation", "/access/v1/evaluations"} {
		if status, answer, _ := w.post(t, path, body); status != 503 || strings.Contains(answer, "true") {
			t.Errorf("%s: got %d %s", path, status, answer)
		}
	}
	batch := `{` + ada + `,` + repo + `,"evaluations":[{` + run("ok") + `},{` + run("ok") + `}]}`
	if status, answer, _ := w.post(t, "/access/v1/evaluations", batch); status != 503 || strings.Contains(answer, "true") {
		t.Errorf("batch: got %d %s", status, answer)
	}
	if w.observer.unrecordable.Load() == 0 || w.observer.decided.Load() != 0 {
		t.Errorf("counted %d and %d", w.observer.decided.Load(), w.observer.unrecordable.Load())
	}
}

func TestBeforeAPolicyEverythingIsRefused(t *testing.T) {
	w := newWorld(t)
	w.Policy = func() (Policy, int64) { return nil, 0 }
	_, body, _ := w.post(t, "/access/v1/evaluation", `{`+ada+`,`+run("ok")+`,`+repo+`}`)
	if !strings.Contains(body, `"decision":false`) || !strings.Contains(body, "No policy is published yet") {
		t.Errorf("got %s", body)
	}
}

func TestQueryIsNoAction(t *testing.T) {
	w := newWorld(t)
	w.post(t, "/access/v1/evaluation", `{`+ada+`,`+run("ok")+`,`+repo+`,"context":{"purpose":"query","session_id":"s"}}`)
	if w.observer.decided.Load() != 0 || w.ledger.all()[0].Purpose != "query" {
		t.Errorf("counted %d, event %+v", w.observer.decided.Load(), w.ledger.all()[0])
	}
	if len(w.sessions.byID) != 0 {
		t.Error("a what-if fixed a session")
	}
}

func TestMetadata(t *testing.T) {
	w := newWorld(t)
	w.PublicURL = "https://ambit.acme.test"
	resp, err := w.app.Test(httptest.NewRequest(http.MethodGet, "/.well-known/authzen-configuration", nil))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var got map[string]string
	if err := json.NewDecoder(resp.Body).Decode(&got); err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"policy_decision_point":       "https://ambit.acme.test",
		"access_evaluation_endpoint":  "https://ambit.acme.test/access/v1/evaluation",
		"access_evaluations_endpoint": "https://ambit.acme.test/access/v1/evaluations",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
