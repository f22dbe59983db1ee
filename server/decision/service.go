package decision

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"time"

	"ambit/audit"
	"ambit/policy"
	"ambit/server/caller"
)

// The purposes of a question. A query is a what-if: recorded as such, never counted as an action.
const (
	purposeEnforce = "enforce"
	purposeQuery   = "query"
)

// appendTimeout bounds the wait for the ledger. It is shorter than any client's own deadline, so that the client still hears
// why it was refused.
const appendTimeout = 8 * time.Second

// Policy is a compiled policy.
type Policy interface {
	Decide(r *policy.Request) policy.Decision
	// SessionRoot is $REPO for a session with this Git root that was first seen at this resource; "" where neither the root
	// nor the working directory qualifies.
	SessionRoot(gitRoot string, first policy.Resource) string
	// Limits tells the person's permission tier, which events that decide nothing have too.
	Limits(s policy.Subject, r policy.Resource, agent string) policy.Limits
}

// Ledger makes an event durable before Append returns nil.
type Ledger interface {
	Append(ctx context.Context, e *audit.Event) error
	// AppendAll appends all of them or none.
	AppendAll(ctx context.Context, events ...*audit.Event) error
	// DecidedOn reports whether a tool use was ever decided on, and whether it was refused and the refusal enforced.
	DecidedOn(ctx context.Context, session, toolUse string) (asked, refused bool, err error)
}

// Directory knows people from memory.
type Directory interface {
	Person(name string) *caller.Person // nil: unknown
}

// Observer counts.
type Observer interface {
	Decided(effect policy.Effect, enforced bool, took time.Duration)
	Unrecordable()
}

// Config is what a Service needs.
type Config struct {
	Policy    func() (Policy, int64) // the policy in force and its version; nil and 0 where none was published
	Ledger    Ledger
	Directory Directory
	Observer  Observer
	Now       func() time.Time
	NewID     func(prefix string) string
	Log       *slog.Logger
	PublicURL string // "https://ambit.acme.test"; "" makes the metadata follow the request's own address
}

// Service decides and records.
type Service struct {
	Config
	sessions *sessions
	calls    *calls
}

// New makes a Service.
func New(cfg Config) *Service {
	return &Service{Config: cfg, sessions: newSessions(maxSessions), calls: newCalls(maxCalls)}
}

// question is one action to be judged, with every fact and who vouches for it.
type question struct {
	request    policy.Request
	asker      asker
	session    string
	agentID    string
	toolUseID  string
	promptID   string
	requestID  string
	idpSubject string // the identity provider's name for the person; "" where unknown
	prompt     string // what the person asked the agent for; recorded only where the policy says so
	purpose    string
	provenance map[string]string
	refused    *policy.Finding // set where something other than the policy speaks against it
}

// asker is the credential behind a question and the person whom it is about.
type asker struct {
	credential string
	own        bool // the credential belongs to the person
}

// answer is a recorded decision.
type answer struct {
	id       string
	version  int64
	decision policy.Decision
}

// judge decides without recording.
func (s *Service) judge(q *question) (answer, *audit.Event) {
	p, version := s.Policy()
	return s.judgeBy(q, p, version)
}

func (s *Service) judgeBy(q *question, p Policy, version int64) (answer, *audit.Event) {
	q.request.At = s.Now()
	if finding := s.fixSession(q, p, version); finding != nil && q.refused == nil {
		q.refused = finding
	}
	a := answer{id: s.NewID("dec_"), version: version}
	switch {
	case q.refused != nil:
		a.decision = refusal(*q.refused)
	case p == nil && version > 0:
		a.decision = refusal(unusable)
	case p == nil:
		a.decision = refusal(unpublished)
	default:
		a.decision = p.Decide(&q.request)
	}
	if a.decision.Effect == policy.Hold && a.decision.Enforced {
		a.decision.Reason = strings.TrimRight(a.decision.Reason, ".") + ". It needs the approval of others, and the approval room comes with a later version of Ambit: until then it is refused."
	}
	return a, s.event(q, &a)
}

// unpublished is why everything is refused before there is a policy.
var unpublished = policy.Finding{
	Control: "policy", Rule: "unpublished",
	Message: "No policy is published yet, so Ambit refuses everything.",
	Hint:    "Publish one in the console, or with `ambit policy apply FILE`.",
}

// unusable is why everything is refused while the published policy can't be compiled, as after a downgrade.
var unusable = policy.Finding{
	Control: "policy", Rule: "unusable",
	Message: "The published policy can't be used by this version of Ambit, so Ambit refuses everything.",
	Hint:    "The server's log names the errors; mend them and publish again.",
}

// refusal is a decision that no policy took part in.
func refusal(f policy.Finding) policy.Decision {
	return policy.Decision{Effect: policy.Deny, Enforced: true, Reason: f.Message, Hint: f.Hint, Findings: []policy.Finding{f}}
}

// decide judges and makes the decision durable. Only then may it be answered.
func (s *Service) decide(ctx context.Context, q *question) (answer, error) {
	start := s.Now()
	a, event := s.judge(q)
	if err := s.record(ctx, event); err != nil {
		return answer{}, err
	}
	if q.purpose != purposeQuery {
		s.Observer.Decided(a.decision.Effect, a.decision.Enforced, s.Now().Sub(start))
	}
	return a, nil
}

// record waits for the ledger. Nothing cancels it when a client goes away: what was judged shall be recorded. What is told with
// the event is in the ledger with it or not at all.
func (s *Service) record(ctx context.Context, event *audit.Event, with ...*audit.Event) error {
	ctx, cancel := context.WithTimeout(ctx, appendTimeout)
	defer cancel()
	err := s.append(ctx, event, with)
	var odd *audit.InvalidError
	if errors.As(err, &odd) && digestArguments(event) {
		err = s.append(ctx, event, with)
	}
	if err != nil {
		if errors.As(err, &odd) {
			return err // the request's own fault: the ledger is well
		}
		s.Observer.Unrecordable()
		return &unrecordable{err}
	}
	return nil
}

func (s *Service) append(ctx context.Context, event *audit.Event, with []*audit.Event) error {
	if len(with) == 0 {
		return s.Ledger.Append(ctx, event)
	}
	return s.Ledger.AppendAll(ctx, append([]*audit.Event{event}, with...)...)
}

// unrecordable is the refusal of whatever can't be written to the ledger.
type unrecordable struct{ cause error }

func (e *unrecordable) Error() string {
	return "the decision can't be recorded at the moment, so the action is refused"
}
func (e *unrecordable) Unwrap() error { return e.cause }
func (e *unrecordable) Code() string  { return "ledger_unavailable" }
func (e *unrecordable) Hint() string {
	return "Try again shortly; if it stays so, tell the administrator that Ambit's ledger can't be written."
}
