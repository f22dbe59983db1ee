package audit

import (
	"context"
	"fmt"
	"time"

	"ambit/db"
)

// Count is how many events of one phase, type and effect fell into a bucket of time.
type Count struct {
	Start  time.Time `json:"start"`
	Phase  string    `json:"phase"`
	Type   string    `json:"type"`
	Effect string    `json:"effect,omitempty"`
	Count  int64     `json:"count"`
}

// Counts reads the roll-up tables, for charts: events since a time, in buckets of whole minutes. They follow the ledger
// within a second; under a heavy load they lag.
func (l *Ledger) Counts(ctx context.Context, since time.Time, bucket time.Duration) ([]Count, error) {
	minutes := max(int64(bucket/time.Minute), 1)
	// The first bucket is a whole one.
	start := since.Unix() / 60 / minutes * minutes
	rows, err := db.Counts(ctx, l.db.Read(), start, minutes)
	if err != nil {
		return nil, fmt.Errorf("count events: %w", err)
	}
	counts := make([]Count, 0, len(rows))
	for _, r := range rows {
		counts = append(counts, Count{time.Unix(r.Bucket, 0).UTC(), r.Phase, r.Type, r.Effect, r.N})
	}
	return counts, nil
}

// Backlog says how many events the search index has not taken up yet. Search finds them all the same.
func (l *Ledger) Backlog(ctx context.Context) (int64, error) {
	projected, err := db.ProjectedSeq(ctx, l.db.Read())
	if err != nil {
		return 0, err
	}
	return max(l.Seq()-projected, 0), nil
}
