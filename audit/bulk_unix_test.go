//go:build unix

package audit

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"syscall"
	"testing"
	"time"

	"ambit/db"
)

// TestBulk fills a ledger with AMBIT_BULK events (5,000,000 in `make bench-search`) and prints how long searches take: the
// goals are 5 ms for an indexed list and 10 ms for the newest 50 of a full-text search among five million. Whatever the
// number, each search must find what it should.
func TestBulk(t *testing.T) {
	n := 10_000
	if s := os.Getenv("AMBIT_BULK"); s != "" {
		if _, err := fmt.Sscan(s, &n); err != nil {
			t.Fatal(err)
		}
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
	const list, text = 5 * time.Millisecond, 10 * time.Millisecond
	for _, c := range []struct {
		name string
		goal time.Duration
		want int // found
		q    Query
	}{
		{"newest", list, 50, Query{}},
		{"one person", list, 50, Query{Person: "person7@acme.test"}},
		{"three filters", list, 50, Query{Person: "person5@acme.test", Effect: "deny", Repository: "github.com/acme/service-3"}},
		{"filters without a hit", list, 0, Query{Person: "person7@acme.test", Effect: "deny"}},
		{"common words", text, 50, Query{Text: "git diff"}},
		{"rare word", text, min(50, n/1000), Query{Text: "terraform"}},
		{"one event", text, 1, Query{Text: "module3"}},
		{"words and filters", text, 50, Query{Text: "stat", Person: "person7@acme.test", Repository: "github.com/acme/service-3"}},
		{"one old day", list, min(50, n/90/5), Query{Since: at.Add(24 * time.Hour), Until: at.Add(48 * time.Hour), Effect: "deny"}},
	} {
		var took []time.Duration
		found, busy := 0, processorTime(t)
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
		busy = (processorTime(t) - busy) / time.Duration(len(took))
		verdict := "within the goal"
		if took[10] > c.goal {
			verdict = "MISSED"
		}
		t.Logf("%-22s %3d found, median %v, slowest %v, processor %v (goal %v: %s)", c.name, found, took[10].Round(10*time.Microsecond), took[20].Round(10*time.Microsecond), busy.Round(10*time.Microsecond), c.goal, verdict)
		if found < c.want || c.want == 0 && found > 0 {
			t.Errorf("%s: %d found, want %d", c.name, found, c.want)
		}
	}
	start = time.Now()
	if _, err := l.Get(t.Context(), fmt.Sprintf("dec_%08d", n/2)); err != nil {
		t.Fatal(err)
	}
	t.Logf("get by decision id in %v", time.Since(start).Round(10*time.Microsecond))
	start = time.Now()
	busy := processorTime(t)
	if f, err := l.Facets(t.Context(), Query{Effect: "deny"}); err != nil || f.Of == 0 {
		t.Fatal(f, err)
	}
	t.Logf("facets of the newest in %v, processor %v", time.Since(start).Round(10*time.Microsecond), (processorTime(t) - busy).Round(10*time.Microsecond))
	start = time.Now()
	if _, err := l.Counts(t.Context(), at, 24*time.Hour); err != nil {
		t.Fatal(err)
	}
	t.Logf("counts by day in %v", time.Since(start).Round(10*time.Microsecond))
	for name, q := range map[string]Query{"one person's": {Person: "person7@acme.test", Since: at}, "a rare word's": {Text: "terraform", Since: at}} {
		start = time.Now()
		if c, err := l.CountsOf(t.Context(), q, 24*time.Hour); err != nil || len(c.Counts) == 0 {
			t.Fatal(c, err)
		}
		t.Logf("%s newest 50,000 by day in %v", name, time.Since(start).Round(10*time.Microsecond))
	}
	start = time.Now()
	if r, err := l.Verify(t.Context(), VerifyOptions{}); err != nil || !r.OK() {
		t.Fatal(r, err)
	}
	t.Logf("verified in %v", time.Since(start).Round(time.Millisecond))
}

// processorTime is what this process has used: on a machine that others use too it tells more than the clock.
func processorTime(t *testing.T) time.Duration {
	t.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
