package sink

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"ambit/db"
)

// worker pulls from the ledger for one sink and delivers, in a goroutine of its own.
type worker struct {
	m       *Manager
	id      string
	name    string
	spec    Spec
	secrets map[string]string
	match   func(event string) bool // nil takes everything
	log     *slog.Logger

	turn     chan struct{} // held by whoever uses the receiver
	receiver Receiver

	ctx       context.Context // ends requests too
	cancel    context.CancelFunc
	finishing chan struct{} // closed: no further batch
	finish    func()
	done      chan struct{}

	// Of the worker's goroutine alone:
	backoff    backoff
	pendingAt  time.Time // since when there is something to deliver
	tendedAt   time.Time
	checkedAt  time.Time // when it last looked for checkpoints, being idle
	skips      int       // gaps so far: a batch that one of them falls into is given up
	poisonRun  int       // messages set aside since the last one that was accepted
	setAsideAt time.Time // of the last event that told of it
	alarmedAt  time.Time // of the last alarm about a receiver that refuses
	seenSeq    int64     // the ledger's seq at the batch before, to notice when decisions come fast
	seenAt     time.Time // when that was

	// A test of the receiver breathes too, in its own goroutine.
	shares   atomic.Bool  // decisions are being made: the processor is theirs first
	breathed atomic.Int64 // nanoseconds, in this batch

	mu       sync.Mutex
	row      db.SinkRow // as it was stored; its progress is in the next two
	progress db.SinkProgress
	stored   db.SinkProgress // as committed
	state    State           // running, paused, disabled
	why      string
	trouble  State            // failing, misconfigured; "" is none
	failures map[string]int64 // by outcome
	lastErr  string
	errAt    time.Time
	lagging  bool
	lag      time.Duration
	backlog  int64
}

func (m *Manager) newWorker(row *db.SinkRow) (*worker, error) {
	spec, err := specOf(row)
	if err != nil {
		return nil, err
	}
	secrets, err := openSecrets(m.opt.Box, row.ID, row.Sealed)
	if err != nil {
		return nil, err
	}
	seed, err := newSeed(m.opt.Rand)
	if err != nil {
		return nil, err
	}
	w := &worker{
		m: m, id: row.ID, name: row.Name, row: *row, spec: spec, secrets: secrets, match: spec.Filter.query().Matcher(),
		log:  m.opt.Log.With("sink", row.Name),
		turn: make(chan struct{}, 1), finishing: make(chan struct{}), done: make(chan struct{}),
		backoff:  backoff{first: m.opt.Pace.FirstRetry, last: m.opt.Pace.LastRetry, rand: rand.New(rand.NewChaCha8(seed))}, //nolint:gosec // spreads retries, keeps no secret
		failures: map[string]int64{}, state: State(row.State), why: row.Why, lagging: row.Lagging,
		progress: db.SinkProgress{ID: row.ID, Cursor: row.Cursor, Checkpoint: row.Checkpoint, Delivered: row.Delivered, SucceededAt: row.SucceededAt},
	}
	w.stored = w.progress
	w.shares.Store(true) // until more is known
	w.finish = sync.OnceFunc(func() { close(w.finishing) })
	w.ctx, w.cancel = context.WithCancel(context.Background())
	return w, nil
}

func (w *worker) start() { go w.run() }

// run delivers until it is told to finish.
func (w *worker) run() {
	defer close(w.done)
	for !w.ended() {
		w.tend()
		if w.stateNow() != Running {
			w.wait(w.m.opt.Pace.Tend)
			continue
		}
		b, err := w.fetch(w.ctx)
		if err != nil {
			w.mu.Lock()
			w.failures[failedLedger]++
			w.mu.Unlock()
			w.failed(Failing, "read the ledger: "+err.Error())
			w.wait(w.backoff.next())
			continue
		}
		if b == nil {
			w.wait(w.m.opt.Pace.Poll)
			continue
		}
		start := w.m.opt.Now()
		w.breathed.Store(0)
		if w.deliver(b) {
			w.giveWay(w.m.opt.Now().Sub(start) - time.Duration(w.breathed.Load()))
		}
	}
}

func (w *worker) ended() bool {
	select {
	case <-w.finishing:
		return true
	default:
		return w.ctx.Err() != nil
	}
}

// wait sleeps; false when the worker shall end.
func (w *worker) wait(d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-w.finishing:
	case <-w.ctx.Done():
	case <-t.C:
		return true
	}
	return false
}

// shareRate is from how many new entries of the ledger a second on a sink works in small steps: a batch in one go takes a
// processor for some ten milliseconds, which whoever waits for a decision in that moment feels.
const shareRate = 100

// A breath lets a decision go first, after each few messages or each piece of text to be compressed.
const (
	breath      = time.Millisecond
	breathItems = 8
	breathBytes = 8 << 10
)

// breathe pauses for a breath while decisions are being made.
func (w *worker) breathe() {
	if w.shares.Load() {
		w.breathed.Add(int64(breath))
		w.wait(breath)
	}
}

// busyRate is from how many new entries of the ledger a second on a sink gives way. Decisions come first: a sink that is behind
// has its quota, an engineer who waits has none.
const busyRate = 1500

// A sink that gives way rests this many times as long as its last batch took, within bounds.
const (
	restFactor = 12
	maxRest    = time.Second
)

// giveWay leaves the processor to decisions while they come fast, unless the backlog is past half of its quota.
func (w *worker) giveWay(took time.Duration) {
	head, now := w.m.opt.Ledger.Seq(), w.m.opt.Now()
	came, passed := head-w.seenSeq, now.Sub(w.seenAt)
	first := w.seenAt.IsZero()
	w.seenSeq, w.seenAt = head, now
	hurry := head-w.at().Cursor > w.spec.Quota.Events/2
	w.shares.Store(!hurry && (first || float64(came) >= shareRate*passed.Seconds()))
	if first || hurry || float64(came) < busyRate*passed.Seconds() {
		return
	}
	w.wait(min(restFactor*took, maxRest))
}

// receive has the receiver to itself while fn runs.
func (w *worker) receive(ctx context.Context, fn func(Receiver) (Result, error)) (Result, error) {
	select {
	case w.turn <- struct{}{}:
		defer func() { <-w.turn }()
	case <-ctx.Done():
		return Result{}, errors.New("the sink is busy with a request")
	}
	if w.receiver == nil {
		d := w.m.deps
		d.breathe = w.breathe
		r, err := newReceiver(&d, &w.spec, w.secrets)
		if err != nil {
			return Result{Outcome: Misconfiguration, Answer: clean(err.Error(), w.secrets)}, nil
		}
		w.receiver = r
	}
	return fn(w.receiver)
}

// close gives up the receiver, after the worker has ended.
func (w *worker) close() error {
	w.cancel()
	w.turn <- struct{}{}
	defer func() { <-w.turn }()
	if w.receiver == nil {
		return nil
	}
	if err := w.receiver.Close(); err != nil {
		return fmt.Errorf("close sink %s: %w", w.name, err)
	}
	w.receiver = nil
	return nil
}
