// Package identity knows people, console sessions and API tokens, and signs people in.
package identity

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	"github.com/go-webauthn/webauthn/webauthn"

	"ambit/audit"
	"ambit/db"
	"ambit/db/seal"
)

// Ledger records what happens here. Commit changes state and ledger together or neither; no events are fine.
type Ledger interface {
	Append(ctx context.Context, e *audit.Event) error
	Commit(ctx context.Context, change func(tx *db.Tx) ([]*audit.Event, error)) error
}

// Options of Open. Argon2 may be left out.
type Options struct {
	DB        *db.DB
	Ledger    Ledger
	Box       *seal.Box
	Now       func() time.Time
	Rand      io.Reader
	Log       *slog.Logger
	PublicURL string // where browsers reach the console
	Demo      bool   // sign-in as one of the sample organisation's people
	Argon2    Argon2
}

// Service holds people, sessions and tokens in memory; the database has the same.
type Service struct {
	db        *db.DB
	ledger    Ledger
	box       *seal.Box
	now       func() time.Time
	rand      io.Reader
	log       *slog.Logger
	public    *url.URL
	demo      bool
	passwords *passwords
	passkeys  *webauthn.WebAuthn // nil where passkeys don't work
	limits    *limits
	csrfKey   [32]byte
	codeKey   [32]byte

	mu       sync.Mutex // held while something changes: memory follows the database in the order of the commits
	stored   stored     // what memory was made from
	pending  *pendingOwner
	people   atomic.Pointer[directory]
	tokens   atomic.Pointer[tokenMap]
	scim     atomic.Pointer[scimTokenMap]
	sessions sessionMap

	credentials credentials // of agents

	challenges challengeMap
	stop       chan struct{}
	stopped    sync.WaitGroup
}

// Open loads people, sessions and tokens.
func Open(ctx context.Context, o Options) (*Service, error) {
	public, err := url.Parse(o.PublicURL)
	if err != nil || public.Host == "" {
		return nil, invalid("the public URL %q is not a URL with a host", o.PublicURL)
	}
	if o.Argon2 == (Argon2{}) {
		o.Argon2 = DefaultArgon2
	}
	s := &Service{
		db: o.DB, ledger: o.Ledger, box: o.Box, now: o.Now, rand: &lockedReader{r: o.Rand}, log: o.Log, public: public, demo: o.Demo,
		limits: newLimits(), stop: make(chan struct{}),
		csrfKey: o.Box.Derive("console csrf"), codeKey: o.Box.Derive("recovery codes"),
	}
	s.passwords = newPasswords(o.Argon2, s.rand)
	if s.passkeys, err = newPasskeys(public); err != nil {
		return nil, err
	}
	if err := s.load(ctx); err != nil {
		return nil, fmt.Errorf("load people: %w", err)
	}
	s.stopped.Add(1)
	go s.flushRegularly() //nolint:gosec // it lives as long as the service, longer than ctx
	return s, nil
}

// Close writes down when tokens and sessions were last used. Call it before the ledger is closed.
func (s *Service) Close(ctx context.Context) error {
	close(s.stop)
	s.stopped.Wait()
	return s.flush(ctx)
}

func (s *Service) load(ctx context.Context) error {
	dir, errPeople := s.readDirectory(ctx)
	tokens, errTokens := db.Tokens(ctx, s.db.Read())
	sessions, errSessions := db.Sessions(ctx, s.db.Read())
	scim, errSCIM := db.SCIMTokens(ctx, s.db.Read())
	if err := errors.Join(errPeople, errTokens, errSessions, errSCIM); err != nil {
		return err
	}
	s.people.Store(dir)
	s.tokens.Store(newTokenMap(tokens, dir))
	s.scim.Store(newSCIMTokenMap(scim))
	s.sessions.byHash = make(map[hash]*session, len(sessions))
	for i := range sessions {
		s.sessions.byHash[hash(sessions[i].Hash)] = s.newSession(&sessions[i])
	}
	return s.loadCredentials(ctx)
}

// NeedsSetup reports whether no owner exists yet.
func (s *Service) NeedsSetup() bool { return !s.people.Load().hasOwner }

// PasskeysAvailable reports whether browsers offer passkeys at the console's address.
func (s *Service) PasskeysAvailable() bool { return s.passkeys != nil }

// Secure reports whether browsers reach the console over https.
func (s *Service) Secure() bool { return s.public.Scheme == "https" }

// CookieName is the name of the session cookie. Only https allows the prefix that binds it to the host (RFC 6265bis,
// section 4.1.3).
func (s *Service) CookieName() string {
	if s.Secure() {
		return "__Host-ambit"
	}
	return "ambit"
}

func (s *Service) keyed(key [32]byte, data []byte) []byte {
	mac := hmac.New(sha256.New, key[:])
	mac.Write(data)
	return mac.Sum(nil)
}

// lockedReader lets several requests draw randomness from one reader.
type lockedReader struct {
	mu sync.Mutex
	r  io.Reader
}

func (l *lockedReader) Read(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.r.Read(p)
}
