//go:build e2e

package agent

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

// step is one answer of the scripted model: a call of one tool. before, if set, runs just before the answer is sent.
type step struct {
	tool   string
	input  map[string]any // any: the input of a tool is free JSON
	before func()
}

// model plays the Messages API: it answers each request of the conversation with the next step, and ends the turn when
// there is none left.
type model struct {
	*httptest.Server
	mu    sync.Mutex
	steps []step
	next  int
	told  map[string]toolResult // what the agent told the model about each call, by tool-use id
	turns int
	used  string // the model asked for last in the conversation
	last  string // that request
}

type toolResult struct {
	failed bool
	text   string
}

func toolUseID(i int) string { return fmt.Sprintf("toolu_e2e_%06d", i+1) }

func startModel(t *testing.T, steps []step) *model {
	t.Helper()
	m := &model{steps: steps, told: map[string]toolResult{}}
	m.Server = httptest.NewServer(http.HandlerFunc(m.serve))
	t.Cleanup(m.Close)
	return m
}

func (m *model) serve(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	switch {
	case r.URL.Path == "/v1/messages/count_tokens":
		fmt.Fprint(w, `{"input_tokens":100}`)
	case r.URL.Path != "/v1/messages":
		fmt.Fprint(w, `{}`)
	default:
		var req struct {
			Model    string            `json:"model"`
			Stream   bool              `json:"stream"`
			Tools    []json.RawMessage `json:"tools"`
			Messages []struct {
				Role    string          `json:"role"`
				Content json.RawMessage `json:"content"`
			} `json:"messages"`
		}
		if err := json.Unmarshal(body, &req); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		s, id := m.advance(len(req.Tools) > 0)
		if len(req.Tools) > 0 {
			m.keep(req.Model, string(body))
		}
		for _, msg := range req.Messages {
			m.listen(msg.Content)
		}
		if s != nil && s.before != nil {
			s.before()
		}
		answer(w, req.Model, req.Stream, s, id)
	}
}

// advance takes the next step. A request without tools asks for a title or a summary: it is not the conversation.
func (m *model) advance(conversation bool) (*step, string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !conversation {
		return nil, ""
	}
	m.turns++
	if m.next == len(m.steps) {
		return nil, ""
	}
	m.next++
	return &m.steps[m.next-1], toolUseID(m.next - 1)
}

func (m *model) listen(content json.RawMessage) {
	var blocks []struct {
		Type    string          `json:"type"`
		ID      string          `json:"tool_use_id"`
		IsError bool            `json:"is_error"`
		Content json.RawMessage `json:"content"`
	}
	if json.Unmarshal(content, &blocks) != nil {
		return // plain text
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, b := range blocks {
		if b.Type == "tool_result" {
			m.told[b.ID] = toolResult{b.IsError, string(b.Content)}
		}
	}
}

// heard is what the model was told about its i-th call.
func (m *model) heard(i int) (toolResult, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	r, ok := m.told[toolUseID(i)]
	return r, ok
}

func (m *model) keep(name, body string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.used, m.last = name, body
}

func (m *model) name() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.used
}

func (m *model) body() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.last
}

func (m *model) requests() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.turns
}

// answer writes one message, as server-sent events or whole.
func answer(w http.ResponseWriter, name string, stream bool, s *step, id string) {
	text := map[string]any{"type": "text", "text": "done"}
	blocks, stop := []map[string]any{text}, "end_turn"
	if s != nil {
		blocks, stop = []map[string]any{{"type": "tool_use", "id": id, "name": s.tool, "input": s.input}}, "tool_use"
	}
	usage := map[string]int{"input_tokens": 10, "output_tokens": 5}
	message := map[string]any{"id": "msg_e2e", "type": "message", "role": "assistant", "model": name, "content": blocks, "stop_reason": stop, "stop_sequence": nil, "usage": usage}
	if !stream {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(message)
		return
	}
	w.Header().Set("Content-Type", "text/event-stream")
	send := func(kind string, data map[string]any) {
		data["type"] = kind
		raw, _ := json.Marshal(data)
		fmt.Fprintf(w, "event: %s\ndata: %s\n\n", kind, raw)
	}
	message["content"], message["stop_reason"] = []any{}, nil
	send("message_start", map[string]any{"message": message})
	if s == nil {
		send("content_block_start", map[string]any{"index": 0, "content_block": map[string]any{"type": "text", "text": ""}})
		send("content_block_delta", map[string]any{"index": 0, "delta": map[string]any{"type": "text_delta", "text": "done"}})
	} else {
		input, _ := json.Marshal(s.input)
		send("content_block_start", map[string]any{"index": 0, "content_block": map[string]any{"type": "tool_use", "id": id, "name": s.tool, "input": map[string]any{}}})
		send("content_block_delta", map[string]any{"index": 0, "delta": map[string]any{"type": "input_json_delta", "partial_json": string(input)}})
	}
	send("content_block_stop", map[string]any{"index": 0})
	send("message_delta", map[string]any{"delta": map[string]any{"stop_reason": stop, "stop_sequence": nil}, "usage": usage})
	send("message_stop", map[string]any{})
}

// says reports whether the model was told all of the words.
func (r toolResult) says(words ...string) bool {
	for _, w := range words {
		if !strings.Contains(r.text, w) {
			return false
		}
	}
	return true
}
