package identity

import (
	"context"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"ambit/audit"
	"ambit/db"
	"ambit/server/caller"
)

var allScopes = []caller.Scope{
	caller.ScopeDecide, caller.ScopeAuditRead, caller.ScopeAuditWrite, caller.ScopePolicyRead, caller.ScopePolicyWrite, caller.ScopeTokens,
}

// CreateToken makes an API token and returns its secret, which nobody can see again.
func (s *Service) CreateToken(ctx context.Context, by *caller.Principal, want caller.NewToken) (caller.Token, string, error) {
	now := s.now()
	if err := judgeToken(by, &want, now); err != nil {
		return caller.Token{}, "", err
	}
	if end := s.endOf(by); !end.IsZero() && (want.ExpiresAt.IsZero() || want.ExpiresAt.After(end)) {
		return caller.Token{}, "", forbidden("a token can't create a token that outlives it", "Name an end before "+end.Format(time.RFC3339)+".")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	person, isNew, err := s.tokenPerson(&want)
	if err != nil {
		return caller.Token{}, "", err
	}
	id, err := s.newID("tok_")
	if err != nil {
		return caller.Token{}, "", err
	}
	secret, err := s.newSecret()
	if err != nil {
		return caller.Token{}, "", err
	}
	secret = tokenPrefix + secret
	key := hashOf(secret)
	row := db.TokenRow{ID: id, Hash: key[:], Name: want.Name, CreatedAt: now.UnixMilli(), CreatedBy: by.Who()}
	for _, scope := range want.Scopes {
		row.Scopes = append(row.Scopes, string(scope))
	}
	record := tokenRecord{Name: want.Name, Scopes: want.Scopes, Person: want.Person}
	if !want.ExpiresAt.IsZero() {
		row.ExpiresAt, record.ExpiresAt = want.ExpiresAt.UnixMilli(), want.ExpiresAt.UTC().Format(time.RFC3339)
	}
	var before, after *caller.Person
	if person != nil {
		row.PersonID = person.ID
		before, after = s.people.Load().byID[person.ID], person
		if want.Groups != nil && (before == nil || !slices.Equal(before.Direct.Groups, person.Direct.Groups)) {
			if err := s.people.Load().judgeGroups(by, person, want.Groups); err != nil {
				return caller.Token{}, "", err
			}
		}
	}
	err = s.commit(ctx, func(tx *db.Tx) ([]*audit.Event, error) {
		events, err := writePerson(ctx, tx, by, want.Address, before, after, isNew, now)
		if err != nil {
			return nil, err
		}
		return append(events, changed("token.created", by, want.Address, "token", id, nil, record)), db.InsertToken(ctx, tx, &row)
	})
	if err != nil {
		return caller.Token{}, "", err
	}
	if person != nil {
		if err := s.reloadPeople(ctx); err != nil {
			return caller.Token{}, "", err
		}
	}
	t := &token{row: row, used: &atomic.Int64{}}
	s.storeTokens(append([]*token{t}, s.tokens.Load().all...))
	return tokenOf(t, s.people.Load()), secret, nil
}

// judgeToken checks what is asked for, and that nobody hands out more than they have.
func judgeToken(by *caller.Principal, want *caller.NewToken, now time.Time) (err error) {
	if want.Name, err = cleanName(want.Name); err != nil {
		return err
	}
	slices.Sort(want.Scopes)
	want.Scopes = slices.Compact(want.Scopes)
	if len(want.Scopes) == 0 {
		return invalid("name at least one scope")
	}
	for _, scope := range want.Scopes {
		if !slices.Contains(allScopes, scope) {
			return &Error{"invalid", "there is no scope " + string(scope), "Scopes: decide, audit:read, audit:write, policy:read, policy:write, tokens."}
		}
		if by.Kind == caller.APIToken && !by.HasScope(scope) {
			return forbidden("a token can't create a token with more scopes than its own", "Ask an owner, or use the console.")
		}
		if by.Kind == caller.Browser && !by.HasRole(needs(scope)...) {
			return forbidden("your roles don't include what the scope "+string(scope)+" permits", "Ask an owner.")
		}
	}
	if want.Person != "" {
		if want.Person, err = cleanEmail(want.Person); err != nil {
			return err
		}
	}
	if by.Kind == caller.APIToken && by.Person != "" && by.Person != want.Person {
		return forbidden("a person's token can only create tokens for the same person", "Ask an owner, or use the console.")
	}
	if want.Groups != nil {
		if want.Person == "" {
			return invalid("groups belong to a person: name one")
		}
		if by.Kind == caller.APIToken || by.Kind == caller.Browser && !by.HasRole(caller.IdentityAdmin) {
			return forbidden("only an owner or identity admin may set a person's groups", "")
		}
		if want.Groups, err = cleanGroups(want.Groups); err != nil {
			return err
		}
	}
	if !want.ExpiresAt.IsZero() && !want.ExpiresAt.After(now) {
		return invalid("the token would have expired already")
	}
	return nil
}

// endOf is when a caller's token ends; zero for never, and for callers without a token.
func (s *Service) endOf(by *caller.Principal) time.Time {
	if by.Kind != caller.APIToken {
		return time.Time{}
	}
	all := s.tokens.Load().all
	if i := slices.IndexFunc(all, func(t *token) bool { return t.row.ID == by.ID }); i >= 0 {
		return timeOf(all[i].row.ExpiresAt)
	}
	return time.Time{}
}

// needs names the roles of which a person must have one to put a scope into a token: otherwise whoever may create tokens could
// do through one what the console refuses them. Deciding, reporting and further tokens are every token maker's to give.
func needs(scope caller.Scope) []caller.Role {
	switch scope {
	case caller.ScopePolicyWrite:
		return []caller.Role{caller.SecurityAdmin}
	case caller.ScopeAuditRead:
		return []caller.Role{caller.Auditor, caller.SecurityAdmin, caller.PlatformAdmin}
	case caller.ScopeDecide, caller.ScopeAuditWrite, caller.ScopePolicyRead, caller.ScopeTokens:
	}
	return []caller.Role{caller.SecurityAdmin, caller.IdentityAdmin}
}

// tokenPerson is the person as they will be; nil for a token bound to nobody.
func (s *Service) tokenPerson(want *caller.NewToken) (p *caller.Person, isNew bool, err error) {
	if want.Person == "" {
		return nil, false, nil
	}
	if known := s.people.Load().byEmail[want.Person]; known != nil {
		if known.Disabled {
			return nil, false, invalid("%s is disabled", want.Person)
		}
		next := *known
		if want.Groups != nil {
			next.Direct.Groups = want.Groups
		}
		return &next, false, nil
	}
	id, err := s.newID("per_")
	if err != nil {
		return nil, false, err
	}
	name, _, _ := strings.Cut(want.Person, "@")
	return &caller.Person{ID: id, Email: want.Person, Name: name, Direct: caller.Direct{Groups: want.Groups}}, true, nil
}

// writePerson adds or changes a person, with the event; nothing where nothing changes.
func writePerson(ctx context.Context, tx *db.Tx, by *caller.Principal, address string, before, after *caller.Person, isNew bool, now time.Time) ([]*audit.Event, error) {
	if after == nil {
		return nil, nil
	}
	row := rowOf(after, now)
	if isNew {
		return []*audit.Event{changed("person.created", by, address, "person", after.ID, nil, personView(after))}, db.InsertPerson(ctx, tx, &row)
	}
	if slices.Equal(before.Direct.Groups, after.Direct.Groups) && slices.Equal(before.Direct.Roles, after.Direct.Roles) && before.Name == after.Name {
		return nil, nil
	}
	return []*audit.Event{changed("person.changed", by, address, "person", after.ID, personView(before), personView(after))}, db.UpdatePerson(ctx, tx, &row)
}
