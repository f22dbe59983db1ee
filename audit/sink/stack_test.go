package sink

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"ambit/audit"
	"ambit/audit/egress"
	"ambit/db"
	"ambit/db/seal"
	"ambit/policy"
)

// stack is a ledger with sinks in a folder of its own; the clock can be moved.
type stack struct {
	t      *testing.T
	dir    string
	folder string // for sinks of kind file
	db     *db.DB
	ledger *audit.Ledger
	sinks  *Manager
	log    *slog.Logger
	pace   Pace

	mu    sync.Mutex
	ahead time.Duration
}

var admin = audit.Actor{User: "ada@acme.test"}

// hurried is the pace of tests.
var hurried = Pace{
	Poll: 2 * time.Millisecond, Tend: 5 * time.Millisecond, Save: 20 * time.Millisecond, FirstRetry: 5 * time.Millisecond, LastRetry: 40 * time.Millisecond,
	Request: 2 * time.Second,
}

func start(t *testing.T) *stack {
	t.Helper()
	return startAt(t, hurried)
}

func startAt(t *testing.T, pace Pace) *stack {
	t.Helper()
	s := &stack{t: t, dir: t.TempDir(), folder: t.TempDir(), log: slog.New(slog.DiscardHandler), pace: pace}
	if testing.Verbose() {
		s.log = slog.New(slog.NewTextHandler(os.Stderr, nil))
	}
	s.open()
	t.Cleanup(s.close)
	return s
}

func (s *stack) now() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return time.Now().Add(s.ahead)
}

func (s *stack) pass(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ahead += d
}

func (s *stack) open() {
	s.t.Helper()
	ctx := context.Background()
	box, err := seal.Open(filepath.Join(s.dir, "key"), rand.Reader)
	must(s.t, err)
	s.db, err = db.Open(ctx, s.dir, db.Options{})
	must(s.t, err)
	s.ledger, err = audit.Open(ctx, audit.Options{DB: s.db, Box: box, Now: s.now, Rand: rand.Reader})
	must(s.t, err)
	networks, err := egress.ParseNetworks([]string{"loopback"})
	must(s.t, err)
	s.sinks, err = Open(ctx, Options{
		DB: s.db, Ledger: s.ledger, Box: box, Networks: networks, Folder: s.folder, Now: s.now, Rand: rand.Reader, Log: s.log,
		Host: "ambit-1", Version: "test", Pace: s.pace,
	})
	must(s.t, err)
}

func (s *stack) close() {
	s.t.Helper()
	ctx := context.Background()
	must(s.t, errors.Join(s.sinks.Close(ctx), s.ledger.Close(ctx), s.db.Close()))
}

// restart closes everything and opens it again.
func (s *stack) restart() {
	s.t.Helper()
	s.close()
	s.open()
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// decide appends n decisions.
func (s *stack) decide(n int) {
	s.t.Helper()
	var wg sync.WaitGroup
	errs := make(chan error, n)
	for i := range n {
		wg.Go(func() {
			if err := s.ledger.Append(context.Background(), decision(i)); err != nil {
				errs <- err
			}
		})
	}
	wg.Wait()
	close(errs)
	must(s.t, <-errs)
}

func decision(i int) *audit.Event {
	effect := policy.Allow
	if i%5 == 0 {
		effect = policy.Deny
	}
	return &audit.Event{
		Type: "shell.exec", Phase: audit.PhaseDecision, Purpose: "enforce", Session: "session-1",
		Actor: audit.Actor{User: fmt.Sprintf("person%d@acme.test", i%3), Groups: []string{"engineers"}, Tier: "engineer"},
		Agent: &audit.Agent{Name: "claude-code", Version: "2.1.330"}, Repository: "github.com/acme/app", Cwd: "/home/ada/app",
		Action:   &audit.Action{Name: "shell.exec", Properties: json.RawMessage(fmt.Sprintf(`{"command":"git diff HEAD~%d","shell":"bash"}`, i))},
		Decision: &audit.Decision{ID: fmt.Sprintf("dec_%d", i), Effect: effect, Enforced: true, PolicyVersion: 7, Reason: "Because."},
	}
}

// create adds a running sink that takes the ledger from its beginning, in small batches, at once.
func (s *stack) create(spec Spec, secrets map[string]string) Sink {
	s.t.Helper()
	fill(&spec.Name, "test")
	fill(&spec.Batch.AgeMS, 10)
	spec.Beginning = true
	made, _, err := s.sinks.Create(s.t.Context(), admin, spec, secrets, false)
	must(s.t, err)
	return made
}

// status is that of the only sink.
func (s *stack) status() Status {
	s.t.Helper()
	list, err := s.sinks.List(s.t.Context())
	must(s.t, err)
	if len(list) != 1 {
		s.t.Fatalf("%d sinks", len(list))
	}
	return list[0].Status
}

// until waits for a condition.
func (s *stack) until(what string, ok func() bool) {
	s.t.Helper()
	for end := time.Now().Add(90 * time.Second); !ok(); {
		if time.Now().After(end) {
			status := "no sinks"
			if list, err := s.sinks.List(context.Background()); err == nil && len(list) > 0 {
				status = fmt.Sprintf("%+v", list[0].Status)
			}
			s.t.Fatalf("waited in vain until %s: %s", what, status)
		}
		time.Sleep(2 * time.Millisecond) // the sink works in goroutines of its own, over real connections
	}
}

// delivered waits until the sink has nothing left.
func (s *stack) delivered() {
	s.t.Helper()
	s.until("everything is delivered", func() bool { st := s.status(); return st.LagEvents == 0 && st.State == Running })
}

// events are the ledger's events of a type.
func (s *stack) events(kind string) []audit.Event {
	s.t.Helper()
	page, err := s.ledger.Search(s.t.Context(), audit.Query{Type: kind})
	must(s.t, err)
	list := make([]audit.Event, len(page.Events))
	for i, raw := range page.Events {
		must(s.t, json.Unmarshal(raw, &list[i]))
	}
	return list
}
