package sink

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"time"

	"ambit/audit"
	"ambit/audit/egress"
	"ambit/db"
	"ambit/db/seal"
)

// Ledger is what sinks need of the audit ledger.
type Ledger interface {
	Commit(ctx context.Context, fn func(tx *db.Tx) ([]*audit.Event, error)) error
	Seq() int64
	NewID(prefix string) string
}

// Options of Open.
type Options struct {
	DB       *db.DB
	Ledger   Ledger
	Box      *seal.Box
	Networks egress.Networks // where receivers may lie
	Folder   string          // where sinks of kind file may write; "" is nowhere
	Now      func() time.Time
	Rand     io.Reader
	Log      *slog.Logger
	Host     string // this machine's name, for envelopes that want one
	Version  string // of Ambit
	Pace     Pace
}

// Pace is how fast sinks go about their business. The zero value of each member is its default; tests are in a hurry.
type Pace struct {
	Poll       time.Duration // between two looks at the ledger (100 ms)
	Tend       time.Duration // between two looks at quota and lag (1 s)
	Save       time.Duration // between two commits of the cursors, all in one (1 s)
	FirstRetry time.Duration // upper bound of the first wait after a failure (500 ms)
	LastRetry  time.Duration // upper bound of any wait (60 s)
	Request    time.Duration // for one request (30 s)
}

func (p *Pace) complete() {
	fill(&p.Poll, 100*time.Millisecond)
	fill(&p.Tend, time.Second)
	fill(&p.Save, time.Second)
	fill(&p.FirstRetry, 500*time.Millisecond)
	fill(&p.LastRetry, time.Minute)
	fill(&p.Request, requestTimeout)
}

// Manager runs the sinks of an installation. It is safe for concurrent use.
type Manager struct {
	opt   Options
	deps  deps
	check checker

	changing sync.Mutex // one change of the set of sinks at a time
	mu       sync.Mutex // guards sinks
	sinks    map[string]*worker

	stop context.CancelFunc
	done chan struct{}
}

// Open starts the sinks that the database has. The zero Networks lets them reach nothing.
func Open(ctx context.Context, opt Options) (*Manager, error) {
	opt.Pace.complete()
	if opt.Host == "" {
		opt.Host = "ambit"
	}
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	m := &Manager{
		opt: opt, sinks: map[string]*worker{}, done: make(chan struct{}),
		deps: deps{
			networks: opt.Networks, folder: opt.Folder, now: opt.Now, rand: opt.Rand, host: opt.Host, version: opt.Version, timeout: opt.Pace.Request,
		},
		check: checker{networks: opt.Networks, folder: opt.Folder},
	}
	rows, err := db.Sinks(ctx, opt.DB.Read())
	if err != nil {
		return nil, fmt.Errorf("open the sinks: %w", err)
	}
	for i := range rows {
		w, err := m.newWorker(&rows[i])
		if err != nil {
			return nil, fmt.Errorf("open sink %s: %w", rows[i].Name, err)
		}
		m.sinks[w.id] = w
	}
	run, cancel := context.WithCancel(context.WithoutCancel(ctx))
	m.stop = cancel
	for _, w := range m.sinks {
		w.start()
	}
	go m.saveLoop(run)
	return m, nil
}

// drainTime is how long Close lets sinks finish what is on its way.
const drainTime = 2 * time.Second

// Close gives requests on their way a moment to finish, stops the sinks and keeps their cursors.
func (m *Manager) Close(ctx context.Context) error {
	m.changing.Lock()
	defer m.changing.Unlock()
	all := m.workers()
	stopAll(all)
	m.stop()
	<-m.done
	errs := []error{m.save(ctx)}
	for _, w := range all {
		errs = append(errs, w.close())
	}
	return errors.Join(errs...)
}

// stopAll ends workers. A request on its way gets a moment to finish; one that was cut off is sent again by the next worker.
func stopAll(all []*worker) {
	for _, w := range all {
		w.finish()
	}
	cut := time.AfterFunc(drainTime, func() {
		for _, w := range all {
			w.cancel()
		}
	})
	defer cut.Stop()
	for _, w := range all {
		<-w.done
	}
}

func (m *Manager) workers() []*worker {
	m.mu.Lock()
	defer m.mu.Unlock()
	all := make([]*worker, 0, len(m.sinks))
	for _, w := range m.sinks {
		all = append(all, w)
	}
	return all
}

// saveLoop commits all cursors together, now and then: one transaction a second, however many sinks and batches there are.
func (m *Manager) saveLoop(ctx context.Context) {
	defer close(m.done)
	tick := time.NewTicker(m.opt.Pace.Save)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if err := m.save(ctx); err != nil {
				// After a crash the events since the last save come again, with the same ids.
				m.opt.Log.Warn("the cursors of sinks can't be saved", "error", err)
			}
		}
	}
}

func (m *Manager) save(ctx context.Context) error {
	var due []db.SinkProgress
	var moved []*worker
	for _, w := range m.workers() {
		if p, ok := w.unsaved(); ok {
			due, moved = append(due, p), append(moved, w)
		}
	}
	if len(due) == 0 {
		return nil
	}
	err := m.opt.Ledger.Commit(ctx, func(tx *db.Tx) ([]*audit.Event, error) {
		for i := range due {
			if err := db.SaveSinkProgress(ctx, tx, &due[i]); err != nil {
				return nil, err
			}
		}
		return nil, nil
	})
	if err != nil {
		return fmt.Errorf("save the cursors of sinks: %w", err)
	}
	for i, w := range moved {
		w.saved(due[i])
	}
	return nil
}

// Floor is the seq up to which every sink has what it should get, as far as a restart knows: nothing above it may be removed
// for age. Paused sinks count, disabled ones don't; math.MaxInt64 where there is none. A message that was set aside doesn't
// count: it is gone with its event. It reads the database, so that a transaction sees the sinks that are there for it.
func (m *Manager) Floor(ctx context.Context, q db.Queryer) (int64, error) {
	return db.LowestSinkCursor(ctx, q, string(Disabled))
}

// specOf reads what the database has about a sink.
func specOf(row *db.SinkRow) (Spec, error) {
	var s Spec
	if err := json.Unmarshal([]byte(row.Spec), &s); err != nil {
		return s, fmt.Errorf("read the sink's settings: %w", err)
	}
	s.complete()
	return s, nil
}
