package audit

import (
	"encoding/json"
	"maps"
	"testing"
	"time"

	"ambit/db"
)

// TestCountsOfASearch compares a search's chart with a count of everything that the search finds.
func TestCountsOfASearch(t *testing.T) {
	at := time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC)
	l, _ := ledgerIn(t, t.TempDir(), func(o *Options) { o.Backdate = true })
	err := l.Commit(t.Context(), func(*db.Tx) (events []*Event, _ error) {
		for i := range 900 {
			e := sample(i)
			e.Time = at.Add(time.Duration(i) * 10 * time.Second)
			if i%7 == 3 {
				e.Purpose = purposeQuery
			}
			events = append(events, e)
		}
		return events, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	project(t, l)
	type key struct {
		start  int64
		effect string
	}
	for name, q := range map[string]Query{
		"person":  {Person: "person5@acme.test"},
		"session": {Session: "session-7"},
		"nobody":  {Person: "nobody@acme.test"},
		"span":    {Person: "person5@acme.test", Since: at.Add(time.Hour), Until: at.Add(2 * time.Hour)},
		"no mark": {Text: "-- &&"},
		"deny":    {Effect: "deny"},
	} {
		t.Run(name, func(t *testing.T) {
			want := map[key]int64{}
			for _, seq := range all(t, l, q) {
				event, err := db.LedgerEvents(t.Context(), l.db.Read(), []int64{seq})
				if err != nil {
					t.Fatal(err)
				}
				var e struct {
					Time     time.Time
					Purpose  string
					Decision struct{ Effect string }
				}
				if err := json.Unmarshal([]byte(event[seq]), &e); err != nil {
					t.Fatal(err)
				}
				if e.Purpose == purposeQuery {
					continue
				}
				want[key{e.Time.Truncate(15 * time.Minute).Unix(), e.Decision.Effect}]++
			}
			found, err := l.CountsOf(t.Context(), q, 15*time.Minute)
			if err != nil {
				t.Fatal(err)
			}
			got := map[key]int64{}
			for _, c := range found.Counts {
				got[key{c.Start.Unix(), c.Effect}] += c.Count
			}
			if !found.Complete || !maps.Equal(got, want) {
				t.Errorf("complete %v\ngot  %v\nwant %v", found.Complete, got, want)
			}
		})
	}
	some, err := countsOf(t.Context(), l.db.Read(), Query{Text: "-- &&"}, 15, 100)
	if err != nil {
		t.Fatal(err)
	}
	var n int64
	for _, c := range some.Counts {
		n += c.Count
	}
	if some.Complete || n != 85 || !some.From.Equal(at.Add(899*10*time.Second).Add(-99*10*time.Second).Truncate(15*time.Minute)) {
		t.Errorf("of the newest hundred, 15 of them what-ifs, %d are counted from %v, complete: %v", n, some.From, some.Complete)
	}
}
