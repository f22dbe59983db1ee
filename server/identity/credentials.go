package identity

import (
	"context"
	"math"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"ambit/db"
	"ambit/server/caller"
)

// Prefixes say what a secret is, to people and to secret scanners.
const (
	accessPrefix  = tokenPrefix + "cred_"
	refreshPrefix = tokenPrefix + "refresh_"
	hookPrefix    = tokenPrefix + "hook_"

	longestBearer = len(refreshPrefix) + secretLength
)

// Bounds of memory and of abuse.
const (
	familiesPerPerson  = 50   // the one unused for longest makes room
	workloadsPerPerson = 1000 // CI jobs of one repository within the hour that their credentials live
	accessPerFamily    = 64   // the oldest makes room: agents that share a sign-in come to a dozen
)

var (
	agentScopes = []caller.Scope{caller.ScopeAgent}
	hookScopes  = []caller.Scope{caller.ScopeHook}
)

// family is one sign-in of an agent on one device.
type family struct {
	id        string
	row       db.FamilyRow // of whoever holds Service.mu, as are the next two
	collected bool         // somebody fetched its credentials
	access    []hash       // those that count, oldest first
	hook      hash

	used  atomic.Int64                     // milliseconds, to the minute
	end   atomic.Int64                     // milliseconds: when it ends by time
	agent atomic.Pointer[caller.Principal] // nil: revoked, or its person is gone or disabled
	hooks atomic.Pointer[caller.Principal] // the same, for the derived hook token

	renewing chan struct{} // holds one token while nobody refreshes
	upstream string        // of the holder of renewing: the provider's newest refresh token where it isn't written yet
	failedAt int64         // of the holder of renewing: when the provider couldn't be reached
}

// credential is what the hash of an access credential or hook token stands for.
type credential struct {
	family *family
	end    int64 // milliseconds
	hook   bool
}

// credentialMap is read under a shared lock rather than copied at each change like the map of tokens: credentials come and go
// with every refresh. Nothing in it holds a secret.
type credentialMap struct {
	mu       sync.RWMutex
	byHash   map[hash]credential
	families map[string]*family
}

// credentials are those of agents, with what the admin set about them.
type credentials struct {
	credentialMap
	settings atomic.Pointer[caller.CredentialSettings]
	upstream atomic.Pointer[Upstream]
	pending  []*ending // of the transaction that runs, in the writer's goroutine
	renewals *renewals
	hookKey  [32]byte
	nextKey  [32]byte
}

// loadCredentials reads families and the access credentials that count; refresh credentials stay in the database.
func (s *Service) loadCredentials(ctx context.Context) error {
	if err := s.loadCredentialSettings(ctx); err != nil {
		return err
	}
	s.credentials.renewals = newRenewals()
	s.credentials.hookKey, s.credentials.nextKey = s.box.Derive("hook tokens"), s.box.Derive("refresh successors")
	families, err := db.Families(ctx, s.db.Read())
	if err != nil {
		return err
	}
	access, err := db.AccessCredentials(ctx, s.db.Read(), s.now().UnixMilli())
	if err != nil {
		return err
	}
	collected, err := db.CollectedFamilies(ctx, s.db.Read())
	if err != nil {
		return err
	}
	m := &s.credentials.credentialMap
	m.byHash, m.families = make(map[hash]credential, len(access)+len(families)), make(map[string]*family, len(families))
	for i := range families {
		f := s.newFamily(&families[i])
		f.collected = collected[f.row.ID]
		m.add(f)
	}
	for i := range access {
		if f := m.families[access[i].FamilyID]; f != nil {
			m.put(f, hash(access[i].Hash), access[i].ExpiresAt)
		}
	}
	return nil
}

func (s *Service) newFamily(row *db.FamilyRow) *family {
	f := &family{id: row.ID, row: *row, renewing: make(chan struct{}, 1)}
	f.renewing <- struct{}{}
	f.used.Store(row.LastUsedAt)
	f.end.Store(s.familyEnd(row))
	f.hook = hashOf(s.hookToken(row))
	f.follow(s.people.Load())
	return f
}

// follow brings the principals in line with the directory.
func (f *family) follow(dir *directory) {
	p := dir.agentPrincipal(&f.row)
	if p == nil {
		f.agent.Store(nil)
		f.hooks.Store(nil)
		return
	}
	h := *p
	h.Scopes = hookScopes
	f.agent.Store(p)
	f.hooks.Store(&h)
}

// agentPrincipal is whom a sign-in of an agent stands for; nil where it is revoked, or where its person, account or connection
// signs nobody in any more. Agents have no console roles: they may ask and report, never administer.
func (d *directory) agentPrincipal(row *db.FamilyRow) *caller.Principal {
	person := d.byID[row.PersonID]
	if row.RevokedAt != 0 || person == nil || person.Disabled {
		return nil
	}
	p := &caller.Principal{
		Kind: caller.Credential, ID: person.ID, Person: person.Email, Name: person.Name, Groups: person.Groups, GroupsUnknown: person.GroupsUnknown,
		Scopes: agentScopes, Credential: row.ID,
	}
	if row.AccountID == "" {
		return p
	}
	account := d.accounts[row.AccountID]
	if account == nil || !account.Active || account.PersonID != person.ID || d.closed(account.Connection, person, account.Subject) != nil {
		return nil
	}
	p.Connection, p.Subject = account.Connection, account.Subject
	return p
}

// workload reports whether a connection's accounts are CI jobs rather than people.
func (d *directory) workload(connection string) bool {
	c := d.connections[connection]
	return c != nil && c.Kind == caller.KindWorkload
}

// follow brings all families in line with the directory; Service.mu is held.
func (m *credentialMap) follow(dir *directory) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	for _, f := range m.families {
		f.follow(dir)
	}
}

func (m *credentialMap) family(id string) *family {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return m.families[id]
}

// add makes a family known, with its hook token.
func (m *credentialMap) add(f *family) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.families[f.id] = f
	if f.row.RevokedAt == 0 {
		m.byHash[f.hook] = credential{family: f, end: math.MaxInt64, hook: true}
	}
}

// put makes an access credential count.
func (m *credentialMap) put(f *family, key hash, end int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.byHash[key] = credential{family: f, end: end}
	f.access = append(f.access, key)
}

// drop takes access credentials of a family out of memory.
func (m *credentialMap) drop(f *family, keys []hash) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, key := range keys {
		delete(m.byHash, key)
	}
	kept := f.access[:0]
	for _, key := range f.access {
		if _, ok := m.byHash[key]; ok {
			kept = append(kept, key)
		}
	}
	f.access = kept
}

// find is the way of every request: it allocates nothing.
func (m *credentialMap) find(key hash) (c credential, ok bool) {
	m.mu.RLock()
	c, ok = m.byHash[key]
	m.mu.RUnlock()
	return c, ok
}

// agentBearer finds whose access credential or hook token this is.
func (s *Service) agentBearer(key hash) (*caller.Principal, error) {
	c, ok := s.credentials.find(key)
	if !ok {
		return nil, errAgentCredential
	}
	now := s.now().UnixMilli()
	if now >= c.end || now >= c.family.end.Load() {
		return nil, errAgentCredential
	}
	p := c.family.agent.Load()
	if c.hook {
		p = c.family.hooks.Load()
	}
	if p == nil {
		return nil, errAgentCredential
	}
	const minute = 60_000
	if minutes := now - now%minute; c.family.used.Load() != minutes {
		c.family.used.Store(minutes)
	}
	return p, nil
}

// liveFamily reports whether a family still counts, for streams that outlive a request.
func (s *Service) liveFamily(id string) bool {
	f := s.credentials.family(id)
	return f != nil && f.agent.Load() != nil && s.now().UnixMilli() < f.end.Load()
}

// Families lists the sign-ins of agents, newest first, those that ended lately included.
func (s *Service) Families() []caller.Family {
	s.mu.Lock()
	defer s.mu.Unlock()
	dir := s.people.Load()
	all := s.credentials.all()
	list := make([]caller.Family, len(all))
	for i, f := range all {
		r := &f.row
		list[i] = caller.Family{
			ID: r.ID, PersonID: r.PersonID, AccountID: r.AccountID, Connection: r.Connection, Device: r.Device,
			CreatedAt: timeOf(r.CreatedAt), CheckedAt: timeOf(r.CheckedAt), LastUsed: timeOf(f.used.Load()), LastAddress: r.LastAddress,
			ExpiresAt: timeOf(f.end.Load()), RevokedAt: timeOf(r.RevokedAt), Why: r.RevokedWhy,
		}
		if p := dir.byID[r.PersonID]; p != nil {
			list[i].Person = p.Email
		}
	}
	return list
}

// isAgentSecret reports whether a bearer is an access credential or a hook token by its looks.
func isAgentSecret(bearer string) bool {
	return len(bearer) == len(accessPrefix)+secretLength && (strings.HasPrefix(bearer, accessPrefix) || strings.HasPrefix(bearer, hookPrefix))
}

// SessionStarted is when a person who is signed in to the console proved who they are.
func (s *Service) SessionStarted(p *caller.Principal) (time.Time, bool) {
	s.sessions.mu.RLock()
	defer s.sessions.mu.RUnlock()
	for _, e := range s.sessions.byHash {
		if p.Kind == caller.Browser && e.row.ID == p.Credential {
			return timeOf(e.row.CreatedAt), true
		}
	}
	return time.Time{}, false
}
