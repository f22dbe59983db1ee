package audit

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"ambit/db"
	"ambit/db/seal"
	"ambit/policy"
)

// ledgerIn opens the ledger in dir; it is closed with the test, or earlier by the function returned.
func ledgerIn(t testing.TB, dir string, change ...func(*Options)) (*Ledger, func()) {
	t.Helper()
	l, stop, err := tryLedgerIn(dir, change...)
	if err != nil {
		t.Fatal(err)
	}
	once := sync.OnceFunc(func() {
		if err := stop(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	t.Cleanup(once)
	return l, once
}

func tryLedgerIn(dir string, change ...func(*Options)) (*Ledger, func() error, error) {
	ctx := context.Background()
	box, err := seal.Open(dir+"/key", rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	d, err := db.Open(ctx, dir, db.Options{})
	if err != nil {
		return nil, nil, err
	}
	opt := Options{DB: d, Box: box, Dir: dir, Now: time.Now, Rand: rand.Reader}
	for _, c := range change {
		c(&opt)
	}
	l, err := Open(ctx, opt)
	if err != nil {
		_ = d.Close()
		return nil, nil, err
	}
	return l, func() error {
		err := l.Close(ctx)
		if e := d.Close(); err == nil {
			err = e
		}
		return err
	}, nil
}

// sample is an event as the decision endpoint makes it.
func sample(i int) *Event {
	person := fmt.Sprintf("person%d@acme.test", i%20)
	effect := policy.Allow
	if i%5 == 0 {
		effect = policy.Deny
	}
	return &Event{
		Type: policy.ActionShellExec, Phase: PhaseDecision,
		Actor:      Actor{User: person, Groups: []string{"engineers", "staff"}, Tier: "engineer", Credential: "cred_01k"},
		AskedBy:    "cred_01k",
		Purpose:    "enforce",
		Session:    fmt.Sprintf("session-%d", i%50),
		Agent:      &Agent{Name: "claude-code", Version: "2.1.330"},
		Repository: fmt.Sprintf("github.com/acme/service-%d", i%7),
		Cwd:        "/home/ada/service/api",
		Action: &Action{Name: policy.ActionShellExec, Properties: json.RawMessage(
			fmt.Sprintf(`{"command":"git diff --stat HEAD~%d -- server","shell":"bash"}`, i))},
		Effects:    &policy.Effects{Commands: []string{"git diff --stat"}, Reads: []string{"/home/ada/service/api/server"}},
		Provenance: map[string]string{"repository": "client", "actor": "server", "files": "client"},
		Decision: &Decision{
			ID: fmt.Sprintf("dec_%08d", i), Effect: effect, Enforced: true, PolicyVersion: 7,
			Reason: "Every command is on the allow-list.",
			Layers: []policy.LayerVerdict{{Layer: "organisation", Effect: effect, Mode: policy.Enforce, Matched: "base", Rule: "git {status,diff,log,show} **"}},
		},
		Correlation: &Correlation{ToolUseID: fmt.Sprintf("toolu_%08d", i), PromptID: fmt.Sprintf("prompt-%d", i/10)},
	}
}

func mustAppend(t testing.TB, l *Ledger, n int) {
	t.Helper()
	var wg sync.WaitGroup
	errs := make(chan error, 16)
	for g := range 16 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for i := g; i < n; i += 16 {
				if err := l.Append(context.Background(), sample(i)); err != nil {
					errs <- err
					return
				}
			}
		}()
	}
	wg.Wait()
	select {
	case err := <-errs:
		t.Fatal(err)
	default:
	}
}

func TestAppendIsDurableAndFound(t *testing.T) {
	dir := t.TempDir()
	l, stop := ledgerIn(t, dir)
	e := sample(1)
	if err := l.Append(t.Context(), e); err != nil {
		t.Fatal(err)
	}
	if e.Seq != 1 || e.ID == "" || e.Time.IsZero() {
		t.Fatalf("not set: %+v", e)
	}
	for _, id := range []string{e.ID, e.Decision.ID} {
		raw, err := l.Get(t.Context(), id)
		if err != nil {
			t.Fatalf("get %s: %v", id, err)
		}
		var got Event
		if err := json.Unmarshal(raw, &got); err != nil || got.ID != e.ID || !got.Time.Equal(e.Time) {
			t.Fatalf("got %s, %v", raw, err)
		}
	}
	mustAppend(t, l, 1000)
	stop()
	l, _ = ledgerIn(t, dir)
	if l.Seq() != 1001 {
		t.Fatalf("%d events after reopening, want 1001", l.Seq())
	}
	if err := l.Append(t.Context(), sample(5)); err != nil {
		t.Fatal(err)
	}
	page, err := l.Search(t.Context(), Query{Person: "person5@acme.test", Effect: "deny", Limit: 500})
	if err != nil || len(page.Events) != 51 {
		t.Fatalf("found %d, %v; want 51", len(page.Events), err)
	}
}

// BenchmarkAppend64 is 64 callers that append; BenchmarkBareInsert64 puts rows of the same size into the same table, 64 in
// a transaction, with no ledger around them. Their ratio is what the ledger costs.
func BenchmarkAppend64(b *testing.B) {
	l, _ := ledgerIn(b, b.TempDir())
	b.ReportAllocs()
	var left atomic.Int64
	left.Store(int64(b.N))
	var wg sync.WaitGroup
	b.ResetTimer()
	start := time.Now()
	for g := range 64 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			e := sample(g)
			for left.Add(-1) >= 0 {
				e.ID = ""
				if err := l.Append(context.Background(), e); err != nil {
					b.Error(err)
					return
				}
			}
		}()
	}
	wg.Wait()
	b.ReportMetric(float64(b.N)/time.Since(start).Seconds(), "events/s")
}

func BenchmarkBareInsert64(b *testing.B) {
	l, _ := ledgerIn(b, b.TempDir())
	l.project.close()
	en, err := l.prepare(nil, sample(1))
	if err != nil {
		b.Fatal(err)
	}
	event := string(en.splice(nil, 1, time.Now()))
	mac := make([]byte, macSize)
	b.ResetTimer()
	start := time.Now()
	for i := 0; i < b.N; i += 64 {
		err := l.db.Write(context.Background(), func(tx *db.Tx) error {
			for j := i; j < min(i+64, b.N); j++ {
				if err := db.InsertLedger(tx, db.LedgerRow{Seq: int64(j + 1), Event: event, MAC: mac}); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)/time.Since(start).Seconds(), "events/s")
}

func BenchmarkPrepare(b *testing.B) {
	l, _ := ledgerIn(b, b.TempDir())
	e := sample(1)
	b.ReportAllocs()
	var buf []byte
	for b.Loop() {
		en, err := l.prepare(buf, e)
		if err != nil {
			b.Fatal(err)
		}
		buf = en.buf
	}
	b.ReportMetric(float64(len(buf)), "bytes")
}
