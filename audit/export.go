package audit

import (
	"context"
	"fmt"
	"io"
	"math"

	"ambit/db"
)

// Export writes the events that fit as JSON Lines, oldest first, and says how many. It reads the ledger itself, so it has
// everything that was committed before it came to its end. Query.Before bounds it from above; Limit 0 is no limit.
func (l *Ledger) Export(ctx context.Context, w io.Writer, q Query) (int64, error) {
	return l.ExportAfter(ctx, w, q, 0)
}

// ExportAfter is Export for events with a greater seq than after.
func (l *Ledger) ExportAfter(ctx context.Context, w io.Writer, q Query, after int64) (int64, error) {
	var written int64
	var line []byte
	err := l.Each(ctx, q, after, func(event string) error {
		line = append(append(line[:0], event...), '\n')
		if _, err := w.Write(line); err != nil {
			return fmt.Errorf("write: %w", err)
		}
		written++
		return nil
	})
	return written, err
}

// Each calls fn for the events that fit and have a greater seq than after, oldest first, as Export finds them.
func (l *Ledger) Each(ctx context.Context, q Query, after int64, fn func(event string) error) error {
	if err := each(ctx, l.db.Read(), q, after, fn); err != nil {
		return fmt.Errorf("export events: %w", err)
	}
	return nil
}

const exportChunk = 500

func each(ctx context.Context, r db.Queryer, q Query, after int64, fn func(event string) error) error {
	f := q.filter()
	all := !f.indexed() && q.Since.IsZero() && q.Until.IsZero()
	before := q.Before
	if before == 0 {
		before = math.MaxInt64
	}
	found := 0
	// In chunks: a read transaction that lasts keeps the write-ahead log from starting over.
	for {
		n := 0
		done := false
		err := db.LedgerAscending(ctx, r, after, exportChunk, func(row db.LedgerRow) error {
			n++
			after = row.Seq
			if row.Seq >= before || q.Limit > 0 && found >= q.Limit {
				done = true
				return nil
			}
			if !all && !f.fits(row.Event) {
				return nil
			}
			found++
			return fn(row.Event)
		})
		if err != nil || done || n < exportChunk {
			return err
		}
	}
}
