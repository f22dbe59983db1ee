package decision

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"

	"ambit/audit"
	"ambit/policy"
	"ambit/server/caller"
)

// fakePolicy allows what says "ok", holds what says "hold", and denies the rest.
type fakePolicy struct {
	mu   sync.Mutex
	seen []policy.Request
}

func (f *fakePolicy) Decide(r *policy.Request) policy.Decision {
	f.mu.Lock()
	f.seen = append(f.seen, *r)
	f.mu.Unlock()
	switch {
	case strings.Contains(r.Action.Command, "ok"):
		return policy.Decision{Effect: policy.Allow, Enforced: true, Reason: "listed"}
	case strings.Contains(r.Action.Command, "hold"):
		return policy.Decision{Effect: policy.Hold, Enforced: true, Reason: "Edits need approval."}
	case strings.Contains(r.Action.Command, "watch"):
		return policy.Decision{Effect: policy.Deny, Reason: "not listed"}
	}
	return policy.Decision{
		Effect: policy.Deny, Enforced: true, Reason: "not listed", RecordPrompt: true,
		Findings: []policy.Finding{{Layer: "organisation", Control: "shell", Message: "not listed", At: &policy.Span{Offset: 3, Length: 2}}},
	}
}

func (f *fakePolicy) Limits(policy.Subject, policy.Resource, string) policy.Limits {
	return policy.Limits{Tier: "engineer"}
}

func (f *fakePolicy) SessionRoot(gitRoot string, first policy.Resource) string {
	if gitRoot != "" {
		return gitRoot
	}
	return first.Cwd
}

func (f *fakePolicy) last(t *testing.T) policy.Request {
	t.Helper()
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.seen) == 0 {
		t.Fatal("the policy was not asked")
	}
	return f.seen[len(f.seen)-1]
}

// fakeLedger keeps events; it fails while down is set.
type fakeLedger struct {
	mu       sync.Mutex
	events   []audit.Event
	together []int // of how many events each AppendAll was
	down     bool
	odd      string // what the ledger has no form for
}

// fails says why the ledger doesn't take an event.
func (f *fakeLedger) fails(e *audit.Event) error {
	if f.down {
		return errors.New("the disk is full")
	}
	if f.odd != "" && e.Action != nil && strings.Contains(string(e.Action.Properties), f.odd) {
		return fmt.Errorf("record event: %w", &audit.InvalidError{})
	}
	return nil
}

func (f *fakeLedger) Append(_ context.Context, e *audit.Event) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.fails(e); err != nil {
		return err
	}
	f.events = append(f.events, *e)
	return nil
}

func (f *fakeLedger) AppendAll(_ context.Context, events ...*audit.Event) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, e := range events {
		if err := f.fails(e); err != nil {
			return err
		}
	}
	f.together = append(f.together, len(events))
	for _, e := range events {
		f.events = append(f.events, *e)
	}
	return nil
}

func (f *fakeLedger) DecidedOn(_ context.Context, session, toolUse string) (asked, refused bool, err error) {
	for _, e := range f.all() {
		if e.Phase == audit.PhaseDecision && e.Session == session && e.Correlation != nil && e.Correlation.ToolUseID == toolUse {
			asked, refused = true, refused || e.Decision.Enforced && e.Decision.Effect != policy.Allow
		}
	}
	return asked, refused, nil
}

func (f *fakeLedger) all() []audit.Event {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]audit.Event(nil), f.events...)
}

type fakeDirectory struct{}

func (fakeDirectory) Person(name string) *caller.Person {
	switch name {
	case "ada@acme.test":
		return &caller.Person{Email: name, Groups: []string{"engineers"}}
	case "gone@acme.test":
		return &caller.Person{Email: name, Disabled: true}
	case "vera@acme.test":
		return &caller.Person{
			Email: name, GroupsUnknown: true, Accounts: []caller.Account{{Connection: "okta", Subject: "00u1", Active: true, GroupsUnknown: true}},
		}
	}
	return nil
}

type fakeObserver struct{ decided, unrecordable atomic.Int64 }

func (f *fakeObserver) Decided(policy.Effect, bool, time.Duration) { f.decided.Add(1) }
func (f *fakeObserver) Unrecordable()                              { f.unrecordable.Add(1) }

// world is a service with fakes all round, behind a Fiber app that lets caller in.
type world struct {
	*Service
	policy   *fakePolicy
	ledger   *fakeLedger
	observer *fakeObserver
	caller   *caller.Principal
	app      *fiber.App
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{policy: &fakePolicy{}, ledger: &fakeLedger{}, observer: &fakeObserver{}}
	w.caller = &caller.Principal{Kind: caller.APIToken, ID: "tok_1", Credential: "tok_1", Scopes: []caller.Scope{caller.ScopeDecide}}
	n := 0
	w.Service = New(Config{
		Policy: func() (Policy, int64) { return w.policy, 7 }, Ledger: w.ledger, Directory: fakeDirectory{}, Observer: w.observer,
		Now: func() time.Time { return time.Date(2026, 11, 22, 5, 30, 16, 0, time.UTC) }, Log: slog.New(slog.DiscardHandler),
		NewID: func(prefix string) string { n++; return prefix + strconv.Itoa(n) },
	})
	w.app = fiber.New(fiber.Config{DisableStartupMessage: true, ErrorHandler: func(c *fiber.Ctx, err error) error {
		var coded interface{ Code() string }
		if errors.As(err, &coded) {
			return c.Status(map[string]int{"invalid": 400, "forbidden": 403, "too_large": 413, "ledger_unavailable": 503}[coded.Code()]).SendString(err.Error())
		}
		return c.Status(500).SendString(err.Error())
	}})
	let := func(h fiber.Handler) fiber.Handler {
		return func(c *fiber.Ctx) error { caller.Attach(c, w.caller); return h(c) }
	}
	h := w.Handlers()
	w.app.Post("/access/v1/evaluation", let(h["evaluate"]))
	w.app.Post("/access/v1/evaluations", let(h["evaluateMany"]))
	w.app.Post("/hooks/claude-code", let(h["hookClaudeCode"]))
	w.app.Get("/.well-known/authzen-configuration", let(h["authzenConfiguration"]))
	return w
}

// quickPolicy allows everything at once, for benchmarks.
type quickPolicy struct{}

func (quickPolicy) Decide(*policy.Request) policy.Decision {
	return policy.Decision{Effect: policy.Allow, Enforced: true, Reason: "allowed by a pattern of layer organisation"}
}

func (quickPolicy) SessionRoot(root string, _ policy.Resource) string { return root }

func (quickPolicy) Limits(policy.Subject, policy.Resource, string) policy.Limits {
	return policy.Limits{}
}
