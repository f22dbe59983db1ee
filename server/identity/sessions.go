package identity

import (
	"context"
	"encoding/base64"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"ambit/audit"
	"ambit/db"
	"ambit/server/caller"
)

const (
	sessionIdle     = 12 * time.Hour
	sessionLongest  = 7 * 24 * time.Hour
	sessionsPerHead = 50 // the oldest makes room

	// sessionOfConnection bounds a session that came through an identity provider: it is how long, at worst, somebody who left
	// there stays signed in here when nothing tells Ambit.
	sessionOfConnection = 12 * time.Hour
)

// session is a console session. The cookie's value is nowhere; its hash is the key of the map.
type session struct {
	row       db.SessionRow
	seen      atomic.Int64
	principal atomic.Pointer[caller.Principal] // nil: its person is gone or disabled
}

type sessionMap struct {
	mu     sync.RWMutex
	byHash map[hash]*session
}

// Cookie finds the person whose console session this is.
func (s *Service) Cookie(value string) (*caller.Principal, error) {
	if len(value) != secretLength {
		return nil, errSession
	}
	key := hashOf(value)
	s.sessions.mu.RLock()
	e := s.sessions.byHash[key]
	s.sessions.mu.RUnlock()
	now := s.now()
	if e == nil || e.over(now) {
		return nil, errSession
	}
	p := e.principal.Load()
	if p == nil {
		return nil, errSession
	}
	e.seen.Store(now.UnixMilli())
	return p, nil
}

// SignOut ends a session. A session that has ended already is no error.
func (s *Service) SignOut(ctx context.Context, cookie, address string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := hashOf(cookie)
	s.sessions.mu.RLock()
	e := s.sessions.byHash[key]
	s.sessions.mu.RUnlock()
	if e == nil {
		return nil
	}
	err := s.commit(ctx, func(tx *db.Tx) ([]*audit.Event, error) {
		p := s.people.Load().byID[e.row.PersonID]
		return []*audit.Event{signInEvent("person.signed_out", p, address, e.row.ID, nil)}, db.DeleteSession(ctx, tx, e.row.ID)
	})
	if err != nil {
		return err
	}
	s.sessions.mu.Lock()
	delete(s.sessions.byHash, key)
	s.sessions.mu.Unlock()
	return nil
}

// opening is a session about to be committed, and the sessions that end with it.
type opening struct {
	cookie string
	key    hash
	row    db.SessionRow
	ends   map[hash]string // hash → id
}

// open prepares a session: always a new value, and the one that the browser had before ends, so that nobody can plant
// one. s.mu is held.
func (s *Service) open(personID, oldCookie string) (*opening, error) {
	cookie, err := s.newSecret()
	if err != nil {
		return nil, err
	}
	id, err := s.newID("ses_")
	if err != nil {
		return nil, err
	}
	now := s.now().UnixMilli()
	o := &opening{cookie: cookie, key: hashOf(cookie), ends: map[hash]string{}}
	o.row = db.SessionRow{Hash: o.key[:], ID: id, PersonID: personID, CreatedAt: now, SeenAt: now}
	s.sessions.mu.RLock()
	defer s.sessions.mu.RUnlock()
	var oldest hash
	count, first := 0, int64(0)
	for key, e := range s.sessions.byHash {
		if e.row.PersonID != personID {
			continue
		}
		if count++; first == 0 || e.row.CreatedAt < first {
			oldest, first = key, e.row.CreatedAt
		}
	}
	if count >= sessionsPerHead {
		o.ends[oldest] = s.sessions.byHash[oldest].row.ID
	}
	if old := s.sessions.byHash[hashOf(oldCookie)]; old != nil {
		o.ends[hashOf(oldCookie)] = old.row.ID
	}
	return o, nil
}

// write is the database's part of opening.
func (o *opening) write(ctx context.Context, tx *db.Tx) error {
	for _, id := range o.ends {
		if err := db.DeleteSession(ctx, tx, id); err != nil {
			return err
		}
	}
	return db.InsertSession(ctx, tx, &o.row)
}

// opened follows the commit in memory.
func (s *Service) opened(o *opening, p caller.Person) caller.SignedIn {
	e := s.newSession(&o.row)
	s.sessions.mu.Lock()
	for key := range o.ends {
		delete(s.sessions.byHash, key)
	}
	s.sessions.byHash[o.key] = e
	s.sessions.mu.Unlock()
	signed := caller.SignedIn{Cookie: o.cookie, Person: p}
	if principal := e.principal.Load(); principal != nil {
		signed.CSRF = principal.CSRF
	}
	return signed
}

func (s *Service) newSession(row *db.SessionRow) *session {
	e := &session{row: *row}
	e.seen.Store(row.SeenAt)
	e.follow(s)
	return e
}

// follow brings the principal in line with the directory.
func (e *session) follow(s *Service) {
	e.principal.Store(s.people.Load().sessionPrincipal(s, e))
}

// sessionPrincipal is whom a session stands for; nil where its person, account or connection signs nobody in any more. The
// owner's role counts only in the owner's own sign-in: whoever runs an identity provider can speak for everybody, and must
// not become the owner by it.
func (d *directory) sessionPrincipal(s *Service, e *session) *caller.Principal {
	p := d.byID[e.row.PersonID]
	if p == nil || p.Disabled {
		return nil
	}
	principal := &caller.Principal{
		Kind: caller.Browser, ID: p.ID, Person: p.Email, Name: p.Name, Groups: p.Groups, GroupsUnknown: p.GroupsUnknown, Roles: slices.Clone(p.Roles),
		Repositories: p.Repositories, Credential: e.row.ID, CSRF: base64.RawURLEncoding.EncodeToString(s.keyed(s.csrfKey, e.row.Hash)),
	}
	if e.row.AccountID == "" {
		return principal
	}
	account := d.accounts[e.row.AccountID]
	if account == nil || !account.Active || account.PersonID != p.ID || d.closed(account.Connection, p, account.Subject) != nil {
		return nil
	}
	principal.Connection, principal.Subject = account.Connection, account.Subject
	principal.Roles = slices.DeleteFunc(principal.Roles, func(r caller.Role) bool { return r == caller.Owner })
	return principal
}

func (m *sessionMap) follow(s *Service) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	for _, e := range m.byHash {
		e.follow(s)
	}
}

func (e *session) over(now time.Time) bool {
	ms := now.UnixMilli()
	longest := sessionLongest
	if e.row.Connection != "" {
		longest = sessionOfConnection
	}
	return ms-e.seen.Load() > sessionIdle.Milliseconds() || ms-e.row.CreatedAt > longest.Milliseconds()
}

// Live reports whether a caller's session or token still counts, for streams that outlive a request.
func (s *Service) Live(p *caller.Principal) bool {
	switch p.Kind {
	case caller.Browser:
		s.sessions.mu.RLock()
		defer s.sessions.mu.RUnlock()
		for _, e := range s.sessions.byHash {
			if e.row.ID == p.Credential {
				return e.principal.Load() != nil && !e.over(s.now())
			}
		}
		return false
	case caller.APIToken:
		for _, t := range s.tokens.Load().all {
			if t.row.ID == p.Credential {
				return t.principal != nil && (t.row.ExpiresAt == 0 || s.now().UnixMilli() < t.row.ExpiresAt)
			}
		}
		return false
	case caller.Credential:
		return s.liveFamily(p.Credential)
	default:
		return true
	}
}
