package audit

import (
	"context"
	"fmt"
	"runtime"
	"time"
	"unsafe"

	"golang.org/x/mod/sumdb/tlog"

	"ambit/db"
)

const (
	signEvery       = time.Minute
	signEverySize   = 10_000
	housekeeping    = time.Second
	firstRetryAfter = 50 * time.Millisecond
	lastRetryAfter  = 2 * time.Second
)

// write is the ledger's one writer: it takes batch after batch until the ledger is closed.
func (l *Ledger) write() {
	defer close(l.finished)
	ctx := context.Background()
	tick := time.NewTicker(housekeeping)
	defer tick.Stop()
	for {
		select {
		case <-l.queue.wake:
			// Callers that are about to append get the chance to join the batch.
			runtime.Gosched()
			l.drain(ctx)
		case <-tick.C:
			l.signIfDue(ctx, l.now().Sub(l.signedAt) >= signEvery)
		case <-l.stop:
			l.drain(ctx)
			l.signIfDue(ctx, true)
			return
		}
	}
}

// drain commits what is queued. After a failure it keeps trying to recover; callers are refused meanwhile.
func (l *Ledger) drain(ctx context.Context) {
	for b := l.queue.next(); b != nil; b = l.queue.next() {
		if down := l.down.Load(); down != nil {
			b.finish(down)
			continue
		}
		fault, err := l.commit(ctx, b)
		if fault {
			down := &UnavailableError{err}
			l.down.Store(down)
			l.log.Error("the audit ledger can't be written: refusing every action", "error", err)
			b.finish(down)
			l.recover(ctx)
			continue
		}
		b.finish(err)
		if err == nil {
			l.project.poke()
		}
	}
}

// commit writes one batch. fault says that the ledger itself could not be written, rather than that fn declined.
func (l *Ledger) commit(ctx context.Context, b *batch) (fault bool, err error) {
	declined := false
	var events []*Event
	signed := false
	err = l.db.Write(ctx, func(tx *db.Tx) error {
		// One time for the whole transaction.
		b.at = l.now().UTC().Truncate(time.Millisecond)
		if b.state != nil {
			var err error
			if events, err = runState(b.state, tx); err == nil {
				err = l.prepareAll(b, events)
			}
			if err != nil {
				declined = db.Fault(err) == ""
				return err
			}
		}
		b.first = l.tree.size + 1
		if err := l.insert(tx, b); err != nil {
			return err
		}
		if err := l.mark(tx, b.first, events); err != nil {
			return err
		}
		if l.tree.size-l.signedSize >= signEverySize || b.sign && l.tree.size > l.signedSize {
			signed = true
			if err := l.sign(ctx, tx, b.at); err != nil {
				return err
			}
		}
		if len(b.entries) == 0 && !signed {
			return nil // state without events: housekeeping
		}
		return db.SetLedgerHead(tx, l.head())
	})
	if err != nil {
		return !declined, err
	}
	if signed {
		l.signedSize, l.signedAt = l.tree.size, b.at
	}
	l.seq.Store(l.tree.size)
	for i, e := range events {
		e.Seq, e.Time = b.first+int64(i), b.entries[i].when(b.at)
	}
	l.tail.publish(b)
	return false, nil
}

// runState runs a caller's function. A panic there must not take the ledger down with it.
func runState(fn func(*db.Tx) ([]*Event, error), tx *db.Tx) (events []*Event, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("panic in a transaction: %v", v)
		}
	}()
	return fn(tx)
}

// mark notes the events that explain others. A restored backup begins an epoch.
func (l *Ledger) mark(tx *db.Tx, first int64, events []*Event) error {
	for i, e := range events {
		if !marked(e.Type) {
			continue
		}
		if err := db.InsertMark(tx, db.Mark{Seq: first + int64(i), Kind: e.Type}); err != nil {
			return err
		}
		if e.Type == TypeRestored {
			l.epoch++
		}
	}
	return nil
}

func (l *Ledger) prepareAll(b *batch, events []*Event) error {
	b.entries = make([]entry, 0, len(events))
	for _, e := range events {
		en, err := l.prepare(nil, e)
		if err != nil {
			return fmt.Errorf("record event: %w", err)
		}
		b.entries = append(b.entries, en)
	}
	return nil
}

// insert writes the batch's rows, prompts and tiles and adds them to the tree.
func (l *Ledger) insert(tx *db.Tx, b *batch) error {
	for i := range b.entries {
		en := &b.entries[i]
		if en.prompt != nil {
			en.prompt.CreatedAt = en.when(b.at)
			if err := db.InsertPrompt(tx, *en.prompt); err != nil {
				return fmt.Errorf("insert prompt: %w", err)
			}
		}
		seq := l.tree.size + 1
		l.scratch = en.splice(l.scratch[:0], seq, en.when(b.at))
		leaf := tlog.RecordHash(l.scratch)
		// InsertLedger copies the text before it returns, so the scratch buffer may stand in for a string.
		text := unsafe.String(unsafe.SliceData(l.scratch), len(l.scratch))
		if err := db.InsertLedger(tx, db.LedgerRow{Seq: seq, Event: text, MAC: l.mac.of(seq, leaf)}); err != nil {
			return fmt.Errorf("insert event: %w", err)
		}
		l.tree.add(leaf)
	}
	for _, t := range l.tree.take() {
		if err := db.InsertTile(tx, t); err != nil {
			return fmt.Errorf("insert tile: %w", err)
		}
	}
	return nil
}
