package claudecode

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"ambit/policy"
)

// Agent is the agent's name in requests and events.
const Agent = "claude-code"

// Hook is one hook call of Claude Code.
type Hook struct {
	Event          string
	SessionID      string
	ToolUseID      string // "" for events that have none
	PromptID       string
	Cwd            string
	TranscriptPath string
	AgentID        string // of the sub-agent; "" for the main one
	AgentType      string
	PermissionMode string

	ToolName  string
	ToolInput json.RawMessage // a JSON object, exactly as the client sent it
	MCPServer string          // from mcp_server.name; "" for the client's own tools

	Facts *Facts // what an installed client found out; nil from a bare Claude Code

	fields map[string]json.RawMessage
}

// Facts is the member "ambit" that the installed client adds to the hook's JSON. The client vouches for all of it.
type Facts struct {
	Client     string `json:"client"` // "ambit/0.1.0"
	Agent      string `json:"agent,omitempty"`
	Platform   string `json:"platform"` // linux, darwin, windows
	Home       string `json:"home,omitempty"`
	Tmp        string `json:"tmp,omitempty"`
	Cwd        string `json:"cwd,omitempty"`  // links followed
	Root       string `json:"root,omitempty"` // work tree of the session's project directory; "" where there is none
	Repository string `json:"repository,omitempty"`

	// The same directories with every link followed; "" where that is the same or could not be found out.
	ResolvedRoot string `json:"resolved_root,omitempty"`
	ResolvedHome string `json:"resolved_home,omitempty"`
	ResolvedTmp  string `json:"resolved_tmp,omitempty"`

	Files         []policy.File `json:"files,omitempty"`
	SkillSource   string        `json:"skill_source,omitempty"`
	Shell         string        `json:"shell,omitempty"` // bash or zsh: what runs a command; "" where it could not be found out
	CaseSensitive bool          `json:"case_sensitive"`
}

// Parse reads the JSON of one hook call. Keys are matched exactly: encoding/json alone would let "Command" overwrite
// "command", and the client reads only the latter.
func Parse(body []byte) (*Hook, error) {
	fields, err := object(body)
	if err != nil {
		return nil, fmt.Errorf("read hook JSON: %w", err)
	}
	h := &Hook{fields: fields}
	for _, f := range []struct {
		key string
		to  *string
	}{
		{"hook_event_name", &h.Event},
		{"session_id", &h.SessionID},
		{"tool_use_id", &h.ToolUseID},
		{"prompt_id", &h.PromptID},
		{"cwd", &h.Cwd},
		{"transcript_path", &h.TranscriptPath},
		{"agent_id", &h.AgentID},
		{"agent_type", &h.AgentType},
		{"permission_mode", &h.PermissionMode},
		{"tool_name", &h.ToolName},
	} {
		if err := text(fields, f.key, f.to); err != nil {
			return nil, fmt.Errorf("read hook JSON: %w", err)
		}
	}
	if h.Event == "" {
		return nil, errors.New("read hook JSON: hook_event_name is missing")
	}
	if h.SessionID == "" {
		return nil, errors.New("read hook JSON: session_id is missing")
	}
	if err := h.parseTool(); err != nil {
		return nil, fmt.Errorf("read hook JSON: %w", err)
	}
	if raw, ok := fields["ambit"]; ok {
		h.Facts = new(Facts)
		if err := json.Unmarshal(raw, h.Facts); err != nil {
			return nil, fmt.Errorf("read hook JSON: ambit: %w", err)
		}
	}
	return h, nil
}

func (h *Hook) parseTool() error {
	h.ToolInput = h.fields["tool_input"]
	if raw, ok := h.fields["mcp_server"]; ok {
		server, err := object(raw)
		if err != nil {
			return fmt.Errorf("mcp_server: %w", err)
		}
		if err := text(server, "name", &h.MCPServer); err != nil {
			return fmt.Errorf("mcp_server: %w", err)
		}
	}
	switch h.Event {
	case PreToolUse, PermissionRequest:
		if h.ToolName == "" {
			return errors.New("tool_name is missing")
		}
		if _, err := object(h.ToolInput); err != nil {
			return fmt.Errorf("tool_input: %w", err)
		}
		if h.Event == PreToolUse && h.ToolUseID == "" {
			return errors.New("tool_use_id is missing")
		}
	}
	return nil
}

// Gates reports whether the answer decides if something happens. It is true for events that this version does not know.
func (h *Hook) Gates() bool { return GatesEvent(h.Event) }

// Known reports whether this version can answer the event. It can't answer WorktreeCreate, where the hook would have to make
// the worktree itself.
func (h *Hook) Known() bool {
	r := roleOf(h.Event)
	return r == gate || r == report
}

// Resource is where the action would happen, as far as the hook tells: a bare client sends only its cwd.
func (h *Hook) Resource() policy.Resource {
	if h.Facts == nil {
		return policy.Resource{Cwd: h.Cwd}
	}
	f := h.Facts
	return policy.Resource{
		Repository: f.Repository, Root: f.Root, Cwd: h.Cwd, Home: f.Home, Tmp: f.Tmp,
		ResolvedRoot: f.ResolvedRoot, ResolvedHome: f.ResolvedHome, ResolvedTmp: f.ResolvedTmp,
		Platform: f.Platform, CaseSensitive: f.CaseSensitive, Resolves: true,
	}
}

// AgentName is the agent's name and, where the client knows it, version: "claude-code/2.1.330".
func (h *Hook) AgentName() string {
	if h.Facts != nil && h.Facts.Agent != "" {
		return h.Facts.Agent
	}
	return Agent
}

// object reads exactly one JSON object, keeping the text of its members. A member that stands twice is an error: readers differ
// on which of the two they take, so what is judged need not be what runs.
func object(raw []byte) (map[string]json.RawMessage, error) {
	raw = bytes.TrimLeft(raw, " \t\r\n")
	if len(raw) == 0 {
		return nil, errors.New("it is empty")
	}
	if raw[0] != '{' {
		return nil, errors.New("it is not a JSON object")
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	if _, err := dec.Token(); err != nil {
		return nil, err
	}
	m := map[string]json.RawMessage{}
	for dec.More() {
		token, err := dec.Token()
		if err != nil {
			return nil, err
		}
		key, ok := token.(string)
		if _, twice := m[key]; twice || !ok {
			return nil, fmt.Errorf("the member %q stands twice", key)
		}
		var value json.RawMessage
		if err := dec.Decode(&value); err != nil {
			return nil, err
		}
		m[key] = value
	}
	if _, err := dec.Token(); err != nil {
		return nil, err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("something follows the JSON object")
	}
	return m, nil
}

// text reads a string member that may be absent or null.
func text(m map[string]json.RawMessage, key string, to *string) error {
	raw, ok := m[key]
	if !ok || string(raw) == "null" {
		return nil
	}
	if err := json.Unmarshal(raw, to); err != nil {
		return fmt.Errorf("%s: expected a string", key)
	}
	return nil
}
