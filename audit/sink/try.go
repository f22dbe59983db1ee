package sink

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"ambit/audit"
	"ambit/db"
)

// Tried is how a test event was taken.
type Tried struct {
	OK      bool
	Outcome string // accepted, refused, misconfigured, gone, not now, no answer
	Answer  string // the receiver's own, bounded and cleaned
	EventID string
	Took    time.Duration
}

// Test sends a test event, which is no entry of the ledger, and gives the receiver's own answer. It also works on a paused
// sink.
func (m *Manager) Test(ctx context.Context, by audit.Actor, id string) (Tried, error) {
	w := m.worker(id)
	if w == nil {
		return Tried{}, errNoSink
	}
	it, err := m.testItem(by, w.spec.Mapping)
	if err != nil {
		return Tried{}, err
	}
	start := m.opt.Now()
	res, err := w.try(ctx, []Item{it})
	t := Tried{EventID: it.ID, Took: m.opt.Now().Sub(start), Answer: res.Answer}
	if err != nil {
		t.Outcome, t.Answer = "no answer", clean(err.Error(), w.secrets)
	} else {
		t.OK = res.Outcome == Accepted
		t.Outcome = map[Outcome]string{Retry: "not now", Accepted: "accepted", Poison: "refused", Misconfiguration: "misconfigured", Gone: "gone"}[res.Outcome]
	}
	err = m.opt.Ledger.Commit(context.WithoutCancel(ctx), func(*db.Tx) ([]*audit.Event, error) {
		return []*audit.Event{changed("sink.tested", by, id, nil, map[string]string{"outcome": t.Outcome, "answer": t.Answer})}, nil
	})
	return t, err
}

// try sends to the sink's receiver. Where that is a connection, a second one is as good and needn't wait for the worker's.
func (w *worker) try(ctx context.Context, items []Item) (Result, error) {
	send := func(r Receiver) (Result, error) { return r.Send(ctx, items) }
	if w.spec.Kind == File {
		return w.receive(ctx, send)
	}
	r, err := newReceiver(&w.m.deps, &w.spec, w.secrets)
	if err != nil {
		return Result{}, err
	}
	res, err := send(r)
	if errClose := r.Close(); err == nil && errClose != nil {
		err = fmt.Errorf("close: %w", errClose)
	}
	return res, err
}

func (m *Manager) testItem(by audit.Actor, mapping Mapping) (Item, error) {
	e := audit.Event{
		Schema: audit.Schema, ID: m.opt.Ledger.NewID("evt_"), Time: m.opt.Now().UTC().Truncate(time.Millisecond),
		Type: "sink.test", Phase: audit.PhaseAdmin, Actor: audit.Actor{User: by.User},
		Outcome: json.RawMessage(`{"message":"A test event from Ambit: it is no entry of the ledger."}`),
	}
	text, err := json.Marshal(e)
	if err != nil {
		return Item{}, fmt.Errorf("make test event: %w", err)
	}
	return eventItem(db.LedgerRow{Event: string(text)}, mapping), nil
}
