package claudecode

import (
	"encoding/json"
	"errors"
	"fmt"

	"ambit/policy"
)

// Actions lists what the event proposes: all of them must be allowed. It is empty for events that only report.
// A tool that this version does not know is tool.use. An error means that the input is not what the tool takes, so nobody
// knows what would happen: refuse it.
func (h *Hook) Actions() ([]policy.Action, error) {
	switch h.Event {
	case PreToolUse, PermissionRequest:
		actions, err := h.toolActions()
		if err != nil {
			return nil, fmt.Errorf("read input of %s: %w", h.ToolName, err)
		}
		return actions, nil
	case UserPromptSubmit:
		return h.promptActions()
	case UserPromptExpansion:
		return h.expansionActions()
	case PreModelSwitch:
		var model string
		if err := text(h.fields, "to_model", &model); err != nil {
			return nil, err
		}
		if model == "" {
			return nil, errors.New("to_model is missing")
		}
		return []policy.Action{{Name: policy.ActionModelSelect, Model: model}}, nil
	}
	if h.Gates() {
		return nil, fmt.Errorf("event %q is not one that Ambit can decide", h.Event)
	}
	return nil, nil
}

// promptActions judges the prompt; the policy finds the files that it mentions with @, which the client reads without a further hook.
func (h *Hook) promptActions() ([]policy.Action, error) {
	raw, ok := h.fields["prompt"]
	if !ok {
		return nil, errors.New("prompt is missing")
	}
	var prompt string
	if err := json.Unmarshal(raw, &prompt); err != nil {
		return nil, errors.New("prompt: expected a string")
	}
	return []policy.Action{{Name: policy.ActionPromptSubmit, Prompt: prompt, Files: h.files()}}, nil
}

// expansionActions judges a slash command that a person typed: its text comes from a skill or command file.
func (h *Hook) expansionActions() ([]policy.Action, error) {
	var name, source string
	if err := errors.Join(text(h.fields, "command_name", &name), text(h.fields, "command_source", &source)); err != nil {
		return nil, err
	}
	if name == "" {
		return nil, errors.New("command_name is missing")
	}
	return []policy.Action{{Name: policy.ActionSkillInvoke, Skill: name, Source: h.expansionSource(source)}}, nil
}

// expansionSource says where a typed command comes from: as the installed client found it, else as Claude Code itself says.
func (h *Hook) expansionSource(said string) string {
	if h.Facts != nil {
		return h.Facts.SkillSource
	}
	switch said {
	case "builtin", "bundled":
		return "builtin"
	case "userSettings":
		return "user"
	case "projectSettings", "localSettings":
		return "project"
	}
	return ""
}

func (h *Hook) skillSource() string {
	if h.Facts == nil {
		return ""
	}
	return h.Facts.SkillSource
}

// shell is the dialect in which a command line will be read. Claude Code runs its tool Bash in bash or zsh, whichever it finds on
// the machine, so without a client that has looked it may be either.
func (h *Hook) shell() string {
	if h.Facts != nil && (h.Facts.Shell == "bash" || h.Facts.Shell == "zsh") {
		return h.Facts.Shell
	}
	return policy.BashOrZsh
}

// files is what the installed client found the call's files to be; nil from a bare Claude Code.
func (h *Hook) files() []policy.File {
	if h.Facts == nil {
		return nil
	}
	return h.Facts.Files
}
