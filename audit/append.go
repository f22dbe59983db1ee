package audit

import (
	"context"
	"errors"
	"fmt"
	"time"

	"ambit/audit/mask"
	"ambit/db"
)

var (
	errClosed = errors.New("the ledger is closed")
	errFull   = errors.New("the disk does not keep up")
)

// maxPooled keeps the buffer of an unusually large event from staying around.
const maxPooled = 64 << 10

// Append records an event: when it returns nil the event is on disk, in the Merkle log, and e.ID, e.Seq and e.Time are
// set (as are e.Masked and e.Prompt). Secrets are masked in what is stored, not in e. On any error the action that the
// event tells of must not be allowed; ErrUnavailable says that the ledger can't be written for now. When ctx ends while
// the event is on its way, it may be recorded all the same.
func (l *Ledger) Append(ctx context.Context, e *Event) error {
	if down := l.down.Load(); down != nil {
		return down
	}
	if marked(e.Type) {
		return &InvalidError{"only the ledger itself records " + e.Type}
	}
	buf, _ := l.buffers.Get().(*[]byte)
	en, b, i, err := l.enqueue(*buf, e)
	if err != nil {
		return fmt.Errorf("record event: %w", err)
	}
	if b == nil {
		return l.refused()
	}
	if err := b.wait(ctx); err != nil {
		// The writer may still hold the buffer: it is left to the garbage collector.
		return fmt.Errorf("record event: %w", err)
	}
	e.Seq, e.Time = b.first+int64(i), en.when(b.at)
	if cap(en.buf) <= maxPooled {
		*buf = en.buf
		l.buffers.Put(buf)
	}
	return nil
}

// AppendAll is Append for events that stand in the ledger together, one behind the other, or not at all.
func (l *Ledger) AppendAll(ctx context.Context, events ...*Event) error {
	for _, e := range events {
		if marked(e.Type) {
			return &InvalidError{"only the ledger itself records " + e.Type}
		}
	}
	return l.Commit(ctx, func(*db.Tx) ([]*Event, error) { return events, nil })
}

// Commit runs fn in a transaction of the one writer and records the events that it returns in the same transaction: state
// and ledger change together or not at all. An error of fn rolls back and is returned as it is. fn runs between two
// batches of decisions, so it must be brief and must not call the ledger.
func (l *Ledger) Commit(ctx context.Context, fn func(*db.Tx) ([]*Event, error)) error {
	return l.commitState(ctx, fn, false)
}

// commitSigned is Commit with a signed checkpoint over its events in the same transaction.
func (l *Ledger) commitSigned(ctx context.Context, fn func(*db.Tx) ([]*Event, error)) error {
	return l.commitState(ctx, fn, true)
}

func (l *Ledger) commitState(ctx context.Context, fn func(*db.Tx) ([]*Event, error), sign bool) error {
	if down := l.down.Load(); down != nil {
		return down
	}
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	b := l.queue.addState(fn, sign)
	if b == nil {
		return l.refused()
	}
	// Not before fn is over, whatever becomes of ctx: fn uses what belongs to the caller.
	<-b.done
	return b.err
}

// enqueue prepares an event and puts it into a batch; without a batch the queue took nothing.
func (l *Ledger) enqueue(buf []byte, e *Event) (entry, *batch, int, error) {
	if e.PromptText != "" {
		l.prompts.order.RLock()
		defer l.prompts.order.RUnlock()
	}
	en, err := l.prepare(buf, e)
	if err != nil {
		return en, nil, 0, err
	}
	b, i := l.queue.add(en)
	return en, b, i, nil
}

// refused says why the queue took nothing.
func (l *Ledger) refused() error {
	l.queue.mu.Lock()
	defer l.queue.mu.Unlock()
	if l.queue.closed {
		return &UnavailableError{errClosed}
	}
	return &UnavailableError{errFull}
}

// prepare does in the caller's goroutine all that needs neither seq nor time: ids, masking, the prompt, the encoding.
func (l *Ledger) prepare(buf []byte, e *Event) (entry, error) {
	if e.ID == "" {
		e.ID = l.ids.make("evt_")
	}
	e.Schema = Schema
	var en entry
	if l.backdate {
		en.at = e.Time
	}
	if e.PromptText != "" {
		prompt, err := l.keepPrompt(e)
		if err != nil {
			return en, err
		}
		en.prompt = prompt
	}
	var err error
	e.Masked = 0
	en.encoded, err = encode(buf, e)
	if err != nil {
		return en, err
	}
	if mask.Suspicious(en.buf) {
		masked, n := maskEvent(e)
		if n > 0 {
			e.Masked = n
			masked.Masked = n
			en.encoded, err = encode(en.buf, masked)
		}
	}
	return en, err
}

// when is the time of the event, given that of its transaction.
func (en *entry) when(at time.Time) time.Time {
	if en.at.IsZero() {
		return at
	}
	return en.at.UTC().Truncate(time.Millisecond)
}
