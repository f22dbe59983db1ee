package db

import (
	"context"
	"fmt"
)

// Count is how many events fell into a bucket.
type Count struct {
	Bucket int64 // Unix time of its beginning
	Phase  string
	Type   string
	Effect string // "" where the event has no decision
	N      int64
}

// Counts gives the counts since a minute, in buckets of so many minutes.
func Counts(ctx context.Context, q Queryer, sinceMinute, minutes int64) ([]Count, error) {
	rows, err := q.QueryContext(ctx, `SELECT minute / $1 * $1 * 60 AS bucket, phase, type, effect, sum(n) FROM idx.rollup
		WHERE minute >= $2 GROUP BY bucket, phase, type, effect ORDER BY bucket`, minutes, sinceMinute)
	if err != nil {
		return nil, fmt.Errorf("read counts: %w", err)
	}
	defer rows.Close()
	var counts []Count
	for rows.Next() {
		var c Count
		if err := rows.Scan(&c.Bucket, &c.Phase, &c.Type, &c.Effect, &c.N); err != nil {
			return nil, fmt.Errorf("read counts: %w", err)
		}
		counts = append(counts, c)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read counts: %w", err)
	}
	return counts, nil
}
