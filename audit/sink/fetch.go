package sink

import (
	"context"
	"errors"
	"time"

	"ambit/db"
)

// batch is what goes out next, oldest first.
type batch struct {
	items   []Item
	through int64 // seq up to which the ledger was read; what the filter left out is done with, too
}

const (
	scanRows     = 2000 // entries that are looked at for one batch
	idleCheckups = 2 * time.Second
	checkpoints  = 50 // at most, in one batch
)

var errFull = errors.New("the batch is full")

// fetch reads the next batch when it is due: full by count, or old enough. A batch without items is a stretch of the ledger of
// which the filter takes nothing. nil: there is nothing to do for now.
func (w *worker) fetch(ctx context.Context) (*batch, error) {
	at := w.at()
	head, now := w.m.opt.Ledger.Seq(), w.m.opt.Now()
	if head <= at.Cursor {
		w.pendingAt = time.Time{}
		if now.Sub(w.checkedAt) < idleCheckups {
			return nil, nil
		}
	} else {
		if w.pendingAt.IsZero() {
			w.pendingAt = now
		}
		if head-at.Cursor < int64(w.spec.Batch.Items) && now.Sub(w.pendingAt) < w.spec.Batch.age() {
			return nil, nil
		}
	}
	b, err := w.read(ctx, at, head)
	if err != nil {
		return nil, err
	}
	w.checkedAt, w.pendingAt = now, time.Time{}
	if len(b.items) == 0 && b.through == at.Cursor {
		return nil, nil
	}
	return b, nil
}

// read collects events and then the checkpoints that cover nothing beyond them.
func (w *worker) read(ctx context.Context, at db.SinkProgress, head int64) (*batch, error) {
	b := &batch{through: at.Cursor}
	size, rows, limit := 0, 0, scanRows
	if w.match == nil {
		limit = w.spec.Batch.Items
	}
	if head > at.Cursor {
		err := db.LedgerAscending(ctx, w.m.opt.DB.Read(), at.Cursor, limit, func(row db.LedgerRow) error {
			if row.Seq > head {
				return errFull // came after the look at the ledger's end; the next batch has it
			}
			if w.match == nil || w.match(row.Event) {
				it := eventItem(row, w.spec.Mapping)
				if len(b.items) > 0 && size+it.size() > w.spec.Batch.Bytes {
					return errFull
				}
				size += it.size()
				b.items = append(b.items, it)
			}
			b.through = row.Seq
			if rows++; rows%breathItems == 0 {
				w.breathe()
			}
			if len(b.items) >= w.spec.Batch.Items {
				return errFull
			}
			return nil
		})
		if err != nil && !errors.Is(err, errFull) {
			return nil, err
		}
	}
	return b, w.addCheckpoints(ctx, b, at.Checkpoint)
}

func (w *worker) addCheckpoints(ctx context.Context, b *batch, after int64) error {
	list, err := db.Checkpoints(ctx, w.m.opt.DB.Read(), after, checkpoints)
	if err != nil {
		return err
	}
	for _, c := range list {
		if c.Size > b.through {
			break
		}
		it, err := checkpointItem(c, w.spec.Mapping)
		if err != nil {
			return err
		}
		b.items = append(b.items, it)
	}
	return nil
}
