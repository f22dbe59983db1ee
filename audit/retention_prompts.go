package audit

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"ambit/db"
)

const purgeBatch = 200

// eachPrompt hands over the prompts that fit, without their text, in batches.
func eachPrompt(ctx context.Context, q db.Queryer, f db.PromptFilter, fn func([]db.PromptRow) error) error {
	after := ""
	for {
		rows, err := db.Prompts(ctx, q, f, after, purgeBatch)
		if err != nil {
			return err
		}
		if len(rows) == 0 {
			return nil
		}
		after = rows[len(rows)-1].Digest
		if err := fn(rows); err != nil {
			return err
		}
	}
}

// PromptPurge says whose prompts to purge. At least one filter must be set.
type PromptPurge struct {
	Person     string
	Repository string
	Before     time.Time // stored before this time; zero: whenever
}

// PurgePrompts deletes prompts from the vault, except what a legal hold may cover, and records it. The events that name them
// stay, and so does the ledger's proof: it covers salted digests only.
func (r *Retention) PurgePrompts(ctx context.Context, p PromptPurge, by Actor) (purged, held int64, err error) {
	if p == (PromptPurge{}) {
		return 0, 0, &InvalidError{"say whose prompts to purge: a person's, a repository's, or those before a time"}
	}
	do := purging{filter: db.PromptFilter{Person: p.Person, Repository: p.Repository, Before: p.Before}, by: by, why: "on request"}
	err = r.purge(ctx, &do)
	return do.purged, do.held, err
}

// purging is one purge on its way.
type purging struct {
	filter db.PromptFilter
	by     Actor
	why    string
	days   int // of the rule that it follows; 0: somebody asked for it

	purged, held int64
	told         bool  // an event says so
	untold       int64 // held ones that no event has counted yet
}

// purge deletes the prompts that fit, batch by batch, each with an event in its own transaction.
func (r *Retention) purge(ctx context.Context, p *purging) error {
	err := eachPrompt(ctx, r.l.db.Read(), p.filter, func(rows []db.PromptRow) error {
		start := time.Now() // the machine's clock: it measures work
		if err := r.purgeBatch(ctx, p, rows); err != nil {
			return err
		}
		return r.rest(ctx, time.Since(start), false)
	})
	if errors.Is(err, errChanged) {
		return nil // the next run has the new rule
	}
	if err == nil && p.days == 0 && (!p.told || p.untold > 0) {
		// Somebody asked, so what came of it is on record even where it is nothing. A rule that found nothing is no news.
		err = r.l.Commit(ctx, func(*db.Tx) ([]*Event, error) { return []*Event{p.event(0, p.untold)}, nil })
	}
	if err != nil {
		return fmt.Errorf("purge prompts: %w", err)
	}
	return nil
}

// purgeBatch deletes those of a batch that no hold covers at that moment.
func (r *Retention) purgeBatch(ctx context.Context, p *purging, rows []db.PromptRow) error {
	all := make([]string, len(rows))
	for i := range rows {
		all[i] = rows[i].Digest
	}
	r.l.forgetPrompts(all)
	var n, held int64
	err := r.l.Commit(ctx, func(tx *db.Tx) ([]*Event, error) {
		s, err := r.state(ctx, tx)
		if err != nil {
			return nil, err
		}
		if p.days != 0 && s.Days[ClassPrompts] != p.days {
			return nil, errChanged
		}
		h := readyHolds(s.Active())
		digests := make([]string, 0, len(rows))
		for i := range rows {
			if !h.coverPrompt(&rows[i]) {
				digests = append(digests, rows[i].Digest)
			}
		}
		held = int64(len(rows) - len(digests))
		if n, err = db.DeletePrompts(ctx, tx, digests); err != nil || n == 0 {
			return nil, err
		}
		return []*Event{p.event(n, p.untold+held)}, nil
	})
	if err != nil {
		return err
	}
	p.purged, p.held, p.untold = p.purged+n, p.held+held, p.untold+held
	if n > 0 {
		p.told, p.untold = true, 0
	}
	return nil
}

func (p *purging) event(purged, held int64) *Event {
	return &Event{Type: "prompts.purged", Phase: PhaseAdmin, Actor: p.by, Change: &Change{Object: "prompts", After: purgeView(p.filter, p.why, purged, held)}}
}

func purgeView(f db.PromptFilter, why string, purged, held int64) json.RawMessage {
	view := struct {
		Person     string `json:"person,omitempty"`
		Repository string `json:"repository,omitempty"`
		Before     string `json:"before,omitempty"`
		Why        string `json:"why"`
		Purged     int64  `json:"purged"`
		Held       int64  `json:"held,omitempty"`
	}{f.Person, f.Repository, "", why, purged, held}
	if !f.Before.IsZero() {
		view.Before = f.Before.UTC().Format(timeFormat)
	}
	text, err := json.Marshal(view)
	if err != nil {
		panic(err) // strings and numbers always encode
	}
	return text
}
