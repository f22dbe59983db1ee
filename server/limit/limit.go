// Package limit counts attempts in bounded memory.
package limit

import (
	"hash/maphash"
	"net/netip"
	"sync"
	"time"
)

// Limiter lets a key try burst times at once and then once an interval. It has a fixed number of slots, chosen by a
// hash with a secret seed: no flood of keys makes it grow, and none can push another key's count out. Two keys that
// share a slot share its limit, which is rare and harmless.
type Limiter struct {
	seed     maphash.Seed
	interval time.Duration
	burst    int

	mu    sync.Mutex
	slots []time.Time // theoretical arrival time of the next attempt (GCRA)
}

// New makes a limiter with a number of slots.
func New(slots, burst int, interval time.Duration) *Limiter {
	return &Limiter{seed: maphash.MakeSeed(), interval: interval, burst: burst, slots: make([]time.Time, slots)}
}

// Take counts one attempt. ok is false past the limit.
func (l *Limiter) Take(key string, now time.Time) (ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	slot := l.slot(key)
	next := *slot
	// A clock that was set back must not lock anybody out for as long as it was ahead.
	if longest := l.interval * time.Duration(l.burst); next.Before(now) || next.Sub(now) > longest {
		next = now
	}
	if next.Sub(now) > l.interval*time.Duration(l.burst-1) {
		return false
	}
	*slot = next.Add(l.interval)
	return true
}

// Forgive forgets a key's attempts.
func (l *Limiter) Forgive(key string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	*l.slot(key) = time.Time{}
}

func (l *Limiter) slot(key string) *time.Time {
	return &l.slots[maphash.String(l.seed, key)%uint64(len(l.slots))]
}

// Network is the address itself for IPv4 and its /64 for IPv6, which one customer has to themselves.
func Network(address string) string { return prefix(address, 64) }

// Site is the address itself for IPv4 and its /48 for IPv6, which is what one organisation gets at most: for shares of something
// that a flood from 65,536 networks must not use up.
func Site(address string) string { return prefix(address, 48) }

func prefix(address string, bits int) string {
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return address
	}
	ip = ip.Unmap().WithZone("")
	if ip.Is6() {
		if prefix, err := ip.Prefix(bits); err == nil {
			return prefix.String()
		}
	}
	return ip.String()
}
