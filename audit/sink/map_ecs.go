package sink

import (
	"encoding/json"
	"path"
	"strconv"
	"strings"
	"time"

	"ambit/audit"
)

// ecsVersion is the version of the schema that the mapping follows. docs/siem.md has the tables.
const ecsVersion = "8.17.0"

// ecs is an event in the Elastic Common Schema. The ledger's entry stands whole under "ambit".
type ecs struct {
	Timestamp time.Time       `json:"@timestamp"`
	ECS       ecsVersioned    `json:"ecs"`
	Message   string          `json:"message"`
	Event     ecsEvent        `json:"event"`
	User      *ecsUser        `json:"user,omitempty"`
	Related   *ecsRelated     `json:"related,omitempty"`
	Source    *ecsAddress     `json:"source,omitempty"`
	Process   *ecsProcess     `json:"process,omitempty"`
	File      *ecsFile        `json:"file,omitempty"`
	URL       *ecsURL         `json:"url,omitempty"`
	Rule      *ecsRule        `json:"rule,omitempty"`
	Observer  ecsObserver     `json:"observer"`
	Labels    map[string]any  `json:"labels,omitempty"` // any: ECS labels are scalars of several types
	Ambit     json.RawMessage `json:"ambit"`
}

type ecsVersioned struct {
	Version string `json:"version"`
}

type ecsEvent struct {
	ID       string   `json:"id"`
	Kind     string   `json:"kind"` // event or alert
	Category []string `json:"category,omitempty"`
	Type     []string `json:"type,omitempty"`
	Action   string   `json:"action"`
	Outcome  string   `json:"outcome,omitempty"`
	Reason   string   `json:"reason,omitempty"`
	Module   string   `json:"module"`
	Dataset  string   `json:"dataset"`
	Sequence int64    `json:"sequence,omitempty"`
}

type ecsUser struct {
	Name string `json:"name"`
	ID   string `json:"id,omitempty"`
}

type ecsRelated struct {
	User []string `json:"user,omitempty"`
	IP   []string `json:"ip,omitempty"`
}

type ecsAddress struct {
	Address string `json:"address"`
	IP      string `json:"ip"`
}

type ecsProcess struct {
	CommandLine string `json:"command_line"`
	Directory   string `json:"working_directory,omitempty"`
	ExitCode    *int   `json:"exit_code,omitempty"`
}

type ecsFile struct {
	Path      string `json:"path"`
	Name      string `json:"name"`
	Directory string `json:"directory,omitempty"`
}

type ecsURL struct {
	Original string `json:"original"`
}

type ecsRule struct {
	Name    string `json:"name"`
	Ruleset string `json:"ruleset,omitempty"`
	Version string `json:"version,omitempty"`
}

type ecsObserver struct {
	Vendor  string `json:"vendor"`
	Product string `json:"product"`
}

func newECS(id string, at time.Time, dataset string) *ecs {
	return &ecs{
		Timestamp: at.UTC(), ECS: ecsVersioned{ecsVersion}, Observer: ecsObserver{"Ambit", "Ambit"},
		Event: ecsEvent{ID: id, Kind: "event", Module: "ambit", Dataset: dataset},
	}
}

// toECS maps an event.
func toECS(e *audit.Event, raw string) *ecs {
	x := newECS(e.ID, e.Time, "ambit.audit")
	x.Message, x.Ambit, x.Event.Action, x.Event.Sequence = sentence(e), json.RawMessage(raw), e.Type, e.Seq
	x.User, x.Related = &ecsUser{e.Actor.User, e.Actor.Subject}, &ecsRelated{User: []string{e.Actor.User}}
	if e.Actor.Address != "" {
		x.Source, x.Related.IP = &ecsAddress{e.Actor.Address, e.Actor.Address}, []string{e.Actor.Address}
	}
	if e.Phase == audit.PhaseIntegrity {
		x.Event.Kind = "alert"
	}
	x.labels(e)
	p := propertiesOf(e)
	x.categorise(e, &p)
	x.decision(e)
	return x
}

func (x *ecs) labels(e *audit.Event) {
	x.Labels = map[string]any{"ambit_phase": e.Phase}
	if e.Repository != "" {
		x.Labels["repository"] = e.Repository
	}
	if e.Session != "" {
		x.Labels["session"] = e.Session
	}
	if e.Agent != nil {
		x.Labels["agent"] = strings.TrimSuffix(e.Agent.Name+"/"+e.Agent.Version, "/")
	}
}

func (x *ecs) categorise(e *audit.Event, p *properties) {
	switch groupOf(e.Type) {
	case groupProcess:
		x.Event.Category, x.Event.Type = []string{"process"}, []string{"start"}
		x.Process = &ecsProcess{p.Command, e.Cwd, exitOf(e)}
		if x.Process.ExitCode != nil {
			x.Event.Type = []string{"end"}
			x.Event.Outcome = map[bool]string{true: "success", false: "failure"}[*x.Process.ExitCode == 0]
		}
	case groupFile:
		x.Event.Category, x.Event.Type = []string{"file"}, []string{"access"}
		if e.Type == "file.write" {
			x.Event.Type = []string{"change"}
		}
		x.File = &ecsFile{p.path(), path.Base(p.path()), path.Dir(p.path())}
	case groupSignIn:
		x.Event.Category, x.Event.Type, x.Event.Outcome = []string{"authentication"}, []string{"start"}, "success"
		switch verbOfSignIn(e.Type) {
		case "refused":
			x.Event.Outcome = "failure"
		case "signed_out":
			x.Event.Type = []string{"end"}
		}
	case groupOther:
		x.other(e, p)
	}
}

func (x *ecs) other(e *audit.Event, p *properties) {
	switch {
	case p.URL != "":
		x.Event.Category, x.Event.Type, x.URL = []string{"web"}, []string{"access"}, &ecsURL{p.URL}
	case strings.HasPrefix(e.Type, "session."):
		x.Event.Category = []string{"session"}
		x.Event.Type = []string{map[bool]string{true: "end", false: "start"}[e.Type == "session.end"]}
	case e.Phase == audit.PhaseAdmin:
		x.Event.Category = []string{"configuration"}
		x.Event.Type = []string{map[string]string{"create": "creation", "read": "access", "update": "change", "delete": "deletion", "": "info"}[verb(e.Type)]}
		if e.Change != nil && (e.Change.Object == "person" || e.Change.Object == "token") {
			x.Event.Category = append(x.Event.Category, "iam")
		}
	default:
		x.Event.Category, x.Event.Type = []string{"api"}, []string{"info"}
	}
}

func (x *ecs) decision(e *audit.Event) {
	d := e.Decision
	if d == nil {
		return
	}
	x.Event.Reason = d.Reason
	switch {
	case e.Purpose == "query": // a what-if: nothing was to happen
		x.Event.Outcome = "unknown"
	case string(d.Effect) == "allow":
		x.Event.Type, x.Event.Outcome = append(x.Event.Type, "allowed"), "success"
	case string(d.Effect) == "deny" && d.Enforced:
		x.Event.Type, x.Event.Outcome = append(x.Event.Type, "denied"), "failure"
	default:
		x.Event.Outcome = "unknown" // held, or only logged
	}
	for _, f := range d.Findings {
		if f.Rule != "" {
			x.Rule = &ecsRule{Name: f.Rule, Ruleset: f.Layer, Version: jsonNumber(d.PolicyVersion)}
			return
		}
	}
}

// checkpointToECS maps a checkpoint.
func checkpointToECS(c *checkpoint) *ecs {
	x := newECS(c.ID, c.Time, "ambit.checkpoint")
	x.Message, x.Event.Action = "signed checkpoint of the ledger", checkpointType
	x.Event.Category, x.Event.Type = []string{"configuration"}, []string{"info"}
	x.Ambit, _ = json.Marshal(c) // plain members: it can't fail
	return x
}

// verbOfSignIn is what happened: signed_in, signed_out, refused.
func verbOfSignIn(kind string) string {
	_, what, _ := strings.Cut(kind, ".")
	return what
}

func jsonNumber(n int64) string { return strconv.FormatInt(n, 10) }
