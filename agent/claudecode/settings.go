package claudecode

import (
	"bytes"
	"encoding/json"
	"fmt"
	"path"

	"ambit/policy"
)

// MinimumVersion is the oldest Claude Code that obeys onFailure "block"; older ones ignore the key and fail open, so the
// settings refuse them.
const MinimumVersion = "2.1.295"

// Timeouts of hooks in seconds. The hook's own deadline is shorter, so that it is the one who says what went wrong.
const (
	gateTimeout   = 15
	reportTimeout = 10
)

// The two ways to roll out.
const (
	ModeInstalled   = "installed"    // `ambit hook` on the engineer's machine
	ModeZeroInstall = "zero-install" // Claude Code's own HTTP hooks
)

// SettingsOptions says for whom managed settings are written.
type SettingsOptions struct {
	Mode    string
	Server  string           // "https://ambit.example.com"
	Program string           // installed: absolute path of the ambit program on the engineer's machine
	Shell   string           // absolute path of the bash or zsh that runs commands; "" leaves it to each machine
	Sandbox string           // SandboxOn (also ""), SandboxRequired or SandboxOff; needs Policy
	Policy  *policy.Document // what every engineer's settings can carry is taken from it; nil: hooks only
}

// gateEvents and reportEvents are the events that the settings register. Not among them: WorktreeCreate (a hook must then
// make the worktree itself), PostToolBatch and the tool results twice, MessageDisplay, Notification, FileChanged and the
// task list (nothing that the ledger keeps), TaskCompleted and TeammateIdle (a failing hook keeps the agent going).
func gateEvents() []string {
	return []string{PreToolUse, PermissionRequest, UserPromptSubmit, UserPromptExpansion, PreModelSwitch}
}

func reportEvents() []string {
	return []string{
		SessionStart, SessionEnd, PostToolUse, PostToolUseFailure, PermissionDenied, PostModelSwitch, Stop, StopFailure, SubagentStart,
		SubagentStop, PreCompact, PostCompact, ConfigChange, InstructionsLoaded, CwdChanged, DirectoryAdded, Elicitation, ElicitationResult,
	}
}

// settings are the keys of Claude Code that Ambit sets. NoSkillShell is for commands inside a skill's text (!`cmd`), which run while
// the skill loads, before there is a call that a hook could judge.
type settings struct {
	MinimumVersion   string                   `json:"requiredMinimumVersion"`
	ManagedHooksOnly bool                     `json:"allowManagedHooksOnly"`
	NoSkillShell     bool                     `json:"disableSkillShellExecution"`
	HookURLs         []string                 `json:"allowedHttpHookUrls,omitempty"`
	Permissions      permissions              `json:"permissions"`
	Models           []string                 `json:"availableModels,omitempty"`
	EnforceModels    bool                     `json:"enforceAvailableModels,omitempty"`
	Env              map[string]string        `json:"env,omitempty"`
	Sandbox          *sandbox                 `json:"sandbox,omitempty"`
	Hooks            map[string][]hookEntries `json:"hooks"`
}

type permissions struct {
	Bypass string   `json:"disableBypassPermissionsMode"`
	Deny   []string `json:"deny,omitempty"`
}

type hookEntries struct {
	Hooks []hookEntry `json:"hooks"`
}

type hookEntry struct {
	Type      string            `json:"type"`
	Command   string            `json:"command,omitempty"`
	Args      []string          `json:"args,omitempty"`
	URL       string            `json:"url,omitempty"`
	Headers   map[string]string `json:"headers,omitempty"`
	EnvVars   []string          `json:"allowedEnvVars,omitempty"`
	Timeout   int               `json:"timeout"`
	OnFailure string            `json:"onFailure,omitempty"`
}

// shell makes every machine run commands in the same shell: what Claude Code would choose differs from one to the next, and a
// line can mean one thing to bash and another to zsh.
func (s *settings) shell(program string) error {
	if program == "" {
		return nil
	}
	if name := path.Base(program); !path.IsAbs(program) || name != "bash" && name != "zsh" {
		return fmt.Errorf("write settings: the shell %q is not the absolute path of a bash or zsh: give one such as /bin/bash", program)
	}
	s.setEnv("CLAUDE_CODE_SHELL", program)
	return nil
}

func (s *settings) setEnv(name, value string) {
	if s.Env == nil {
		s.Env = map[string]string{}
	}
	s.Env[name] = value
}

// Settings writes the managed settings file. The notes say, a sentence each, what of the policy these settings can't carry;
// the hooks enforce it all the same.
func Settings(o SettingsOptions) (file []byte, notes []string, err error) {
	s := settings{MinimumVersion: MinimumVersion, ManagedHooksOnly: true, NoSkillShell: true, Hooks: map[string][]hookEntries{}}
	s.Permissions.Bypass = "disable"
	var entry hookEntry
	switch o.Mode {
	case ModeInstalled:
		entry = hookEntry{Type: "command", Command: o.Program, Args: []string{"hook", "claude-code", "--server", o.Server}}
	case ModeZeroInstall:
		url := o.Server + "/hooks/claude-code"
		entry = hookEntry{Type: "http", URL: url, Headers: map[string]string{"Authorization": "Bearer $AMBIT_TOKEN"}, EnvVars: []string{"AMBIT_TOKEN"}}
		s.HookURLs = []string{url}
	default:
		return nil, nil, fmt.Errorf("write settings: unknown mode %q", o.Mode)
	}
	for _, event := range gateEvents() {
		e := entry
		e.Timeout, e.OnFailure = gateTimeout, "block"
		s.Hooks[event] = []hookEntries{{Hooks: []hookEntry{e}}}
	}
	for _, event := range reportEvents() {
		if o.Mode == ModeZeroInstall && event == SessionStart {
			continue // Claude Code sends no HTTP request for it
		}
		e := entry
		e.Timeout = reportTimeout
		s.Hooks[event] = []hookEntries{{Hooks: []hookEntry{e}}}
	}
	if err := s.shell(o.Shell); err != nil {
		return nil, nil, err
	}
	if o.Policy != nil {
		notes = append(s.fromPolicy(o.Policy), s.sandboxed(o.Policy, o.Sandbox)...)
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(s); err != nil {
		return nil, nil, fmt.Errorf("write settings: %w", err)
	}
	return b.Bytes(), notes, nil
}
