package decision

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ambit/policy"
)

type manyAnswer struct {
	Decision    *bool
	Evaluations []struct {
		Decision bool
		Context  struct {
			ID    string
			Error *struct {
				Status  int
				Message string
			}
		}
	}
}

func (w *world) many(t *testing.T, body string) (int, manyAnswer, string) {
	t.Helper()
	status, text, _ := w.post(t, "/access/v1/evaluations", body)
	var a manyAnswer
	if status == 200 {
		if err := json.Unmarshal([]byte(text), &a); err != nil {
			t.Fatalf("%v in %s", err, text)
		}
	}
	return status, a, text
}

// TestEvaluationsSemantics walks section 7 of the AuthZEN Authorization API 1.0.
func TestEvaluationsSemantics(t *testing.T) {
	items := func(commands ...string) string {
		var list []string
		for _, c := range commands {
			list = append(list, "{"+run(c)+"}")
		}
		return `"evaluations":[` + strings.Join(list, ",") + `]`
	}
	for name, tc := range map[string]struct {
		options string
		items   string
		want    []bool
	}{
		"all by default":         {``, items("ok", "rm", "ok"), []bool{true, false, true}},
		"execute_all":            {`"options":{"evaluations_semantic":"execute_all"},`, items("rm", "ok"), []bool{false, true}},
		"deny_on_first_deny":     {`"options":{"evaluations_semantic":"deny_on_first_deny"},`, items("ok", "rm", "ok"), []bool{true, false}},
		"permit_on_first_permit": {`"options":{"evaluations_semantic":"permit_on_first_permit"},`, items("rm", "ok", "rm"), []bool{false, true}},
		"options may be empty":   {`"options":{},`, items("ok"), []bool{true}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			status, a, text := w.many(t, `{`+tc.options+ada+`,`+repo+`,`+tc.items+`}`)
			var got []bool
			for _, e := range a.Evaluations {
				got = append(got, e.Decision)
			}
			if status != 200 || !cmp.Equal(got, tc.want) {
				t.Errorf("got %d %s", status, text)
			}
			if n := len(w.ledger.all()); n != len(tc.want) {
				t.Errorf("%d entries in the ledger for %d answers", n, len(tc.want))
			}
		})
	}
}

func TestEvaluationsItemsOverrideWholeEntities(t *testing.T) {
	w := newWorld(t)
	_, a, text := w.many(t, `{`+ada+`,`+repo+`,`+run("rm")+`,"context":{"agent":"x/1"},"evaluations":[
		{"resource":{"type":"repository","id":"other"},`+run("ok")+`},
		{"context":{}},
		{}]}`)
	if len(a.Evaluations) != 3 || !a.Evaluations[0].Decision || a.Evaluations[1].Decision || a.Evaluations[2].Decision {
		t.Fatalf("got %s", text)
	}
	w.policy.mu.Lock()
	defer w.policy.mu.Unlock()
	first, second, third := w.policy.seen[0], w.policy.seen[1], w.policy.seen[2]
	if first.Resource.Repository != "other" || first.Resource.Cwd != "" || first.Agent != "x/1" {
		t.Errorf("first %+v: the item's resource must replace the default one as a whole", first.Resource)
	}
	if second.Agent != "" || third.Agent != "x/1" || third.Resource.Cwd != "/r/api" {
		t.Errorf("second %q, third %q in %q", second.Agent, third.Agent, third.Resource.Cwd)
	}
}

func TestEvaluationsBadItemSpoilsNoOther(t *testing.T) {
	w := newWorld(t)
	status, a, text := w.many(t, `{`+ada+`,`+repo+`,"evaluations":[{`+run("ok")+`},{"action":7},{"action":{}},"nonsense",{`+run("ok")+`}]}`)
	if status != 200 || len(a.Evaluations) != 5 {
		t.Fatalf("got %d %s", status, text)
	}
	for i, e := range a.Evaluations {
		good := i == 0 || i == 4
		if e.Decision != good || (e.Context.Error == nil) != good {
			t.Errorf("item %d: %s", i, text)
		}
		if !good && e.Context.Error.Status != 400 {
			t.Errorf("item %d: status %d", i, e.Context.Error.Status)
		}
	}
}

func TestEvaluationsWithoutItemsIsSingle(t *testing.T) {
	for _, extra := range []string{``, `,"evaluations":[]`, `,"evaluations":null`} {
		w := newWorld(t)
		status, a, text := w.many(t, `{`+ada+`,`+run("ok")+`,`+repo+extra+`}`)
		if status != 200 || a.Decision == nil || !*a.Decision {
			t.Errorf("%q: got %d %s", extra, status, text)
		}
	}
	w := newWorld(t)
	if status, _, _ := w.many(t, `{`+ada+`,`+repo+`,"evaluations":[]}`); status != 400 {
		t.Errorf("an incomplete single request: got %d", status)
	}
}

func TestEvaluationsRefusesBadBatches(t *testing.T) {
	w := newWorld(t)
	many := strings.Repeat(`{},`, maxBatch) + `{}`
	for _, body := range []string{
		``, `[]`, `{"evaluations":{}}`, `{"evaluations":"x"}`, `{"options":[]}`, `{"options":{"evaluations_semantic":"maybe"},` + ada + `,` + repo + `,"evaluations":[{` + run("ok") + `}]}`,
		`{"options":{"evaluations_semantic":1}}`, `{"evaluations":[` + many + `]}`, fmt.Sprintf(`{%s,%s,"subject":1,"evaluations":[{}]}`, run("ok"), repo),
	} {
		if status, _, text := w.many(t, body); status != 400 {
			t.Errorf("%.60s: got %d %s", body, status, text)
		}
	}
	if n := len(w.ledger.all()); n != 0 {
		t.Errorf("%d entries", n)
	}
}

// TestEvaluationsBoundTheWork ensures that a batch can't keep the server busy, and that what one refuses as too much decides nothing.
func TestEvaluationsBoundTheWork(t *testing.T) {
	item := `{` + run(strings.Repeat("x", 600<<10)) + `}`
	for items, want := range map[int]int{2: 200, 3: 413} {
		w := newWorld(t)
		status, _, text := w.many(t, `{`+ada+`,`+repo+`,"evaluations":[`+item+strings.Repeat(`,`+item, items-1)+`]}`)
		if status != want || status != 200 && (len(w.ledger.all()) != 0 || !strings.Contains(text, "before number 3")) {
			t.Errorf("%d items: got %d %.300s", items, status, text)
		}
	}
	found := policy.Effects{Commands: []string{"cat a", "cat b"}, Reads: []string{"/r/a", "/r/b"}, Writes: []string{"/r/c"}}
	if got := work(&policy.Action{Command: "12345", Prompt: "123"}, &found); got != 8+5*64+3*4 {
		t.Errorf("work is %d", got)
	}
}
