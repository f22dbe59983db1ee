package policy

import (
	"encoding/json"
	"time"
)

// The names of the actions that a policy judges (docs/policy.md has their properties).
const (
	ActionSessionStart = "session.start"
	ActionSessionEnd   = "session.end"
	ActionPromptSubmit = "prompt.submit"
	ActionShellExec    = "shell.exec"
	ActionFileRead     = "file.read"
	ActionFileWrite    = "file.write"
	ActionSkillInvoke  = "skill.invoke"
	ActionMCPCall      = "mcp.call"
	ActionWebFetch     = "web.fetch"
	ActionModelSelect  = "model.select"
	ActionAgentSpawn   = "agent.spawn"
	ActionToolUse      = "tool.use"
)

// Actions lists the names of all actions.
func Actions() []string {
	return []string{
		ActionSessionStart, ActionSessionEnd, ActionPromptSubmit, ActionShellExec, ActionFileRead, ActionFileWrite,
		ActionSkillInvoke, ActionMCPCall, ActionWebFetch, ActionModelSelect, ActionAgentSpawn, ActionToolUse,
	}
}

// Request is one proposed action with every fact that the policy may ask about.
// A fact that nobody could establish is the zero value; the policy treats it as unknown, never as harmless.
type Request struct {
	Subject  Subject
	Action   Action
	Resource Resource
	Agent    string    // name and version, "claude-code/2.1.330"; "" is unknown
	At       time.Time // when the action is asked for; zero is unknown, and then no exception applies
}

// Subject is the person who asks.
type Subject struct {
	ID          string // the person's e-mail or directory id
	Groups      []string
	GroupsKnown bool   // false: groups were absent or truncated, so group matches count as unknown
	Connection  string // identity connection by which the person signed in; "" is unknown
}

// Resource says where the action would happen.
type Resource struct {
	Repository string // "github.com/acme/payments"; "" is unknown
	Root       string // absolute; the session's root ($REPO), fixed at session start; "" is unknown
	Cwd        string // absolute; "" is unknown
	Home       string // absolute; "" is unknown
	Tmp        string // absolute; "" is unknown
	Platform   string // linux, darwin, windows; "" counts as linux

	// The same directories with every link followed; "" where nobody resolved them or they are the same.
	ResolvedRoot, ResolvedHome, ResolvedTmp string

	// CaseSensitive is false where the file system folds case: then directories that permit match in any case. Whoever
	// doesn't know sets it for linux and not for darwin and windows. Deny and protect rules fold case always.
	CaseSensitive bool
	// Resolves is true where the client resolves links itself (an installed client): a path that the policy
	// finds and the client did not resolve is then refused. False: paths are judged lexically.
	Resolves bool
}

// Action is what the agent proposes. Which fields count follows from Name.
type Action struct {
	Name string

	Command     string // shell.exec
	Shell       string // shell.exec: bash (default), sh, zsh, BashOrZsh; others are refused
	TimeoutMS   int64  // shell.exec; 0 is none given
	Unsandboxed bool   `json:",omitempty"` // shell.exec: the agent asks to run it outside its own sandbox
	Files       []File // paths that the client resolved, for shell.exec, file.* and prompt.submit

	Path          string  // file.read, file.write: as the agent wrote it
	Search        *Search `json:",omitempty"` // file.read: what is read below Path; nil: Path alone
	ContentSHA256 string  // file.write, lower-case hex
	Content       string  // file.write: whole new content, or "" where Diff is given
	Diff          string  // file.write: unified diff or old and new text

	Skill  string // skill.invoke
	Source string // skill.invoke: where the skill comes from; session.start: startup, resume, …; "" is unknown

	Server    string          // mcp.call
	Tool      string          // mcp.call: name without the server; tool.use, agent.spawn: the tool's or the agent's name
	Arguments json.RawMessage // mcp.call, tool.use, agent.spawn: the tool's input as JSON

	URL    string // web.fetch
	Model  string // model.select, session.start
	Prompt string // prompt.submit
}

// File is one path as the client's file system knows it.
type File struct {
	Path     string `json:"path"`               // as named in the action, joined with the cwd, not cleaned
	Resolved string `json:"resolved,omitempty"` // absolute, every link followed; "" where it could not be resolved
	Kind     string `json:"kind,omitempty"`     // file, dir, missing, fifo, socket, device, other

	// Repository is that of the Git work tree which holds the file, NoRepository outside any, "" unknown: then the layers
	// of every repository apply.
	Repository string `json:"repository,omitempty"`
}
