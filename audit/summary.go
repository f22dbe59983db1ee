package audit

import (
	"context"
	"fmt"
	"slices"
	"time"

	"ambit/db"
	"ambit/policy"
)

// Count is how many events of one phase, type and effect fell into a bucket of time. What-ifs have a phase of their own here:
// they are no actions.
type Count struct {
	Start  time.Time `json:"start"`
	Phase  string    `json:"phase"`
	Type   string    `json:"type"`
	Effect string    `json:"effect,omitempty"`
	Count  int64     `json:"count"`
}

// Counts reads the roll-up tables, for charts: events since a time, in buckets of whole minutes. They follow the ledger
// within a second; under a heavy load they lag.
func (l *Ledger) Counts(ctx context.Context, since time.Time, bucket time.Duration) ([]Count, error) {
	minutes := max(int64(bucket/time.Minute), 1)
	// The first bucket is a whole one.
	start := since.Unix() / 60 / minutes * minutes
	rows, err := db.Counts(ctx, l.db.Read(), start, minutes)
	if err != nil {
		return nil, fmt.Errorf("count events: %w", err)
	}
	counts := make([]Count, 0, len(rows))
	for _, r := range rows {
		counts = append(counts, Count{time.Unix(r.Bucket, 0).UTC(), r.Phase, r.Type, r.Effect, r.N})
	}
	return counts, nil
}

// countSample is how many decisions CountsOf counts: some tenths of a second's work, whatever the ledger's size.
const countSample = 50_000

// SearchCounts are the counts of a search's newest decisions. They have no Type.
type SearchCounts struct {
	Counts   []Count
	From     time.Time // where they begin, unless they are Complete
	Complete bool      // every decision that the search finds is counted
}

// CountsOf counts the newest decisions that a search finds, what-ifs apart, by time and effect: roll-ups know neither person nor text. The
// query's Phase, Before and Limit don't count, and what the index has not taken up yet is missing.
func (l *Ledger) CountsOf(ctx context.Context, q Query, bucket time.Duration) (SearchCounts, error) {
	c, err := countsOf(ctx, l.db.Read(), q, max(int64(bucket/time.Minute), 1), countSample)
	if err != nil {
		return SearchCounts{}, fmt.Errorf("count a search's events: %w", err)
	}
	return c, nil
}

func countsOf(ctx context.Context, r db.Queryer, q Query, minutes int64, limit int) (SearchCounts, error) {
	projected, err := db.ProjectedSeq(ctx, r)
	if err != nil {
		return SearchCounts{}, err
	}
	low, high, err := bounds(ctx, r, &q, projected+1)
	if err != nil {
		return SearchCounts{}, err
	}
	q.Phase = PhaseDecision
	f := q.filter()
	seqs, err := db.MatchEvents(ctx, r, f.match(), low, high, limit)
	if err != nil || len(seqs) == 0 {
		return SearchCounts{Complete: true}, err
	}
	oldest := seqs[len(seqs)-1]
	// What is not a permitted action. A what-if is none, whatever it answered: it comes last.
	others := map[int64]facetValue{}
	for _, v := range []facetValue{{facetEffect, string(policy.Deny)}, {facetEffect, string(policy.Hold)}, {facetWhatIf, purposeQuery}} {
		only := f
		only.facets = append(slices.Clone(f.facets), v)
		some, err := db.MatchEvents(ctx, r, only.match(), oldest-1, high, limit)
		if err != nil {
			return SearchCounts{}, err
		}
		for _, seq := range some {
			others[seq] = v
		}
	}
	starts, err := db.BucketStarts(ctx, r, oldest, minutes)
	if err != nil {
		return SearchCounts{}, err
	}
	c := SearchCounts{Complete: len(seqs) < limit}
	// Newest first, both: an event belongs to the newest bucket that begins before it.
	for i, b := range slices.Backward(starts) {
		var allow, deny, hold int64
		for len(seqs) > 0 && (seqs[0] >= b.First || i == 0) {
			switch v := others[seqs[0]]; {
			case v.facet == facetWhatIf:
			case v.value == string(policy.Deny):
				deny++
			case v.value == string(policy.Hold):
				hold++
			default:
				allow++
			}
			seqs = seqs[1:]
		}
		c.From = time.Unix(b.Minute*60, 0).UTC()
		for _, n := range []Count{{Effect: string(policy.Allow), Count: allow}, {Effect: string(policy.Deny), Count: deny}, {Effect: string(policy.Hold), Count: hold}} {
			if n.Count > 0 {
				n.Start, n.Phase = c.From, PhaseDecision
				c.Counts = append(c.Counts, n)
			}
		}
	}
	return c, nil
}

// Backlog says how many events the search index has not taken up yet. Search finds them all the same.
func (l *Ledger) Backlog(ctx context.Context) (int64, error) {
	projected, err := db.ProjectedSeq(ctx, l.db.Read())
	if err != nil {
		return 0, err
	}
	return max(l.Seq()-projected, 0), nil
}
