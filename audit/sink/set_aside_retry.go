package sink

import (
	"context"
	"errors"

	"ambit/audit"
	"ambit/db"
)

// AsideChoice says which of the messages that were set aside to send again: those named, or all behind a cursor, up to MaxAside.
type AsideChoice struct {
	Refs  []AsideRef
	After string
}

// Retried is how a retry of what was set aside went.
type Retried struct {
	Delivered int
	Refused   int
	Gone      int    // dropped: retention has removed the event
	Answer    string // the last that was not an acceptance
	Stopped   bool   // the receiver can't be reached: there is no use in going on now
	Next      string // where to go on; "" at the end
}

// RetrySetAside sends what was set aside once more, one by one. What the ledger no longer has is dropped. It stops where the
// receiver can't be reached.
func (m *Manager) RetrySetAside(ctx context.Context, by audit.Actor, id string, which AsideChoice) (Retried, error) {
	w := m.worker(id)
	if w == nil {
		return Retried{}, errNoSink
	}
	rows, out, err := m.chosenAside(ctx, id, which)
	if err != nil {
		return out, err
	}
	done := w.retryAll(ctx, rows, &out)
	err = m.opt.Ledger.Commit(context.WithoutCancel(ctx), func(tx *db.Tx) ([]*audit.Event, error) {
		after := map[string]int{"delivered": out.Delivered, "refused": out.Refused, "gone": out.Gone}
		return []*audit.Event{changed("sink.set_aside_retried", by, id, nil, after)}, deleteAside(ctx, tx, done)
	})
	if err == nil {
		w.mu.Lock()
		w.progress.Delivered += int64(out.Delivered)
		w.mu.Unlock()
	}
	return out, err
}

func (m *Manager) chosenAside(ctx context.Context, id string, which AsideChoice) (rows []db.SetAsideRow, out Retried, err error) {
	if len(which.Refs) > 0 {
		rows, err = m.asideRows(ctx, id, which.Refs)
		return rows, out, err
	}
	rows, out.Next, err = m.asidePage(ctx, id, which.After, MaxAside)
	return rows, out, err
}

// retryAll sends messages one by one, counts how that went, and gives those that are done with.
func (w *worker) retryAll(ctx context.Context, rows []db.SetAsideRow, out *Retried) (done []db.SetAsideRow) {
	for i := range rows {
		taken, answer, err := w.retry(ctx, &rows[i])
		switch {
		case errors.Is(err, db.ErrNotFound):
			out.Gone++
			done = append(done, rows[i])
		case err != nil:
			// Whoever went on behind this page would pass those over that were not tried.
			out.Answer, out.Stopped, out.Next = clean(err.Error(), w.secrets), true, ""
			return done
		case taken:
			out.Delivered++
			done = append(done, rows[i])
		default:
			out.Refused++
			out.Answer = answer
		}
	}
	return done
}

// retry sends one. An error says that there is no use in going on; db.ErrNotFound, that the ledger no longer has this one.
func (w *worker) retry(ctx context.Context, row *db.SetAsideRow) (taken bool, answer string, err error) {
	it, err := w.again(ctx, row)
	if err != nil {
		return false, "", err
	}
	if it.Bad != "" {
		return false, it.Bad, nil
	}
	res, err := w.try(ctx, []Item{it})
	switch {
	case err != nil:
		return false, "", err
	case res.Outcome == Accepted:
		return true, "", nil
	case res.Outcome == Poison:
		return false, res.Answer, nil
	default:
		return false, "", errors.New(res.Answer)
	}
}

// again makes the message anew from what the ledger has.
func (w *worker) again(ctx context.Context, row *db.SetAsideRow) (Item, error) {
	r := w.m.opt.DB.Read()
	if Message(row.Message) == EventMessage {
		event, err := db.LedgerEvent(ctx, r, row.Ref)
		if err != nil {
			return Item{}, err
		}
		return eventItem(db.LedgerRow{Seq: row.Ref, Event: event}, w.spec.Mapping), nil
	}
	list, err := db.Checkpoints(ctx, r, row.Ref-1, 1)
	if err != nil {
		return Item{}, err
	}
	if len(list) == 0 || list[0].Number != row.Ref {
		return Item{}, db.ErrNotFound
	}
	return checkpointItem(list[0], w.spec.Mapping)
}
