package audit

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"ambit/policy"
)

func schema(t testing.TB) *jsonschema.Schema {
	t.Helper()
	f, err := os.Open("../assets/schemas/audit-event-v1.json")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	doc, err := jsonschema.UnmarshalJSON(f)
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("event.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("event.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func mustValidate(t testing.TB, s *jsonschema.Schema, event string) {
	t.Helper()
	v, err := jsonschema.UnmarshalJSON(strings.NewReader(event))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Validate(v); err != nil {
		t.Errorf("%s: %v", event, err)
	}
}

// golden events: one of each shape. The files fix the bytes that go into the Merkle log.
func goldenEvents() map[string]*Event {
	at := time.Date(2026, 11, 22, 5, 30, 16, 248e6, time.UTC)
	decision := sample(5)
	decision.ID = "evt_00000000000000000000000001"
	decision.Decision.Reason = "`rm -rf /` is not on the allow-list of layer organisation"
	decision.Decision.Findings = []policy.Finding{{
		Layer: "organisation", Control: "shell", Rule: "not-listed",
		Message: "`rm -rf /` is not on the allow-list", At: &policy.Span{Offset: 14, Length: 8},
	}}
	decision.Prompt = &Prompt{Recorded: true, Digest: "sha256:" + strings.Repeat("0a", 32)}
	secret := sample(6)
	secret.ID = "evt_00000000000000000000000002"
	secret.Action.Properties = json.RawMessage(`{"command":"PASSWORD=hunter2 ./deploy && rm x","shell":"bash"}`)
	secret.Decision.Findings = []policy.Finding{{Layer: "organisation", Control: "shell", Message: "no", At: &policy.Span{Offset: 29, Length: 4}}}
	events := map[string]*Event{
		"decision": decision,
		"masked":   secret,
		"result": {
			ID: "evt_00000000000000000000000003", Type: "shell.exec", Phase: PhaseResult, Actor: Actor{User: "ada@acme.test"}, Session: "s",
			Correlation: &Correlation{ToolUseID: "toolu_1", Decision: "dec_1"}, Outcome: json.RawMessage(`{"exit":0,"bytes":120}`),
		},
		"admin": {
			ID: "evt_00000000000000000000000004", Type: "policy.published", Phase: PhaseAdmin, Actor: Actor{User: "eve@acme.test", Address: "127.0.0.1"},
			Change: &Change{Object: "policy", ID: "7", Before: json.RawMessage(`{"version":6}`), After: json.RawMessage(`{"version":7}`)},
		},
	}
	seq := int64(0)
	for _, name := range []string{"decision", "masked", "result", "admin"} {
		seq++
		events[name].Schema, events[name].Seq, events[name].Time = Schema, seq, at
	}
	return events
}

func TestGoldenEvents(t *testing.T) {
	s := schema(t)
	for name, e := range goldenEvents() {
		if masked, n := maskEvent(e); n > 0 {
			masked.Masked = n
			e = masked
		}
		got := mustEncode(t, e)
		mustValidate(t, s, got)
		path := "testdata/" + name + ".json"
		if os.Getenv("AMBIT_UPDATE_GOLDEN") != "" {
			if err := os.WriteFile(path, []byte(got+"\n"), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(strings.TrimSpace(string(want)), got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// The schema names every member that an event can have: one that is missing would be undocumented.
func TestSchemaNamesEveryMember(t *testing.T) {
	f, err := os.ReadFile("../assets/schemas/audit-event-v1.json")
	if err != nil {
		t.Fatal(err)
	}
	var doc any
	if err := json.Unmarshal(f, &doc); err != nil {
		t.Fatal(err)
	}
	var e Event
	fill(reflect.ValueOf(&e).Elem(), rand.New(rand.NewPCG(1, 1)))
	var full any
	if err := json.Unmarshal(reference(t, &e), &full); err != nil {
		t.Fatal(err)
	}
	compareMembers(t, "event", doc, full)
}

func compareMembers(t *testing.T, path string, doc, value any) {
	t.Helper()
	spec, _ := doc.(map[string]any)
	switch value := value.(type) {
	case map[string]any:
		properties, known := spec["properties"].(map[string]any)
		if !known {
			return // anything goes
		}
		for name, v := range value {
			if properties[name] == nil {
				t.Errorf("%s.%s is not in the schema", path, name)
				continue
			}
			compareMembers(t, path+"."+name, properties[name], v)
		}
		for name := range properties {
			if _, there := value[name]; !there {
				t.Errorf("the schema has %s.%s, events don't", path, name)
			}
		}
	case []any:
		compareMembers(t, path+"[]", spec["items"], value[0])
	}
}

func TestStoredEventsFitTheSchema(t *testing.T) {
	l, _ := ledgerIn(t, t.TempDir())
	s := schema(t)
	e := sample(1)
	e.PromptText = "do it with --password hunter2"
	if err := l.Append(t.Context(), e); err != nil {
		t.Fatal(err)
	}
	mustAppend(t, l, 20)
	var out bytes.Buffer
	if n, err := l.Export(t.Context(), &out, Query{}); err != nil || n != 21 {
		t.Fatal(n, err)
	}
	for line := range strings.Lines(out.String()) {
		mustValidate(t, s, line)
	}
	if text, err := l.ReadPrompt(t.Context(), e.ID); err != nil || text != "do it with --password [masked:password]" {
		t.Fatalf("%q, %v", text, err)
	}
}
