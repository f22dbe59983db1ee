package audit

import (
	"context"
	"fmt"

	"ambit/db"
)

// RemovedError says that an entry was removed under retention. Its hash is still in the tree; the event itself is nowhere.
type RemovedError struct {
	Seq   int64
	Event string // id of the event that records the removal
}

func (e *RemovedError) Error() string {
	return fmt.Sprintf("entry %d was removed under retention, recorded by %s", e.Seq, e.Event)
}

// Code is not_found.
func (e *RemovedError) Code() string { return "not_found" }

// Hint is empty: there is nothing to be done.
func (e *RemovedError) Hint() string { return "" }

// removedEvent finds the event that records the removal of an entry; "" where none does.
func removedEvent(ctx context.Context, q db.Queryer, seq int64) (string, error) {
	marks, err := db.Marks(ctx, q, seq)
	if err != nil {
		return "", err
	}
	for _, m := range marks {
		if m.Kind != TypeRemoved {
			continue
		}
		event, err := db.LedgerEvent(ctx, q, m.Seq)
		if err != nil {
			return "", fmt.Errorf("read entry %d: %w", m.Seq, err)
		}
		e, gone, _, err := readMark(event)
		if err != nil {
			return "", err
		}
		for _, s := range gone {
			if s.first <= seq && seq <= s.last {
				return e.ID, nil
			}
		}
	}
	return "", nil
}
