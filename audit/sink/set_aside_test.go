package sink

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"testing"

	"ambit/audit"
	"ambit/db"
)

// putAside makes a paused sink with n decisions in the ledger, of which it set aside all, and a message whose event is gone.
func (s *stack) putAside(f *far, n int) Sink {
	s.t.Helper()
	s.decide(n)
	made := s.create(f.spec(), nil)
	_, err := s.sinks.Pause(s.t.Context(), admin, made.ID)
	must(s.t, err)
	must(s.t, s.ledger.Commit(s.t.Context(), func(tx *db.Tx) ([]*audit.Event, error) {
		for seq := range int64(n) {
			row := db.SetAsideRow{SinkID: made.ID, Message: "event", Ref: seq + 1, EventID: "evt", Type: "shell.exec", Answer: "no", At: 1}
			if err := db.InsertSetAside(s.t.Context(), tx, &row); err != nil {
				return nil, err
			}
		}
		gone := db.SetAsideRow{SinkID: made.ID, Message: "event", Ref: 1 << 40, EventID: "evt_gone", Type: "shell.exec", Answer: "no", At: 1}
		chk := db.SetAsideRow{SinkID: made.ID, Message: "checkpoint", Ref: 1 << 40, EventID: "chk", Type: checkpointType, Answer: "no", At: 1}
		if err := db.InsertSetAside(s.t.Context(), tx, &gone); err != nil {
			return nil, err
		}
		return nil, db.InsertSetAside(s.t.Context(), tx, &chk)
	}))
	return made
}

func TestSetAsideIsListedToItsEnd(t *testing.T) {
	s, f := start(t), listen(t)
	made := s.putAside(f, 450)
	for _, limit := range []int{MaxAside, 7, 452} {
		var seen []AsideRef
		after, pages := "", 0
		for {
			page, err := s.sinks.SetAside(t.Context(), made.ID, after, limit)
			must(t, err)
			for _, a := range page.List {
				seen = append(seen, a.AsideRef)
			}
			pages++
			if after = page.Next; after == "" {
				break
			}
		}
		if len(seen) != 452 || pages != (452+limit-1)/limit || seen[0].Ref != 1 || seen[449].Ref != 450 || seen[451].Message != CheckpointMessage {
			t.Errorf("%d in %d pages of %d", len(seen), pages, limit)
		}
	}
	for _, after := range []string{"event", "event.x", "x.1", "."} {
		if _, err := s.sinks.SetAside(t.Context(), made.ID, after, 10); err == nil {
			t.Errorf("the cursor %q is taken", after)
		}
	}
}

// What stays refused doesn't keep a retry from the rest, and what the ledger no longer has is dropped.
func TestRetryGoesPastWhatStaysRefused(t *testing.T) {
	s, f := start(t), listen(t)
	f.refuse = func(_ int, events []json.RawMessage) (int, map[string]string, string) {
		var g got
		must(t, json.Unmarshal(events[0], &g))
		if g.Seq <= 210 {
			return http.StatusBadRequest, nil, "never"
		}
		return 0, nil, ""
	}
	made := s.putAside(f, 220)
	var sum Retried
	for which, rounds := (AsideChoice{}), 0; rounds == 0 || which.After != ""; rounds++ {
		out, err := s.sinks.RetrySetAside(t.Context(), admin, made.ID, which)
		must(t, err)
		sum.Delivered, sum.Refused, sum.Gone = sum.Delivered+out.Delivered, sum.Refused+out.Refused, sum.Gone+out.Gone
		which.After = out.Next
	}
	if sum.Delivered != 10 || sum.Refused != 210 || sum.Gone != 2 || s.status().SetAside != 210 {
		t.Errorf("%+v, %d are left", sum, s.status().SetAside)
	}
	if n := len(s.events("sink.set_aside_retried")); n != 2 {
		t.Errorf("%d events tell of it", n)
	}
}

func TestSetAsideOneByOne(t *testing.T) {
	s, f := start(t), listen(t)
	made := s.putAside(f, 5)
	one := []AsideRef{{EventMessage, 3}}
	out, err := s.sinks.RetrySetAside(t.Context(), admin, made.ID, AsideChoice{Refs: one})
	must(t, err)
	if out.Delivered != 1 || out.Next != "" || len(f.has()) != 1 || f.has()[0].Seq != 3 {
		t.Errorf("%+v, %v", out, f.has())
	}
	if _, err := s.sinks.RetrySetAside(t.Context(), admin, made.ID, AsideChoice{Refs: one}); !errors.Is(err, errNotAside) {
		t.Errorf("what was delivered is sent again: %v", err)
	}
	n, err := s.sinks.DismissSetAside(t.Context(), admin, made.ID, []AsideRef{{EventMessage, 2}, {EventMessage, 3}, {CheckpointMessage, 1 << 40}})
	must(t, err)
	if n != 2 || s.status().SetAside != 4 {
		t.Errorf("%d dismissed, %d are left", n, s.status().SetAside)
	}
	events := s.events("sink.set_aside_dismissed")
	if len(events) != 1 || events[0].Phase != audit.PhaseAdmin || events[0].Actor.User != admin.User || !bytes.Contains(events[0].Change.After, []byte(`"chk"`)) {
		t.Errorf("%+v", events)
	}
	if _, err := s.sinks.DismissSetAside(t.Context(), admin, made.ID, one); !errors.Is(err, errNotAside) {
		t.Errorf("dismissed twice: %v", err)
	}
	f.server.Close()
	if out, err := s.sinks.RetrySetAside(t.Context(), admin, made.ID, AsideChoice{}); err != nil || !out.Stopped || out.Answer == "" || s.status().SetAside != 4 {
		t.Errorf("without a receiver: %+v, %v", out, err)
	}
}
