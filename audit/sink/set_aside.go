package sink

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"ambit/audit"
	"ambit/db"
)

// Aside is a message that the receiver refuses for what it is.
type Aside struct {
	AsideRef
	EventID string
	Type    string
	Answer  string
	At      time.Time
}

// AsideRef names a message that was set aside.
type AsideRef struct {
	Message Message
	Ref     int64 // seq of the event, number of the checkpoint
}

// cursor is the ref as a place in the list.
func (r AsideRef) cursor() string { return fmt.Sprintf("%s.%d", r.Message, r.Ref) }

// refOf reads a cursor; "" is the list's beginning.
func refOf(cursor string) (AsideRef, error) {
	if cursor == "" {
		return AsideRef{}, nil
	}
	message, number, _ := strings.Cut(cursor, ".")
	ref, err := strconv.ParseInt(number, 10, 64)
	if m := Message(message); err != nil || m != EventMessage && m != CheckpointMessage {
		return AsideRef{}, invalid("after is not what the page before gave as next")
	}
	return AsideRef{Message(message), ref}, nil
}

// AsidePage is a part of what a sink set aside.
type AsidePage struct {
	List []Aside
	Next string // where the next page begins; "" at the end
}

// MaxAside bounds a page, a retry and a dismissal.
const MaxAside = 200

// SetAside lists what a sink set aside behind a cursor, oldest first, up to limit.
func (m *Manager) SetAside(ctx context.Context, id, after string, limit int) (AsidePage, error) {
	if m.worker(id) == nil {
		return AsidePage{}, errNoSink
	}
	rows, next, err := m.asidePage(ctx, id, after, limit)
	page := AsidePage{List: make([]Aside, len(rows)), Next: next}
	for i, r := range rows {
		page.List[i] = Aside{AsideRef{Message(r.Message), r.Ref}, r.EventID, r.Type, r.Answer, timeOf(r.At)}
	}
	return page, err
}

// asidePage reads one row more than it gives, to know whether there is another page.
func (m *Manager) asidePage(ctx context.Context, id, after string, limit int) ([]db.SetAsideRow, string, error) {
	from, err := refOf(after)
	if err != nil {
		return nil, "", err
	}
	rows, err := db.SetAside(ctx, m.opt.DB.Read(), id, string(from.Message), from.Ref, limit+1)
	if err != nil || len(rows) <= limit {
		return rows, "", err
	}
	rows = rows[:limit]
	return rows, refOfRow(&rows[limit-1]).cursor(), nil
}

func refOfRow(r *db.SetAsideRow) AsideRef { return AsideRef{Message(r.Message), r.Ref} }

var errNotAside = &Error{"not_found", "the sink has set aside none of these messages", "List them again: they may have been delivered or dismissed meanwhile."}

// asideRows are those of the messages named that a sink has set aside.
func (m *Manager) asideRows(ctx context.Context, id string, refs []AsideRef) ([]db.SetAsideRow, error) {
	if len(refs) > MaxAside {
		return nil, invalid("at most %d messages at once", MaxAside)
	}
	var rows []db.SetAsideRow
	seen := map[AsideRef]bool{}
	for _, r := range refs {
		if seen[r] {
			continue
		}
		seen[r] = true
		there, err := db.SetAsideOf(ctx, m.opt.DB.Read(), id, string(r.Message), r.Ref)
		if err != nil {
			return nil, err
		}
		rows = append(rows, there...)
	}
	if len(rows) == 0 {
		return nil, errNotAside
	}
	return rows, nil
}

// DismissSetAside forgets messages that nobody wants to send again, and says how many there were. The events themselves stay in
// the ledger.
func (m *Manager) DismissSetAside(ctx context.Context, by audit.Actor, id string, refs []AsideRef) (int, error) {
	if m.worker(id) == nil {
		return 0, errNoSink
	}
	rows, err := m.asideRows(ctx, id, refs)
	if err != nil {
		return 0, err
	}
	ids := make([]string, len(rows))
	for i := range rows {
		ids[i] = rows[i].EventID
	}
	err = m.opt.Ledger.Commit(context.WithoutCancel(ctx), func(tx *db.Tx) ([]*audit.Event, error) {
		// any: a number and a list.
		after := map[string]any{"dismissed": len(ids), "messages": ids}
		return []*audit.Event{changed("sink.set_aside_dismissed", by, id, nil, after)}, deleteAside(ctx, tx, rows)
	})
	return len(ids), err
}

func deleteAside(ctx context.Context, tx *db.Tx, rows []db.SetAsideRow) error {
	for i := range rows {
		if err := db.DeleteSetAside(ctx, tx, rows[i].SinkID, rows[i].Message, rows[i].Ref); err != nil {
			return err
		}
	}
	return nil
}
