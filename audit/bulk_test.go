package audit

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"testing"
	"time"

	"ambit/db"
)

// TestBulk fills a ledger with AMBIT_BULK events and prints how long searches take: the goals are 5 ms for an indexed list
// and 10 ms for the newest 50 of a full-text search among five million.
func TestBulk(t *testing.T) {
	n := 0
	if _, err := fmt.Sscan(os.Getenv("AMBIT_BULK"), &n); err != nil {
		t.Skip("set AMBIT_BULK to the number of events")
	}
	start := time.Now()
	dir := t.TempDir()
	l, _ := ledgerIn(t, dir, func(o *Options) { o.Backdate = true })
	at := time.Now().Add(-90 * 24 * time.Hour)
	step := 90 * 24 * time.Hour / time.Duration(n)
	for i := 0; i < n; i += 5000 {
		err := l.Commit(t.Context(), func(*db.Tx) (events []*Event, _ error) {
			for j := i; j < min(i+5000, n); j++ {
				e := sample(j)
				e.Time = at.Add(time.Duration(j) * step)
				if j%1000 == 0 {
					e.Action.Properties = json.RawMessage(fmt.Sprintf(`{"command":"terraform apply module%d"}`, j/1000))
				}
				events = append(events, e)
			}
			return events, nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("%d events appended in %v", n, time.Since(start).Round(time.Millisecond))
	start = time.Now()
	for {
		left, err := l.Backlog(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if left == 0 {
			break
		}
		time.Sleep(50 * time.Millisecond) // waits for the projector, however long that takes
	}
	t.Logf("projected after another %v", time.Since(start).Round(time.Millisecond))
	database, _ := l.db.Size()
	index, err := os.Stat(dir + "/index.db")
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("ambit.db %d MB, index.db %d MB", database>>20, index.Size()>>20)
	for _, c := range []struct {
		name string
		q    Query
	}{
		{"newest", Query{}},
		{"one person", Query{Person: "person7@acme.test"}},
		{"three filters", Query{Person: "person5@acme.test", Effect: "deny", Repository: "github.com/acme/service-3"}},
		{"filters without a hit", Query{Person: "person7@acme.test", Effect: "deny"}},
		{"common words", Query{Text: "git diff"}},
		{"rare word", Query{Text: "terraform"}},
		{"one event", Query{Text: "module3"}},
		{"words and filters", Query{Text: "stat", Person: "person7@acme.test", Repository: "github.com/acme/service-3"}},
		{"one old day", Query{Since: at.Add(24 * time.Hour), Until: at.Add(48 * time.Hour), Effect: "deny"}},
	} {
		var took []time.Duration
		found := 0
		for range 21 {
			start := time.Now()
			page, err := l.Search(t.Context(), c.q)
			if err != nil {
				t.Fatal(err)
			}
			took = append(took, time.Since(start))
			found = len(page.Events)
		}
		slices.Sort(took)
		t.Logf("%-22s %3d found, median %v, slowest %v", c.name, found, took[10].Round(10*time.Microsecond), took[20].Round(10*time.Microsecond))
	}
	start = time.Now()
	if _, err := l.Get(t.Context(), fmt.Sprintf("dec_%08d", n/2)); err != nil {
		t.Fatal(err)
	}
	t.Logf("get by decision id in %v", time.Since(start).Round(10*time.Microsecond))
	start = time.Now()
	if _, err := l.Counts(t.Context(), at, 24*time.Hour); err != nil {
		t.Fatal(err)
	}
	t.Logf("counts by day in %v", time.Since(start).Round(10*time.Microsecond))
	start = time.Now()
	if r, err := l.Verify(t.Context(), VerifyOptions{}); err != nil || !r.OK() {
		t.Fatal(r, err)
	}
	t.Logf("verified in %v", time.Since(start).Round(time.Millisecond))
}
