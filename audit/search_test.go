package audit

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"ambit/db"
	"ambit/policy"
)

// project brings the search index up to the ledger.
func project(t testing.TB, l *Ledger) {
	t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for {
		n, err := l.Backlog(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d events not projected", n)
		}
		time.Sleep(5 * time.Millisecond) // polls a condition, with a deadline
	}
}

// all pages through a search and gives the seqs in the order found.
func all(t testing.TB, l *Ledger, q Query) []int64 {
	t.Helper()
	var seqs []int64
	for {
		page, err := l.Search(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range page.Events {
			seqs = append(seqs, seqOf(e))
		}
		if page.Next == 0 {
			return seqs
		}
		q.Before = page.Next
	}
}

// brute is the search by reading everything.
func brute(t testing.TB, l *Ledger, q Query) []int64 {
	t.Helper()
	var out strings.Builder
	if _, err := l.Export(t.Context(), &out, q); err != nil {
		t.Fatal(err)
	}
	var seqs []int64
	for line := range strings.Lines(out.String()) {
		seqs = append([]int64{seqOf(json.RawMessage(line))}, seqs...)
	}
	return seqs
}

func TestSearchFindsWhatIsThere(t *testing.T) {
	at := time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC)
	l, _ := ledgerIn(t, t.TempDir(), func(o *Options) { o.Backdate = true })
	for start := 0; start < 3000; start += 500 {
		err := l.Commit(t.Context(), func(*db.Tx) (events []*Event, _ error) {
			for i := start; i < start+500; i++ {
				e := sample(i)
				e.Time = at.Add(time.Duration(i) * time.Second)
				if i%500 == 3 {
					e.Action.Properties = json.RawMessage(fmt.Sprintf(`{"command":"npm install left-pad && Größe_%d café","shell":"bash"}`, i))
					e.Decision.Findings = []policy.Finding{{Layer: "payments", Control: "shell", Message: "no"}}
				}
				events = append(events, e)
			}
			return events, nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	queries := map[string]struct {
		q    Query
		want int
	}{
		"everything":     {Query{}, 3000},
		"person":         {Query{Person: "person3@acme.test"}, 150},
		"two filters":    {Query{Person: "person5@acme.test", Effect: "deny"}, 150},
		"nobody":         {Query{Person: "nobody@acme.test"}, 0},
		"four filters":   {Query{Person: "person5@acme.test", Effect: "deny", Repository: "github.com/acme/service-5", Action: "shell.exec"}, -1},
		"layer":          {Query{Layer: "payments"}, 6},
		"session":        {Query{Session: "session-7"}, 60},
		"text":           {Query{Text: "LEFT-PAD"}, 6},
		"accents":        {Query{Text: "größe_503"}, 1},
		"words":          {Query{Text: "café npm"}, 6},
		"phrase":         {Query{Text: `"install left"`}, 6},
		"no phrase":      {Query{Text: `"left install"`}, 0},
		"beginning":      {Query{Text: "instal*"}, 6},
		"no beginning":   {Query{Text: "instal"}, 0},
		"text, filter":   {Query{Text: "left-pad", Person: "person3@acme.test"}, 6},
		"only marks":     {Query{Text: "-- &&", Session: "session-7"}, 60},
		"operators":      {Query{Text: `left OR NOT ( " * NEAR`}, 0},
		"since":          {Query{Since: at.Add(2900 * time.Second)}, 100},
		"since, until":   {Query{Since: at.Add(90 * time.Second), Until: at.Add(150 * time.Second)}, 60},
		"until, filter":  {Query{Until: at.Add(600 * time.Second), Session: "session-7"}, 12},
		"before":         {Query{Before: 11}, 10},
		"phase and type": {Query{Phase: "decision", Type: "shell.exec"}, 3000},
	}
	check := func(when string) {
		t.Helper()
		for name, c := range queries {
			want := brute(t, l, c.q)
			for _, limit := range []int{0, 7} {
				if limit == 7 && c.want > 200 {
					continue // many small pages, nothing new
				}
				c.q.Limit = limit
				got := all(t, l, c.q)
				if fmt.Sprint(got) != fmt.Sprint(want) || c.want >= 0 && len(got) != c.want {
					t.Errorf("%s, %s, limit %d: found %d, want %d (%d by reading everything)", when, name, limit, len(got), c.want, len(want))
				}
			}
		}
	}
	project(t, l)
	check("projected")
	// Half of it not projected: the index is set back, and the projector is held.
	l.project.close()
	err := l.db.WriteIndex(t.Context(), func(tx *db.Tx) error {
		if _, err := tx.ExecContext(t.Context(), `INSERT INTO events (events) VALUES ('delete-all')`); err != nil {
			return err
		}
		_, err := tx.ExecContext(t.Context(), `UPDATE projected SET seq = 0`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if n, err := l.project.step(context.Background()); err != nil || n == 0 || n == 3000 {
		t.Fatalf("projected %d, %v", n, err)
	}
	check("half projected")
	l.project = newProjector(l.db, l.log, l.seq.Load) // for Close
}

func TestRelatedEvents(t *testing.T) {
	l, _ := ledgerIn(t, t.TempDir())
	mustAppend(t, l, 50)
	decision := sample(1000)
	result := &Event{
		Type: "shell.exec", Phase: PhaseResult, Actor: Actor{User: "ada@acme.test"}, Session: decision.Session,
		Correlation: &Correlation{ToolUseID: "toolu_00001000", Decision: decision.Decision.ID},
	}
	// Anybody can make up ids: what hangs itself on another session's call, or on another person's without a session, isn't shown.
	elsewhere := &Event{Type: "shell.exec", Phase: PhaseResult, Actor: Actor{User: "mal@acme.test"}, Session: "another", Correlation: &Correlation{ToolUseID: "toolu_00001000"}}
	nowhere := &Event{Type: "shell.exec", Phase: PhaseResult, Actor: Actor{User: "eve@acme.test"}, Correlation: &Correlation{ToolUseID: "toolu_00001000"}}
	for _, e := range []*Event{decision, result, elsewhere, nowhere} {
		if err := l.Append(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
	related, err := l.Related(t.Context(), decision.Decision.ID)
	if err != nil || len(related) != 1 || seqOf(related[0]) != result.Seq {
		t.Fatalf("related to the decision: %s, %v", related, err)
	}
	related, err = l.Related(t.Context(), result.ID)
	if err != nil || len(related) != 1 || seqOf(related[0]) != decision.Seq {
		t.Fatalf("related to the result: %s, %v", related, err)
	}
	related, err = l.Related(t.Context(), nowhere.ID)
	if err != nil || len(related) != 0 {
		t.Fatalf("related to what has no session: %s, %v", related, err)
	}
	if _, err := l.Get(t.Context(), "evt_nope"); !errors.Is(err, db.ErrNotFound) {
		t.Fatalf("an unknown id: %v", err)
	}
}

func TestTail(t *testing.T) {
	l, stop := ledgerIn(t, t.TempDir())
	events, end := l.Subscribe()
	slow, _ := l.Subscribe()
	mustAppend(t, l, 100)
	for want := int64(1); want <= 100; want++ {
		e := <-events
		if e.Seq != want || seqOf(e.Event) != want {
			t.Fatalf("got %d, want %d", e.Seq, want)
		}
	}
	end()
	mustAppend(t, l, 1000) // nobody reads slow: the ledger goes on
	stop()
	n := 0
	for range slow {
		n++
	}
	if n == 0 || n > 1100 {
		t.Fatalf("the slow reader got %d", n)
	}
}

func TestCommitIsAllOrNothing(t *testing.T) {
	l, _ := ledgerIn(t, t.TempDir())
	no := errors.New("no")
	purge := func(tx *db.Tx) error {
		return db.InsertPrompt(tx, db.PromptRow{Digest: "d", Salt: []byte{1}, Sealed: []byte{1}})
	}
	for name, fn := range map[string]func(*db.Tx) ([]*Event, error){
		"error": func(tx *db.Tx) ([]*Event, error) { return nil, errors.Join(purge(tx), no) },
		"panic": func(tx *db.Tx) ([]*Event, error) { _ = purge(tx); panic("no") },
		"event": func(tx *db.Tx) ([]*Event, error) {
			return []*Event{{Type: "x", Phase: PhaseAdmin, Outcome: json.RawMessage(`{`)}}, purge(tx)
		},
	} {
		if err := l.Commit(t.Context(), fn); err == nil || errors.Is(err, ErrUnavailable) {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := db.PromptByDigest(t.Context(), l.db.Read(), "d"); !errors.Is(err, db.ErrNotFound) {
			t.Errorf("%s: the state was kept: %v", name, err)
		}
		if l.Seq() != 0 || l.Health() != nil {
			t.Errorf("%s: seq %d, health %v", name, l.Seq(), l.Health())
		}
	}
	e := &Event{Type: "policy.published", Phase: PhaseAdmin, Actor: Actor{User: "ada@acme.test"}}
	err := l.Commit(t.Context(), func(tx *db.Tx) ([]*Event, error) { return []*Event{e, sample(1)}, purge(tx) })
	if err != nil || e.Seq != 1 || e.Time.IsZero() || l.Seq() != 2 {
		t.Fatalf("%+v, %v", e, err)
	}
	if r, err := l.Verify(t.Context(), VerifyOptions{}); err != nil || !r.OK() {
		t.Fatalf("%+v, %v", r, err)
	}
}

func TestPurgedPromptsLeaveTheLedgerVerifiable(t *testing.T) {
	l, _ := ledgerIn(t, t.TempDir())
	var digests []string
	for i, text := range []string{"first", "first", "second"} {
		e := sample(1)
		e.Correlation.ToolUseID = fmt.Sprint(i)
		e.Session = "s"
		e.PromptText = text
		if err := l.Append(t.Context(), e); err != nil {
			t.Fatal(err)
		}
		digests = append(digests, e.Prompt.Digest)
		if got, err := l.ReadPrompt(t.Context(), e.ID); err != nil || got != text {
			t.Fatalf("%q, %v", got, err)
		}
	}
	if digests[0] != digests[1] || digests[0] == digests[2] {
		t.Fatalf("a prompt is kept once: %v", digests)
	}
	r := NewRetention(l, RetentionOptions{})
	n, _, err := r.PurgePrompts(t.Context(), PromptPurge{Before: time.Now().Add(time.Hour)}, Actor{User: "eve@acme.test"})
	if err != nil || n != 2 {
		t.Fatalf("purged %d, %v", n, err)
	}
	page, err := l.Search(t.Context(), Query{Type: "prompts.purged"})
	if err != nil || len(page.Events) != 1 {
		t.Fatalf("the purge is not on record: %v, %v", page, err)
	}
	first, err := l.Search(t.Context(), Query{Before: 2})
	if err != nil {
		t.Fatal(err)
	}
	var e Event
	if err := json.Unmarshal(first.Events[0], &e); err != nil {
		t.Fatal(err)
	}
	if _, err := l.ReadPrompt(t.Context(), e.ID); !errors.Is(err, ErrNoPrompt) {
		t.Fatalf("read after the purge: %v", err)
	}
	if r, err := l.Verify(t.Context(), VerifyOptions{}); err != nil || !r.OK() {
		t.Fatalf("%+v, %v", r, err)
	}
	// The same prompt comes again: it is stored again.
	again := sample(1)
	again.Session, again.PromptText = "s", "first"
	if err := l.Append(t.Context(), again); err != nil {
		t.Fatal(err)
	}
	if got, err := l.ReadPrompt(t.Context(), again.ID); err != nil || got != "first" {
		t.Fatalf("%q, %v", got, err)
	}
}

func TestCountsFollowTheLedger(t *testing.T) {
	at := time.Date(2026, 11, 20, 8, 0, 30, 0, time.UTC)
	l, _ := ledgerIn(t, t.TempDir(), func(o *Options) { o.Now = func() time.Time { return at } })
	mustAppend(t, l, 99)
	whatIf := sample(99)
	whatIf.Purpose = purposeQuery
	if err := l.Append(t.Context(), whatIf); err != nil {
		t.Fatal(err)
	}
	project(t, l)
	counts, err := l.Counts(t.Context(), at.Add(-time.Hour), time.Hour)
	decisions := int64(0)
	for _, c := range counts {
		if c.Phase == PhaseDecision {
			decisions += c.Count
		}
	}
	if err != nil || len(counts) != 3 || decisions != 99 || !counts[0].Start.Equal(at.Truncate(time.Hour)) {
		t.Fatalf("%+v, %v", counts, err)
	}
}
