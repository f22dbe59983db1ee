package ocsf

import (
	"encoding/json"
	"strings"

	"ambit/audit"
	actions "ambit/policy"
)

// The classes and their categories.
const (
	classFile           = 1001
	classProcess        = 1007
	classAuthentication = 3002
	classAPI            = 6003
)

// activity numbers of the classes.
const (
	processLaunch, processTerminate       = 1, 2
	fileRead, fileUpdate                  = 2, 3
	authLogon, authLogoff                 = 1, 2
	apiCreate, apiRead, apiUpdate, apiDel = 1, 2, 3, 4
	other                                 = 99
)

// classify fills in class, activity and what the class requires.
func classify(out *event, e *audit.Event) {
	switch {
	case e.Type == actions.ActionShellExec:
		asProcess(out, e)
	case e.Type == actions.ActionFileRead || e.Type == actions.ActionFileWrite:
		asFile(out, e)
	case signIn(e.Type):
		asAuthentication(out, e)
	default:
		asAPI(out, e)
	}
	out.TypeUID = out.ClassUID*100 + out.ActivityID
}

func asProcess(out *event, e *audit.Event) {
	p := propertiesOf(e)
	out.CategoryUID, out.CategoryName, out.ClassUID, out.ClassName = 1, "System Activity", classProcess, "Process Activity"
	out.ActivityID, out.ActivityName = processLaunch, "Launch"
	out.Device = unknownDevice()
	out.Process = &process{UID: e.ID, CmdLine: p.Command, WorkingDirectory: e.Cwd}
	if e.Correlation != nil && e.Correlation.ToolUseID != "" {
		out.Process.UID = e.Correlation.ToolUseID
	}
	if word, _, _ := strings.Cut(strings.TrimSpace(p.Command), " "); word != "" {
		out.Process.Name = base(word)
	}
	if e.Phase == audit.PhaseResult {
		out.ActivityID, out.ActivityName = processTerminate, "Terminate"
		out.ExitCode = outcomeOf(e).Exit
	}
}

func asFile(out *event, e *audit.Event) {
	p := propertiesOf(e)
	out.CategoryUID, out.CategoryName, out.ClassUID, out.ClassName = 1, "System Activity", classFile, "File System Activity"
	out.ActivityID, out.ActivityName = fileRead, "Read"
	if e.Type == actions.ActionFileWrite {
		out.ActivityID, out.ActivityName = fileUpdate, "Update"
	}
	out.Device = unknownDevice()
	out.File = &file{Name: base(p.Path), Path: p.Path, TypeID: 0, Type: "Unknown"}
}

// signIn reports whether an event tells that somebody signed in or out, or was refused.
func signIn(kind string) bool {
	return strings.HasSuffix(kind, ".signed_in") || strings.HasSuffix(kind, ".signed_out") || strings.HasPrefix(kind, "sign_in.")
}

func asAuthentication(out *event, e *audit.Event) {
	out.CategoryUID, out.CategoryName, out.ClassUID, out.ClassName = 3, "Identity & Access Management", classAuthentication, "Authentication"
	out.ActivityID, out.ActivityName = authLogon, "Logon"
	if strings.HasSuffix(e.Type, ".signed_out") {
		out.ActivityID, out.ActivityName = authLogoff, "Logoff"
	}
	out.User = userOf(&e.Actor)
	out.Service = &service{Name: "Ambit"}
	out.SrcEndpoint = endpointOf(&e.Actor)
}

func asAPI(out *event, e *audit.Event) {
	p := propertiesOf(e)
	out.CategoryUID, out.CategoryName, out.ClassUID, out.ClassName = 6, "Application Activity", classAPI, "API Activity"
	out.ActivityID, out.ActivityName = apiActivity(e.Type)
	out.API = &api{Operation: e.Type, Service: &service{Name: "Ambit"}}
	if p.Server != "" {
		out.API.Service.Name = p.Server
	}
	if e.Correlation != nil && e.Correlation.Request != "" {
		out.API.Request = &request{UID: e.Correlation.Request}
	}
	out.SrcEndpoint = endpointOf(&e.Actor)
	for _, r := range []resource{{Name: p.URL, Type: "url"}, {Name: p.Model, Type: "model"}, {Name: p.Skill, Type: "skill"}} {
		if r.Name != "" {
			out.Resources = append(out.Resources, r)
		}
	}
	if c := e.Change; c != nil {
		out.Resources = append(out.Resources, resource{UID: c.ID, Name: c.Object, Type: c.Object})
	}
}

// verbs are the last words of an event's type by what they do to the thing before them.
var verbs = []struct {
	id    int
	name  string
	words []string
}{
	{apiCreate, "Create", []string{"created", "added", "requested", "start", "spawn", "link_created"}},
	{apiRead, "Read", []string{"read", "exported", "fetch", "viewed"}},
	{apiUpdate, "Update", []string{"changed", "published", "renamed", "enabled", "disabled", "rotated", "change", "restored"}},
	{apiDel, "Delete", []string{"deleted", "revoked", "purged", "removed", "released"}},
}

// apiActivity is the activity by the last word of the type: policy.published updates, token.revoked deletes.
func apiActivity(kind string) (int, string) {
	last := kind[strings.LastIndexByte(kind, '.')+1:]
	for _, v := range verbs {
		for _, w := range v.words {
			if w == last {
				return v.id, v.name
			}
		}
	}
	return other, kind
}

// result is what an outcome says that the schema has attributes for.
type result struct {
	Exit   *int64 `json:"exit"`
	OK     *bool  `json:"ok"`
	Reason string `json:"reason"`
	Error  string `json:"error"`
}

func outcomeOf(e *audit.Event) result {
	var r result
	if len(e.Outcome) == 0 || json.Unmarshal(e.Outcome, &r) != nil {
		return result{} // another integration's own outcome may have other types
	}
	return r
}
