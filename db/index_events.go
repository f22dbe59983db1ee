package db

import (
	"context"
	"errors"
	"fmt"
)

// IndexedEvent is one event for the search index: words separated by spaces.
type IndexedEvent struct {
	Seq    int64
	Facets string
	Words  string
}

// RollupKey names one count.
type RollupKey struct {
	Minute              int64 // Unix time / 60
	Phase, Type, Effect string
}

// Span is a range of seqs, both ends included.
type Span struct{ First, Last int64 }

// Projection is a batch for the search index: the events after the ones that are in it, through Through.
type Projection struct {
	Events  []IndexedEvent
	Counts  map[RollupKey]int64
	Spans   map[int64]Span // by minute
	Through int64
}

var errMoved = errors.New("the search index has moved on")

// InsertProjection adds a batch that begins after the given seq; WriteIndex runs it.
func InsertProjection(tx *Tx, after int64, p Projection) error {
	r, err := tx.ExecContext(context.Background(), "UPDATE projected SET seq = $1 WHERE id = 1 AND seq = $2", p.Through, after)
	if err != nil {
		return fmt.Errorf("advance the projection: %w", err)
	}
	if n, err := r.RowsAffected(); err != nil || n != 1 {
		return errMoved
	}
	for _, e := range p.Events {
		if err := tx.run("INSERT INTO events (rowid, facets, words) VALUES ($1, $2, $3)", e.Seq, e.Facets, e.Words); err != nil {
			return fmt.Errorf("index event: %w", err)
		}
	}
	for k, n := range p.Counts {
		for _, minutes := range []int64{1, 60} {
			err := tx.run(`INSERT INTO rollup (minutes, start, phase, type, effect, n) VALUES ($1, $2, $3, $4, $5, $6)
				ON CONFLICT (minutes, start, phase, type, effect) DO UPDATE SET n = n + excluded.n`,
				minutes, k.Minute/minutes*minutes, k.Phase, k.Type, k.Effect, n)
			if err != nil {
				return fmt.Errorf("count events: %w", err)
			}
		}
	}
	for minute, s := range p.Spans {
		err := tx.run(`INSERT INTO spans (minute, first_seq, last_seq) VALUES ($1, $2, $3)
			ON CONFLICT (minute) DO UPDATE SET first_seq = min(first_seq, excluded.first_seq), last_seq = max(last_seq, excluded.last_seq)`,
			minute, s.First, s.Last)
		if err != nil {
			return fmt.Errorf("note the minute: %w", err)
		}
	}
	return nil
}

// ProjectedSeq says how far the search index has come.
func ProjectedSeq(ctx context.Context, q Queryer) (int64, error) {
	var seq int64
	if err := q.QueryRowContext(ctx, "SELECT seq FROM idx.projected WHERE id = 1").Scan(&seq); err != nil {
		return 0, fmt.Errorf("read how far the search index is: %w", err)
	}
	return seq, nil
}

// MatchEvents gives up to limit seqs, low < seq < high, of events that match an FTS5 expression, newest first.
func MatchEvents(ctx context.Context, q Queryer, match string, low, high int64, limit int) ([]int64, error) {
	rows, err := q.QueryContext(ctx, `SELECT rowid FROM idx.events WHERE events MATCH $1 AND rowid > $2 AND rowid < $3
		ORDER BY rowid DESC LIMIT $4`, match, low, high, limit)
	if err != nil {
		return nil, fmt.Errorf("search the index: %w", err)
	}
	defer rows.Close()
	seqs := make([]int64, 0, limit)
	for rows.Next() {
		var seq int64
		if err := rows.Scan(&seq); err != nil {
			return nil, fmt.Errorf("search the index: %w", err)
		}
		seqs = append(seqs, seq)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("search the index: %w", err)
	}
	return seqs, nil
}

// SeqsBetween gives the range of seqs whose minute lies between first and last, both included; 1, 0 when there is none.
func SeqsBetween(ctx context.Context, q Queryer, first, last int64) (from, to int64, err error) {
	err = q.QueryRowContext(ctx, `SELECT coalesce(min(first_seq), 1), coalesce(max(last_seq), 0) FROM idx.spans
		WHERE minute BETWEEN $1 AND $2`, first, last).Scan(&from, &to)
	if err != nil {
		return 0, 0, fmt.Errorf("find the time in the index: %w", err)
	}
	return from, to, nil
}

// BucketStart says which event is the first of a bucket of minutes.
type BucketStart struct {
	Minute int64 // Unix time / 60
	First  int64 // seq
}

// BucketStarts gives the buckets of so many minutes that hold the event seq and those after it, in order of time.
func BucketStarts(ctx context.Context, q Queryer, seq, minutes int64) ([]BucketStart, error) {
	rows, err := q.QueryContext(ctx, `SELECT minute / $1 * $1 AS bucket, min(first_seq) FROM idx.spans WHERE last_seq >= $2
		GROUP BY bucket ORDER BY bucket`, minutes, seq)
	if err != nil {
		return nil, fmt.Errorf("read the index's minutes: %w", err)
	}
	defer rows.Close()
	var starts []BucketStart
	for rows.Next() {
		var s BucketStart
		if err := rows.Scan(&s.Minute, &s.First); err != nil {
			return nil, fmt.Errorf("read the index's minutes: %w", err)
		}
		starts = append(starts, s)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read the index's minutes: %w", err)
	}
	return starts, nil
}
