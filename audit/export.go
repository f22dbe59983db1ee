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
	n, err := export(ctx, l.db.Read(), w, q, after)
	if err != nil {
		return n, fmt.Errorf("export events: %w", err)
	}
	return n, nil
}

const exportChunk = 500

func export(ctx context.Context, r db.Queryer, w io.Writer, q Query, after int64) (int64, error) {
	f := q.filter()
	all := !f.indexed() && q.Since.IsZero() && q.Until.IsZero()
	before := q.Before
	if before == 0 {
		before = math.MaxInt64
	}
	var written int64
	var line []byte
	// In chunks: a read transaction that lasts keeps the write-ahead log from starting over.
	for {
		n := 0
		done := false
		err := db.LedgerAscending(ctx, r, after, exportChunk, func(row db.LedgerRow) error {
			n++
			after = row.Seq
			if row.Seq >= before || q.Limit > 0 && written >= int64(q.Limit) {
				done = true
				return nil
			}
			if !all && !f.fits(row.Event) {
				return nil
			}
			line = append(append(line[:0], row.Event...), '\n')
			if _, err := w.Write(line); err != nil {
				return fmt.Errorf("write: %w", err)
			}
			written++
			return nil
		})
		if err != nil || done || n < exportChunk {
			return written, err
		}
	}
}
