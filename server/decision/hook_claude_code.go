package decision

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/gofiber/fiber/v2"

	"ambit/agent/claudecode"
	"ambit/audit"
	"ambit/policy"
	"ambit/server/caller"
	"ambit/server/problem"
)

// hookClaudeCode is POST /hooks/claude-code: what Claude Code's hooks send, bare or through `ambit hook claude-code`.
// Every event that decides something is decided, recorded and answered explicitly; every other one is recorded.
func (s *Service) hookClaudeCode(c *fiber.Ctx) error {
	p := caller.Of(c)
	if p.Person == "" {
		return problem.New("forbidden", "hooks need a token that is bound to a person",
			"Create one with `ambit token create --scope decide --user EMAIL`.")
	}
	body, id, err := authzenBody(c)
	if err != nil {
		return err
	}
	h, err := claudecode.Parse(body)
	if err != nil {
		return invalid(err)
	}
	if err := boundedHook(h); err != nil {
		return err
	}
	q, err := s.hookQuestion(p, h, id)
	if err != nil {
		return err
	}
	if !h.Gates() {
		if err := s.recordReport(q, h); err != nil {
			return err
		}
		sendJSON(c, id, claudecode.Reply(h, claudecode.Verdict{}))
		return nil
	}
	verdict, err := s.decideHook(q, h)
	if err != nil {
		return err
	}
	sendJSON(c, id, claudecode.Reply(h, verdict))
	return nil
}

// hookQuestion is what all actions of one hook call have in common.
func (s *Service) hookQuestion(p *caller.Principal, h *claudecode.Hook, requestID string) (*question, error) {
	q := &question{
		session: h.SessionID, agentID: h.AgentID, toolUseID: h.ToolUseID, promptID: h.PromptID, requestID: requestID,
		purpose: purposeEnforce,
	}
	q.request.Resource = h.Resource()
	if h.Facts == nil {
		q.request.Resource.CaseSensitive = true // not known; so that no allowed folder grows by folding case
	}
	q.request.Agent = h.AgentName()
	if err := s.about(q, p, &subject{typ: "user", id: p.Person}); err != nil {
		return nil, err
	}
	if finding := unknownPlatform(q.request.Resource.Platform); finding != nil && q.refused == nil {
		q.refused = finding
	}
	return q, nil
}

// decideHook decides on every action that one hook call proposes; all must be allowed.
func (s *Service) decideHook(common *question, h *claudecode.Hook) (claudecode.Verdict, error) {
	actions, err := h.Actions()
	if err != nil {
		common.refused = unreadable(h, err)
		actions = []policy.Action{{Name: policy.ActionToolUse, Tool: firstOf(h.ToolName, h.Event), Arguments: h.ToolInput}}
	}
	if len(actions) == 0 {
		common.refused = unreadable(h, errors.New("it proposes nothing that Ambit can judge"))
		actions = []policy.Action{{Name: policy.ActionToolUse, Tool: firstOf(h.ToolName, h.Event)}}
	}
	start := s.Now()
	outcomes := make([]outcome, len(actions))
	for i := range actions {
		q := *common
		q.request.Action = actions[i]
		if err := q.bounded(); err != nil {
			return claudecode.Verdict{}, err
		}
		outcomes[i].answer, outcomes[i].event = s.judge(&q)
	}
	if err := s.recordAll(outcomes, start); err != nil {
		return claudecode.Verdict{}, err
	}
	verdicts := make([]claudecode.Verdict, len(outcomes))
	for i := range outcomes {
		a := &outcomes[i].answer
		verdicts[i] = claudecode.Verdict{
			ID: a.id, Effect: a.decision.Effect, Enforced: a.decision.Enforced,
			Reason: a.decision.Reason, Hint: a.decision.Hint, SkipPrompt: a.decision.SkipPrompt,
		}
		s.remember(outcomes[i].event)
	}
	merged := claudecode.Merge(verdicts...)
	return merged, s.heard(h, merged, outcomes[0].event)
}

func unreadable(h *claudecode.Hook, err error) *policy.Finding {
	return &policy.Finding{
		Control: "request", Rule: "unreadable",
		Message: "Ambit can't tell what " + firstOf(h.ToolName, h.Event) + " would do: " + err.Error() + ".",
		Hint:    "If your agent is newer than Ambit, ask your administrator to update Ambit.",
	}
}

func firstOf(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// recordReport records a result or a moment of a session. Events that the ledger has no use for leave no trace.
func (s *Service) recordReport(q *question, h *claudecode.Hook) error {
	report, ok := h.Report()
	if !ok {
		return nil
	}
	var act policy.Action
	if len(report.Actions) > 0 {
		act = report.Actions[0]
	}
	q.request.Action = act
	if err := q.bounded(); err != nil {
		return err
	}
	e := s.event(q, &answer{})
	e.Type, e.Phase, e.Outcome = report.Type, report.Phase, report.Outcome
	e.Decision, e.Effects, e.Purpose = nil, nil, ""
	if p, _ := s.Policy(); p != nil {
		e.Actor.Tier = p.Limits(q.request.Subject, q.request.Resource, q.request.Agent).Tier
	}
	if act.Name == "" {
		e.Action = nil
	}
	if report.Phase != audit.PhaseResult || h.ToolUseID == "" {
		return s.record(context.Background(), e)
	}
	if e.Correlation == nil {
		e.Correlation = &audit.Correlation{}
	}
	s.sessions.reported(h.SessionID)
	d, known := s.calls.get(call{h.SessionID, h.ToolUseID})
	e.Correlation.Decision = d.id
	if h.Event != claudecode.PostToolUse {
		return s.record(context.Background(), e)
	}
	why := ""
	if !known { // decided before a restart, or too long ago for memory: the ledger knows
		asked, refused, err := s.Ledger.DecidedOn(context.Background(), h.SessionID, h.ToolUseID)
		if d.refused = refused; err != nil {
			why = "unknown" // an alarm too many rather than one too few
		} else if !asked {
			why = "unasked"
		}
	}
	if d.refused {
		why = "refused"
	}
	if why == "" {
		return s.record(context.Background(), e)
	}
	alarm, err := unenforced(e, why)
	if err != nil {
		return err
	}
	return s.record(context.Background(), e, alarm)
}

// unenforced is the alarm that a tool ran which Ambit had refused, or had not been asked about: on that machine the hook is
// switched off, edited or too old. The client is not trusted to be honest, only noticed when it isn't.
func unenforced(result *audit.Event, why string) (*audit.Event, error) {
	return integrity("enforcement.failed", result, map[string]any{"reason": why, "action": result.Type})
}

// heard notes that a call may run, and tells once of a session whose results don't come: the hooks that report them are switched
// off there, so that nobody would notice a tool that ran against a refusal.
func (s *Service) heard(h *claudecode.Hook, v claudecode.Verdict, decided *audit.Event) error {
	if h.Event != claudecode.PreToolUse || h.ToolUseID == "" || decided == nil || v.Enforced && v.Effect != policy.Allow {
		return nil
	}
	if !s.sessions.unreported(h.SessionID) {
		return nil
	}
	alarm, err := integrity("hook.silent", decided, map[string]any{"calls": silentAfter})
	if err != nil {
		return err
	}
	return s.record(context.Background(), alarm)
}

// integrity is an alarm about the session in which something happened.
func integrity(kind string, about *audit.Event, outcome map[string]any) (*audit.Event, error) {
	text, err := json.Marshal(outcome)
	if err != nil {
		return nil, fmt.Errorf("describe the alarm: %w", err)
	}
	e := &audit.Event{
		Type: kind, Phase: audit.PhaseIntegrity, Time: about.Time, Actor: about.Actor, Session: about.Session, Agent: about.Agent,
		Repository: about.Repository, Cwd: about.Cwd, Outcome: text,
	}
	if about.Correlation != nil {
		correlation := *about.Correlation
		e.Correlation = &correlation
	}
	return e, nil
}
