package sink

import (
	"context"
	"maps"
	"time"

	"ambit/db"
)

func (w *worker) rowNow() db.SinkRow {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.row
}

// view is the sink as its admin sees it.
func (w *worker) view(ctx context.Context) (Sink, error) {
	aside, err := db.CountSetAside(ctx, w.m.opt.DB.Read(), w.id)
	if err != nil {
		return Sink{}, err
	}
	s := w.status()
	s.SetAside = aside
	row := w.rowNow()
	return Sink{
		ID: row.ID, Spec: w.spec, Secrets: shownSecrets(w.secrets), Status: s,
		CreatedAt: timeOf(row.CreatedAt), CreatedBy: row.CreatedBy, UpdatedAt: timeOf(row.UpdatedAt),
	}, nil
}

// status is how the sink does, without what the database knows better.
func (w *worker) status() Status {
	head := w.m.opt.Ledger.Seq()
	w.mu.Lock()
	defer w.mu.Unlock()
	s := Status{
		State: w.state, Why: w.why, Cursor: w.progress.Cursor, LagEvents: max(head-w.progress.Cursor, 0), Lag: w.lag, BacklogBytes: w.backlog,
		Lagging: w.lagging, Delivered: w.progress.Delivered, LastError: w.lastErr, LastErrorAt: w.errAt, LastSuccess: timeOf(w.progress.SucceededAt),
	}
	if w.state == Running && w.trouble != "" {
		s.State = w.trouble
		if w.trouble == Misconfigured {
			s.Why = w.lastErr
		}
	}
	if s.LagEvents == 0 {
		s.Lag, s.BacklogBytes = 0, 0
	}
	return s
}

func timeOf(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

// Gauge is a metric with one value for each sink, by the sink's name.
type Gauge struct {
	Name string
	Help string
	Read func() map[string]float64
}

// Gauges are for whoever publishes metrics.
func (m *Manager) Gauges() []Gauge {
	gauge := func(name, help string, value func(*Status) float64) Gauge {
		return Gauge{name, help, func() map[string]float64 {
			values := map[string]float64{}
			for _, w := range m.workers() {
				s := w.status()
				values[w.name] = value(&s)
			}
			return values
		}}
	}
	return []Gauge{
		gauge("ambit_sink_lag_events", "Entries of the ledger that a sink has not dealt with yet.", func(s *Status) float64 { return float64(s.LagEvents) }),
		gauge("ambit_sink_lag_seconds", "Age of the oldest of them.", func(s *Status) float64 { return s.Lag.Seconds() }),
		gauge("ambit_sink_backlog_bytes", "Bytes that they take, estimated.", func(s *Status) float64 { return float64(s.BacklogBytes) }),
		gauge("ambit_sink_delivered_messages", "Messages that the receiver accepted.", func(s *Status) float64 { return float64(s.Delivered) }),
		gauge("ambit_sink_up", "1 while a sink delivers, 0 while it is failing, misconfigured, paused or disabled.", func(s *Status) float64 {
			if s.State == Running {
				return 1
			}
			return 0
		}),
		gauge("ambit_sink_lagging", "1 while the alarm about a sink's lag stands.", func(s *Status) float64 {
			if s.Lagging {
				return 1
			}
			return 0
		}),
		{
			"ambit_sink_set_aside", "Messages that the receiver refuses for what they are.", m.countSetAside,
		},
		{
			"ambit_sink_last_error_timestamp_seconds", "When the last attempt failed, since 1970; a sink that has had no error has none.", m.lastErrors,
		},
	}
}

func (m *Manager) lastErrors() map[string]float64 {
	values := map[string]float64{}
	for _, w := range m.workers() {
		if s := w.status(); !s.LastErrorAt.IsZero() {
			values[w.name] = float64(s.LastErrorAt.UnixMilli()) / 1000
		}
	}
	return values
}

// How an attempt to deliver failed: the outcome in metrics.
const (
	failedNoAnswer      = "no_answer"
	failedNotNow        = "not_now"
	failedRefused       = "refused"
	failedMisconfigured = "misconfigured"
	failedGone          = "gone"
	failedLedger        = "ledger" // the ledger could not be read
)

var failures = []string{failedNoAnswer, failedNotNow, failedRefused, failedMisconfigured, failedGone, failedLedger}

// Failures are the failed attempts of each sink since the start, by its name and what came of them.
func (m *Manager) Failures(emit func(value float64, labels ...string)) {
	for _, w := range m.workers() {
		w.mu.Lock()
		counts := maps.Clone(w.failures)
		w.mu.Unlock()
		for _, outcome := range failures {
			emit(float64(counts[outcome]), w.name, outcome)
		}
	}
}

// countFailure notes what came of an attempt; nothing where it succeeded.
func (w *worker) countFailure(res *Result, err error) {
	outcome := map[Outcome]string{Retry: failedNotNow, Poison: failedRefused, Misconfiguration: failedMisconfigured, Gone: failedGone}[res.Outcome]
	switch {
	case forbidden(err):
		outcome = failedMisconfigured
	case err != nil:
		outcome = failedNoAnswer
	case outcome == "":
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.failures[outcome]++
}

func (m *Manager) countSetAside() map[string]float64 {
	values := map[string]float64{}
	for _, w := range m.workers() {
		// Metrics have no caller to go away; a count that can't be had is left out.
		if n, err := db.CountSetAside(context.Background(), m.opt.DB.Read(), w.id); err == nil {
			values[w.name] = float64(n)
		}
	}
	return values
}
