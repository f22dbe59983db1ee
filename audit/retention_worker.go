package audit

import (
	"context"
	"encoding/json"
	"errors"
	"time"
)

// runEvery is how often the background worker looks for what is due: rules count in days.
const runEvery = time.Hour

// worker runs retention in the background.
type worker struct {
	stop context.CancelFunc
	done chan struct{}
	wake chan struct{}
}

// Start runs retention now and every hour, until Close.
func (r *Retention) Start() {
	ctx, cancel := context.WithCancel(context.Background())
	r.worker = worker{stop: cancel, done: make(chan struct{}), wake: make(chan struct{}, 1)}
	go func() {
		defer close(r.worker.done)
		tick := time.NewTicker(runEvery)
		defer tick.Stop()
		alarmed := false
		for {
			alarmed = r.background(ctx, alarmed)
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			case <-r.worker.wake:
			}
		}
	}()
}

// Poke makes the background worker run now rather than within the hour.
func (r *Retention) Poke() {
	select {
	case r.worker.wake <- struct{}{}:
	default: // there is one pending, or no worker
	}
}

// Close ends the background worker, between two of its batches.
func (r *Retention) Close() {
	if r.worker.stop != nil {
		r.worker.stop()
		<-r.worker.done
	}
}

// background is one run; it reports whether the rules were found altered. That is alarmed once, not every hour.
func (r *Retention) background(ctx context.Context, alarmed bool) bool {
	out, err := r.Run(ctx)
	var altered *retentionAlteredError
	switch {
	case ctx.Err() != nil:
	case errors.As(err, &altered):
		r.log.Error("nothing is removed under retention", "error", err)
		if !alarmed {
			outcome, _ := json.Marshal(map[string]string{"reason": err.Error()}) // a map of strings always encodes
			e := &Event{Type: "retention.refused", Phase: PhaseIntegrity, Actor: Actor{User: "ambit"}, Outcome: outcome}
			if err := r.l.Append(ctx, e); err != nil {
				r.log.Error("the altered retention rules can't be recorded", "error", err)
				return false
			}
		}
		return true
	case err != nil:
		r.log.Warn("retention did not come to its end; it goes on within the hour", "error", err)
	case out.Events+out.Prompts > 0:
		r.log.Info("removed under retention", "events", out.Events, "prompts", out.Prompts, "held", out.Held, "waiting", out.Waits)
	}
	return false
}
