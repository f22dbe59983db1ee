package audit

import (
	"context"
	"log/slog"
	"strings"
	"time"

	"ambit/db"
)

const (
	projectBatch = 2000
	busyAbove    = 500                    // events between two steps: decisions come fast
	projectEvery = 100 * time.Millisecond // at most, so that batches fill under a light load
	catchUpAbove = 300_000                // rows behind: from here on the projector no longer holds back
)

// projector fills the search index from the ledger, in the background, in batches. It holds back while decisions come in
// fast: they have the processor first, and search reads what is not projected from the ledger itself.
type projector struct {
	db   *db.DB
	log  *slog.Logger
	last func() int64 // last committed seq
	wake chan struct{}
	stop context.CancelFunc
	done chan struct{}
}

func newProjector(d *db.DB, log *slog.Logger, last func() int64) *projector {
	ctx, cancel := context.WithCancel(context.Background())
	p := &projector{db: d, log: log, last: last, wake: make(chan struct{}, 1), stop: cancel, done: make(chan struct{})}
	go p.run(ctx)
	p.poke()
	return p
}

// poke says that there is something new.
func (p *projector) poke() {
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

func (p *projector) close() {
	p.stop()
	<-p.done
}

func (p *projector) run(ctx context.Context) {
	defer close(p.done)
	var seen int64 // last seq at the step before
	for {
		select {
		case <-ctx.Done():
			return
		case <-p.wake:
		}
		for more := true; more; {
			// The machine's clock: it measures work, no event gets its time from it.
			start := time.Now()
			last := p.last()
			busy := last-seen > busyAbove
			seen = last
			n, err := p.step(ctx)
			if ctx.Err() != nil {
				return
			}
			pause := projectEvery
			if err != nil {
				// The disk is full, most likely. Search goes on, from the ledger itself.
				p.log.Warn("the search index falls behind", "error", err)
				pause = 2 * time.Second
				n = projectBatch
			} else if n == projectBatch {
				pause = p.pause(ctx, time.Since(start), busy)
			}
			more = n == projectBatch
			select {
			case <-ctx.Done():
				return
			case <-time.After(pause):
			}
		}
	}
}

// pause says how long to leave the processor to others after a step that took so long.
func (p *projector) pause(ctx context.Context, took time.Duration, busy bool) time.Duration {
	if !busy {
		return took / 2
	}
	if projected, err := db.ProjectedSeq(ctx, p.db.Read()); err == nil && p.last()-projected > catchUpAbove {
		return 0
	}
	return min(10*took, time.Second)
}

// step projects one batch and says how many rows it had.
func (p *projector) step(ctx context.Context) (int, error) {
	after, err := db.ProjectedSeq(ctx, p.db.Read())
	if err != nil {
		return 0, err
	}
	batch := db.Projection{Counts: map[db.RollupKey]int64{}, Spans: map[int64]db.Span{}}
	err = db.LedgerAscending(ctx, p.db.Read(), after, projectBatch, func(row db.LedgerRow) error {
		d := indexed(row)
		batch.Events = append(batch.Events, d.IndexedEvent)
		minute := d.time.Unix() / 60
		batch.Counts[db.RollupKey{Minute: minute, Phase: d.countedPhase(), Type: d.kind, Effect: d.effect}]++
		span, ok := batch.Spans[minute]
		if !ok {
			span.First = row.Seq
		}
		span.Last = row.Seq
		batch.Spans[minute] = span
		batch.Through = row.Seq
		return nil
	})
	if err != nil || len(batch.Events) == 0 {
		return 0, err
	}
	return len(batch.Events), p.db.WriteIndex(ctx, func(tx *db.Tx) error { return db.InsertProjection(tx, after, batch) })
}

// indexedDocument is an event as the search index takes it in.
type indexedDocument struct {
	db.IndexedEvent
	document
}

// indexed makes it, always the same for the same event: taking an event out of the index needs the words that went in.
func indexed(row db.LedgerRow) indexedDocument {
	d := newDocument(row.Event, true)
	facets := make([]string, 0, len(d.facets))
	for _, v := range d.facets {
		facets = append(facets, v.facet.word(v.value))
		if rare(d.effect) && v.facet.paired() {
			facets = append(facets, v.pairWord(d.effect))
		}
	}
	return indexedDocument{db.IndexedEvent{Seq: row.Seq, Facets: strings.Join(facets, " "), Words: strings.Join(d.words, " ")}, d}
}
