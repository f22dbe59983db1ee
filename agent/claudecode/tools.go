package claudecode

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"ambit/policy"
)

// toolActions maps a tool call to actions. The tools and their inputs are those that version 2.1.330 declares to the model,
// plus the ones that earlier versions had.
func (h *Hook) toolActions() ([]policy.Action, error) {
	in, err := object(h.ToolInput)
	if err != nil {
		return nil, err
	}
	if rest, ok := strings.CutPrefix(h.ToolName, "mcp__"); ok {
		return h.mcpActions(rest)
	}
	switch h.ToolName {
	case "Bash":
		return h.shellActions(in, h.shell(), "timeout")
	case "PowerShell":
		return h.shellActions(in, "powershell", "timeout")
	case "Monitor":
		return h.monitorActions(in)
	case "Read", "NotebookRead":
		return h.pathAction(policy.ActionFileRead, in, "file_path", "notebook_path")
	case "LS":
		return h.pathAction(policy.ActionFileRead, in, "path")
	case "Grep":
		return h.grepActions(in)
	case "Glob":
		return h.globActions(in)
	case "Write", "Edit", "MultiEdit", "NotebookEdit":
		return h.writeActions(in)
	case "Skill":
		skill, err := need(in, "skill", "command")
		return []policy.Action{{Name: policy.ActionSkillInvoke, Skill: strings.TrimPrefix(skill, "/"), Source: h.skillSource()}}, err
	case "WebFetch":
		url, err := need(in, "url")
		return []policy.Action{{Name: policy.ActionWebFetch, URL: url}}, err
	case "Agent", "Task":
		return h.agentActions(in)
	}
	return []policy.Action{{Name: policy.ActionToolUse, Tool: h.ToolName, Arguments: h.ToolInput}}, nil
}

// agentActions judges the start of a sub-agent, and the folder that it is put in as a read. Its own calls come through the hook like
// any other, unless it is sent to another machine.
func (h *Hook) agentActions(in map[string]json.RawMessage) ([]policy.Action, error) {
	a := policy.Action{Name: policy.ActionAgentSpawn, Arguments: h.ToolInput}
	var isolation, dir string
	if err := errors.Join(text(in, "subagent_type", &a.Tool), text(in, "model", &a.Model), text(in, "isolation", &isolation), text(in, "cwd", &dir)); err != nil {
		return nil, err
	}
	if isolation != "" && isolation != "worktree" {
		return nil, fmt.Errorf("its isolation is %q, where Ambit would hear nothing of what the agent does: use worktree or none", isolation)
	}
	if a.Tool == "" {
		a.Tool = "general-purpose" // the client's own default
	}
	if dir == "" {
		return []policy.Action{a}, nil
	}
	if err := trimmed(dir); err != nil {
		return nil, err
	}
	return []policy.Action{a, {Name: policy.ActionFileRead, Path: Join(h.Cwd, dir), Files: h.files()}}, nil
}

// mcpActions splits server__tool. The client names the server in mcp_server too; where both are there they must agree, because
// a server's own name may contain two underscores. Where only the joined name is there, every way to split it must be allowed:
// or else a server called "github__x" would pass for a tool of "github".
func (h *Hook) mcpActions(joined string) ([]policy.Action, error) {
	call := func(server, tool string) policy.Action {
		return policy.Action{Name: policy.ActionMCPCall, Server: server, Tool: tool, Arguments: h.ToolInput}
	}
	if h.MCPServer != "" {
		tool, ok := strings.CutPrefix(joined, mcpName(h.MCPServer)+"__")
		if !ok {
			return nil, fmt.Errorf("it is no tool of the server %q that the call names", h.MCPServer)
		}
		return []policy.Action{call(h.MCPServer, tool)}, nil
	}
	const most = 8 // ways; each becomes an entry in the ledger
	var actions []policy.Action
	for i := range len(joined) - 1 {
		if joined[i:i+2] != "__" {
			continue
		}
		if len(actions) == most {
			return nil, errors.New("the server's name can't be told from the tool's")
		}
		actions = append(actions, call(joined[:i], joined[i+2:]))
	}
	if actions == nil {
		return []policy.Action{call(joined, "")}, nil
	}
	return actions, nil
}

// mcpName is how the client writes a server's name inside a tool's name: everything but letters, digits, _ and - becomes _.
func mcpName(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '_', r == '-':
			return r
		}
		return '_'
	}, s)
}

func (h *Hook) shellActions(in map[string]json.RawMessage, dialect, timeout string) ([]policy.Action, error) {
	command, err := need(in, "command")
	if err != nil {
		return nil, err
	}
	a := policy.Action{Name: policy.ActionShellExec, Command: command, Shell: dialect, Files: h.files()}
	if raw, ok := in[timeout]; ok {
		var ms float64
		if err := json.Unmarshal(raw, &ms); err == nil && ms > 0 && ms < 1<<53 {
			a.TimeoutMS = int64(ms)
		}
	}
	if raw, ok := in["dangerouslyDisableSandbox"]; ok {
		a.Unsandboxed = string(raw) != "false" && string(raw) != "null" // whatever else the client may take for true
	}
	return []policy.Action{a}, nil
}

// monitorActions judges a background monitor: a shell command whose lines come back as messages, or a WebSocket.
func (h *Hook) monitorActions(in map[string]json.RawMessage) ([]policy.Action, error) {
	var actions []policy.Action
	if _, ok := in["command"]; ok {
		run, err := h.shellActions(in, h.shell(), "timeout_ms")
		if err != nil {
			return nil, err
		}
		actions = run
	}
	if raw, ok := in["ws"]; ok {
		ws, err := object(raw)
		if err != nil {
			return nil, fmt.Errorf("ws: %w", err)
		}
		url, err := need(ws, "url")
		if err != nil {
			return nil, fmt.Errorf("ws: %w", err)
		}
		actions = append(actions, policy.Action{Name: policy.ActionWebFetch, URL: url})
	}
	if len(actions) == 0 {
		return nil, errors.New("neither command nor ws is given")
	}
	return actions, nil
}

func (h *Hook) pathAction(name string, in map[string]json.RawMessage, keys ...string) ([]policy.Action, error) {
	path, err := need(in, keys...)
	if err != nil {
		return nil, err
	}
	if err := trimmed(path); err != nil {
		return nil, err
	}
	path = Join(h.Cwd, path)
	return []policy.Action{{Name: name, Path: path, Files: h.files()}}, nil
}

func (h *Hook) writeActions(in map[string]json.RawMessage) ([]policy.Action, error) {
	actions, err := h.pathAction(policy.ActionFileWrite, in, "file_path", "notebook_path")
	if err != nil {
		return nil, err
	}
	a := &actions[0]
	if raw, ok := in["content"]; ok {
		if err := json.Unmarshal(raw, &a.Content); err != nil {
			return nil, errors.New("content: expected a string")
		}
		sum := sha256.Sum256([]byte(a.Content))
		a.ContentSHA256 = hex.EncodeToString(sum[:])
		return actions, nil
	}
	a.Diff, err = editText(in)
	return actions, err
}

// need reads the one of the keys that is there as a non-empty string. They are names that versions of the client gave to the
// same thing: of two of them nobody knows which one it takes.
func need(in map[string]json.RawMessage, keys ...string) (string, error) {
	found, value := "", ""
	for _, key := range keys {
		if _, ok := in[key]; !ok {
			continue
		}
		if found != "" {
			return "", fmt.Errorf("both %s and %s are given", found, key)
		}
		if err := text(in, key, &value); err != nil {
			return "", err
		}
		if value == "" {
			return "", fmt.Errorf("%s is empty", key)
		}
		found = key
	}
	if found == "" {
		return "", fmt.Errorf("%s is missing", keys[0])
	}
	return value, nil
}
