package identity

import (
	"context"
	"crypto/sha256"
	"slices"
	"sync/atomic"

	"ambit/audit"
	"ambit/db"
	"ambit/server/caller"
)

const (
	scimPrefix = tokenPrefix + "scim_"
	// scimAtOnce is how many tokens of a connection work at a time: the new one is tried before the old one ends.
	scimAtOnce = 2
)

var errSCIMToken = &Error{
	"unauthenticated", "this SCIM token is not valid (unknown, revoked, or its connection is disabled)",
	"Create one in the console, under the connection's provisioning.",
}

// scimToken is a token in memory; all but used is immutable, except for LastUsedAt, which only flush reads and writes.
type scimToken struct {
	row       db.SCIMTokenRow
	used      *atomic.Int64
	principal *caller.Principal // nil: revoked
}

type scimTokenMap struct {
	byHash map[hash]*scimToken
	all    []*scimToken // newest first
}

func newSCIMTokenMap(rows []db.SCIMTokenRow) *scimTokenMap {
	m := &scimTokenMap{byHash: make(map[hash]*scimToken, len(rows))}
	for i := range rows {
		used := &atomic.Int64{}
		used.Store(rows[i].LastUsedAt)
		m.add(rows[i], used)
	}
	return m
}

func (m *scimTokenMap) add(row db.SCIMTokenRow, used *atomic.Int64) {
	t := &scimToken{row: row, used: used}
	if row.RevokedAt == 0 {
		t.principal = &caller.Principal{
			Kind: caller.Provisioner, ID: row.ID, Name: "scim:" + row.Connection, Scopes: []caller.Scope{caller.ScopeSCIM},
			Connection: row.Connection, Credential: row.ID,
		}
	}
	m.byHash[hash(row.Hash)] = t
	m.all = append(m.all, t)
}

func (m *scimTokenMap) due() map[*scimToken]int64 {
	due := map[*scimToken]int64{}
	for _, t := range m.all {
		if ms := t.used.Load(); ms != t.row.LastUsedAt {
			due[t] = ms
		}
	}
	return due
}

// scimBearer finds whose SCIM token this is. The token of a connection that is disabled or gone counts no more.
func (s *Service) scimBearer(bearer string) (*caller.Principal, error) {
	var buf [len(scimPrefix) + secretLength]byte
	if copy(buf[:], bearer) != len(bearer) {
		return nil, errSCIMToken
	}
	t := s.scim.Load().byHash[sha256.Sum256(buf[:len(bearer)])]
	if t == nil || t.principal == nil {
		return nil, errSCIMToken
	}
	if c := s.people.Load().connections[t.row.Connection]; c == nil || c.Stage == caller.StageDisabled {
		return nil, errSCIMToken
	}
	now := s.now().UnixMilli()
	const minute = 60_000
	if minutes := now - now%minute; t.used.Load() != minutes {
		t.used.Store(minutes)
	}
	return t.principal, nil
}

// SCIMTokens lists a connection's tokens, revoked ones included, newest first.
func (s *Service) SCIMTokens(connection string) []caller.SCIMToken {
	tokens := []caller.SCIMToken{}
	for _, t := range s.scim.Load().all {
		if t.row.Connection == connection {
			tokens = append(tokens, scimTokenOf(t))
		}
	}
	return tokens
}

func scimTokenOf(t *scimToken) caller.SCIMToken {
	return caller.SCIMToken{
		ID: t.row.ID, Connection: t.row.Connection, CreatedAt: timeOf(t.row.CreatedAt), CreatedBy: t.row.CreatedBy,
		LastUsed: timeOf(t.used.Load()), RevokedAt: timeOf(t.row.RevokedAt),
	}
}

// CreateSCIMToken makes a token for a connection. The secret is in this answer and nowhere else.
func (s *Service) CreateSCIMToken(ctx context.Context, by *caller.Principal, connection, address string) (caller.SCIMToken, string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.people.Load().connections[connection]
	switch {
	case c == nil:
		return caller.SCIMToken{}, "", errNoConnection
	case c.Kind == caller.KindWorkload:
		return caller.SCIMToken{}, "", invalid("nobody is provisioned to %s: it is an issuer of workload tokens", c.Name)
	}
	valid := 0
	for _, t := range s.scim.Load().all {
		if t.row.Connection == connection && t.row.RevokedAt == 0 {
			valid++
		}
	}
	if valid >= scimAtOnce {
		return caller.SCIMToken{}, "", &Error{"conflict", "the connection has two SCIM tokens already", "Revoke the one that the identity provider no longer uses."}
	}
	id, err := s.newID("scim_")
	if err != nil {
		return caller.SCIMToken{}, "", err
	}
	secret, err := s.newSecret()
	if err != nil {
		return caller.SCIMToken{}, "", err
	}
	secret = scimPrefix + secret
	key := hashOf(secret)
	row := db.SCIMTokenRow{ID: id, Hash: key[:], Connection: connection, CreatedAt: s.now().UnixMilli(), CreatedBy: by.Who()}
	err = s.commit(ctx, func(tx *db.Tx) ([]*audit.Event, error) {
		return []*audit.Event{changed("scim_token.created", by, address, "scim_token", id, nil, scimTokenRecord{connection})}, db.InsertSCIMToken(ctx, tx, &row)
	})
	if err != nil {
		return caller.SCIMToken{}, "", err
	}
	m := &scimTokenMap{byHash: map[hash]*scimToken{}}
	m.add(row, &atomic.Int64{})
	for _, t := range s.scim.Load().all {
		m.add(t.row, t.used)
	}
	s.scim.Store(m)
	return scimTokenOf(m.all[0]), secret, nil
}

// RevokeSCIMToken ends a token: the next request with it is refused.
func (s *Service) RevokeSCIMToken(ctx context.Context, by *caller.Principal, id, address string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := s.scim.Load().all
	at := slices.IndexFunc(all, func(t *scimToken) bool { return t.row.ID == id && t.row.RevokedAt == 0 })
	if at < 0 {
		return &Error{"not_found", "there is no such SCIM token, or it is revoked already", ""}
	}
	now := s.now().UnixMilli()
	err := s.commit(ctx, func(tx *db.Tx) ([]*audit.Event, error) {
		event := changed("scim_token.revoked", by, address, "scim_token", id, scimTokenRecord{all[at].row.Connection}, nil)
		_, err := db.RevokeSCIMToken(ctx, tx, id, now)
		return []*audit.Event{event}, err
	})
	if err != nil {
		return err
	}
	s.scim.Store(s.scim.Load().revoke([]string{id}, now))
	return nil
}

// revoke is the same tokens, of which some have ended.
func (m *scimTokenMap) revoke(ids []string, now int64) *scimTokenMap {
	next := &scimTokenMap{byHash: make(map[hash]*scimToken, len(m.all))}
	for _, t := range m.all {
		row := t.row
		if slices.Contains(ids, row.ID) {
			row.RevokedAt = now
		}
		next.add(row, t.used)
	}
	return next
}

type scimTokenRecord struct {
	Connection string `json:"connection"`
}
