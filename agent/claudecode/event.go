package claudecode

// The events of Claude Code that this package treats each in its own way.
const (
	PreToolUse          = "PreToolUse"
	PostToolUse         = "PostToolUse"
	PostToolUseFailure  = "PostToolUseFailure"
	PostToolBatch       = "PostToolBatch"
	PermissionRequest   = "PermissionRequest"
	PermissionDenied    = "PermissionDenied"
	UserPromptSubmit    = "UserPromptSubmit"
	UserPromptExpansion = "UserPromptExpansion"
	PreModelSwitch      = "PreModelSwitch"
	PostModelSwitch     = "PostModelSwitch"
	SessionStart        = "SessionStart"
	SessionEnd          = "SessionEnd"
	Stop                = "Stop"
	StopFailure         = "StopFailure"
	SubagentStart       = "SubagentStart"
	SubagentStop        = "SubagentStop"
	PreCompact          = "PreCompact"
	PostCompact         = "PostCompact"
	ConfigChange        = "ConfigChange"
	InstructionsLoaded  = "InstructionsLoaded"
	CwdChanged          = "CwdChanged"
	DirectoryAdded      = "DirectoryAdded"
	WorktreeCreate      = "WorktreeCreate"
	Elicitation         = "Elicitation"
	ElicitationResult   = "ElicitationResult"
)

// role says what Claude Code does with the answer to an event.
type role uint8

const (
	unknownEvent role = iota // not an event of the version we know: refused, because it might guard something
	gate                     // the answer decides whether something happens
	report                   // the answer changes nothing, or a refusal would make the client loop
	replaced                 // the hook would have to do the client's work: we never register for it
)

// roleOf is a switch and not a map so that the hook process builds nothing when it starts.
func roleOf(event string) role {
	switch event {
	case PreToolUse, PermissionRequest, UserPromptSubmit, UserPromptExpansion, PreModelSwitch:
		return gate
	case PostToolUse, PostToolUseFailure, PostToolBatch, PermissionDenied, PostModelSwitch, SessionStart, SessionEnd, Stop,
		StopFailure, SubagentStart, SubagentStop, PreCompact, PostCompact, ConfigChange, InstructionsLoaded, CwdChanged,
		DirectoryAdded, Elicitation, ElicitationResult, "Notification", "Setup", "TeammateIdle", "TaskCreated",
		"TaskCompleted", "WorktreeRemove", "FileChanged", "MessageDisplay":
		return report
	case WorktreeCreate:
		return replaced
	}
	return unknownEvent
}

// GatesEvent reports whether a failure to answer the event must block: true for every event that guards something and for
// every event that this version does not know. False only for events known to report, where Claude Code would take a block
// as an instruction to go on (Stop, SubagentStop) or would show it to the model (PostToolUse).
func GatesEvent(event string) bool { return roleOf(event) != report }
