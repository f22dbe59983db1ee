package claudecode

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ambit/policy"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestCapturedHooks ensures that every call captured from the real client is read, named and answered as before.
func TestCapturedHooks(t *testing.T) {
	files, err := filepath.Glob("testdata/hooks/*.json")
	if err != nil || len(files) < 45 {
		t.Fatalf("found %d captured hooks, %v", len(files), err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".json")
		t.Run(name, func(t *testing.T) {
			raw, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			h, err := Parse(raw)
			if err != nil {
				t.Fatal(err)
			}
			if !h.Known() {
				t.Errorf("event %q is not known", h.Event)
			}
			got := describe(t, h)
			golden := filepath.Join("testdata", "golden", name+".txt")
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("-golden +got\n%s", diff)
			}
		})
	}
}

// describe writes all that the package makes of a hook.
func describe(t *testing.T, h *Hook) string {
	t.Helper()
	var b strings.Builder
	fmt.Fprintf(&b, "event %s, gates %v, session %s, tool use %q, prompt %q, agent %q %q\n",
		h.Event, h.Gates(), h.SessionID, h.ToolUseID, h.PromptID, h.AgentID, h.AgentType)
	actions, err := h.Actions()
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range actions {
		fmt.Fprintf(&b, "action %s\n", plain(t, a))
	}
	if r, ok := h.Report(); ok {
		fmt.Fprintf(&b, "report %s, %s, outcome %s\n", r.Type, r.Phase, r.Outcome)
		for _, a := range r.Actions {
			fmt.Fprintf(&b, "  of %s\n", plain(t, a))
		}
		reduced, err := h.Reduced()
		if err != nil {
			t.Fatal(err)
		}
		again, err := Parse(reduced)
		if err != nil {
			t.Fatal(err)
		}
		if r2, _ := again.Report(); r2.Type != r.Type || !sameExceptBytes(r.Outcome, r2.Outcome) {
			t.Errorf("the reduced event reports %s %s, the whole one %s %s", r2.Type, r2.Outcome, r.Type, r.Outcome)
		}
	}
	if !h.Gates() {
		fmt.Fprintf(&b, "reply %s\n", Reply(h, Verdict{}))
		return b.String()
	}
	for _, v := range []Verdict{
		{ID: "dec_1", Effect: policy.Allow, Enforced: true, Reason: "It is on the allow-list."},
		{ID: "dec_1", Effect: policy.Allow, Enforced: true, Reason: "It is on the allow-list.", SkipPrompt: true},
		{ID: "dec_1", Effect: policy.Deny, Enforced: true, Reason: "It is not on the allow-list of layer organisation.", Hint: "Ask for it."},
		{ID: "dec_1", Effect: policy.Hold, Enforced: true, Reason: "payments-leads must agree first."},
		{ID: "dec_1", Effect: policy.Deny, Reason: "It would be refused."},
	} {
		fmt.Fprintf(&b, "%s enforced=%v skip=%v: %s\n", v.Effect, v.Enforced, v.SkipPrompt, Reply(h, v))
	}
	return b.String()
}

func plain(t *testing.T, v any) string {
	t.Helper()
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	var m map[string]any
	if err := json.Unmarshal(raw, &m); err != nil {
		t.Fatal(err)
	}
	for k, v := range m {
		if v == nil || v == "" || v == 0.0 || v == false {
			delete(m, k)
		}
	}
	out, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

func sameExceptBytes(a, b json.RawMessage) bool {
	strip := func(raw json.RawMessage) []byte {
		var m map[string]any
		if json.Unmarshal(raw, &m) != nil {
			return nil
		}
		delete(m, "bytes")
		out, _ := json.Marshal(m)
		return out
	}
	return bytes.Equal(strip(a), strip(b))
}
