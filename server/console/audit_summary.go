package console

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/gofiber/fiber/v2"

	"ambit/audit"
	"ambit/policy"
	"ambit/server/problem"
)

type count struct {
	Key   string `json:"key"`
	Count int64  `json:"count"`
}

type bucket struct {
	At    time.Time `json:"at"`
	Allow int64     `json:"allow"`
	Deny  int64     `json:"deny"`
	Hold  int64     `json:"hold"`
}

type summary struct {
	Since     time.Time `json:"since"`
	Until     time.Time `json:"until"`
	BucketS   int64     `json:"bucket_s"`
	Decisions int64     `json:"decisions"`
	ByEffect  []count   `json:"by_effect"`
	ByAction  []count   `json:"by_action"` // only where no filter is set
	Histogram []bucket  `json:"histogram"`
	Complete  bool      `json:"complete"` // false: the search finds more than are counted, and from From on
	From      time.Time `json:"from"`
}

// maxBuckets keeps a chart readable; the widths are those that people expect on an axis.
const maxBuckets = 96

var bucketWidths = []time.Duration{
	time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour, 2 * time.Hour, 6 * time.Hour, 24 * time.Hour, 7 * 24 * time.Hour,
}

// summariseEvents counts decisions by effect and time: all of them from the roll-ups, or the newest that filters select.
func (a *API) summariseEvents(c *fiber.Ctx) error {
	q, err := filters(c)
	if err != nil {
		return err
	}
	since, until := q.Since, q.Until
	if until.IsZero() {
		until = a.Now().UTC()
	}
	if since.IsZero() {
		since = until.Add(-7 * 24 * time.Hour)
	}
	if !since.Before(until) || until.Sub(since) > 2*366*24*time.Hour {
		return problem.New("invalid", "since must be before until, by two years at most", "")
	}
	width := widthFor(until.Sub(since))
	if q == (audit.Query{Phase: q.Phase, Since: q.Since, Until: q.Until}) {
		counts, err := a.Ledger.Counts(c.UserContext(), since, width)
		if err != nil {
			return err
		}
		s := summarise(counts, since, until, width)
		s.Complete, s.From = true, since
		return c.JSON(s)
	}
	q.Since = since
	found, err := a.Ledger.CountsOf(c.UserContext(), q, width)
	if err != nil {
		return err
	}
	s := summarise(found.Counts, since, until, width)
	s.ByAction = []count{}
	s.Complete, s.From = found.Complete, since
	if !found.Complete {
		s.From = found.From
	}
	return c.JSON(s)
}

func widthFor(span time.Duration) time.Duration {
	for _, w := range bucketWidths {
		if span <= maxBuckets*w {
			return w
		}
	}
	return bucketWidths[len(bucketWidths)-1]
}

func summarise(counts []audit.Count, since, until time.Time, width time.Duration) summary {
	s := summary{Since: since, Until: until, BucketS: int64(width / time.Second)}
	byEffect, byAction := map[string]int64{}, map[string]int64{}
	for at := since.Truncate(width); at.Before(until); at = at.Add(width) {
		s.Histogram = append(s.Histogram, bucket{At: at})
	}
	for i := range counts {
		n := &counts[i]
		at := int(n.Start.Sub(since.Truncate(width)) / width)
		if n.Phase != audit.PhaseDecision || at < 0 || at >= len(s.Histogram) {
			continue
		}
		switch b := &s.Histogram[at]; policy.Effect(n.Effect) {
		case policy.Allow:
			b.Allow += n.Count
		case policy.Deny:
			b.Deny += n.Count
		case policy.Hold:
			b.Hold += n.Count
		}
		s.Decisions += n.Count
		byEffect[n.Effect] += n.Count
		byAction[n.Type] += n.Count
	}
	s.ByEffect, s.ByAction = ranked(byEffect), ranked(byAction)
	return s
}

// ranked is most frequent first.
func ranked(counts map[string]int64) []count {
	out := make([]count, 0, len(counts))
	for _, key := range slices.Sorted(maps.Keys(counts)) {
		out = append(out, count{key, counts[key]})
	}
	slices.SortStableFunc(out, func(a, b count) int { return cmp.Compare(b.Count, a.Count) })
	return out
}
