package claudecode

import (
	"strings"
	"testing"

	"ambit/policy"
)

func installed(t *testing.T, event string) *Hook {
	t.Helper()
	h, err := Parse([]byte(`{"session_id":"s","hook_event_name":"` + event + `","tool_use_id":"toolu_1","tool_name":"Bash","tool_input":{"command":"ls"},` +
		`"prompt":"x","command_name":"demo","to_model":"m","ambit":{"client":"ambit/1"}}`))
	if err != nil {
		t.Fatal(err)
	}
	return h
}

var events = []string{PreToolUse, PermissionRequest, UserPromptSubmit, UserPromptExpansion, PreModelSwitch, PostToolUse, Stop, SessionEnd}

// TestOwnRepliesPass ensures that whatever Reply writes, Check accepts, and that what is printed does not name the seal.
func TestOwnRepliesPass(t *testing.T) {
	for _, event := range events {
		h := installed(t, event)
		for _, effect := range []policy.Effect{policy.Allow, policy.Deny, policy.Hold} {
			for _, enforced := range []bool{true, false} {
				for _, skip := range []bool{true, false} {
					v := Verdict{ID: "dec_1", Effect: effect, Enforced: enforced, Reason: "Because.", SkipPrompt: skip}
					out, err := Check(h, Reply(h, v))
					if err != nil {
						t.Errorf("%s %+v: %v", event, v, err)
						continue
					}
					refuses := strings.Contains(string(out), `"deny"`) || strings.Contains(string(out), `"block"`)
					if want := h.Gates() && enforced && effect != policy.Allow; refuses != want {
						t.Errorf("%s %+v: prints %s", event, v, out)
					}
					if strings.Contains(string(out), "ambit") {
						t.Errorf("prints %s", out)
					}
					if permits := strings.Contains(string(out), `"allow"`); permits && (effect != policy.Allow || !enforced || !skip) {
						t.Errorf("%s %+v: prints %s", event, v, out)
					}
				}
			}
		}
	}
}

// TestGarbageIsRefused ensures that an answer which is not a verdict on this very call is never printed.
func TestGarbageIsRefused(t *testing.T) {
	h := installed(t, PreToolUse)
	good := string(Reply(h, Verdict{ID: "dec_1", Effect: policy.Allow, Enforced: true, Reason: "ok", SkipPrompt: true}))
	if _, err := Check(h, []byte(good)); err != nil {
		t.Fatal(err)
	}
	for name, bad := range map[string]string{
		"empty": "", "text": "allow", "null": "null", "empty object": "{}", "list": "[]", "two": good + good,
		"cut off":            good[:len(good)-1],
		"no seal":            `{"hookSpecificOutput":{"hookEventName":"PreToolUse","permissionDecision":"allow"}}`,
		"other call":         strings.ReplaceAll(good, "toolu_1", "toolu_2"),
		"other event":        strings.ReplaceAll(good, "PreToolUse", "Stop"),
		"other output event": strings.Replace(good, `"hookEventName":"PreToolUse"`, `"hookEventName":"PostToolUse"`, 1),
		"unknown decision":   strings.Replace(good, `"permissionDecision":"allow"`, `"permissionDecision":"sure"`, 1),
		"ask":                strings.Replace(good, `"permissionDecision":"allow"`, `"permissionDecision":"ask"`, 1),
		"defer":              strings.Replace(good, `"permissionDecision":"allow"`, `"permissionDecision":"defer"`, 1),
		"denied yet allowed": strings.Replace(good, `"effect":"allow"`, `"effect":"deny"`, 1),
		"monitor yet allow":  strings.Replace(good, `"enforced":true`, `"enforced":false`, 1),
		"no effect":          strings.Replace(good, `"effect":"allow",`, ``, 1),
		"odd effect":         strings.Replace(good, `"effect":"allow"`, `"effect":"maybe"`, 1),
		"no decision id":     strings.Replace(good, `"decision":"dec_1",`, ``, 1),
		"new input":          strings.Replace(good, `"permissionDecision"`, `"updatedInput":{"command":"x"},"permissionDecision"`, 1),
		"unknown member":     strings.Replace(good, `{`, `{"async":true,`, 1),
		"continue":           strings.Replace(good, `{`, `{"continue":true,`, 1),
		"block as well":      strings.Replace(good, `{`, `{"decision":"approve",`, 1),
	} {
		if out, err := Check(h, []byte(bad)); err == nil {
			t.Errorf("%s: %s passed as %s", name, bad, out)
		}
	}
	stop := installed(t, Stop)
	for _, bad := range []string{`{"decision":"block","ambit":{"event":"Stop","tool_use_id":"toolu_1","enforced":false}}`, `{}`, `{"continue":false,"ambit":{"event":"Stop","tool_use_id":"toolu_1","enforced":false}}`} {
		if out, err := Check(stop, []byte(bad)); err == nil {
			t.Errorf("%s passed as %s", bad, out)
		}
	}
}

// TestMergeTakesTheStrictest ensures that of several verdicts on one call the one that binds most wins.
func TestMergeTakesTheStrictest(t *testing.T) {
	allow := Verdict{ID: "a", Effect: policy.Allow, Enforced: true, SkipPrompt: true}
	ask := Verdict{ID: "k", Effect: policy.Allow, Enforced: true}
	deny := Verdict{ID: "d", Effect: policy.Deny, Enforced: true}
	hold := Verdict{ID: "h", Effect: policy.Hold, Enforced: true}
	watched := Verdict{ID: "w", Effect: policy.Deny}
	for _, c := range []struct {
		in   []Verdict
		want string
		skip bool
	}{
		{[]Verdict{allow, allow}, "a", true},
		{[]Verdict{allow, ask}, "a", false},
		{[]Verdict{allow, deny, hold}, "d", false},
		{[]Verdict{hold, allow}, "h", false},
		{[]Verdict{watched, hold}, "h", false},
		{[]Verdict{allow, watched}, "w", false},
	} {
		if got := Merge(c.in...); got.ID != c.want || got.SkipPrompt != c.skip {
			t.Errorf("%+v: got %+v", c.in, got)
		}
	}
}

// TestSniffEvent ensures that the event is known of a call that was cut off, and guessed of nothing else.
func TestSniffEvent(t *testing.T) {
	for body, want := range map[string]string{
		`{"hook_event_name":"Stop","hook_event_name":"PreToolUse"}`:                "",
		`{"hook_event_name":"Stop","x":1,"hook_event_name":"PreTo`:                 "",
		`{"hook_event_name":"Stop","x":{"hook_event_name":"PreToolUse"},"y":"cut`:  "Stop",
		`{"session_id":"s","hook_event_name":"PostToolUse","tool_response":{"x":"`: "PostToolUse",
		`{"a":{"hook_event_name":"Stop"},"b":[1,{"hook_event_name":"Stop"}`:        "",
		`{"a":"\"hook_event_name\":\"Stop\"`:                                       "",
		`{"hook_event_name":7}`:                                                    "",
		`[{"hook_event_name":"Stop"}]`:                                             "",
		``:                                                                         "",
	} {
		if got := SniffEvent([]byte(body)); got != want {
			t.Errorf("%s: %q", body, got)
		}
	}
}
