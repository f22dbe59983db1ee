package audit

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// recover brings the ledger back after a failed commit: it opens the database anew, reads the state to append to from
// there (the failed batch may be in it: SQLite can't always tell), and proves that it can write by recording the outage.
// Until then callers are refused at once. It returns when the ledger works again or is being closed.
func (l *Ledger) recover(ctx context.Context) {
	since := l.now()
	wait := firstRetryAfter
	for {
		l.refuseQueued()
		select {
		case <-l.stop:
			return
		case <-time.After(wait):
		}
		err := l.tryRecover(ctx, since)
		if err == nil {
			l.log.Info("the audit ledger can be written again", "after", l.now().Sub(since).Round(time.Millisecond))
			l.down.Store(nil)
			return
		}
		l.down.Store(&UnavailableError{err})
		wait = min(2*wait, lastRetryAfter)
	}
}

func (l *Ledger) refuseQueued() {
	for b := l.queue.next(); b != nil; b = l.queue.next() {
		b.finish(l.down.Load())
	}
}

func (l *Ledger) tryRecover(ctx context.Context, since time.Time) error {
	if err := l.db.Reopen(ctx); err != nil {
		return fmt.Errorf("open the database again: %w", err)
	}
	if err := l.load(ctx); err != nil {
		return err
	}
	outcome, err := json.Marshal(map[string]any{"since": since.UTC().Format(timeFormat), "cause": causeText(l.down.Load())})
	if err != nil {
		return fmt.Errorf("describe the outage: %w", err)
	}
	e := &Event{Type: "ledger.recovered", Phase: PhaseIntegrity, Actor: Actor{User: "ambit"}, Outcome: outcome}
	en, err := l.prepare(nil, e)
	if err != nil {
		return err
	}
	_, err = l.commit(ctx, &batch{entries: []entry{en}})
	return err
}

func causeText(down *UnavailableError) string {
	if down == nil {
		return ""
	}
	var cause error = down
	for errors.Unwrap(cause) != nil {
		cause = errors.Unwrap(cause)
	}
	return cause.Error()
}
