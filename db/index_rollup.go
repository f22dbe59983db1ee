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

// Counts gives the counts since a minute, in buckets of so many minutes; both must be whole hours for it to be quick.
func Counts(ctx context.Context, q Queryer, sinceMinute, minutes int64) ([]Count, error) {
	grain := int64(1)
	if minutes%60 == 0 && sinceMinute%60 == 0 {
		grain = 60
	}
	rows, err := q.QueryContext(ctx, `SELECT start / $1 * $1 * 60 AS bucket, phase, type, effect, sum(n) FROM idx.rollup
		WHERE minutes = $2 AND start >= $3 GROUP BY bucket, phase, type, effect ORDER BY bucket`, minutes, grain, sinceMinute)
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
