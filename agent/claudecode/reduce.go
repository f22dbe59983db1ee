package claudecode

import (
	"bytes"
	"encoding/json"
)

// bulky lists members whose size only counts: outputs, file contents, messages.
var bulky = []string{"last_assistant_message", "compact_summary", "tool_calls", "background_tasks", "session_crons", "delta"}

// Reduced is the JSON of an event that only reports, without what the ledger never keeps: a tool's output is replaced by its
// size, file contents are left out. So outputs stay on the engineer's machine, and a report stays small.
func (h *Hook) Reduced() ([]byte, error) {
	out := make(map[string]json.RawMessage, len(h.fields))
	for k, v := range h.fields {
		out[k] = v
	}
	for _, k := range bulky {
		delete(out, k)
	}
	if raw, ok := out["tool_response"]; ok {
		out["tool_response"] = reducedResponse(raw)
	}
	if in, err := object(out["tool_input"]); err == nil && !bytes.HasPrefix([]byte(h.ToolName), []byte("mcp__")) {
		for _, k := range []string{"content", "old_string", "new_string", "edits", "new_source"} {
			delete(in, k)
		}
		b, err := json.Marshal(in)
		if err != nil {
			return nil, err
		}
		out["tool_input"] = b
	}
	if raw, ok := out["error"]; ok {
		var s string
		if json.Unmarshal(raw, &s) == nil && len(s) > 2000 {
			out["error"], _ = json.Marshal(s[:2000])
		}
	}
	return json.Marshal(out)
}

// reducedResponse keeps the small facts of a tool's response and its size in bytes.
func reducedResponse(raw json.RawMessage) json.RawMessage {
	resp, err := object(raw)
	out := map[string]json.RawMessage{}
	size := len(raw)
	if err == nil {
		if _, ok := resp["stdout"]; ok {
			var stdout, stderr string
			_ = text(resp, "stdout", &stdout)
			_ = text(resp, "stderr", &stderr)
			size = len(stdout) + len(stderr)
		}
		for _, k := range []string{"interrupted", "backgroundTaskId", "status", "agentId", "resolvedModel", "success"} {
			if v, ok := resp[k]; ok && len(v) < 200 {
				out[k] = v
			}
		}
	}
	out["ambit_bytes"], _ = json.Marshal(size)
	b, err := json.Marshal(out)
	if err != nil {
		return json.RawMessage("null")
	}
	return b
}
