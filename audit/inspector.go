package audit

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"ambit/db"
)

// InspectorOptions say how often and how fast. The zero value of each member is its default.
type InspectorOptions struct {
	First time.Duration // after Start (10 minutes)
	Every time.Duration // between two inspections (24 hours)
	Rest  int           // it rests this many times as long as it works (8): decisions need the processor more
	Log   *slog.Logger
}

// Inspection is the outcome of the last one that was finished.
type Inspection struct {
	At       time.Time // zero: none yet
	Entries  int64
	FirstBad int64 // 0: the ledger is as it was written
	What     string
}

// Inspector verifies the whole ledger in the background, so that damage is noticed by somebody who never presses a button. What
// it finds is the alarm ledger.damaged, which the sinks carry off the machine.
type Inspector struct {
	l     *Ledger
	opt   InspectorOptions
	pause func(ctx context.Context, d time.Duration) bool
	stop  context.CancelFunc
	done  chan struct{}

	mu   sync.Mutex
	last Inspection
	kept string // the checkpoint that was good at the last inspection: what was rewritten since, key or no key, contradicts it
}

// NewInspector makes one that rests until Start.
func NewInspector(l *Ledger, opt InspectorOptions) *Inspector {
	if opt.First == 0 {
		opt.First = 10 * time.Minute
	}
	if opt.Every == 0 {
		opt.Every = 24 * time.Hour
	}
	if opt.Rest == 0 {
		opt.Rest = 8
	}
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	return &Inspector{l: l, opt: opt, pause: sleep}
}

// Start inspects from now on, until Close.
func (i *Inspector) Start() {
	ctx, cancel := context.WithCancel(context.Background())
	i.stop, i.done = cancel, make(chan struct{})
	go func() {
		defer close(i.done)
		for wait := i.opt.First; sleep(ctx, wait); wait = i.opt.Every {
			if err := i.Inspect(ctx); err != nil && ctx.Err() == nil {
				i.opt.Log.Error("the ledger can't be inspected", "error", err)
			}
		}
	}()
}

// Close ends the inspections; one that is under way is given up.
func (i *Inspector) Close() {
	if i.stop != nil {
		i.stop()
		<-i.done
	}
}

// Last is the outcome of the last inspection.
func (i *Inspector) Last() Inspection {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.last
}

// Inspect verifies the ledger now.
func (i *Inspector) Inspect(ctx context.Context) error {
	i.mu.Lock()
	kept, before := i.kept, i.last.FirstBad
	i.mu.Unlock()
	r, err := i.l.Verify(ctx, VerifyOptions{Checkpoint: kept, Progress: i.resting(ctx)})
	if err != nil {
		return err
	}
	done := Inspection{At: i.l.now().UTC(), Entries: r.Entries, FirstBad: r.FirstBad}
	if !r.OK() {
		done.What = r.What()
		i.opt.Log.Error("the ledger was altered", "first_bad", r.FirstBad, "what", done.What)
		if r.FirstBad != before { // told of already otherwise
			if err := i.alarm(ctx, &r); err != nil {
				return err
			}
		}
	} else if c, err := i.l.Checkpoint(ctx); err == nil {
		kept = c.Note
	} else if !errors.Is(err, db.ErrNotFound) {
		return err
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	i.last, i.kept = done, kept
	return nil
}

// resting leaves the processor to others between two pieces of work.
func (i *Inspector) resting(ctx context.Context) func(checked, total int64) {
	since := time.Now() // the machine's work, not the ledger's clock
	return func(int64, int64) {
		i.pause(ctx, time.Duration(i.opt.Rest)*time.Since(since))
		since = time.Now()
	}
}

func (i *Inspector) alarm(ctx context.Context, r *Report) error {
	e, err := DamageEvent(r, Actor{User: "ambit"})
	if err != nil {
		return err
	}
	return i.l.Append(ctx, e)
}

// DamageEvent is the alarm about a ledger that was found altered.
func DamageEvent(r *Report, by Actor) (*Event, error) {
	outcome, err := json.Marshal(map[string]any{"first_bad": r.FirstBad, "issues": r.Issues}) // any: a JSON object
	if err != nil {
		return nil, fmt.Errorf("describe the damage: %w", err)
	}
	return &Event{Type: "ledger.damaged", Phase: PhaseIntegrity, Actor: by, Outcome: outcome}, nil
}

// sleep waits; false when ctx ended.
func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}
