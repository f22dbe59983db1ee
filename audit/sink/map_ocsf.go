package sink

import (
	"crypto/sha256"
	"encoding/hex"
	"path"

	"ambit/audit"
)

// ocsfVersion is the version of the schema that the mapping follows. docs/siem.md has the tables.
const ocsfVersion = "1.9.0"

// ocsf is an event in the Open Cybersecurity Schema Framework: one of Process Activity (1007), File System Activity (1001),
// Authentication (3002) and API Activity (6003), with the profiles ai_operation and security_control. raw_data is the ledger's
// entry to the byte, so the event still proves itself; the profile record_integrity doesn't fit, because it attests the mapped
// record rather than the entry.
type ocsf struct {
	CategoryUID  int             `json:"category_uid"`
	ClassUID     int             `json:"class_uid"`
	ActivityID   int             `json:"activity_id"`
	TypeUID      int             `json:"type_uid"`
	SeverityID   int             `json:"severity_id"`
	Time         int64           `json:"time"` // milliseconds since 1970
	Message      string          `json:"message"`
	StatusID     int             `json:"status_id,omitempty"`
	StatusDetail string          `json:"status_detail,omitempty"`
	Metadata     ocsfMetadata    `json:"metadata"`
	Actor        *ocsfActor      `json:"actor,omitempty"`
	ActionID     *int            `json:"action_id,omitempty"`
	Disposition  int             `json:"disposition_id,omitempty"`
	Policy       *ocsfPolicy     `json:"policy,omitempty"`
	Agent        *ocsfAgent      `json:"ai_agent,omitempty"`
	Device       *ocsfDevice     `json:"device,omitempty"`
	Process      *ocsfProcess    `json:"process,omitempty"`
	ExitCode     *int            `json:"exit_code,omitempty"`
	File         *ocsfFile       `json:"file,omitempty"`
	User         *ocsfUser       `json:"user,omitempty"`
	Service      *ocsfNamed      `json:"service,omitempty"`
	Source       *ocsfEndpoint   `json:"src_endpoint,omitempty"`
	API          *ocsfAPI        `json:"api,omitempty"`
	Resources    []ocsfResource  `json:"resources,omitempty"`
	Unmapped     *ocsfUnmapped   `json:"unmapped,omitempty"`
	RawData      string          `json:"raw_data"`
	RawHash      ocsfFingerprint `json:"raw_data_hash"`
}

type ocsfMetadata struct {
	Version     string    `json:"version"`
	Product     ocsfNamed `json:"product"`
	Profiles    []string  `json:"profiles"`
	UID         string    `json:"uid"`
	Sequence    int64     `json:"sequence,omitempty"`
	Correlation string    `json:"correlation_uid,omitempty"`
	LogName     string    `json:"log_name"`
}

type ocsfNamed struct {
	Name   string `json:"name"`
	Vendor string `json:"vendor_name,omitempty"`
	UID    string `json:"uid,omitempty"`
}

type ocsfActor struct {
	User    ocsfUser `json:"user"`
	Session *ocsfUID `json:"session,omitempty"`
}

type ocsfUID struct {
	UID string `json:"uid"`
}

type ocsfUser struct {
	Name       string      `json:"name"`
	UID        string      `json:"uid,omitempty"`
	Groups     []ocsfNamed `json:"groups,omitempty"`
	Credential string      `json:"credential_uid,omitempty"`
}

type ocsfPolicy struct {
	Name    string `json:"name"`
	Version string `json:"version,omitempty"`
	Desc    string `json:"desc,omitempty"`
}

type ocsfAgent struct {
	UID      string     `json:"uid"`
	Name     string     `json:"name"`
	Version  string     `json:"version,omitempty"`
	Instance string     `json:"instance_uid,omitempty"`
	Model    *ocsfNamed `json:"ai_model,omitempty"`
}

type ocsfDevice struct {
	TypeID int `json:"type_id"`
}

type ocsfProcess struct {
	CommandLine string `json:"cmd_line"`
	Directory   string `json:"working_directory,omitempty"`
}

type ocsfFile struct {
	Name   string `json:"name"`
	Path   string `json:"path"`
	TypeID int    `json:"type_id"`
}

type ocsfEndpoint struct {
	IP   string `json:"ip,omitempty"`
	Name string `json:"name,omitempty"`
}

type ocsfAPI struct {
	Operation string    `json:"operation"`
	Service   ocsfNamed `json:"service"`
}

type ocsfResource struct {
	Type string `json:"type"`
	Name string `json:"name,omitempty"`
	UID  string `json:"uid,omitempty"`
}

// ocsfUnmapped is what the classes have no member for.
type ocsfUnmapped struct {
	Phase      string `json:"phase"`
	Repository string `json:"repository,omitempty"`
}

type ocsfFingerprint struct {
	AlgorithmID int    `json:"algorithm_id"` // 3: SHA-256
	Value       string `json:"value"`
}

// The numbers of the schema that the mapping uses.
const (
	severityIDInfo   = 1
	severityIDMedium = 3
	severityIDHigh   = 4
	activityOther    = 99
)

// toOCSF maps an event.
func toOCSF(e *audit.Event, raw string) *ocsf {
	sum := sha256.Sum256([]byte(raw))
	o := &ocsf{
		SeverityID: severityIDInfo, Time: e.Time.UnixMilli(), Message: sentence(e),
		Metadata: ocsfMetadata{
			Version: ocsfVersion, Product: ocsfNamed{Name: "Ambit", Vendor: "Ambit"}, Profiles: []string{},
			UID: e.ID, Sequence: e.Seq, LogName: audit.Schema,
		},
		Actor:    &ocsfActor{User: ocsfUserOf(&e.Actor)},
		Unmapped: &ocsfUnmapped{e.Phase, e.Repository},
		RawData:  raw, RawHash: ocsfFingerprint{3, hex.EncodeToString(sum[:])},
	}
	if e.Correlation != nil {
		o.Metadata.Correlation = e.Correlation.ToolUseID
	}
	if e.Session != "" {
		o.Actor.Session = &ocsfUID{e.Session}
	}
	p := propertiesOf(e)
	o.agent(e, &p)
	o.decision(e)
	o.class(e, &p)
	o.TypeUID = o.ClassUID*100 + o.ActivityID
	o.CategoryUID = o.ClassUID / 1000
	return o
}

func ocsfUserOf(a *audit.Actor) ocsfUser {
	u := ocsfUser{Name: a.User, UID: a.Subject, Credential: a.Credential}
	for _, g := range a.Groups {
		u.Groups = append(u.Groups, ocsfNamed{Name: g})
	}
	return u
}

func (o *ocsf) agent(e *audit.Event, p *properties) {
	if e.Agent == nil {
		return
	}
	o.Metadata.Profiles = append(o.Metadata.Profiles, "ai_operation")
	o.Agent = &ocsfAgent{UID: e.Agent.Name, Name: e.Agent.Name, Version: e.Agent.Version, Instance: e.Session}
	if p.Model != "" {
		o.Agent.Model = &ocsfNamed{Name: p.Model}
	}
}

// decision fills the profile security_control: allowed, blocked, delayed until somebody agrees, or only logged.
func (o *ocsf) decision(e *audit.Event) {
	if e.Phase == audit.PhaseIntegrity {
		o.SeverityID = severityIDHigh
	}
	d := e.Decision
	if d == nil {
		return
	}
	action, allowed, denied, unknown := 0, 1, 2, 0
	switch {
	case string(d.Effect) == "allow":
		action, o.Disposition, o.StatusID = allowed, 1, 1
	case !d.Enforced:
		action, o.Disposition, o.SeverityID = allowed, 17, severityIDMedium
	case string(d.Effect) == "deny":
		action, o.Disposition, o.StatusID, o.SeverityID = denied, 2, 2, severityIDMedium
	default:
		action, o.Disposition, o.SeverityID = unknown, 14, severityIDMedium
	}
	o.Metadata.Profiles = append(o.Metadata.Profiles, "security_control")
	o.ActionID = &action
	o.StatusDetail = d.Reason
	o.Policy = &ocsfPolicy{Name: "Ambit", Version: jsonNumber(d.PolicyVersion), Desc: d.Reason}
	for _, f := range d.Findings {
		if f.Layer != "" {
			o.Policy.Name = f.Layer
			break
		}
	}
}

// class fills what the four classes have of their own.
func (o *ocsf) class(e *audit.Event, p *properties) {
	switch groupOf(e.Type) {
	case groupProcess:
		o.ClassUID, o.ActivityID = 1007, 1
		o.Device, o.Process, o.ExitCode = &ocsfDevice{}, &ocsfProcess{p.Command, e.Cwd}, exitOf(e)
		if o.ExitCode != nil && o.StatusID == 0 {
			o.StatusID = 1 + min(1, max(*o.ExitCode, -*o.ExitCode))
		}
	case groupFile:
		o.ClassUID, o.ActivityID = 1001, 2
		if e.Type == "file.write" {
			o.ActivityID = 3
		}
		o.Device, o.File = &ocsfDevice{}, &ocsfFile{Name: path.Base(p.path()), Path: p.path()}
	case groupSignIn:
		o.ClassUID, o.ActivityID, o.StatusID = 3002, 1, 1
		user := ocsfUserOf(&e.Actor)
		o.User, o.Service = &user, &ocsfNamed{Name: "ambit"}
		switch verbOfSignIn(e.Type) {
		case "refused":
			o.StatusID, o.SeverityID = 2, severityIDMedium
		case "signed_out":
			o.ActivityID = 2
		}
		o.Source = endpoint(e)
	case groupOther:
		o.ClassUID = 6003
		o.ActivityID = map[string]int{"create": 1, "read": 2, "update": 3, "delete": 4, "": activityOther}[verb(e.Type)]
		o.API = &ocsfAPI{Operation: e.Type, Service: ocsfNamed{Name: "ambit"}}
		o.Source = endpoint(e)
		if e.Change != nil {
			o.Resources = append(o.Resources, ocsfResource{Type: e.Change.Object, UID: e.Change.ID})
		} else if target := p.target(); target != "" {
			o.Resources = append(o.Resources, ocsfResource{Type: e.Type, Name: target})
		}
	}
}

// endpoint is where a request came from; API Activity wants one, and an agent's machine is known by its agent only.
func endpoint(e *audit.Event) *ocsfEndpoint {
	switch {
	case e.Actor.Address != "":
		return &ocsfEndpoint{IP: e.Actor.Address}
	case e.Agent != nil:
		return &ocsfEndpoint{Name: e.Agent.Name}
	default:
		return &ocsfEndpoint{Name: "ambit"}
	}
}

// checkpointToOCSF maps a checkpoint: API Activity, other.
func checkpointToOCSF(c *checkpoint) *ocsf {
	sum := sha256.Sum256([]byte(c.Note))
	return &ocsf{
		CategoryUID: 6, ClassUID: 6003, ActivityID: activityOther, TypeUID: 600300 + activityOther, SeverityID: severityIDInfo,
		Time: c.Time.UnixMilli(), Message: "signed checkpoint of the ledger", StatusID: 1,
		Metadata: ocsfMetadata{
			Version: ocsfVersion, Product: ocsfNamed{Name: "Ambit", Vendor: "Ambit"}, Profiles: []string{}, UID: c.ID, LogName: CheckpointSchema,
		},
		Actor: &ocsfActor{User: ocsfUser{Name: "ambit"}},
		API:   &ocsfAPI{Operation: checkpointType, Service: ocsfNamed{Name: "ambit"}}, Source: &ocsfEndpoint{Name: "ambit"},
		Resources: []ocsfResource{{Type: "ledger", Name: c.Origin}},
		RawData:   c.Note, RawHash: ocsfFingerprint{3, hex.EncodeToString(sum[:])},
	}
}
