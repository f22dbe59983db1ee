package identity

import (
	"hash/maphash"
	"sync"
	"time"
)

// limiter lets a key try burst times at once and then once an interval. It has a fixed number of slots, chosen by a
// hash with a secret seed: no flood of keys makes it grow, and none can push another key's count out. Two keys that
// share a slot share its limit, which is rare and harmless.
type limiter struct {
	seed     maphash.Seed
	interval time.Duration
	burst    int

	mu    sync.Mutex
	slots []time.Time // theoretical arrival time of the next attempt (GCRA)
}

func newLimiter(slots, burst int, interval time.Duration) *limiter {
	return &limiter{seed: maphash.MakeSeed(), interval: interval, burst: burst, slots: make([]time.Time, slots)}
}

// take counts one attempt. ok is false past the limit.
func (l *limiter) take(key string, now time.Time) (ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	slot := l.slot(key)
	next := *slot
	if next.Before(now) {
		next = now
	}
	if next.Sub(now) > l.interval*time.Duration(l.burst-1) {
		return false
	}
	*slot = next.Add(l.interval)
	return true
}

// forgive forgets a key's attempts.
func (l *limiter) forgive(key string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	*l.slot(key) = time.Time{}
}

func (l *limiter) slot(key string) *time.Time {
	return &l.slots[maphash.String(l.seed, key)%uint64(len(l.slots))]
}
