package audit

import (
	"encoding/json"
	"sync"
)

// Tailed is one event for a live view.
type Tailed struct {
	Seq   int64
	Event json.RawMessage
}

// tailBuffer is how far a reader may lag before events pass it by.
const tailBuffer = 256

// tail hands new events to whoever watches.
type tail struct {
	mu      sync.Mutex
	readers map[chan Tailed]struct{}
	closed  bool
}

// Subscribe gives new events as they are committed, until stop is called or the ledger is closed (then the channel is
// closed). A reader that is too slow misses events: a gap in Seq tells, and Export with the gap's bounds fills it.
func (l *Ledger) Subscribe() (events <-chan Tailed, stop func()) {
	t := &l.tail
	t.mu.Lock()
	defer t.mu.Unlock()
	c := make(chan Tailed, tailBuffer)
	if t.closed {
		close(c)
		return c, func() {}
	}
	if t.readers == nil {
		t.readers = map[chan Tailed]struct{}{}
	}
	t.readers[c] = struct{}{}
	return c, func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		if _, there := t.readers[c]; there {
			delete(t.readers, c)
			close(c)
		}
	}
}

// publish runs in the writer, so it never waits for a reader, and costs nothing where nobody watches.
func (t *tail) publish(b *batch) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.readers) == 0 {
		return
	}
	for i := range b.entries {
		en := &b.entries[i]
		seq := b.first + int64(i)
		event := Tailed{seq, en.splice(nil, seq, en.when(b.at))}
		for c := range t.readers {
			select {
			case c <- event:
			default:
			}
		}
	}
}

func (t *tail) close() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.closed = true
	for c := range t.readers {
		close(c)
		delete(t.readers, c)
	}
}
