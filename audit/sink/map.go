package sink

import (
	"encoding/json"
	"strings"

	"ambit/audit"
)

// properties are what the mappings look for in an action's properties.
type properties struct {
	Command  string `json:"command"`
	Path     string `json:"path"`
	Resolved string `json:"resolved"`
	URL      string `json:"url"`
	Model    string `json:"model"`
	Server   string `json:"server"`
	Tool     string `json:"tool"`
	Skill    string `json:"skill"`
	Name     string `json:"name"`
}

func propertiesOf(e *audit.Event) properties {
	var p properties
	if e.Action != nil {
		_ = json.Unmarshal(e.Action.Properties, &p) // members of another type are left out of the mapping; raw data has them
	}
	return p
}

// path is the file as the machine sees it, where that is known.
func (p *properties) path() string {
	if p.Resolved != "" {
		return p.Resolved
	}
	return p.Path
}

// target is what an action is about, for actions that are neither commands nor files.
func (p *properties) target() string {
	for _, v := range []string{p.URL, p.Model, p.Skill, p.Name} {
		if v != "" {
			return v
		}
	}
	if p.Server != "" {
		return p.Server + "/" + p.Tool
	}
	return p.Tool
}

// exitOf is the exit status in a result's outcome.
func exitOf(e *audit.Event) *int {
	var o struct {
		Exit *int `json:"exit"`
	}
	_ = json.Unmarshal(e.Outcome, &o) // an outcome is whatever the agent reported
	return o.Exit
}

// group of an event's type: what the mappings have a form of their own for.
type group int

const (
	groupOther group = iota
	groupProcess
	groupFile
	groupSignIn
)

func groupOf(kind string) group {
	switch {
	case kind == "shell.exec":
		return groupProcess
	case kind == "file.read" || kind == "file.write":
		return groupFile
	case strings.HasPrefix(kind, "sign_in.") || strings.HasSuffix(kind, ".signed_in") || strings.HasSuffix(kind, ".signed_out"):
		return groupSignIn
	}
	return groupOther
}

// verb sorts an event's type by what it does to its object: create, read, update, delete, or "" for other things.
func verb(kind string) string {
	_, what, _ := strings.Cut(kind, ".")
	switch what {
	case "created", "start", "added", "published", "submit", "spawn", "exec", "invoke", "call":
		return "create"
	case "read", "fetch", "verified", "exported", "select":
		return "read"
	case "changed", "updated", "rotated", "write", "paused", "resumed", "use":
		return "update"
	case "deleted", "revoked", "removed", "purged", "end":
		return "delete"
	}
	return ""
}

// sentence is the event in a few words.
func sentence(e *audit.Event) string {
	parts := []string{e.Actor.User, e.Type}
	p := propertiesOf(e)
	for _, v := range []string{p.Command, p.path(), p.target()} {
		if v != "" {
			parts = append(parts, v)
			break
		}
	}
	if e.Decision != nil {
		parts = append(parts, string(e.Decision.Effect))
	}
	text := strings.Join(parts, " ")
	if len(text) > 300 {
		text = strings.ToValidUTF8(text[:300], "") + "…"
	}
	return text
}
