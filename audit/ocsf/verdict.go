package ocsf

import (
	"strconv"
	"strings"

	"ambit/audit"
	actions "ambit/policy"
)

// severities by number.
var severities = map[int]string{1: "Informational", 2: "Low", 3: "Medium", 4: "High"}

func severity(out *event, id int) { out.SeverityID, out.Severity = id, severities[id] }

func success(out *event) { out.StatusID, out.Status = 1, "Success" }
func failure(out *event) { out.StatusID, out.Status = 2, "Failure" }

// judge fills in status and severity and, for decisions, the attributes of the profile security_control.
func judge(out *event, e *audit.Event) {
	severity(out, 1)
	success(out)
	switch {
	case e.Decision != nil:
		decided(out, e)
	case e.Phase == audit.PhaseIntegrity:
		severity(out, 4)
	case e.Phase == audit.PhaseResult:
		came(out, e)
	case strings.HasPrefix(e.Type, "sign_in."):
		severity(out, 2)
		failure(out)
		out.StatusDetail = outcomeOf(e).Reason
	}
}

func decided(out *event, e *audit.Event) {
	d := e.Decision
	out.Metadata.Profiles = []string{"security_control"}
	out.Message = d.Reason
	p := policyOf(d)
	out.Policy = &p
	for _, l := range d.Layers {
		layer := p
		layer.Name, layer.Desc = l.Layer, l.Message
		out.Authorizations = append(out.Authorizations, grant{Decision: string(l.Effect), Policy: layer})
	}
	if e.Purpose == "query" {
		// A what-if: nobody acted.
		control(out, other, "What-if", 17, "Logged")
		out.StatusID, out.Status = other, "What-if"
		return
	}
	switch {
	case d.Effect == actions.Allow:
		control(out, 1, "Allowed", 1, "Allowed")
	case !d.Enforced:
		severity(out, 2)
		control(out, 3, "Observed", 15, "Detected")
	case d.Effect == actions.Hold:
		severity(out, 2)
		control(out, other, "Held", 14, "Delayed")
		out.StatusID, out.Status = other, "Held"
	default:
		severity(out, 3)
		failure(out)
		control(out, 2, "Denied", 2, "Blocked")
	}
}

func control(out *event, action int, actionName string, disposition int, dispositionName string) {
	out.ActionID, out.Action, out.DispositionID, out.Disposition = &action, actionName, &disposition, dispositionName
}

// came says how an action ended.
func came(out *event, e *audit.Event) {
	r := outcomeOf(e)
	if r.Exit != nil {
		out.StatusCode = strconv.FormatInt(*r.Exit, 10)
	}
	if r.Exit != nil && *r.Exit != 0 || r.OK != nil && !*r.OK {
		failure(out)
		out.StatusDetail = r.Error
	}
}
