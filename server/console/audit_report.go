package console

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"ambit/audit"
	"ambit/db"
	"ambit/policy"
	"ambit/server/caller"
	"ambit/server/problem"
)

// remembered is how long a repeat of a report is recognised.
const remembered = 30 * 24 * time.Hour

// maxDetail bounds outcome and properties, each, in bytes.
const maxDetail = 32 << 10

type reportAgent struct {
	Name    string `json:"name" validate:"required,max=64"`
	Version string `json:"version" validate:"max=64"`
	ID      string `json:"id" validate:"max=256"`
}

type reportAction struct {
	Name       string          `json:"name" validate:"required,max=64"`
	Properties json.RawMessage `json:"properties"`
}

type reportCorrelation struct {
	ToolUseID string `json:"tool_use_id" validate:"max=256"`
	PromptID  string `json:"prompt_id" validate:"max=256"`
	Decision  string `json:"decision" validate:"max=256"`
}

type report struct {
	ClientID    string             `json:"client_id" validate:"required,max=128"`
	Type        string             `json:"type" validate:"required,max=64"`
	Phase       string             `json:"phase" validate:"omitempty,oneof=result lifecycle"`
	User        string             `json:"user" validate:"max=254"`
	Session     string             `json:"session" validate:"max=256"`
	Agent       *reportAgent       `json:"agent"`
	Repository  string             `json:"repository" validate:"max=512"`
	Cwd         string             `json:"cwd" validate:"max=4096"`
	Action      *reportAction      `json:"action"`
	Correlation *reportCorrelation `json:"correlation"`
	Outcome     json.RawMessage    `json:"outcome"`
}

type reportRequest struct {
	Events []report `json:"events" validate:"required,min=1,max=100,dive"`
}

type reported struct {
	ClientID string `json:"client_id"`
	Status   string `json:"status"`
	ID       string `json:"id,omitempty"`
}

type reportAnswer struct {
	Recorded   int        `json:"recorded"`
	Duplicates int        `json:"duplicates"`
	Events     []reported `json:"events"`
}

// reportEvents records what happened on the caller's side: all of the batch or nothing, and each report once.
func (a *API) reportEvents(c *fiber.Ctx) error {
	var r reportRequest
	if err := bind(c, &r); err != nil {
		return err
	}
	actor := actorOf(c)
	events := make([]*audit.Event, len(r.Events))
	for i := range r.Events {
		var err error
		if events[i], err = r.Events[i].event(caller.Of(c), actor); err != nil {
			return err
		}
		events[i].Actor.Tier = a.tierOf(caller.Of(c), events[i].Repository)
	}
	if err := a.checkOwnership(c.UserContext(), caller.Of(c), events); err != nil {
		return err
	}
	fresh, err := a.recordOnce(c.UserContext(), actor.Credential, r.Events, events)
	if err != nil {
		return err
	}
	answer := reportAnswer{}
	for i, e := range events {
		out := reported{r.Events[i].ClientID, "duplicate", ""}
		if fresh[i] {
			out.Status, out.ID = "recorded", e.ID
			answer.Recorded++
		}
		answer.Events = append(answer.Events, out)
	}
	answer.Duplicates = len(events) - answer.Recorded
	return c.JSON(answer)
}

// tierOf is the permission tier of whoever reports, in a repository; "" where no person does or no policy is in force.
func (a *API) tierOf(p *caller.Principal, repository string) string {
	current, _ := a.Policies.Current()
	if current == nil || p.Person == "" {
		return ""
	}
	return current.Limits(subjectOf(p.Person, p.Groups, !p.GroupsUnknown), policy.Resource{Repository: repository}, "").Tier
}

// recordOnce records those events whose report this credential didn't make before, and says which they were.
func (a *API) recordOnce(ctx context.Context, credential string, reports []report, events []*audit.Event) ([]bool, error) {
	fresh := make([]bool, len(events))
	err := a.Ledger.Commit(ctx, func(tx *db.Tx) (record []*audit.Event, err error) {
		now := a.Now()
		if err := db.ForgetReports(ctx, tx, now.Add(-remembered).UnixMilli()); err != nil {
			return nil, err
		}
		for i, e := range events {
			if fresh[i], err = db.InsertReport(ctx, tx, credential, reports[i].ClientID, now.UnixMilli()); err != nil {
				return nil, err
			} else if fresh[i] {
				record = append(record, e)
			}
		}
		return record, nil
	})
	return fresh, err
}

// event is the report as the ledger keeps it. Everything in it is the client's word, except who reports.
func (r *report) event(p *caller.Principal, actor audit.Actor) (*audit.Event, error) {
	if r.User != "" && !strings.EqualFold(r.User, p.Person) {
		return nil, problem.New("forbidden", "a credential reports only for its own person", "Leave out user, or use that person's token.")
	}
	if !typePattern().MatchString(r.Type) || ours(r.Type) {
		return nil, problem.New("invalid", fmt.Sprintf("%q can't be the type of a reported event", r.Type),
			"Use an action's name, or a name of your own such as deploy.finished.")
	}
	e := &audit.Event{
		Type: r.Type, Phase: r.Phase, Actor: actor, Session: r.Session, Repository: r.Repository, Cwd: r.Cwd,
		Provenance: map[string]string{"actor": "server", "outcome": "client", "action": "client", "repository": "client", "correlation": "client"},
	}
	if e.Phase == "" {
		e.Phase = audit.PhaseResult
	}
	if r.Agent != nil {
		e.Agent = &audit.Agent{Name: r.Agent.Name, Version: r.Agent.Version, ID: r.Agent.ID}
	}
	if r.Correlation != nil {
		e.Correlation = &audit.Correlation{ToolUseID: r.Correlation.ToolUseID, PromptID: r.Correlation.PromptID, Decision: r.Correlation.Decision}
	}
	var err error
	if r.Action != nil {
		if ours(r.Action.Name) {
			return nil, problem.New("invalid", fmt.Sprintf("%q can't be the name of a reported action", r.Action.Name), "")
		}
		e.Action = &audit.Action{Name: r.Action.Name}
		if e.Action.Properties, err = detail("action.properties", r.Action.Properties); err != nil {
			return nil, err
		}
	}
	e.Outcome, err = detail("outcome", r.Outcome)
	return e, err
}

// detail reads an object and writes it anew, so that what is recorded has one meaning: a member that stands twice, for
// example, would have two.
func detail(name string, raw json.RawMessage) (json.RawMessage, error) {
	if raw = given(raw); raw == nil {
		return nil, nil
	}
	if len(raw) > maxDetail {
		return nil, problem.New("too_large", fmt.Sprintf("%s is longer than %d bytes", name, maxDetail), "")
	}
	var object map[string]any // any: the object is the client's own
	if err := json.Unmarshal(raw, &object); err != nil {
		return nil, problem.New("invalid", name+" must be an object of ordinary JSON values", "")
	}
	out, err := json.Marshal(object)
	if err != nil {
		return nil, fmt.Errorf("write %s: %w", name, err)
	}
	return out, nil
}
