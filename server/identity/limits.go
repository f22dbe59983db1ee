package identity

import (
	"sync"
	"time"

	"ambit/server/limit"
)

// limits bounds guessing: by address, by account, and by account from an address where it signed in before. The last
// keeps a stranger who guesses at the owner's password from locking the owner out.
type limits struct {
	address, account, familiar *limit.Limiter

	mu        sync.Mutex
	known     map[[2]string]uint64 // account and network that signed in since the start, with the number of the sign-in
	successes uint64
}

const maxFamiliar = 1024

func newLimits() *limits {
	return &limits{
		address:  limit.New(8192, 20, 15*time.Second),
		account:  limit.New(4096, 10, time.Minute),
		familiar: limit.New(1024, 10, 30*time.Second),
		known:    map[[2]string]uint64{},
	}
}

// take counts one attempt at an account ("" for none) from an address.
func (l *limits) take(account, address string, now time.Time) error {
	net := limit.Network(address)
	if !l.address.Take(net, now) {
		return errLimited
	}
	if account == "" {
		return nil
	}
	pair := [2]string{account, net}
	l.mu.Lock()
	_, familiar := l.known[pair]
	l.mu.Unlock()
	if familiar && l.familiar.Take(account+" "+net, now) || !familiar && l.account.Take(account, now) {
		return nil
	}
	return errLimited
}

// succeeded notes a whole sign-in by password and second factor. One through a connection is none: nothing was guessed, and it would
// forgive what others at the same address guess.
func (l *limits) succeeded(account, address string) {
	net := limit.Network(address)
	l.mu.Lock()
	pair := [2]string{account, net}
	if _, known := l.known[pair]; !known && len(l.known) >= maxFamiliar {
		l.forgetOldest()
	}
	l.successes++
	l.known[pair] = l.successes
	l.mu.Unlock()
	l.familiar.Forgive(account + " " + net)
	l.address.Forgive(net)
}

// forgetOldest makes room for one. l.mu is held.
func (l *limits) forgetOldest() {
	var oldest [2]string
	first := l.successes + 1
	for pair, at := range l.known {
		if at < first {
			oldest, first = pair, at
		}
	}
	delete(l.known, oldest)
}
