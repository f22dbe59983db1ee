package sink

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"ambit/audit"
	"ambit/db"
)

// tend looks, at most once in Pace.Tend, at how far the sink is behind: raises or lowers the alarm, and skips what is beyond
// the quota.
func (w *worker) tend() {
	now := w.m.opt.Now()
	if now.Sub(w.tendedAt) < w.m.opt.Pace.Tend {
		return
	}
	w.tendedAt = now
	if w.stateNow() == Disabled {
		return
	}
	if err := w.measure(now); err != nil {
		w.log.Warn("the sink's backlog can't be measured", "error", err)
		return
	}
	if err := w.limit(); err != nil {
		w.log.Error("a gap of the sink can't be recorded", "error", err)
	}
	if err := w.ring(); err != nil {
		w.log.Error("an alarm of the sink can't be recorded", "error", err)
	}
}

// measure takes lag and backlog.
func (w *worker) measure(now time.Time) error {
	cursor, head := w.at().Cursor, w.m.opt.Ledger.Seq()
	var lag time.Duration
	var bytes int64
	if head > cursor {
		oldest, err := w.timeAfter(cursor)
		if err != nil {
			return err
		}
		if !oldest.IsZero() {
			lag = max(now.Sub(oldest), 0)
		}
		if bytes, err = db.LedgerBytes(w.ctx, w.m.opt.DB.Read(), cursor, head); err != nil {
			return err
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.lag, w.backlog = lag, bytes
	return nil
}

// timeAfter is when the first event behind a seq was recorded; zero where there is none or it can't be read.
func (w *worker) timeAfter(seq int64) (time.Time, error) {
	var e envelope
	err := db.LedgerAscending(w.ctx, w.m.opt.DB.Read(), seq, 1, func(row db.LedgerRow) error {
		_ = json.Unmarshal([]byte(row.Event), &e) // what can't be read has no time
		return nil
	})
	return e.Time, err
}

// keepAfterGap is the share of the quota that stays when it is exceeded, so that one gap is recorded for many events rather
// than one for each.
const keepAfterGap = 0.9

// limit skips the oldest events beyond the quota, and records the gap in the transaction that moves the cursor.
func (w *worker) limit() error {
	w.mu.Lock()
	cursor, backlog := w.progress.Cursor, w.backlog
	w.mu.Unlock()
	head := w.m.opt.Ledger.Seq()
	behind := head - cursor
	keep := behind
	if behind > w.spec.Quota.Events {
		keep = int64(keepAfterGap * float64(w.spec.Quota.Events))
	}
	if backlog > w.spec.Quota.Bytes && behind > 0 {
		keep = min(keep, int64(keepAfterGap*float64(w.spec.Quota.Bytes)/float64(backlog)*float64(behind)))
	}
	if keep >= behind {
		return nil
	}
	return w.skip(head-keep, "the backlog exceeded its quota")
}

// skip moves the cursor over events that this sink will never deliver.
func (w *worker) skip(to int64, why string) error {
	at := w.at()
	if to <= at.Cursor {
		return nil
	}
	moved := at
	moved.Cursor = to
	gap := map[string]any{"first": at.Cursor + 1, "last": to, "events": to - at.Cursor, "reason": why}
	err := w.m.opt.Ledger.Commit(w.background(), func(tx *db.Tx) ([]*audit.Event, error) {
		return []*audit.Event{w.integrity("sink.gap", gap)}, db.SaveSinkProgress(w.ctx, tx, &moved)
	})
	if err != nil {
		return err
	}
	w.advance(to, 0, 0)
	w.skips++
	w.log.Error("the sink has a gap: "+why, "first", at.Cursor+1, "last", to)
	return nil
}

// noteLoss records that the ledger no longer has what a disabled sink would read next: retention keeps nothing for those. Holes
// further on are retention's own to tell of, and it does, in its events.
func (w *worker) noteLoss(ctx context.Context) error {
	cursor, next := w.at().Cursor, int64(0)
	err := db.LedgerAscending(ctx, w.m.opt.DB.Read(), cursor, 1, func(row db.LedgerRow) error {
		next = row.Seq
		return nil
	})
	if err != nil || next <= cursor+1 {
		return err
	}
	gap := map[string]any{"first": cursor + 1, "last": next - 1, "events": next - 1 - cursor, "reason": "removed for age while the sink was disabled"}
	return w.m.opt.Ledger.Commit(ctx, func(*db.Tx) ([]*audit.Event, error) {
		return []*audit.Event{w.integrity("sink.gap", gap)}, nil
	})
}

// ring raises the alarm when the lag passes its threshold and lowers it when the lag is below half of it.
func (w *worker) ring() error {
	w.mu.Lock()
	lag, was, state, behind := w.lag, w.lagging, w.state, w.m.opt.Ledger.Seq()-w.progress.Cursor
	lastErr := w.lastErr
	w.mu.Unlock()
	threshold := time.Duration(w.spec.AlarmAfter) * time.Second
	is := was
	switch {
	case lag >= threshold && state == Running:
		is = true
	case lag < threshold/2:
		is = false
	}
	if is == was {
		return nil
	}
	kind, outcome := "sink.recovered", map[string]any{"lag_s": int64(lag.Seconds()), "events": behind}
	if is {
		kind, outcome["last_error"] = "sink.lagging", lastErr
	}
	err := w.m.opt.Ledger.Commit(w.background(), func(tx *db.Tx) ([]*audit.Event, error) {
		return []*audit.Event{w.integrity(kind, outcome)}, db.SetSinkLagging(w.ctx, tx, w.id, is)
	})
	if err != nil {
		return err
	}
	w.mu.Lock()
	w.lagging = is
	w.mu.Unlock()
	return nil
}

// disable ends a sink whose receiver is gone for good.
func (w *worker) disable(answer string) {
	row := w.rowNow()
	row.State, row.Why, row.UpdatedAt = string(Disabled), answer, w.m.opt.Now().UnixMilli()
	err := w.m.opt.Ledger.Commit(w.background(), func(tx *db.Tx) ([]*audit.Event, error) {
		return []*audit.Event{w.integrity("sink.disabled", map[string]any{"answer": answer})}, db.UpdateSink(w.ctx, tx, &row)
	})
	if err != nil {
		w.log.Error("the sink can't be disabled", "error", err)
		return
	}
	w.log.Error("the receiver is gone for good; the sink is disabled", "answer", answer)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.row, w.state, w.why = row, Disabled, answer
}

// background is for commits that must not be torn by the worker's end.
func (w *worker) background() context.Context { return context.WithoutCancel(w.ctx) }

// alarmEvery bounds how often the ledger tells of messages that were set aside, and of a receiver that refuses.
const alarmEvery = 10 * time.Minute

// setAside puts a message by and moves on. One event tells of the first for a while: telling of each would make messages of
// messages.
func (w *worker) setAside(b *batch, i int, answer string) error {
	it := &b.items[i]
	if answer == "" {
		return errors.New("a message is set aside without a reason")
	}
	cursor, checkpoint := b.reached(i + 1)
	moved := w.at()
	moved.Cursor, moved.Checkpoint = max(moved.Cursor, cursor), max(moved.Checkpoint, checkpoint)
	now := w.m.opt.Now()
	tell := now.Sub(w.setAsideAt) >= alarmEvery && it.Type != "sink.set_aside"
	row := db.SetAsideRow{SinkID: w.id, Message: string(it.Message), Ref: it.Ref, EventID: it.ID, Type: it.Type, Answer: answer, At: now.UnixMilli()}
	err := w.m.opt.Ledger.Commit(w.background(), func(tx *db.Tx) ([]*audit.Event, error) {
		var events []*audit.Event
		if tell {
			events = append(events, w.integrity("sink.set_aside", map[string]any{"event": it.ID, "answer": answer}))
		}
		return events, errors.Join(db.InsertSetAside(w.ctx, tx, &row), db.SaveSinkProgress(w.ctx, tx, &moved))
	})
	if err != nil {
		return err
	}
	if tell {
		w.setAsideAt = now
	}
	w.advance(cursor, checkpoint, 0)
	w.poisonRun++
	w.log.Warn("a message was set aside", "event", it.ID, "answer", answer)
	return nil
}
