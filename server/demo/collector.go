package demo

import (
	"context"
	"slices"

	"ambit/audit"
	"ambit/db"
)

// collector is the ledger of the decision service while the past is written. It keeps events until there are enough for a
// transaction, and then they take the same path as any other change.
type collector struct {
	ledger *audit.Ledger
	clock  *Clock
	events []*audit.Event
	total  int
}

// batch is as many events as the ledger itself puts into one transaction.
const batch = 512

// Append stamps the event with the past's time.
func (c *collector) Append(ctx context.Context, e *audit.Event) error {
	e.Time = c.clock.Now()
	e.ID = c.ledger.NewID("evt_")
	c.events = append(c.events, e)
	if len(c.events) < batch {
		return nil
	}
	return c.flush(ctx)
}

// AppendAll is Append for each: they are within one transaction or two, which the past doesn't mind.
func (c *collector) AppendAll(ctx context.Context, events ...*audit.Event) error {
	for _, e := range events {
		if err := c.Append(ctx, e); err != nil {
			return err
		}
	}
	return nil
}

// DecidedOn asks the ledger. The past's hooks come in order, so memory knows, and this isn't called.
func (c *collector) DecidedOn(ctx context.Context, session, toolUse string) (asked, refused bool, err error) {
	if err := c.flush(ctx); err != nil {
		return false, false, err
	}
	return c.ledger.DecidedOn(ctx, session, toolUse)
}

func (c *collector) flush(ctx context.Context) error {
	if len(c.events) == 0 {
		return nil
	}
	events := slices.Clone(c.events)
	c.events, c.total = c.events[:0], c.total+len(events)
	return c.ledger.Commit(ctx, func(*db.Tx) ([]*audit.Event, error) { return events, nil })
}
