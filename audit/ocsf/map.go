// Package ocsf turns audit events into events of the Open Cybersecurity Schema Framework, version 1.4: shell commands to
// process activity (1007), files to file system activity (1001), sign-ins to authentication (3002), and everything else to
// API activity (6003). What has no attribute there stands, unchanged, in unmapped.
package ocsf

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/netip"
	"path"
	"strconv"
	"strings"

	"ambit/audit"
)

// Version is the version of the schema that Map writes.
const Version = "1.4.0"

// Map gives the OCSF form of an event as the ledger has it. It fails only for what is no audit event.
func Map(raw json.RawMessage) (json.RawMessage, error) {
	var e audit.Event
	if err := json.Unmarshal(raw, &e); err != nil {
		return nil, fmt.Errorf("map to OCSF: %w", err)
	}
	if e.ID == "" || e.Type == "" || e.Time.IsZero() {
		return nil, fmt.Errorf("map to OCSF: this is no audit event: id, type or time is missing")
	}
	out := event{
		Time: e.Time.UnixMilli(),
		Metadata: metadata{
			Version: Version, Product: product{Name: "Ambit", VendorName: "Ambit"}, UID: e.ID, EventCode: e.Type, Sequence: e.Seq,
			OriginalTime: e.Time.UTC().Format("2006-01-02T15:04:05.000Z"), LogName: "audit", CorrelationUID: correlation(&e),
		},
		Actor: actorOf(&e),
	}
	classify(&out, &e)
	judge(&out, &e)
	out.Unmapped = rest(raw)
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false) // a command's && should be readable in the SIEM
	if err := enc.Encode(out); err != nil {
		return nil, fmt.Errorf("map to OCSF: %w", err)
	}
	return bytes.TrimRight(b.Bytes(), "\n"), nil
}

// correlation is what a decision and its result have in common.
func correlation(e *audit.Event) string {
	c := e.Correlation
	switch {
	case c == nil:
		return ""
	case c.ToolUseID != "":
		return c.ToolUseID
	case c.Decision != "":
		return c.Decision
	case c.PromptID != "":
		return c.PromptID
	}
	return c.Request
}

func actorOf(e *audit.Event) actor {
	a := actor{User: userOf(&e.Actor)}
	if e.Session != "" {
		a.Session = &session{UID: e.Session}
	}
	if e.Agent != nil {
		a.AppName, a.AppUID = e.Agent.Name, e.Agent.ID
		if e.Agent.Version != "" {
			a.AppName += "/" + e.Agent.Version
		}
	}
	return a
}

func userOf(a *audit.Actor) *user {
	u := &user{Name: a.User, UID: a.Subject, CredentialUID: a.Credential, Domain: a.Connection, TypeID: 1, Type: "User"}
	if u.UID == "" {
		u.UID = a.User
	}
	switch {
	case a.User == "ambit":
		u.TypeID, u.Type = 3, "System"
	case strings.Contains(a.User, "@"):
		u.EmailAddr = a.User
	}
	for _, g := range a.Groups {
		u.Groups = append(u.Groups, group{g})
	}
	return u
}

// endpointOf is where a request came from; the schema wants one, known or not.
func endpointOf(a *audit.Actor) *endpoint {
	if _, err := netip.ParseAddr(a.Address); err == nil {
		return &endpoint{IP: a.Address}
	}
	if a.Address != "" {
		return &endpoint{Name: a.Address}
	}
	return &endpoint{Name: "unknown"}
}

// unknownDevice is the machine that an agent runs on: Ambit knows its paths, not its name.
func unknownDevice() *device { return &device{TypeID: 0, Type: "Unknown", Name: "unknown"} }

// rest is what the classes have no attribute for.
func rest(raw json.RawMessage) map[string]any {
	var all map[string]json.RawMessage
	if json.Unmarshal(raw, &all) != nil {
		return nil // it was read as an event before
	}
	keep := map[string]any{}
	for _, name := range []string{"action", "asked_by", "change", "correlation", "decision", "effects", "masked", "outcome", "phase", "prompt", "provenance", "purpose", "repository"} {
		if v, there := all[name]; there {
			keep[name] = v
		}
	}
	var who struct {
		Tier string `json:"tier"`
	}
	if json.Unmarshal(all["actor"], &who) == nil && who.Tier != "" {
		keep["tier"] = who.Tier
	}
	return keep
}

// properties are the members of an action that the schema has attributes for.
type properties struct {
	Command string `json:"command"`
	Path    string `json:"path"`
	Server  string `json:"server"`
	URL     string `json:"url"`
	Model   string `json:"model"`
	Skill   string `json:"skill"`
}

func propertiesOf(e *audit.Event) properties {
	var p properties
	if e.Action != nil && json.Unmarshal(e.Action.Properties, &p) != nil {
		return properties{} // another integration's own properties may have other types
	}
	return p
}

func base(p string) string {
	if p == "" {
		return "unknown"
	}
	return path.Base(strings.ReplaceAll(p, `\`, "/"))
}

func policyOf(d *audit.Decision) policy {
	return policy{Name: "Ambit policy", Version: strconv.FormatInt(d.PolicyVersion, 10)}
}
