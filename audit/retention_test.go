package audit

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"ambit/db"
)

// clock is a time that a test moves.
type clock struct{ ms atomic.Int64 }

func newClock() *clock {
	c := &clock{}
	c.ms.Store(time.Date(2026, 11, 1, 9, 0, 0, 0, time.UTC).UnixMilli())
	return c
}

func (c *clock) now() time.Time       { return time.UnixMilli(c.ms.Load()).UTC() }
func (c *clock) pass(d time.Duration) { c.ms.Add(d.Milliseconds()) }
func (c *clock) use(o *Options)       { o.Now = c.now }

const day = 24 * time.Hour

// aged is a ledger with old events of n decisions and one token, and with fresh ones behind them.
func aged(t *testing.T, dir string, n int) (*Ledger, *clock) {
	t.Helper()
	c := newClock()
	l, _ := ledgerIn(t, dir, c.use)
	mustAppend(t, l, n)
	admin := &Event{Type: "token.created", Phase: PhaseAdmin, Actor: Actor{User: "eve@acme.test"}}
	if err := l.Append(t.Context(), admin); err != nil {
		t.Fatal(err)
	}
	c.pass(40 * day)
	mustAppend(t, l, 600)
	project(t, l)
	return l, c
}

var eve = Actor{User: "eve@acme.test"}

func mustSetDays(t *testing.T, r *Retention, days map[string]int) {
	t.Helper()
	if _, err := r.SetDays(t.Context(), days, eve); err != nil {
		t.Fatal(err)
	}
}

func mustRun(t *testing.T, r *Retention) Outcome {
	t.Helper()
	out, err := r.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func mustVerify(t *testing.T, l *Ledger) Report {
	t.Helper()
	keyed, err := l.Verify(t.Context(), VerifyOptions{})
	if err != nil || !keyed.OK() {
		t.Fatalf("with the key: %+v, %v", keyed, err)
	}
	open, err := Verify(t.Context(), l.db.Read(), VerifyOptions{PublicKey: l.pub})
	if err != nil || !open.OK() || open.Removed != keyed.Removed {
		t.Fatalf("with the public key: %+v, %v", open, err)
	}
	return keyed
}

func found(t *testing.T, l *Ledger, q Query) int {
	t.Helper()
	q.Limit = maxLimit
	page, err := l.Search(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	return len(page.Events)
}

func TestRetentionRemovesWhatIsOldAndOnlyThat(t *testing.T) {
	dir := t.TempDir()
	l, _ := aged(t, dir, 400)
	r := NewRetention(l, RetentionOptions{})
	if out := mustRun(t, r); out != (Outcome{}) {
		t.Fatalf("without a rule: %+v", out)
	}
	mustSetDays(t, r, map[string]int{PhaseDecision: 30})
	plans, err := r.Plan(t.Context())
	if err != nil || len(plans) != 1 || plans[0].Due != 400 || plans[0].First != 1 || plans[0].Last < 400 {
		t.Fatalf("plan %+v, %v", plans, err)
	}
	if before := l.Seq(); mustVerify(t, l).Removed != 0 || l.Seq() != before {
		t.Fatal("a plan changed the ledger")
	}
	if out := mustRun(t, r); out.Events != 400 {
		t.Fatalf("removed %+v", out)
	}
	report := mustVerify(t, l)
	if report.Removed != 400 || report.RemovalEvents != 4 || len(report.Removals) != 4 || report.Removals[0].Entries != 100 {
		t.Fatalf("report %+v", report)
	}
	if n := found(t, l, Query{Phase: PhaseDecision}); n != 600 {
		t.Fatalf("%d decisions are found, want 600", n)
	}
	if n := found(t, l, Query{Type: "token.created"}); n != 1 {
		t.Fatal("an event of another class is gone")
	}
	var exported bytes.Buffer
	if n, err := l.Export(t.Context(), &exported, Query{Phase: PhaseDecision}); err != nil || n != 600 {
		t.Fatalf("exported %d, %v", n, err)
	}
	var removedErr *RemovedError
	if _, err := l.Prove(t.Context(), 5); !errors.As(err, &removedErr) || removedErr.Event != report.Removals[0].Event {
		t.Fatalf("prove what is gone: %v", err)
	}
	if p, err := l.Prove(t.Context(), 401); err != nil {
		t.Fatal(err)
	} else if _, err := p.Check(l.pub); err != nil {
		t.Fatal(err)
	}
	if out := mustRun(t, r); out.Events != 0 {
		t.Fatalf("the second run removed %+v", out)
	}
}

// What was removed is in none of the files any more, the index included.
func TestRemovedEventsLeaveTheFiles(t *testing.T) {
	dir := t.TempDir()
	c := newClock()
	l, stop := ledgerIn(t, dir, c.use)
	old := sample(1)
	old.Action.Properties = json.RawMessage(`{"command":"frobnicate quuxotic"}`)
	if err := l.Append(t.Context(), old); err != nil {
		t.Fatal(err)
	}
	mustAppend(t, l, 300)
	c.pass(2 * day)
	mustAppend(t, l, 10)
	project(t, l)
	if found(t, l, Query{Text: "quuxotic"}) != 1 {
		t.Fatal("the event isn't found while it is there")
	}
	r := NewRetention(l, RetentionOptions{})
	mustSetDays(t, r, map[string]int{PhaseDecision: 1})
	if out := mustRun(t, r); out.Events != 256 || out.Waits != 45 {
		t.Fatalf("%+v", out)
	}
	if found(t, l, Query{Text: "quuxotic"}) != 0 {
		t.Fatal("the event is found after its removal")
	}
	stop()
	for _, name := range []string{"ambit.db", "index.db", "ambit.db-wal", "index.db-wal"} {
		raw, err := os.ReadFile(dir + "/" + name)
		if errors.Is(err, os.ErrNotExist) {
			continue
		} else if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(raw, []byte("quuxotic")) {
			t.Errorf("%s still has the removed event's words", name)
		}
	}
	l, _ = ledgerIn(t, dir, c.use)
	if report := mustVerify(t, l); report.Removed != 256 {
		t.Fatalf("after reopening: %+v", report)
	}
}

func TestHeldEventsSurvive(t *testing.T) {
	l, _ := aged(t, t.TempDir(), 400)
	r := NewRetention(l, RetentionOptions{})
	mustSetDays(t, r, map[string]int{PhaseDecision: 30})
	if _, err := r.AddHold(t.Context(), "case 7", "a dispute", Query{Person: "person5@acme.test", Effect: "deny"}, eve); err != nil {
		t.Fatal(err)
	}
	if _, err := r.AddHold(t.Context(), "case 7", "", Query{}, eve); err == nil {
		t.Fatal("two holds have one name")
	}
	out := mustRun(t, r)
	if out.Events != 380 || out.Held != 20 {
		t.Fatalf("%+v", out)
	}
	if n := found(t, l, Query{Person: "person5@acme.test"}); n != 50 {
		t.Fatalf("%d events of the held person, want 20 old and 30 fresh ones", n)
	}
	mustVerify(t, l)
	if out := mustRun(t, r); out.Events != 0 {
		t.Fatalf("held events went in the next run: %+v", out)
	}
	h, err := r.ReleaseHold(t.Context(), "case 7", eve)
	if err != nil || h.Released == nil {
		t.Fatal(h, err)
	}
	if _, err := r.ReleaseHold(t.Context(), h.ID, eve); err == nil {
		t.Fatal("a hold was released twice")
	}
	if out := mustRun(t, r); out.Events != 20 {
		t.Fatalf("after the release: %+v", out)
	}
	if report := mustVerify(t, l); report.Removed != 400 {
		t.Fatalf("%+v", report)
	}
	for _, kind := range []string{"retention.changed", "hold.added", "hold.released"} {
		if found(t, l, Query{Type: kind, Person: eve.User}) != 1 {
			t.Errorf("%s is not on record", kind)
		}
	}
}

func TestRetentionWaitsForSinks(t *testing.T) {
	l, _ := aged(t, t.TempDir(), 400)
	floor := int64(150)
	r := NewRetention(l, RetentionOptions{Floor: func(context.Context, db.Queryer) (int64, error) { return floor, nil }})
	mustSetDays(t, r, map[string]int{PhaseDecision: 30})
	if out := mustRun(t, r); out.Events != 150 || out.Waits != 250 {
		t.Fatalf("%+v", out)
	}
	mustVerify(t, l)
	floor = 1 << 40
	if out := mustRun(t, r); out.Events != 250 || out.Waits != 0 {
		t.Fatalf("once the sink has them: %+v", out)
	}
	mustVerify(t, l)
}

// An entry that is not old enough yet is removed once it is, although a run came past it.
func TestYoungEntriesAreJudgedAgain(t *testing.T) {
	c := newClock()
	l, _ := ledgerIn(t, t.TempDir(), c.use)
	mustAppend(t, l, 100)
	c.pass(20 * time.Hour)
	mustAppend(t, l, 500)
	project(t, l)
	c.pass(29*day + 5*time.Hour)
	r := NewRetention(l, RetentionOptions{})
	mustSetDays(t, r, map[string]int{PhaseDecision: 30})
	if out := mustRun(t, r); out.Events != 100 {
		t.Fatalf("%+v", out)
	}
	c.pass(2 * day)
	if out := mustRun(t, r); out.Events != 412 || out.Waits != 88 {
		t.Fatalf("two days later: %+v", out)
	}
	mustVerify(t, l)
}

func TestDeletionWithoutATombstoneIsDamage(t *testing.T) {
	l, _ := aged(t, t.TempDir(), 400)
	r := NewRetention(l, RetentionOptions{})
	mustSetDays(t, r, map[string]int{PhaseDecision: 30})
	old, err := db.GetLedgerRow(t.Context(), l.db.Read(), 17)
	if err != nil {
		t.Fatal(err)
	}
	mustRun(t, r)
	report := mustVerify(t, l)
	tomb := report.Removals[0].Seq
	lost := int64(0) // the first entry that the first tombstone explains
	for seq := int64(1); lost == 0; seq++ {
		if _, err := db.LedgerEvent(t.Context(), l.db.Read(), seq); errors.Is(err, db.ErrNotFound) {
			lost = seq
		}
	}
	page, err := l.Search(t.Context(), Query{Type: "token.created"})
	if err != nil {
		t.Fatal(err)
	}
	admin := seqOf(page.Events[0])
	for name, c := range map[string]struct {
		change func(*db.Tx) error
		keyed  int64
		open   int64 // 0: not noticed
	}{
		"another entry":              {runSQL(`DELETE FROM ledger WHERE seq = $1`, admin), admin, admin},
		"a fresh entry":              {runSQL(`DELETE FROM ledger WHERE seq = 450`), 450, 450},
		"the tombstone":              {runSQL(`DELETE FROM ledger WHERE seq = $1`, tomb), lost, lost},
		"the tombstone's mark":       {runSQL(`DELETE FROM ledger_marks WHERE seq = $1`, tomb), lost, lost},
		"all marks":                  {runSQL(`DELETE FROM ledger_marks`), lost, lost},
		"a tombstone that says more": {runSQL(`UPDATE ledger SET event = replace(event, '"entries":"1-', '"entries":"0-') WHERE seq = $1`, tomb), lost, lost},
		"a removed entry is back":    {func(tx *db.Tx) error { return db.InsertLedger(tx, old) }, 17, 17},
		"a removed hash changed":     {runSQL(`UPDATE ledger_tiles SET hashes = CAST(substr(hashes, 1, 32 * 20) || zeroblob(32) || substr(hashes, 32 * 21 + 1) AS BLOB) WHERE level = 0 AND n = 0`), 1, 1},
		"a mark too many":            {runSQL(`INSERT INTO ledger_marks VALUES (500, 'retention.applied')`), 500, 500},
	} {
		if r := tampered(t, l, VerifyOptions{Box: l.box}, c.change); r.FirstBad != c.keyed {
			t.Errorf("%s: first bad entry %d, want %d: %+v", name, r.FirstBad, c.keyed, r.Issues)
		}
		if r := tampered(t, l, VerifyOptions{PublicKey: l.pub}, c.change); r.FirstBad != c.open {
			t.Errorf("%s, without the key: first bad entry %d, want %d: %+v", name, r.FirstBad, c.open, r.Issues)
		}
	}
}

// Somebody with the database but no key deletes an entry and writes an event that excuses it.
func TestForgedTombstoneExcusesNothing(t *testing.T) {
	l, _ := aged(t, t.TempDir(), 400)
	forge := func(tx *db.Tx) error {
		ctx := context.Background()
		seq := l.Seq() + 1
		e := &Event{ID: "evt_forged", Type: TypeRemoved, Phase: PhaseAdmin, Actor: Actor{User: "ambit"}, Change: &Change{Object: "ledger", After: json.RawMessage(`{"class":"decision","days":1,"before":"2026-11-22T00:00:00.000Z","entries":"7","removed":1}`)}}
		en, err := encode(nil, e)
		if err != nil {
			return err
		}
		return errors.Join(
			runSQL(`DELETE FROM ledger WHERE seq = 7`)(tx),
			db.InsertLedger(tx, db.LedgerRow{Seq: seq, Event: string(en.splice(nil, seq, l.now())), MAC: make([]byte, macSize)}),
			db.InsertMark(tx, db.Mark{Seq: seq, Kind: TypeRemoved}),
			runSQL(`UPDATE ledger_head SET size = size + 1`)(tx), ctx.Err(),
		)
	}
	for name, opt := range map[string]VerifyOptions{"key": {Box: l.box}, "public key": {PublicKey: l.pub}} {
		if r := tampered(t, l, opt, forge); r.FirstBad != 7 {
			t.Errorf("with the %s: first bad entry %d, want 7: %+v", name, r.FirstBad, r.Issues)
		}
	}
}

func TestUnfinishedRemovalGoesBackIntoTheIndex(t *testing.T) {
	l, _ := aged(t, t.TempDir(), 50)
	row, err := db.GetLedgerRow(t.Context(), l.db.Read(), 3)
	if err != nil {
		t.Fatal(err)
	}
	person := Query{Person: "person2@acme.test"}
	var e Event
	if err := json.Unmarshal([]byte(row.Event), &e); err != nil {
		t.Fatal(err)
	}
	person.Person = e.Actor.User
	before := found(t, l, person)
	// As if the process had ended between the index and the ledger.
	err = l.db.WriteIndex(t.Context(), func(tx *db.Tx) error {
		return db.WithdrawEvents(tx, []db.IndexedEvent{indexed(row).IndexedEvent})
	})
	if err != nil || found(t, l, person) != before-1 {
		t.Fatalf("%d of %d found, %v", found(t, l, person), before, err)
	}
	mustRun(t, NewRetention(l, RetentionOptions{}))
	if n := found(t, l, person); n != before {
		t.Fatalf("%d of %d are found again", n, before)
	}
}

func TestAlteredRulesRemoveNothing(t *testing.T) {
	dir := t.TempDir()
	l, _ := aged(t, dir, 400)
	r := NewRetention(l, RetentionOptions{})
	if _, err := r.AddHold(t.Context(), "case 7", "", Query{Person: "person5@acme.test"}, eve); err != nil {
		t.Fatal(err)
	}
	mustSetDays(t, r, map[string]int{PhaseDecision: 3000})
	if err := l.db.Write(t.Context(), runSQL(`UPDATE retention_state SET doc = replace(doc, '3000', '1')`)); err != nil {
		t.Fatal(err)
	}
	var altered *retentionAlteredError
	if _, err := r.Run(t.Context()); !errors.As(err, &altered) {
		t.Fatalf("ran with altered rules: %v", err)
	}
	if !r.background(t.Context(), false) || !r.background(t.Context(), true) {
		t.Fatal("the background worker didn't notice")
	}
	if found(t, l, Query{Type: "retention.refused", Phase: PhaseIntegrity}) != 1 {
		t.Fatal("want one alarm")
	}
	if found(t, l, Query{Phase: PhaseDecision}) != maxLimit {
		t.Fatal("something was removed")
	}
	mustSetDays(t, r, map[string]int{PhaseDecision: 30})
	if s, err := r.State(t.Context()); err != nil || len(s.Holds) != 1 || s.Days[PhaseDecision] != 30 {
		t.Fatalf("set anew: %+v, %v", s, err)
	}
}

func TestRulesThatMakeNoSenseAreRefused(t *testing.T) {
	l, _ := ledgerIn(t, t.TempDir())
	r := NewRetention(l, RetentionOptions{})
	for _, days := range []map[string]int{{"integrity": 3}, {"x": 3}, {PhaseDecision: -1}, {PhaseDecision: maxDays + 1}} {
		if _, err := r.SetDays(t.Context(), days, eve); err == nil {
			t.Errorf("%v was taken", days)
		}
	}
	mustSetDays(t, r, map[string]int{PhaseDecision: 0})
	if l.Seq() != 0 {
		t.Error("a rule that changed nothing is on record")
	}
	for _, name := range []string{"", "  ", strings.Repeat("x", 101)} {
		if _, err := r.AddHold(t.Context(), name, "", Query{}, eve); err == nil {
			t.Errorf("a hold named %q was taken", name)
		}
	}
}

func TestPromptsArePurgedByPersonRepositoryAndAge(t *testing.T) {
	c := newClock()
	l, _ := ledgerIn(t, t.TempDir(), c.use)
	ids := map[string]string{}
	say := func(name, person, repository string) {
		t.Helper()
		e := sample(1)
		e.Actor.User, e.Repository, e.Session, e.PromptText = person, repository, "s-"+person, "prompt "+name
		if err := l.Append(t.Context(), e); err != nil {
			t.Fatal(err)
		}
		ids[name] = e.ID
	}
	readable := func() string {
		var names []string
		for name, id := range ids {
			if _, err := l.ReadPrompt(t.Context(), id); err == nil {
				names = append(names, name)
			} else if !errors.Is(err, ErrNoPrompt) {
				t.Fatal(err)
			}
		}
		slices.Sort(names)
		return strings.Join(names, " ")
	}
	say("a", "ada", "one")
	say("b", "ada", "two")
	say("c", "bob", "one")
	say("d", "bob", "two")
	r := NewRetention(l, RetentionOptions{})
	if _, _, err := r.PurgePrompts(t.Context(), PromptPurge{}, eve); err == nil {
		t.Fatal("a purge of everything by mistake")
	}
	purge := func(p PromptPurge, purged, held int64, left string) {
		t.Helper()
		n, h, err := r.PurgePrompts(t.Context(), p, eve)
		if err != nil || n != purged || h != held || readable() != left {
			t.Fatalf("purged %d, held %d, left %q, %v; want %d, %d, %q", n, h, readable(), err, purged, held, left)
		}
		mustVerify(t, l)
	}
	if _, err := r.AddHold(t.Context(), "two", "", Query{Repository: "two", Effect: "deny"}, eve); err != nil {
		t.Fatal(err)
	}
	purge(PromptPurge{Person: "ada"}, 1, 1, "b c d")
	purge(PromptPurge{Repository: "one"}, 1, 0, "b d")
	if _, err := r.ReleaseHold(t.Context(), "two", eve); err != nil {
		t.Fatal(err)
	}
	purge(PromptPurge{Person: "ada", Repository: "two"}, 1, 0, "d")
	if n := found(t, l, Query{Type: "prompts.purged", Person: eve.User}); n != 3 {
		t.Fatalf("%d purges on record", n)
	}
	// By age, under a rule of its own.
	c.pass(10 * day)
	say("e", "ada", "one")
	mustSetDays(t, r, map[string]int{ClassPrompts: 7})
	if out := mustRun(t, r); out.Prompts != 1 || readable() != "e" {
		t.Fatalf("%+v, left %q", out, readable())
	}
	if out := mustRun(t, r); out.Prompts != 0 || found(t, l, Query{Type: "prompts.purged"}) != 4 {
		t.Fatalf("%+v", out)
	}
}

// Decisions go on while retention works, and the ledger stays whole.
func TestRetentionBesideDecisions(t *testing.T) {
	l, _ := aged(t, t.TempDir(), 500)
	r := NewRetention(l, RetentionOptions{})
	mustSetDays(t, r, map[string]int{PhaseDecision: 30})
	r.Start()
	defer r.Close()
	for i := 0; found(t, l, Query{Type: TypeRemoved}) < 5; i++ {
		if err := l.Append(t.Context(), sample(i)); err != nil {
			t.Fatal(err)
		}
		if i%200 == 0 {
			if report, err := l.Verify(t.Context(), VerifyOptions{}); err != nil || !report.OK() {
				t.Fatalf("verified meanwhile: %+v, %v", report, err)
			}
		}
		if i > 100_000 {
			t.Fatal("retention doesn't get on")
		}
	}
	r.Close()
	if report := mustVerify(t, l); report.Removed != 500 {
		t.Fatalf("%+v", report)
	}
}
