package decision

import (
	"fmt"

	"ambit/agent/claudecode"
	"ambit/policy"
	"ambit/server/problem"
)

// Bounds of what a question may carry, in bytes. A session's facts stay in memory and all of a question goes into the ledger, so
// whoever may ask must not be able to fill either with one request. They are far above what agents send.
const (
	maxIDText   = 512      // ids, names of agents and people
	maxNameText = 1 << 10  // tools, skills, servers, models, repositories, groups
	maxPathText = 8 << 10  // paths; the policy refuses those above 4096
	maxURLText  = 16 << 10 // addresses; the policy refuses those above 8192
	maxGroups   = 1000
	maxGlobs    = 256
	maxFiles    = 4096 // a command line touches at most 1,500
)

type boundedText struct {
	name, value string
	limit       int
}

// bounded refuses a question that carries more than any agent sends.
func (q *question) bounded() error {
	r := &q.request
	a, res := &r.Action, &r.Resource
	for _, t := range [...]boundedText{
		{"subject.id", r.Subject.ID, maxIDText},
		{"action.name", a.Name, maxIDText},
		{"path", a.Path, maxPathText},
		{"url", a.URL, maxURLText},
		{"shell", a.Shell, maxIDText},
		{"content_sha256", a.ContentSHA256, maxIDText},
		{"skill", a.Skill, maxNameText},
		{"source", a.Source, maxNameText},
		{"server", a.Server, maxNameText},
		{"tool", a.Tool, maxNameText},
		{"model", a.Model, maxNameText},
		{"resource.id", res.Repository, maxNameText},
		{"root", res.Root, maxPathText},
		{"cwd", res.Cwd, maxPathText},
		{"home", res.Home, maxPathText},
		{"tmp", res.Tmp, maxPathText},
		{"root, resolved", res.ResolvedRoot, maxPathText},
		{"home, resolved", res.ResolvedHome, maxPathText},
		{"tmp, resolved", res.ResolvedTmp, maxPathText},
		{"platform", res.Platform, maxIDText},
		{"agent", r.Agent, maxIDText},
		{"agent_id", q.agentID, maxIDText},
		{"session_id", q.session, maxIDText},
		{"tool_use_id", q.toolUseID, maxIDText},
		{"prompt_id", q.promptID, maxIDText},
	} {
		if len(t.value) > t.limit {
			return tooLong(t.name, t.limit)
		}
	}
	if len(r.Subject.Groups) > maxGroups || len(a.Files) > maxFiles {
		return problem.New("invalid", fmt.Sprintf("more than %d groups or %d files", maxGroups, maxFiles), "")
	}
	for _, group := range r.Subject.Groups {
		if len(group) > maxNameText {
			return tooLong("a group", maxNameText)
		}
	}
	if s := a.Search; s != nil {
		if len(s.Type) > maxNameText || len(s.Globs) > maxGlobs {
			return problem.New("invalid", fmt.Sprintf("search has more than %d globs, or a type longer than %d bytes", maxGlobs, maxNameText), "")
		}
		for _, glob := range s.Globs {
			if len(glob) > maxPathText {
				return tooLong("a glob", maxPathText)
			}
		}
	}
	for i := range a.Files {
		if f := &a.Files[i]; max(len(f.Path), len(f.Resolved), len(f.Kind), len(f.Repository)) > maxPathText {
			return tooLong("a file's path", maxPathText)
		}
	}
	return nil
}

func tooLong(name string, limit int) error {
	return problem.New("invalid", fmt.Sprintf("%s is longer than %d bytes", name, limit), "")
}

// boundedHook is the same for what a hook's JSON holds before its actions are known.
func boundedHook(h *claudecode.Hook) error {
	if h.Facts != nil && len(h.Facts.Files) > maxFiles {
		return problem.New("invalid", fmt.Sprintf("more than %d files", maxFiles), "")
	}
	if len(h.ToolName) > maxNameText {
		return tooLong("tool_name", maxNameText)
	}
	if len(h.Event) > maxIDText {
		return tooLong("hook_event_name", maxIDText)
	}
	return nil
}

// unknownPlatform refuses where nobody knows how paths are written: judged by another system's rules, "C:\x" would be the name
// of a file in the working directory.
func unknownPlatform(platform string) *policy.Finding {
	switch platform {
	case "", "linux", "darwin", "windows", "freebsd", "netbsd", "openbsd":
		return nil
	}
	return &policy.Finding{
		Control: "request", Rule: "unknown-platform",
		Message: fmt.Sprintf("The platform %q is unknown, so nobody can say what its paths mean.", platform),
		Hint:    "Use linux, darwin or windows.",
	}
}
