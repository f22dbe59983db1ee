package identity

import (
	"sync"
	"time"

	"github.com/go-webauthn/webauthn/webauthn"
)

const (
	challengeLife     = 5 * time.Minute
	challengeAttempts = 5
	maxChallenges     = 1000
)

// challenge waits for the second factor of somebody whose password was right.
type challenge struct {
	personID string
	user     *passkeyUser
	login    *webauthn.SessionData // nil: no passkey
	until    time.Time
	left     int
}

// challengeMap is in memory only: after a restart people enter their password again. Only a right password adds to it.
type challengeMap struct {
	mu     sync.Mutex
	byHash map[hash]*challenge
}

func (m *challengeMap) add(key hash, c *challenge, now time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.byHash == nil {
		m.byHash = map[hash]*challenge{}
	}
	if len(m.byHash) >= maxChallenges {
		m.makeRoom(now)
	}
	m.byHash[key] = c
}

// makeRoom drops what has expired, or else whatever would expire first.
func (m *challengeMap) makeRoom(now time.Time) {
	var first hash
	var until time.Time
	for key, c := range m.byHash {
		if now.After(c.until) {
			delete(m.byHash, key)
		} else if until.IsZero() || c.until.Before(until) {
			first, until = key, c.until
		}
	}
	if len(m.byHash) >= maxChallenges {
		delete(m.byHash, first)
	}
}

// take removes a challenge, so that two requests can't try the same one at once; nil where there is none.
func (m *challengeMap) take(key hash, now time.Time) *challenge {
	m.mu.Lock()
	defer m.mu.Unlock()
	c := m.byHash[key]
	delete(m.byHash, key)
	if c == nil || now.After(c.until) {
		return nil
	}
	return c
}

// giveBack allows another attempt after a wrong one, a few times.
func (m *challengeMap) giveBack(key hash, c *challenge) {
	if c.left--; c.left <= 0 {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.byHash[key] = c
}
