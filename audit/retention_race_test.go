package audit

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"ambit/db"
)

// chosen is a batch of decisions that are due, as a run has it before its transaction.
func chosen(t *testing.T, r *Retention) (*pass, *ClassPlan, []db.LedgerRow) {
	t.Helper()
	s, err := r.State(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	before, _ := s.due(PhaseDecision, r.l.now())
	plan := &ClassPlan{Class: PhaseDecision, Days: s.Days[PhaseDecision], Before: before}
	p, err := r.begin(t.Context(), &s, plan)
	if err != nil {
		t.Fatal(err)
	}
	due, err := p.next(t.Context(), r.l.db.Read(), removeBatch, plan)
	if err != nil || len(due) == 0 {
		t.Fatalf("%d are due, %v", len(due), err)
	}
	return p, plan, due
}

func mustHold(t *testing.T, r *Retention, name string, q Query) {
	t.Helper()
	if _, err := r.AddHold(t.Context(), name, "", q, eve); err != nil {
		t.Fatal(err)
	}
}

func mustRelease(t *testing.T, r *Retention, name string) {
	t.Helper()
	if _, err := r.ReleaseHold(t.Context(), name, eve); err != nil {
		t.Fatal(err)
	}
}

// What changes between the choice of a batch and its transaction counts, also where the number of holds stays.
func TestBatchChosenBeforeAChangeIsNotRemoved(t *testing.T) {
	for name, change := range map[string]func(t *testing.T, r *Retention, floor *int64){
		"one hold in another's place": func(t *testing.T, r *Retention, _ *int64) {
			mustRelease(t, r, "case 1")
			mustHold(t, r, "case 2", Query{})
		},
		"a longer rule": func(t *testing.T, r *Retention, _ *int64) { mustSetDays(t, r, map[string]int{PhaseDecision: 300}) },
		"a sink that begins with the first event": func(_ *testing.T, _ *Retention, floor *int64) { *floor = 0 },
	} {
		t.Run(name, func(t *testing.T) {
			l, _ := aged(t, t.TempDir(), 400)
			floor := int64(1 << 40)
			r := NewRetention(l, RetentionOptions{Floor: func(context.Context, db.Queryer) (int64, error) { return floor, nil }})
			mustSetDays(t, r, map[string]int{PhaseDecision: 30})
			mustHold(t, r, "case 1", Query{Person: "nobody@acme.test"})
			p, plan, due := chosen(t, r)
			change(t, r, &floor)
			if n, err := r.remove(t.Context(), p, plan, due); n != 0 || err != nil || !p.ended {
				t.Fatalf("removed %d, %v", n, err)
			}
			if report := mustVerify(t, l); report.Removed != 0 {
				t.Fatalf("%+v", report)
			}
			if n := found(t, l, Query{Person: personOf(t, due[0])}); n == 0 {
				t.Fatal("what was not removed is not found")
			}
		})
	}
}

func personOf(t *testing.T, row db.LedgerRow) string {
	t.Helper()
	var e Event
	if err := json.Unmarshal([]byte(row.Event), &e); err != nil {
		t.Fatal(err)
	}
	return e.Actor.User
}

// A sink's progress during a run is seen by the batches that follow.
func TestFloorIsReadForEachBatch(t *testing.T) {
	l, _ := aged(t, t.TempDir(), 400)
	asked := int64(0)
	r := NewRetention(l, RetentionOptions{Floor: func(context.Context, db.Queryer) (int64, error) {
		asked++
		return 100 * asked, nil
	}})
	mustSetDays(t, r, map[string]int{PhaseDecision: 30})
	if out := mustRun(t, r); out.Events != 400 {
		t.Fatalf("%+v", out)
	}
}

// A hold that is released while a run passes over what it covered: the next run removes that.
func TestReleaseDuringARunIsNotForgotten(t *testing.T) {
	l, _ := aged(t, t.TempDir(), 400)
	released := true
	var r *Retention
	r = NewRetention(l, RetentionOptions{Floor: func(context.Context, db.Queryer) (int64, error) {
		if !released {
			released = true
			mustRelease(t, r, "everything")
		}
		return 1 << 40, nil
	}})
	mustSetDays(t, r, map[string]int{PhaseDecision: 30})
	mustHold(t, r, "everything", Query{})
	released = false
	if out := mustRun(t, r); out.Events != 0 || out.Held != 400 {
		t.Fatalf("%+v", out)
	}
	if out := mustRun(t, r); out.Events != 400 {
		t.Fatalf("after the release: %+v", out)
	}
}

// say appends events with n prompts of one person and gives the events' ids.
func say(t *testing.T, l *Ledger, n int) []string {
	t.Helper()
	ids := make([]string, n)
	for i := range ids {
		e := sample(1)
		e.Actor.User, e.PromptText = "ada", fmt.Sprintf("prompt %d", i)
		if err := l.Append(t.Context(), e); err != nil {
			t.Fatal(err)
		}
		ids[i] = e.ID
	}
	return ids
}

func vaultOf(t *testing.T, l *Ledger) []db.PromptRow {
	t.Helper()
	rows, err := db.Prompts(t.Context(), l.db.Read(), db.PromptFilter{}, "", 10_000)
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func TestHoldAddedDuringAPurgeKeepsPrompts(t *testing.T) {
	l, _ := ledgerIn(t, t.TempDir())
	r := NewRetention(l, RetentionOptions{})
	say(t, l, 5)
	rows := vaultOf(t, l)
	mustHold(t, r, "case 1", Query{Person: "ada"})
	p := purging{filter: db.PromptFilter{Person: "ada"}, by: eve, why: "on request"}
	if err := r.purgeBatch(t.Context(), &p, rows); err != nil || p.purged != 0 || p.held != 5 || len(vaultOf(t, l)) != 5 {
		t.Fatalf("%+v, %d left, %v", p, len(vaultOf(t, l)), err)
	}
	mustRelease(t, r, "case 1")
	p = purging{days: 30} // a rule that is no longer in force
	if err := r.purgeBatch(t.Context(), &p, rows); err == nil || len(vaultOf(t, l)) != 5 {
		t.Fatalf("%d left, %v", len(vaultOf(t, l)), err)
	}
}

// purgedOnRecord is how many prompts the ledger says were purged, and by how many events.
func purgedOnRecord(t *testing.T, l *Ledger) (purged, events int) {
	t.Helper()
	page, err := l.Search(t.Context(), Query{Type: "prompts.purged", Limit: maxLimit})
	if err != nil {
		t.Fatal(err)
	}
	for _, raw := range page.Events {
		var e struct {
			Change struct{ After struct{ Purged int } }
		}
		if err := json.Unmarshal(raw, &e); err != nil {
			t.Fatal(err)
		}
		purged += e.Change.After.Purged
	}
	return purged, len(page.Events)
}

// A purge that ends half-way has said what it did so far.
func TestEveryBatchOfAPurgeIsOnRecord(t *testing.T) {
	l, _ := ledgerIn(t, t.TempDir())
	r := NewRetention(l, RetentionOptions{})
	say(t, l, 5*purgeBatch)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		_, _, err := r.PurgePrompts(ctx, PromptPurge{Person: "ada"}, eve)
		ended <- err
	}()
	for len(vaultOf(t, l)) == 5*purgeBatch {
		time.Sleep(time.Millisecond) // the purge works in a goroutine of its own
	}
	cancel()
	if err := <-ended; err == nil {
		t.Fatal("the purge was not interrupted")
	}
	left := len(vaultOf(t, l))
	purged, events := purgedOnRecord(t, l)
	if left == 0 || purged != 5*purgeBatch-left || events != purged/purgeBatch {
		t.Fatalf("%d prompts are left, %d events tell of %d", left, events, purged)
	}
	if _, _, err := r.PurgePrompts(t.Context(), PromptPurge{Person: "ada"}, eve); err != nil {
		t.Fatal(err)
	}
	if purged, _ := purgedOnRecord(t, l); purged != 5*purgeBatch {
		t.Fatalf("the ledger tells of %d", purged)
	}
}

// The same prompts come again while they are purged: under digests of their own, so what was purged stays away.
func TestPurgedPromptsStayAwayWhenTheyComeAgain(t *testing.T) {
	l, _ := ledgerIn(t, t.TempDir())
	r := NewRetention(l, RetentionOptions{})
	ids := say(t, l, 3*purgeBatch)
	ended := make(chan error, 1)
	go func() {
		_, _, err := r.PurgePrompts(t.Context(), PromptPurge{Person: "ada"}, eve)
		ended <- err
	}()
	for running := true; running; {
		say(t, l, 3*purgeBatch)
		select {
		case err := <-ended:
			if err != nil {
				t.Fatal(err)
			}
			running = false
		default:
		}
	}
	for _, id := range ids {
		if text, err := l.ReadPrompt(t.Context(), id); err == nil {
			t.Fatalf("%q of %s is back after its purge", text, id)
		}
	}
}
