package demo

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"ambit/audit"
	"ambit/db"
	"ambit/db/seal"
	"ambit/policy"
	"ambit/server/caller"
	"ambit/server/identity"
	"ambit/server/policystore"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func open(t *testing.T, dir string, now func() time.Time) Parts {
	t.Helper()
	ctx := t.Context()
	clock := NewClock(now)
	log := slog.New(slog.DiscardHandler)
	box, err := seal.Open(filepath.Join(dir, "key"), rand.Reader)
	must(t, err)
	database, err := db.Open(ctx, dir, db.Options{})
	must(t, err)
	ledger, err := audit.Open(ctx, audit.Options{DB: database, Box: box, Now: clock.Now, Rand: rand.Reader, Backdate: true})
	must(t, err)
	people, err := identity.Open(ctx, identity.Options{
		DB: database, Ledger: ledger, Box: box, Now: clock.Now, Rand: rand.Reader, Log: log, PublicURL: "http://localhost:8420", Demo: true,
	})
	must(t, err)
	policies, _, err := policystore.Open(ctx, database.Read, ledger, clock.Now)
	must(t, err)
	t.Cleanup(sync.OnceFunc(func() {
		ctx := context.WithoutCancel(ctx)
		must(t, errors.Join(people.Close(ctx), ledger.Close(ctx), database.Close()))
	}))
	return Parts{Dir: dir, Clock: clock, Ledger: ledger, Identity: people, Policies: policies, Log: log}
}

// A Wednesday afternoon.
func wednesday() time.Time { return time.Date(2026, 11, 18, 15, 30, 0, 0, time.UTC) }

func TestFillTellsABelievableWeek(t *testing.T) {
	p := open(t, t.TempDir(), wednesday)
	start := time.Now()
	must(t, Fill(t.Context(), p))
	took := time.Since(start)

	var all bytes.Buffer
	n, err := p.Ledger.Export(t.Context(), &all, audit.Query{})
	must(t, err)
	effects, kinds, controls := map[policy.Effect]int{}, map[string]int{}, map[string]int{}
	monitored, days, last := 0, map[string]int{}, time.Time{}
	for dec := json.NewDecoder(&all); dec.More(); {
		var e audit.Event
		must(t, dec.Decode(&e))
		if e.Time.Before(last) || e.Time.After(wednesday()) {
			t.Fatalf("event %d is at %v, after one at %v", e.Seq, e.Time, last)
		}
		last = e.Time
		kinds[e.Type]++
		days[e.Time.Format("2006-01-02")]++
		if d := e.Decision; d != nil {
			effects[d.Effect]++
			if d.Reason == "" {
				t.Errorf("event %d has no reason", e.Seq)
			}
			if d.Effect != policy.Allow && !d.Enforced {
				monitored++
			}
			for _, f := range d.Findings {
				controls[f.Control]++
			}
		}
	}
	t.Logf("%d events in %v; effects %v; monitored %d; kinds %v; controls %v; days %v", n, took, effects, monitored, kinds, controls, days)
	if n < 3000 || len(days) < 6 {
		t.Errorf("%d events on %d days: that is not a week's work", n, len(days))
	}
	decisions := effects[policy.Allow] + effects[policy.Deny] + effects[policy.Hold]
	if effects[policy.Allow] < decisions*6/10 || effects[policy.Deny] < decisions/20 || effects[policy.Hold] < 3 || monitored == 0 {
		t.Errorf("the effects are not believable: %v of %d, %d monitored", effects, decisions, monitored)
	}
	for _, kind := range append(policy.Actions(), "policy.published", "token.created", "person.created", "person.signed_in", "sign_in.refused") {
		if kinds[kind] == 0 && kind != policy.ActionModelSelect {
			t.Errorf("no event of type %s", kind)
		}
	}
	for _, control := range []string{"shell", "files", "mcp", "web", "skills"} {
		if controls[control] == 0 {
			t.Errorf("nothing was refused by %s", control)
		}
	}
	page, err := p.Ledger.Search(t.Context(), audit.Query{Effect: "hold", Person: payments, Limit: 1})
	must(t, err)
	var pending audit.Event
	must(t, json.Unmarshal(page.Events[0], &pending))
	if wednesday().Sub(pending.Time) > 15*time.Minute || pending.Action.Name != policy.ActionFileWrite {
		t.Errorf("the pending change is %s at %v", pending.Action.Name, pending.Time)
	}
	if r, err := p.Ledger.Verify(t.Context(), audit.VerifyOptions{}); err != nil || !r.OK() || r.Entries != n {
		t.Errorf("verify: %+v, %v", r, err)
	}
	in, err := p.Identity.SignInDemo(t.Context(), security, "", "127.0.0.1")
	must(t, err)
	if who, err := p.Identity.Cookie(in.Cookie); err != nil || !who.HasRole(caller.SecurityAdmin) || who.HasRole(caller.Auditor) {
		t.Errorf("the demo sign-in gave %+v, %v", who, err)
	}
	if _, err := p.Identity.SignInDemo(t.Context(), payments, "", "127.0.0.1"); err == nil {
		t.Error("somebody without a console role signed in")
	}
	if now := p.Clock.Now(); !now.Equal(wednesday()) {
		t.Errorf("the clock still shows %v", now)
	}
	if state, err := os.ReadFile(filepath.Join(p.Dir, marker)); err != nil || string(state) != filled {
		t.Errorf("marker %q, %v", state, err)
	}
}

// Visitors come on Sunday mornings, too: something must be going on then.
func TestFillOnASundayMorning(t *testing.T) {
	sunday := time.Date(2026, 11, 22, 7, 5, 0, 0, time.UTC)
	p := open(t, t.TempDir(), func() time.Time { return sunday })
	must(t, Fill(t.Context(), p))
	page, err := p.Ledger.Search(t.Context(), audit.Query{Since: sunday.Add(-20 * time.Minute)})
	must(t, err)
	if len(page.Events) < 8 || p.Ledger.Seq() < 3000 {
		t.Errorf("%d events in the last minutes, %d in all", len(page.Events), p.Ledger.Seq())
	}
}

func TestPrepare(t *testing.T) {
	touch := func(dir, name, content string) {
		must(t, os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600))
	}
	dir := t.TempDir()
	touch(dir, "lock", "")
	fill, err := Prepare(dir)
	if err != nil || !fill {
		t.Fatalf("an empty folder: %v, %v", fill, err)
	}
	touch(dir, "ambit.db", "half")
	touch(dir, "key", "k")
	if fill, err = Prepare(dir); err != nil || !fill {
		t.Fatalf("an interrupted one: %v, %v", fill, err)
	}
	if _, err := os.Stat(filepath.Join(dir, "ambit.db")); !errors.Is(err, os.ErrNotExist) {
		t.Fatal("what the interrupted run left is still there")
	}
	must(t, mark(dir, filled))
	touch(dir, "ambit.db", "whole")
	if fill, err = Prepare(dir); err != nil || fill {
		t.Fatalf("a filled one: %v, %v", fill, err)
	}
	precious := t.TempDir()
	touch(precious, "ambit.db", "precious")
	var refused *FolderError
	if _, err = Prepare(precious); !errors.As(err, &refused) {
		t.Fatalf("somebody's installation: %v", err)
	}
	if content, err := os.ReadFile(filepath.Join(precious, "ambit.db")); err != nil || string(content) != "precious" {
		t.Fatal("somebody's installation was touched")
	}
}
