package audit

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"

	"ambit/db"
)

// Page is a part of a search's result, newest first.
type Page struct {
	Events []json.RawMessage // canonical JSON, as in the ledger
	Next   int64             // Query.Before of the next page; 0: this was the last
}

// errEnough ends a scan.
var errEnough = errors.New("enough")

// Search gives the newest events that fit: from the search index, and from the ledger itself where the index has not come
// that far, so nothing that was committed is missing.
func (l *Ledger) Search(ctx context.Context, q Query) (Page, error) {
	p, err := search(ctx, l.db.Read(), q)
	if err != nil {
		return Page{}, fmt.Errorf("search the ledger: %w", err)
	}
	return p, nil
}

func search(ctx context.Context, r db.Queryer, q Query) (Page, error) {
	limit := q.Limit
	if limit <= 0 {
		limit = defaultLimit
	}
	return searchUpTo(ctx, r, q, min(limit, maxLimit))
}

func searchUpTo(ctx context.Context, r db.Queryer, q Query, limit int) (Page, error) {
	s := searcher{filter: q.filter(), limit: limit}
	high := int64(math.MaxInt64)
	if q.Before > 0 {
		high = q.Before
	}
	// The order matters: whatever is projected after this read is found twice by nobody, because the two scans below
	// divide the ledger at the value read here.
	projected, err := db.ProjectedSeq(ctx, r)
	if err != nil {
		return Page{}, err
	}
	if high > projected+1 {
		if err := s.scan(ctx, r, projected, high); err != nil {
			return Page{}, err
		}
	}
	low, high, err := bounds(ctx, r, &q, min(high, projected+1))
	if err != nil {
		return Page{}, err
	}
	if s.filter.indexed() {
		err = s.lookup(ctx, r, low, high)
	} else {
		err = s.scan(ctx, r, low, high)
	}
	if err != nil {
		return Page{}, err
	}
	page := Page{Events: s.found}
	if len(s.found) == s.limit && s.last > 1 {
		page.Next = s.last
	}
	return page, nil
}

// bounds narrows a range of seqs to the minutes that a query asks for.
func bounds(ctx context.Context, r db.Queryer, q *Query, high int64) (int64, int64, error) {
	if q.Since.IsZero() && q.Until.IsZero() {
		return 0, high, nil
	}
	first, last := int64(math.MinInt64), int64(math.MaxInt64)
	if !q.Since.IsZero() {
		first = q.Since.Unix() / 60
	}
	if !q.Until.IsZero() {
		last = q.Until.Add(-1).Unix() / 60 // the end itself is not meant
	}
	from, to, err := db.SeqsBetween(ctx, r, first, last)
	if err != nil {
		return 0, 0, err
	}
	return from - 1, min(high, to+1), nil
}

type searcher struct {
	filter filter
	limit  int
	found  []json.RawMessage
	last   int64 // seq of the last one found
}

// scanChunk is how many rows are read at once, at most; the first chunks are smaller, because the newest rows often fit.
const (
	scanChunk  = 1000
	firstChunk = 64
)

// scan reads the ledger itself, low < seq < high, newest first.
func (s *searcher) scan(ctx context.Context, r db.Queryer, low, high int64) error {
	for chunk := firstChunk; len(s.found) < s.limit && low < high; chunk = min(2*chunk, scanChunk) {
		n := 0
		err := db.LedgerDescending(ctx, r, low, high, chunk, func(row db.LedgerRow) error {
			n++
			high = row.Seq
			return s.take(row)
		})
		if errors.Is(err, errEnough) {
			return nil
		}
		if err != nil || n < chunk {
			return err
		}
	}
	return nil
}

// fetchChunk is how many events are fetched in one query.
const fetchChunk = 250

// lookup asks the search index, low < seq < high, newest first.
func (s *searcher) lookup(ctx context.Context, r db.Queryer, low, high int64) error {
	match := s.filter.match()
	for len(s.found) < s.limit && low < high {
		seqs, err := db.MatchEvents(ctx, r, match, low, high, s.limit)
		if err != nil {
			return err
		}
		for chunk := range slices.Chunk(seqs, fetchChunk) {
			high = chunk[len(chunk)-1]
			err := s.fetch(ctx, r, chunk)
			if errors.Is(err, errEnough) {
				return nil
			} else if err != nil {
				return err
			}
		}
		if len(seqs) < s.limit {
			return nil
		}
	}
	return nil
}

// fetch takes the events that the index named, in its order. One that isn't in the ledger is passed over: the index is
// derived, the ledger is the truth.
func (s *searcher) fetch(ctx context.Context, r db.Queryer, seqs []int64) error {
	events, err := db.LedgerEvents(ctx, r, seqs)
	if err != nil {
		return err
	}
	for _, seq := range seqs {
		event, there := events[seq]
		if !there {
			continue
		}
		if err := s.take(db.LedgerRow{Seq: seq, Event: event}); err != nil {
			return err
		}
	}
	return nil
}

func (s *searcher) take(row db.LedgerRow) error {
	if !s.filter.fits(row.Event) {
		return nil
	}
	s.found = append(s.found, json.RawMessage(row.Event))
	s.last = row.Seq
	if len(s.found) == s.limit {
		return errEnough
	}
	return nil
}
