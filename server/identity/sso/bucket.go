package sso

import (
	"sync"
	"time"
)

// bucket bounds how many sign-ins an address may start: a burst, and then one every so often. Addresses share a fixed number of
// counters, so that a flood of addresses takes no memory.
type bucket struct {
	mu    sync.Mutex
	slots [4096]struct {
		tokens float64
		at     time.Time
	}
}

const (
	startBurst = 30
	startEvery = 2 * time.Second
)

func newBucket() *bucket { return &bucket{} }

// take counts one start from an address; false where there were too many.
func (b *bucket) take(address string, now time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	slot := &b.slots[fnv(address)%uint64(len(b.slots))]
	if slot.at.IsZero() {
		slot.tokens = startBurst
	} else {
		slot.tokens = min(startBurst, slot.tokens+float64(now.Sub(slot.at))/float64(startEvery))
	}
	slot.at = now
	if slot.tokens < 1 {
		return false
	}
	slot.tokens--
	return true
}

// fnv is FNV-1a.
func fnv(s string) uint64 {
	h := uint64(14695981039346656037)
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * 1099511628211
	}
	return h
}
