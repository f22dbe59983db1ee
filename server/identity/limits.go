package identity

import (
	"net/netip"
	"sync"
	"time"
)

// limits bounds guessing: by address, by account, and by account from an address where it signed in before. The last
// keeps a stranger who guesses at the owner's password from locking the owner out.
type limits struct {
	address, account, familiar *limiter

	mu    sync.Mutex
	known map[[2]string]struct{} // account and network that signed in since the start
}

const maxFamiliar = 1024

func newLimits() *limits {
	return &limits{
		address:  newLimiter(8192, 20, 15*time.Second),
		account:  newLimiter(4096, 10, time.Minute),
		familiar: newLimiter(1024, 10, 30*time.Second),
		known:    map[[2]string]struct{}{},
	}
}

// take counts one attempt at an account ("" for none) from an address.
func (l *limits) take(account, address string, now time.Time) error {
	net := network(address)
	if !l.address.take(net, now) {
		return errLimited
	}
	if account == "" {
		return nil
	}
	pair := [2]string{account, net}
	l.mu.Lock()
	_, familiar := l.known[pair]
	l.mu.Unlock()
	if familiar && l.familiar.take(account+" "+net, now) || !familiar && l.account.take(account, now) {
		return nil
	}
	return errLimited
}

// succeeded notes a whole sign-in.
func (l *limits) succeeded(account, address string) {
	net := network(address)
	l.mu.Lock()
	if len(l.known) < maxFamiliar {
		l.known[[2]string{account, net}] = struct{}{}
	}
	l.mu.Unlock()
	l.familiar.forgive(account + " " + net)
	l.address.forgive(net)
}

// network is the address itself for IPv4 and its /64 for IPv6, which one customer has to themselves.
func network(address string) string {
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return address
	}
	ip = ip.Unmap().WithZone("")
	if ip.Is6() {
		if prefix, err := ip.Prefix(64); err == nil {
			return prefix.String()
		}
	}
	return ip.String()
}
