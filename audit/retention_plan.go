package audit

import (
	"context"
	"errors"
	"fmt"
	"time"

	"ambit/db"
)

// ClassPlan is what a rule means for the events of its class now.
type ClassPlan struct {
	Class  string    `json:"class"`
	Days   int       `json:"days"`
	Before time.Time `json:"before"` // what is older is due
	Due    int64     `json:"due"`    // would be removed
	Held   int64     `json:"held"`   // due, but under a legal hold
	Waits  int64     `json:"waits"`  // due, but a sink has not got them yet, or they are too new for the tree
	First  int64     `json:"first,omitempty"`
	Last   int64     `json:"last,omitempty"`
}

// exempt are the types of events that no rule removes, whatever their phase: they explain what is missing.
func exempt(d *document) bool {
	switch d.kind {
	case TypeRemoved, TypeRestored, "retention.changed", "hold.added", "hold.released", "prompts.purged", "backup.started":
		return true
	}
	return d.phase == PhaseIntegrity
}

// bound is the last entry that may be removed at all: its hash is in a full tile, the search index has taken it in (so that
// it can be taken out), and every sink has it.
func (r *Retention) bound(ctx context.Context) (int64, error) {
	projected, err := db.ProjectedSeq(ctx, r.l.db.Read())
	if err != nil {
		return 0, err
	}
	floor, err := r.floor(ctx, r.l.db.Read())
	if err != nil {
		return 0, err
	}
	last := r.l.Seq()
	return min(last/tileWidth*tileWidth, projected, floor), nil
}

// pass goes over the events of one class that were not judged yet.
type pass struct {
	class   string
	before  time.Time
	bound   int64
	rules   *RetentionState
	holds   holds
	at      int64 // read up to here
	through int64 // judged for good up to here: the next run begins behind it
	young   bool  // something that is not old enough yet was read: the next run must read it again
	ended   bool  // nothing older than before can follow
}

// slack is how much older than its neighbours an entry may be: entries are in the order of their commits, and the clock may
// have been set back.
const slack = 24 * time.Hour

var errBatchFull = errors.New("the batch is full")

// next reads on until limit entries are due or a chunk is read, and gives the due ones.
func (p *pass) next(ctx context.Context, q db.Queryer, limit int, plan *ClassPlan) ([]db.LedgerRow, error) {
	var due []db.LedgerRow
	n := 0
	err := db.LedgerAscending(ctx, q, p.at, scanChunk, func(row db.LedgerRow) error {
		d := newDocument(row.Event, false)
		if d.time.After(p.before.Add(slack)) {
			p.ended = true
			return errBatchFull
		}
		n++
		p.at = row.Seq
		old := d.time.Before(p.before)
		isDue := d.phase == p.class && old && !exempt(&d)
		switch {
		case !isDue:
		case p.holds.cover(row.Event):
			plan.Held++
		case row.Seq > p.bound:
			plan.Waits++
		default:
			due = append(due, row)
			plan.note(row.Seq)
		}
		p.young = p.young || !old || row.Seq > p.bound
		if !p.young {
			p.through = row.Seq
		}
		if len(due) == limit {
			return errBatchFull
		}
		return nil
	})
	if err != nil && !errors.Is(err, errBatchFull) {
		return nil, err
	}
	if err == nil && n < scanChunk {
		p.ended = true
	}
	return due, nil
}

func (c *ClassPlan) note(seq int64) {
	c.Due++
	if c.First == 0 {
		c.First = seq
	}
	c.Last = seq
}

// Plan says what Run would do now, without doing it.
func (r *Retention) Plan(ctx context.Context) ([]ClassPlan, error) {
	s, err := r.State(ctx)
	if err != nil {
		return nil, err
	}
	now := r.l.now()
	var plans []ClassPlan
	for _, class := range classes {
		before, set := s.due(class, now)
		if !set {
			continue
		}
		plan := ClassPlan{Class: class, Days: s.Days[class], Before: before}
		if class == ClassPrompts {
			err = r.planPrompts(ctx, &s, &plan)
		} else {
			err = r.planEvents(ctx, &s, &plan)
		}
		if err != nil {
			return nil, fmt.Errorf("plan retention: %w", err)
		}
		plans = append(plans, plan)
	}
	return plans, nil
}

func (r *Retention) planEvents(ctx context.Context, s *RetentionState, plan *ClassPlan) error {
	p, err := r.begin(ctx, s, plan)
	if err != nil {
		return err
	}
	p.at = 0 // held ones that were passed over count too
	for !p.ended {
		if err := ctx.Err(); err != nil {
			return err
		}
		if _, err := p.next(ctx, r.l.db.Read(), scanChunk, plan); err != nil {
			return err
		}
	}
	return nil
}

// begin prepares going over one class from where the last run ended.
func (r *Retention) begin(ctx context.Context, s *RetentionState, plan *ClassPlan) (*pass, error) {
	bound, err := r.bound(ctx)
	if err != nil {
		return nil, err
	}
	progress, err := db.RetentionProgress(ctx, r.l.db.Read())
	if err != nil {
		return nil, err
	}
	at := progress[plan.Class]
	return &pass{class: plan.Class, before: plan.Before, bound: bound, rules: s, holds: readyHolds(s.Active()), at: at, through: at}, nil
}

func (r *Retention) planPrompts(ctx context.Context, s *RetentionState, plan *ClassPlan) error {
	h := readyHolds(s.Active())
	return eachPrompt(ctx, r.l.db.Read(), db.PromptFilter{Before: plan.Before}, func(rows []db.PromptRow) error {
		for i := range rows {
			if h.coverPrompt(&rows[i]) {
				plan.Held++
			} else {
				plan.Due++
			}
		}
		return nil
	})
}
