package sink

import (
	"context"
	"errors"
	"time"

	"ambit/audit"
	"ambit/db"
)

// Aside is a message that the receiver refuses for what it is.
type Aside struct {
	Message Message
	Ref     int64 // seq of the event, number of the checkpoint
	EventID string
	Type    string
	Answer  string
	At      time.Time
}

// maxAside bounds a list and one retry.
const maxAside = 200

// SetAside lists what a sink set aside, oldest first, up to 200.
func (m *Manager) SetAside(ctx context.Context, id string) ([]Aside, error) {
	if m.worker(id) == nil {
		return nil, errNoSink
	}
	rows, err := db.SetAside(ctx, m.opt.DB.Read(), id, maxAside)
	if err != nil {
		return nil, err
	}
	list := make([]Aside, len(rows))
	for i, r := range rows {
		list[i] = Aside{Message(r.Message), r.Ref, r.EventID, r.Type, r.Answer, timeOf(r.At)}
	}
	return list, nil
}

// Retried is how a retry of what was set aside went.
type Retried struct {
	Delivered int
	Refused   int
	Answer    string // the last that was not an acceptance
}

// RetrySetAside sends what was set aside once more, one by one, up to 200. It stops where the receiver can't be reached.
func (m *Manager) RetrySetAside(ctx context.Context, by audit.Actor, id string) (Retried, error) {
	w := m.worker(id)
	if w == nil {
		return Retried{}, errNoSink
	}
	rows, err := db.SetAside(ctx, m.opt.DB.Read(), id, maxAside)
	if err != nil {
		return Retried{}, err
	}
	var out Retried
	var delivered []db.SetAsideRow
	for i := range rows {
		taken, answer, err := w.retry(ctx, &rows[i])
		if err != nil {
			out.Answer = clean(err.Error(), w.secrets)
			break
		}
		if taken {
			delivered = append(delivered, rows[i])
			continue
		}
		out.Refused++
		out.Answer = answer
	}
	out.Delivered = len(delivered)
	err = m.opt.Ledger.Commit(context.WithoutCancel(ctx), func(tx *db.Tx) ([]*audit.Event, error) {
		for _, r := range delivered {
			if err := db.DeleteSetAside(ctx, tx, r.SinkID, r.Message, r.Ref); err != nil {
				return nil, err
			}
		}
		return []*audit.Event{changed("sink.set_aside_retried", by, id, nil, map[string]int{"delivered": out.Delivered, "refused": out.Refused})}, nil
	})
	if err == nil {
		w.mu.Lock()
		w.progress.Delivered += int64(out.Delivered)
		w.mu.Unlock()
	}
	return out, err
}

// retry sends one. An error says that there is no use in going on.
func (w *worker) retry(ctx context.Context, row *db.SetAsideRow) (taken bool, answer string, err error) {
	it, err := w.again(ctx, row)
	if errors.Is(err, db.ErrNotFound) {
		return false, "the ledger no longer has this message", nil
	}
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
