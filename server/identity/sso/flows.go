package sso

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"io"
	"sync"
	"time"

	"ambit/server/identity/idp"
	"ambit/server/identity/oidc"
	"ambit/server/identity/saml"
)

// The purposes for which a browser is sent to an identity provider.
const (
	forConsole = "console" // open a console session
	forTest    = "test"    // show an admin what was received; signs nobody in
	forDevice  = "device"  // approve a waiting device
)

const (
	flowLife = 10 * time.Minute
	maxFlows = 5000
	maxAtOne = 250 // of one site
)

// flow is one browser's way to an identity provider and back. It is kept here and found by its id, which the provider hands
// back (state, RelayState); the browser proves by a cookie that the way was its own.
type flow struct {
	id         string
	connection string
	purpose    string
	browser    [sha256.Size]byte // hash of the cookie
	site       string            // where the browser is, as limit.Site
	back       string            // path in the console, for forConsole
	device     string            // the device flow, for forDevice
	admin      string            // person id, for forTest
	started    time.Time
	oidc       oidc.Flow
	saml       *saml.Flow
	callback   string // where the OpenID provider sends the browser back to

	// SAML's answer comes in a POST from another site, without cookies: the assertion consumer leaves it here for finish.
	answering bool // an answer came; another one doesn't count
	answer    *answer
}

// answer is what a provider said, judged.
type answer struct {
	claims  *idp.Claims
	notes   []idp.Note
	refused error
}

// of reports whether the browser with this cookie started the flow.
func (f *flow) of(cookie string) bool {
	have := sha256.Sum256([]byte(cookie))
	return cookie != "" && subtle.ConstantTimeCompare(have[:], f.browser[:]) == 1
}

// flows holds what is under way, in memory: a restart makes people start again. When there are too many the oldest go, of a site
// that has its share the oldest of that site: starting many keeps nobody elsewhere from finishing.
type flows struct {
	mu   sync.Mutex
	byID map[string]*flow
}

func newFlows() flows { return flows{byID: map[string]*flow{}} }

func (fs *flows) add(f *flow) {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	fs.makeRoom(f)
	fs.byID[f.id] = f
}

// makeRoom looks at everything that is under way, at most maxFlows, for each sign-in that starts: a fraction of a millisecond.
func (fs *flows) makeRoom(next *flow) {
	var oldest, oldestThere *flow
	there := 0
	for id, f := range fs.byID {
		if next.started.Sub(f.started) > flowLife {
			delete(fs.byID, id)
			continue
		}
		if oldest == nil || f.started.Before(oldest.started) {
			oldest = f
		}
		if f.site != next.site {
			continue
		}
		if there++; oldestThere == nil || f.started.Before(oldestThere.started) {
			oldestThere = f
		}
	}
	switch {
	case there >= maxAtOne:
		delete(fs.byID, oldestThere.id)
	case len(fs.byID) >= maxFlows:
		delete(fs.byID, oldest.id)
	}
}

// take finds a flow and ends it: an answer counts once.
func (fs *flows) take(id, connection string, now time.Time) *flow {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	f := fs.byID[id]
	if f == nil || f.connection != connection {
		return nil
	}
	delete(fs.byID, id)
	if now.Sub(f.started) > flowLife {
		return nil
	}
	return f
}

// answering finds the flow that an answer of the provider is for; nil where there is none that waits. Only one answer counts.
func (fs *flows) answering(id, connection string, now time.Time) *flow {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	f := fs.byID[id]
	if f == nil || f.connection != connection || f.answering || now.Sub(f.started) > flowLife {
		return nil
	}
	f.answering = true
	return f
}

// answered leaves an answer for the browser to take up.
func (fs *flows) answered(f *flow, a *answer) {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	f.answer = a
}

// takeAnswer finds the flow of this browser that has been answered, and ends it. One whose answer is still being judged, or which
// is another browser's, stays.
func (fs *flows) takeAnswer(id, connection, cookie string, now time.Time) (*flow, *answer) {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	f := fs.byID[id]
	if f == nil || f.connection != connection || f.answer == nil || !f.of(cookie) {
		return nil, nil
	}
	delete(fs.byID, id)
	if now.Sub(f.started) > flowLife {
		return nil, nil
	}
	return f, f.answer
}

// secret is 256 random bits, safe in URLs and cookies.
func (s *Service) secret() (string, error) {
	var b [32]byte
	if _, err := io.ReadFull(s.Rand, b[:]); err != nil {
		return "", fmt.Errorf("read randomness: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(b[:]), nil
}
