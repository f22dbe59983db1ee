package decision

import (
	"strings"

	"ambit/audit"
	"ambit/policy"
)

// event is the ledger's entry for a decision.
func (s *Service) event(q *question, a *answer) *audit.Event {
	r, d := &q.request, &a.decision
	e := &audit.Event{
		Schema:     audit.Schema,
		Type:       r.Action.Name,
		Phase:      audit.PhaseDecision,
		Actor:      audit.Actor{User: r.Subject.ID, Subject: q.idpSubject, Connection: r.Subject.Connection, Groups: r.Subject.Groups, Tier: d.Tier},
		Purpose:    q.purpose,
		Session:    q.session,
		Agent:      agentOf(r.Agent, q.agentID),
		Repository: r.Resource.Repository,
		Cwd:        r.Resource.Cwd,
		Action:     &audit.Action{Name: r.Action.Name, Properties: recordAction(&r.Action)},
		Effects:    &d.Effects,
		Provenance: q.provenance,
		Decision: &audit.Decision{
			ID: a.id, Effect: d.Effect, Enforced: d.Enforced, PolicyVersion: a.version,
			Reason: d.Reason, Hint: d.Hint, Findings: d.Findings, Layers: d.Layers,
		},
	}
	if q.asker.own {
		e.Actor.Credential = q.asker.credential
	} else {
		e.AskedBy = q.asker.credential
	}
	if q.toolUseID != "" || q.promptID != "" || q.requestID != "" {
		e.Correlation = &audit.Correlation{ToolUseID: q.toolUseID, PromptID: q.promptID, Request: q.requestID}
	}
	prompt := q.prompt
	if r.Action.Name == policy.ActionPromptSubmit && r.Action.Prompt != "" {
		prompt = r.Action.Prompt
	}
	if d.RecordPrompt {
		e.PromptText = prompt
	}
	return e
}

func agentOf(name, id string) *audit.Agent {
	if name == "" && id == "" {
		return nil
	}
	name, version, _ := strings.Cut(name, "/")
	return &audit.Agent{Name: name, Version: version, ID: id}
}
