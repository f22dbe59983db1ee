package sink

import (
	"fmt"
	"io"
	"math/rand/v2"
	"time"
)

// backoff gives waits that double up to a bound, with full jitter: anything from nothing to the bound, so that many senders
// whose receiver comes back don't all come at once.
type backoff struct {
	first, last time.Duration
	rand        *rand.Rand
	n           int
}

func (b *backoff) next() time.Duration {
	bound := b.last
	if b.n < 20 {
		bound = min(b.first<<b.n, b.last)
	}
	b.n++
	return time.Duration(b.rand.Int64N(int64(bound) + 1))
}

func (b *backoff) reset() { b.n = 0 }

func newSeed(r io.Reader) (seed [32]byte, err error) {
	if _, err = io.ReadFull(r, seed[:]); err != nil {
		err = fmt.Errorf("read randomness: %w", err)
	}
	return seed, err
}
