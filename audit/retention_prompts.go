package audit

import (
	"context"
	"encoding/json"
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
	return r.purge(ctx, db.PromptFilter{Person: p.Person, Repository: p.Repository, Before: p.Before}, by, "on request")
}

func (r *Retention) purge(ctx context.Context, f db.PromptFilter, by Actor, why string) (purged, held int64, err error) {
	s, err := r.State(ctx)
	if err != nil {
		return 0, 0, err
	}
	h := readyHolds(s.Active())
	// What is remembered must not come back into the vault under a digest that was purged.
	defer r.l.forgetPrompts()
	err = eachPrompt(ctx, r.l.db.Read(), f, func(rows []db.PromptRow) error {
		var digests []string
		for i := range rows {
			if h.coverPrompt(&rows[i]) {
				held++
			} else {
				digests = append(digests, rows[i].Digest)
			}
		}
		if len(digests) == 0 {
			return nil
		}
		start := time.Now() // the machine's clock: it measures work
		err := r.l.Commit(ctx, func(tx *db.Tx) ([]*Event, error) {
			n, err := db.DeletePrompts(ctx, tx, digests)
			purged += n
			return nil, err
		})
		if err != nil {
			return err
		}
		return r.rest(ctx, time.Since(start), false)
	})
	if err != nil {
		return purged, held, fmt.Errorf("purge prompts: %w", err)
	}
	if purged == 0 && by.User == "ambit" {
		return 0, held, nil // a rule that found nothing is no news
	}
	return purged, held, r.l.Commit(ctx, func(*db.Tx) ([]*Event, error) {
		return []*Event{{Type: "prompts.purged", Phase: PhaseAdmin, Actor: by, Change: &Change{Object: "prompts", After: purgeView(f, why, purged, held)}}}, nil
	})
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
