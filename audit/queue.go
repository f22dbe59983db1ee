package audit

import (
	"context"
	"sync"
	"time"

	"ambit/db"
)

const (
	maxBatch   = 512 // events in one transaction
	maxBatches = 64  // waiting; beyond it the disk does not keep up and new events are refused
)

// entry is one event on its way into the ledger.
type entry struct {
	encoded
	prompt *db.PromptRow
	at     time.Time // zero: the time of the transaction
}

// batch is a transaction that waits for the writer: events of many callers, or one call of Commit.
type batch struct {
	entries []entry
	state   func(*db.Tx) ([]*Event, error) // Commit: its events follow from running it
	sign    bool                           // a checkpoint goes into the same transaction

	done  chan struct{} // closed when the rest is set
	err   error
	first int64 // seq of entries[0]
	at    time.Time
}

// queue holds the batches that the writer has not taken yet. Callers fill the last one, so that the next transaction
// collects all who came while the present one is on its way to the disk.
type queue struct {
	mu      sync.Mutex
	batches []*batch
	closed  bool
	wake    chan struct{}
}

// add puts an event into the last batch and says which one and where; nil when the queue is closed or full.
func (q *queue) add(e entry) (*batch, int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed || len(q.batches) >= maxBatches {
		return nil, 0
	}
	var b *batch
	if n := len(q.batches); n > 0 {
		b = q.batches[n-1]
	}
	if b == nil || b.state != nil || len(b.entries) >= maxBatch {
		b = &batch{done: make(chan struct{}), entries: make([]entry, 0, 64)}
		q.push(b)
	}
	b.entries = append(b.entries, e)
	return b, len(b.entries) - 1
}

// addState queues a call of Commit.
func (q *queue) addState(fn func(*db.Tx) ([]*Event, error), sign bool) *batch {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed || len(q.batches) >= maxBatches {
		return nil
	}
	b := &batch{done: make(chan struct{}), state: fn, sign: sign}
	q.push(b)
	return b
}

func (q *queue) push(b *batch) {
	q.batches = append(q.batches, b)
	select {
	case q.wake <- struct{}{}:
	default: // the writer is awake
	}
}

// next takes the oldest batch; nil when there is none.
func (q *queue) next() *batch {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.batches) == 0 {
		return nil
	}
	b := q.batches[0]
	q.batches = append(q.batches[:0], q.batches[1:]...)
	return b
}

// shut refuses all that comes from now on; false when it was shut before.
func (q *queue) shut() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	was := q.closed
	q.closed = true
	return !was
}

// finish tells the batch's callers how it went.
func (b *batch) finish(err error) {
	b.err = err
	close(b.done)
}

// wait blocks until the batch is committed or ctx ends.
func (b *batch) wait(ctx context.Context) error {
	select {
	case <-b.done:
		return b.err
	case <-ctx.Done():
		return ctx.Err()
	}
}
