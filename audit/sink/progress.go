package sink

import (
	"context"
	"time"

	"ambit/audit"
	"ambit/db"
)

// at is how far the sink has come.
func (w *worker) at() db.SinkProgress {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.progress
}

func (w *worker) stateNow() State {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.state
}

// advance moves the cursors in memory; the manager's next save makes them durable. They never go back.
func (w *worker) advance(cursor, checkpoint, delivered int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.progress.Cursor = max(w.progress.Cursor, cursor)
	w.progress.Checkpoint = max(w.progress.Checkpoint, checkpoint)
	w.progress.Delivered += delivered
}

// accepted notes that the receiver has a part of a batch. Its predecessors in the batch are done with already.
func (w *worker) accepted(b *batch, p span) {
	cursor, checkpoint := b.reached(p.high)
	w.advance(cursor, checkpoint, int64(p.high-p.low))
	w.poisonRun = 0
	w.backoff.reset()
	w.mu.Lock()
	w.progress.SucceededAt = w.m.opt.Now().UnixMilli()
	recovered := w.trouble != ""
	w.trouble = ""
	w.mu.Unlock()
	if recovered {
		w.log.Info("the sink delivers again")
	}
}

// reached says up to where cursors are done when the first n items are.
func (b *batch) reached(n int) (cursor, checkpoint int64) {
	for i := n - 1; i >= 0; i-- {
		switch it := &b.items[i]; it.Message {
		case EventMessage:
			return max(cursor, it.Ref), checkpoint
		case CheckpointMessage:
			checkpoint = max(checkpoint, it.Ref)
			cursor = b.through // checkpoints stand behind all events
		}
	}
	return cursor, checkpoint
}

// unsaved gives the progress when it moved since the last save.
func (w *worker) unsaved() (db.SinkProgress, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.progress, w.progress != w.stored
}

func (w *worker) saved(p db.SinkProgress) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.stored = p
}

// failed notes a failure and says how long to wait before the next attempt. The first of its kind is logged, the rest show in
// the status.
func (w *worker) failed(trouble State, text string) time.Duration {
	w.mu.Lock()
	was := w.trouble
	w.trouble, w.lastErr, w.errAt = trouble, text, w.m.opt.Now()
	w.mu.Unlock()
	if was != trouble {
		w.log.Warn("the sink can't deliver", "state", string(trouble), "answer", text)
		// An alarm is an event, which the sink delivers, to a receiver that refuses now and then: not at every turn.
		if now := w.m.opt.Now(); trouble == Misconfigured && now.Sub(w.alarmedAt) >= alarmEvery {
			w.alarmedAt = now
			w.alarm("sink.misconfigured", map[string]any{"answer": text})
		}
	}
	return w.backoff.next()
}

// alarm records an event about this sink. Sinks forward it like any other; what it tells of is a change of state, so it can't
// cause itself.
func (w *worker) alarm(kind string, outcome map[string]any) {
	err := w.m.opt.Ledger.Commit(context.WithoutCancel(w.ctx), func(*db.Tx) ([]*audit.Event, error) {
		return []*audit.Event{w.integrity(kind, outcome)}, nil
	})
	if err != nil {
		w.log.Error("an alarm of the sink can't be recorded", "alarm", kind, "error", err)
	}
}
