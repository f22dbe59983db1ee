package claudecode

import (
	"encoding/json"
	"strings"
	"unicode"
	"unicode/utf8"

	"ambit/policy"
)

// Verdict is what the server decided on the actions of one hook call.
type Verdict struct {
	ID         string // of the decision, "dec_…"; shown to the engineer so that it can be found
	Effect     policy.Effect
	Enforced   bool
	Reason     string // one sentence
	Hint       string
	SkipPrompt bool // allowed, and the client need not ask the person as well
}

// Merge joins the verdicts on several actions of one call: deny before hold before allow, and what is enforced before what is not.
func Merge(verdicts ...Verdict) Verdict {
	var out Verdict
	for i, v := range verdicts {
		if i == 0 {
			out = v
			continue
		}
		if weight(v) > weight(out) {
			v.SkipPrompt = false
			out = v
		}
		out.SkipPrompt = out.SkipPrompt && v.SkipPrompt
	}
	return out
}

func weight(v Verdict) int {
	w := 0
	switch v.Effect {
	case policy.Allow:
	case policy.Hold:
		w = 1
	default:
		w = 2
	}
	if v.Enforced && w > 0 {
		w += 4
	}
	return w
}

// refuses reports whether the call must not go ahead. An effect that is none of the three refuses.
func (v Verdict) refuses() bool { return v.Enforced && v.Effect != policy.Allow }

// sentence is what the model and the engineer read.
func (v Verdict) sentence() string {
	s := v.Reason
	if s == "" {
		s = "Ambit refused this and gave no reason; ask your administrator to look at the decision."
	}
	s = ended(s)
	if v.Hint != "" {
		first, size := utf8.DecodeRuneInString(v.Hint)
		s += " " + string(unicode.ToUpper(first)) + ended(v.Hint[size:])
	}
	if v.ID != "" {
		s += " (Ambit decision " + v.ID + ")"
	}
	return s
}

// ended puts a full stop where a sentence has no end.
func ended(s string) string {
	if s == "" || strings.HasSuffix(s, ".") || strings.HasSuffix(s, "!") || strings.HasSuffix(s, "?") {
		return s
	}
	return s + "."
}

// Seal is the member "ambit" of an answer to an installed client: it binds the answer to the call that was asked about, so
// that the client obeys no answer meant for something else.
type Seal struct {
	Event     string        `json:"event"`
	ToolUseID string        `json:"tool_use_id,omitempty"`
	Decision  string        `json:"decision,omitempty"`
	Effect    policy.Effect `json:"effect,omitempty"` // "" for events that only report
	Enforced  bool          `json:"enforced"`
}

type answer struct {
	Continue *bool   `json:"continue,omitempty"`
	Decision string  `json:"decision,omitempty"` // "block", for prompts
	Reason   string  `json:"reason,omitempty"`
	Output   *output `json:"hookSpecificOutput,omitempty"`
	Ambit    *Seal   `json:"ambit,omitempty"`
}

type output struct {
	Event    string      `json:"hookEventName"`
	Decision string      `json:"permissionDecision,omitempty"`
	Reason   string      `json:"permissionDecisionReason,omitempty"`
	Request  *permission `json:"decision,omitempty"` // PermissionRequest
}

type permission struct {
	Behavior string `json:"behavior"`
	Message  string `json:"message,omitempty"`
}

// Reply is the JSON that Claude Code obeys. Where nothing is refused and the client shall ask as it would have, the answer
// names the event and no decision: the client takes that as an answer, also under onFailure "block" (measured).
func Reply(h *Hook, v Verdict) []byte {
	a := answerTo(h.Event, v)
	if h.Facts != nil {
		a.Ambit = &Seal{Event: h.Event, ToolUseID: h.ToolUseID}
		if h.Gates() {
			a.Ambit.Decision, a.Ambit.Effect, a.Ambit.Enforced = v.ID, v.Effect, v.Enforced
		}
	}
	out, err := json.Marshal(a)
	if err != nil {
		panic(err) // strings and booleans only: can't happen
	}
	return out
}

func answerTo(event string, v Verdict) answer {
	skip := v.SkipPrompt && v.Enforced && v.Effect == policy.Allow
	switch event {
	case PreToolUse, PreModelSwitch:
		o := &output{Event: event}
		switch {
		case v.refuses():
			o.Decision, o.Reason = "deny", v.sentence()
		case skip:
			o.Decision, o.Reason = "allow", v.sentence()
		}
		return answer{Output: o}
	case PermissionRequest:
		switch {
		case v.refuses():
			return answer{Output: &output{Event: event, Request: &permission{Behavior: "deny", Message: v.sentence()}}}
		case skip:
			return answer{Output: &output{Event: event, Request: &permission{Behavior: "allow"}}}
		}
		yes := true // this event has no answer without a decision in it; "continue" leaves the dialog to the person
		return answer{Continue: &yes}
	case UserPromptSubmit, UserPromptExpansion:
		if v.refuses() {
			return answer{Decision: "block", Reason: v.sentence()}
		}
		return answer{Output: &output{Event: event}}
	}
	if !GatesEvent(event) {
		return answer{}
	}
	// An event that nobody here knows, or one whose work the hook would have to do.
	no := false
	return answer{Continue: &no, Decision: "block", Reason: v.sentence()}
}
