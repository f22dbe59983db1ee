package identity

import (
	"context"
	"crypto/sha256"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"ambit/audit"
	"ambit/db"
	"ambit/server/caller"
)

// token is an API token in memory. All but used is immutable while the map holds it, except for LastUsedAt, which
// only flush reads and writes.
type token struct {
	row       db.TokenRow
	used      *atomic.Int64
	principal *caller.Principal // nil: its person is disabled, or it is revoked
}

type tokenMap struct {
	byHash map[hash]*token
	all    []*token // newest first
}

func newTokenMap(rows []db.TokenRow, dir *directory) *tokenMap {
	all := make([]*token, len(rows))
	for i := range rows {
		all[i] = &token{row: rows[i], used: &atomic.Int64{}}
		all[i].used.Store(rows[i].LastUsedAt)
	}
	return mapTokens(all, dir)
}

func mapTokens(all []*token, dir *directory) *tokenMap {
	m := &tokenMap{byHash: make(map[hash]*token, len(all)), all: all}
	for _, t := range all {
		t.principal = principalOf(&t.row, dir)
		m.byHash[hash(t.row.Hash)] = t
	}
	return m
}

// with is the same tokens under another directory.
func (m *tokenMap) with(dir *directory) *tokenMap {
	all := make([]*token, len(m.all))
	for i, t := range m.all {
		all[i] = &token{row: t.row, used: t.used}
	}
	return mapTokens(all, dir)
}

func (m *tokenMap) due() map[*token]int64 {
	due := map[*token]int64{}
	for _, t := range m.all {
		if ms := t.used.Load(); ms != t.row.LastUsedAt {
			due[t] = ms
		}
	}
	return due
}

func principalOf(row *db.TokenRow, dir *directory) *caller.Principal {
	if row.RevokedAt != 0 {
		return nil
	}
	p := &caller.Principal{Kind: caller.APIToken, ID: row.ID, Name: row.Name, Credential: row.ID}
	for _, s := range row.Scopes {
		p.Scopes = append(p.Scopes, caller.Scope(s))
	}
	if row.PersonID != "" {
		person := dir.byID[row.PersonID]
		if person == nil || person.Disabled {
			return nil
		}
		p.Person, p.Groups, p.GroupsUnknown = person.Email, person.Groups, person.GroupsUnknown
	}
	return p
}

// Bearer finds whose API token, access credential or hook token this is. It keeps nothing of the string.
func (s *Service) Bearer(bearer string) (*caller.Principal, error) {
	if strings.HasPrefix(bearer, scimPrefix) {
		return s.scimBearer(bearer)
	}
	var buf [longestBearer]byte
	if copy(buf[:], bearer) != len(bearer) || !strings.HasPrefix(bearer, tokenPrefix) {
		return nil, errCredential
	}
	key := sha256.Sum256(buf[:len(bearer)])
	if isAgentSecret(bearer) {
		return s.agentBearer(key)
	}
	t := s.tokens.Load().byHash[key]
	if t == nil || t.principal == nil {
		return nil, errCredential
	}
	now := s.now().UnixMilli()
	if t.row.ExpiresAt != 0 && now >= t.row.ExpiresAt {
		return nil, errCredential
	}
	const minute = 60_000
	if minutes := now - now%minute; t.used.Load() != minutes {
		t.used.Store(minutes)
	}
	return t.principal, nil
}

// Tokens returns all API tokens, newest first.
func (s *Service) Tokens() []caller.Token {
	dir, all := s.people.Load(), s.tokens.Load().all
	tokens := make([]caller.Token, len(all))
	for i, t := range all {
		tokens[i] = tokenOf(t, dir)
	}
	return tokens
}

func tokenOf(t *token, dir *directory) caller.Token {
	out := caller.Token{
		ID: t.row.ID, Name: t.row.Name, CreatedAt: timeOf(t.row.CreatedAt), CreatedBy: t.row.CreatedBy,
		ExpiresAt: timeOf(t.row.ExpiresAt), LastUsed: timeOf(t.used.Load()), RevokedAt: timeOf(t.row.RevokedAt),
	}
	for _, scope := range t.row.Scopes {
		out.Scopes = append(out.Scopes, caller.Scope(scope))
	}
	if p := dir.byID[t.row.PersonID]; p != nil {
		out.Person = p.Email
	}
	return out
}

// RevokeToken ends a token: the next request with it is refused.
func (s *Service) RevokeToken(ctx context.Context, by *caller.Principal, id, address string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := s.tokens.Load().all
	at := slices.IndexFunc(all, func(t *token) bool { return t.row.ID == id && t.row.RevokedAt == 0 })
	if at < 0 {
		return errNoToken
	}
	if by.Kind == caller.APIToken && !mayManage(by, &all[at].row, s.people.Load()) {
		return errNoToken
	}
	ends, now := all[at:at+1], s.now().UnixMilli()
	err := s.commit(ctx, func(tx *db.Tx) ([]*audit.Event, error) {
		return s.tokensRevoked(by, address, ends), revokeTokens(ctx, tx, ends, now)
	})
	if err != nil {
		return err
	}
	s.forgetTokens(ends, now)
	return nil
}

// tokensOf are a person's tokens that aren't revoked. s.mu is held, as in the next ones.
func (s *Service) tokensOf(person string) []*token {
	var of []*token
	for _, t := range s.tokens.Load().all {
		if t.row.PersonID == person && t.row.RevokedAt == 0 {
			of = append(of, t)
		}
	}
	return of
}

func (s *Service) tokensRevoked(by *caller.Principal, address string, tokens []*token) []*audit.Event {
	events := make([]*audit.Event, len(tokens))
	for i, t := range tokens {
		record := tokenRecord{Name: t.row.Name, Scopes: tokenOf(t, s.people.Load()).Scopes}
		events[i] = changed("token.revoked", by, address, "token", t.row.ID, record, nil)
	}
	return events
}

func revokeTokens(ctx context.Context, tx *db.Tx, tokens []*token, now int64) error {
	for _, t := range tokens {
		ok, err := db.RevokeToken(ctx, tx, t.row.ID, now)
		if err != nil {
			return err
		}
		if !ok {
			return errNoToken
		}
	}
	return nil
}

// forgetTokens is the part of memory.
func (s *Service) forgetTokens(tokens []*token, now int64) {
	if len(tokens) == 0 {
		return
	}
	next := slices.Clone(s.tokens.Load().all)
	for i, t := range next {
		if slices.Contains(tokens, t) {
			row := t.row
			row.RevokedAt = now
			next[i] = &token{row: row, used: t.used}
		}
	}
	s.storeTokens(next)
}

// mayManage keeps a person's token from ending other people's.
func mayManage(by *caller.Principal, row *db.TokenRow, dir *directory) bool {
	if by.Person == "" {
		return true
	}
	p := dir.byID[row.PersonID]
	return p != nil && p.Email == by.Person
}

// storeTokens puts a list of tokens in force; entries that stay are copied, because readers may hold the old ones.
func (s *Service) storeTokens(all []*token) {
	s.tokens.Store((&tokenMap{all: all}).with(s.people.Load()))
}

func timeOf(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}
