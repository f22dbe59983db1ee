package audit

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"ambit/db"
)

const (
	// removeBatch bounds one transaction: decisions that come meanwhile wait for it.
	removeBatch = 100
	// restAfter is how long the worker rests after a batch, in units of how long the batch took.
	restAfter = 10
	restBusy  = time.Second // while decisions come fast
)

// Outcome is what a run did.
type Outcome struct {
	Events  int64 `json:"events"`  // removed
	Prompts int64 `json:"prompts"` // purged
	Held    int64 `json:"held"`    // due, but under a legal hold
	Waits   int64 `json:"waits"`   // due, but not removable yet
}

// Run removes what is due, in small transactions, with pauses in which decisions go first. It can be ended at any time: it
// goes on from there the next time.
func (r *Retention) Run(ctx context.Context) (Outcome, error) {
	var out Outcome
	if !r.running.TryLock() {
		return out, &runningError{}
	}
	defer r.running.Unlock()
	if err := r.settle(ctx); err != nil {
		return out, fmt.Errorf("remove old events: %w", err)
	}
	s, err := r.State(ctx)
	if err != nil {
		return out, err
	}
	now := r.l.now()
	for _, class := range classes {
		before, set := s.due(class, now)
		if !set {
			continue
		}
		plan := ClassPlan{Class: class, Days: s.Days[class], Before: before}
		if class == ClassPrompts {
			p := purging{filter: db.PromptFilter{Before: before}, by: Actor{User: "ambit"}, why: fmt.Sprintf("older than %d days", plan.Days), days: plan.Days}
			err := r.purge(ctx, &p)
			out.Prompts, out.Held = out.Prompts+p.purged, out.Held+p.held
			if err != nil {
				return out, err
			}
			continue
		}
		n, err := r.removeClass(ctx, &s, &plan)
		out.Events, out.Held, out.Waits = out.Events+n, out.Held+plan.Held, out.Waits+plan.Waits
		if err != nil {
			return out, fmt.Errorf("remove old events: %w", err)
		}
	}
	return out, nil
}

func (r *Retention) removeClass(ctx context.Context, s *RetentionState, plan *ClassPlan) (int64, error) {
	p, err := r.begin(ctx, s, plan)
	if err != nil {
		return 0, err
	}
	var removed int64
	noted := p.through
	for !p.ended {
		if err := ctx.Err(); err != nil {
			return removed, err
		}
		seen := r.l.Seq()
		if p.bound, err = r.bound(ctx); err != nil {
			return removed, err
		}
		due, err := p.next(ctx, r.l.db.Read(), removeBatch, plan)
		if err != nil {
			return removed, err
		}
		// The machine's clock: it measures work, no event gets its time from it.
		start := time.Now()
		if len(due) > 0 {
			n, err := r.remove(ctx, p, plan, due)
			removed += n
			noted = p.through
			if err != nil {
				return removed, err
			}
		}
		if err := r.rest(ctx, time.Since(start), r.l.Seq()-seen > busyAbove); err != nil {
			return removed, err
		}
	}
	if p.through == noted {
		return removed, nil
	}
	err = r.l.Commit(ctx, func(tx *db.Tx) ([]*Event, error) {
		// A hold that was released meanwhile: what it covered was passed over, and is due again.
		if err := r.unchanged(ctx, tx, p.rules); err != nil {
			return nil, err
		}
		return nil, db.SetRetentionProgress(ctx, tx, p.class, p.through)
	})
	if errors.Is(err, errChanged) {
		return removed, nil
	}
	return removed, err
}

// rest gives the processor and the disk to decisions.
func (r *Retention) rest(ctx context.Context, took time.Duration, busy bool) error {
	pause := min(restAfter*took, restBusy)
	if busy {
		pause = restBusy
	}
	if pause == 0 {
		return nil
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(pause):
		return nil
	}
}

// remove takes a batch out of the search index and then, in one transaction, out of the ledger, with the event that says so
// and a checkpoint over it.
func (r *Retention) remove(ctx context.Context, p *pass, plan *ClassPlan, due []db.LedgerRow) (int64, error) {
	var gone spans
	seqs := make([]int64, 0, len(due))
	words := make([]db.IndexedEvent, 0, len(due))
	for i := range due {
		gone.add(due[i].Seq)
		seqs = append(seqs, due[i].Seq)
		words = append(words, indexed(due[i]).IndexedEvent)
	}
	if err := r.l.db.WriteIndex(ctx, func(tx *db.Tx) error { return db.WithdrawEvents(tx, words) }); err != nil {
		return 0, err
	}
	after, err := json.Marshal(removal{
		Class: p.class, Days: plan.Days, Before: p.before.Format(timeFormat), Entries: gone.String(), Removed: gone.count(), Holds: p.holds.names,
	})
	if err != nil {
		return 0, fmt.Errorf("describe the removal: %w", err)
	}
	err = r.l.commitSigned(ctx, func(tx *db.Tx) ([]*Event, error) {
		// A hold that came into force a moment ago counts, and so does a sink.
		if err := r.unchanged(ctx, tx, p.rules); err != nil {
			return nil, err
		}
		if floor, err := r.floor(ctx, tx); err != nil {
			return nil, err
		} else if floor < seqs[len(seqs)-1] {
			return nil, errChanged
		}
		if n, err := db.DeleteLedger(ctx, tx, seqs); err != nil {
			return nil, err
		} else if n != int64(len(seqs)) {
			return nil, fmt.Errorf("%d of %d entries were there", n, len(seqs))
		}
		e := &Event{Type: TypeRemoved, Phase: PhaseAdmin, Actor: Actor{User: "ambit"}, Change: &Change{Object: "ledger", After: after}}
		return []*Event{e}, db.SetRetentionProgress(ctx, tx, p.class, p.through)
	})
	if settled := r.settle(ctx); err == nil {
		err = settled
	}
	if errors.Is(err, errChanged) {
		p.ended = true // the next run has the new rules
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	return gone.count(), nil
}

// settle brings the search index back in step with the ledger after removals, finished or not.
func (r *Retention) settle(ctx context.Context) error {
	seqs, err := db.Withdrawn(ctx, r.l.db.Read())
	if err != nil || len(seqs) == 0 {
		return err
	}
	var back []db.IndexedEvent
	for _, seq := range seqs {
		event, err := db.LedgerEvent(ctx, r.l.db.Read(), seq)
		if errors.Is(err, db.ErrNotFound) {
			continue
		} else if err != nil {
			return err
		}
		back = append(back, indexed(db.LedgerRow{Seq: seq, Event: event}).IndexedEvent)
	}
	return r.l.db.WriteIndex(ctx, func(tx *db.Tx) error { return db.SettleWithdrawn(tx, back) })
}
