package claudecode

import (
	"encoding/json"
	"strconv"
	"strings"

	"ambit/policy"
)

// The phases of a Report; they are those of the audit event.
const (
	PhaseResult    = "result"
	PhaseLifecycle = "lifecycle"
)

// Report is what an event that decides nothing says for the ledger.
type Report struct {
	Type    string // an action's name for results; "session.start", "turn.end", … for the rest
	Phase   string
	Actions []policy.Action // results: what was done, as Actions would have put it to the policy
	Outcome json.RawMessage // sizes, codes and errors; never an output itself
}

// Report describes a result or a moment in the life of a session. ok is false for events that decide, and for those that the
// ledger has no use for.
func (h *Hook) Report() (r Report, ok bool) {
	switch h.Event {
	case PostToolUse, PostToolUseFailure, PermissionDenied:
		return h.result(), true
	case PostModelSwitch:
		var model string
		_ = text(h.fields, "to_model", &model)
		return Report{
			Type: policy.ActionModelSelect, Phase: PhaseResult, Outcome: h.pick("from_model", "to_model", "source"),
			Actions: []policy.Action{{Name: policy.ActionModelSelect, Model: model}},
		}, true
	case SessionStart:
		a := policy.Action{Name: policy.ActionSessionStart}
		_ = text(h.fields, "source", &a.Source)
		_ = text(h.fields, "model", &a.Model)
		return Report{Type: policy.ActionSessionStart, Phase: PhaseLifecycle, Actions: []policy.Action{a}, Outcome: h.pick("source", "model")}, true
	case SessionEnd:
		return Report{Type: policy.ActionSessionEnd, Phase: PhaseLifecycle, Outcome: h.pick("reason")}, true
	case Stop:
		return h.moment("turn.end", "stop_hook_active"), true
	case StopFailure:
		return h.moment("turn.fail", "error", "error_type"), true
	case SubagentStart:
		return h.moment("agent.start", "agent_type"), true
	case SubagentStop:
		return h.moment("agent.end", "agent_type"), true
	case PreCompact, PostCompact:
		return h.moment("context.compact", "trigger"), true
	case ConfigChange:
		return h.moment("settings.change", "source", "file_path"), true
	case InstructionsLoaded:
		return h.moment("instructions.load", "file_path", "memory_type", "load_reason"), true
	case CwdChanged:
		return h.moment("cwd.change", "old_cwd", "new_cwd"), true
	case DirectoryAdded:
		return h.moment("directory.add", "path", "directory", "source"), true
	case Elicitation, ElicitationResult:
		return h.moment("mcp.elicitation", "mcp_server_name", "action"), true
	}
	return Report{}, false
}

func (h *Hook) moment(kind string, keys ...string) Report {
	return Report{Type: kind, Phase: PhaseLifecycle, Outcome: h.pick(append(keys, "event")...)}
}

// result describes what a tool call came to.
func (h *Hook) result() Report {
	r := Report{Type: policy.ActionToolUse, Phase: PhaseResult}
	if actions, err := h.toolActions(); err == nil && len(actions) > 0 {
		r.Actions, r.Type = actions, actions[0].Name
		for i := range r.Actions {
			// The decision has the content already; the ledger does not need it twice.
			r.Actions[i].Content, r.Actions[i].Diff = "", ""
		}
	}
	out := map[string]any{"tool": h.ToolName}
	if ms, ok := number(h.fields["duration_ms"]); ok {
		out["duration_ms"] = ms
	}
	switch h.Event {
	case PostToolUse:
		out["ok"] = true
		h.measure(out)
	case PostToolUseFailure:
		out["ok"] = false
		h.failure(out)
	case PermissionDenied:
		out["ok"], out["denied_by"] = false, "client"
		var reason string
		_ = text(h.fields, "reason", &reason)
		out["error"] = clip(reason)
	}
	r.Outcome, _ = json.Marshal(out)
	return r
}

// measure adds the sizes that a tool's response tells.
func (h *Hook) measure(out map[string]any) {
	raw, ok := h.fields["tool_response"]
	if !ok {
		return
	}
	out["bytes"] = len(raw)
	resp, err := object(raw)
	if err != nil {
		return
	}
	if n, ok := number(resp["ambit_bytes"]); ok { // the installed client measured the response and dropped it
		out["bytes"] = n
	}
	if h.ToolName == "Bash" {
		if _, measured := resp["ambit_bytes"]; !measured {
			var stdout, stderr string
			_ = text(resp, "stdout", &stdout)
			_ = text(resp, "stderr", &stderr)
			out["bytes"] = len(stdout) + len(stderr)
		}
		// A command that left with another code than 0 arrives as PostToolUseFailure.
		if string(resp["interrupted"]) == "true" {
			out["interrupted"] = true
		} else if string(resp["backgroundTaskId"]) == "" {
			out["exit"] = 0
		}
	}
	for _, key := range []string{"status", "agentId", "resolvedModel"} {
		var s string
		if text(resp, key, &s) == nil && s != "" {
			out[key] = clip(s)
		}
	}
}

func (h *Hook) failure(out map[string]any) {
	var msg string
	_ = text(h.fields, "error", &msg)
	if string(h.fields["is_interrupt"]) == "true" {
		out["interrupted"] = true
	}
	if rest, ok := strings.CutPrefix(msg, "Exit code "); ok {
		line, _, _ := strings.Cut(rest, "\n")
		if code, err := strconv.Atoi(strings.TrimSpace(line)); err == nil {
			out["exit"] = code
			out["bytes"] = len(rest) - len(line)
			return // what follows is the command's output
		}
	}
	line, _, _ := strings.Cut(msg, "\n")
	out["error"] = clip(line)
}

// pick copies small members of the hook into an outcome; "event" stands for the event's own name.
func (h *Hook) pick(keys ...string) json.RawMessage {
	out := map[string]any{}
	for _, key := range keys {
		raw := h.fields[key]
		var s string
		switch {
		case key == "event":
			out["event"] = h.Event
		case len(raw) == 0 || string(raw) == "null":
		case json.Unmarshal(raw, &s) == nil:
			out[key] = clip(s)
		case string(raw) == "true" || string(raw) == "false":
			out[key] = string(raw) == "true"
		}
	}
	b, _ := json.Marshal(out)
	return b
}

func number(raw json.RawMessage) (int64, bool) {
	var f float64
	if len(raw) == 0 || json.Unmarshal(raw, &f) != nil || f < 0 || f > 1<<53 {
		return 0, false
	}
	return int64(f), true
}

// clip keeps an outcome small: an error message may quote whole files.
func clip(s string) string {
	const limit = 500
	if len(s) <= limit {
		return s
	}
	return strings.ToValidUTF8(s[:limit], "") + "…"
}
