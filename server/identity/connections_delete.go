package identity

import (
	"context"
	"slices"

	"ambit/audit"
	"ambit/db"
	"ambit/server/caller"
)

// removal is a connection about to be deleted with everything that is known by its id: a connection that is later made under
// the same id may ask somebody else who people are.
type removal struct {
	connection string
	accounts   []db.AccountRow
	groups     []db.GroupRow
	tokens     []string       // ids of SCIM tokens
	barred     []db.PersonRow // whom the provider had deactivated: the end of its word must not let them in again
}

// DeleteConnection removes a connection with its accounts, groups and SCIM tokens; what was opened through it ends. People stay.
func (s *Service) DeleteConnection(ctx context.Context, by *caller.Principal, id, address string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	d := s.people.Load()
	have := d.connections[id]
	if have == nil {
		return errNoConnection
	}
	if have.Stage == caller.StageLive {
		return &Error{"conflict", "the connection is live", "Disable it first; then nobody who is signed in through it stays so."}
	}
	r := &removal{connection: id}
	st, err := s.without(r)
	if err != nil {
		return err
	}
	for _, t := range s.scim.Load().all {
		if t.row.Connection == id && t.row.RevokedAt == 0 {
			r.tokens = append(r.tokens, t.row.ID)
		}
	}
	events := append([]*audit.Event{changed("connection.deleted", by, address, "connection", id, connectionView(have), nil)}, s.removalEvents(by, address, r)...)
	now := s.now().UnixMilli()
	err = s.changeWaysIn(ctx, by, address, st, "the connection "+id+" was deleted", events, func(tx *db.Tx) error { return r.write(ctx, tx, now) })
	if err != nil {
		return err
	}
	s.scim.Store(s.scim.Load().revoke(r.tokens, now))
	return nil
}

// without notes what goes with a connection, and returns what is left. s.mu is held.
func (s *Service) without(r *removal) (*stored, error) {
	st := s.stored
	st.connections = slices.DeleteFunc(slices.Clone(st.connections), func(c db.ConnectionRow) bool { return c.ID == r.connection })
	st.accounts, r.accounts = split(st.accounts, func(a *db.AccountRow) bool { return a.Connection == r.connection })
	st.groups, r.groups = split(st.groups, func(g *db.GroupRow) bool { return g.Connection == r.connection })
	st.memberships = make(map[string][]string, len(s.stored.memberships))
	for i := range st.accounts {
		if groups := s.stored.memberships[st.accounts[i].ID]; groups != nil {
			st.memberships[st.accounts[i].ID] = groups
		}
	}
	next, err := s.newDirectory(&st)
	if err != nil {
		return nil, err
	}
	st.people = slices.Clone(st.people)
	for i := range st.people {
		p := &st.people[i]
		if s.people.Load().byID[p.ID].Disabled && !next.byID[p.ID].Disabled {
			p.Disabled = true
			r.barred = append(r.barred, *p)
		}
	}
	return &st, nil
}

// split parts a list in two; the list itself isn't touched.
func split[T any](all []T, goes func(*T) bool) (stay, gone []T) {
	for i := range all {
		if goes(&all[i]) {
			gone = append(gone, all[i])
		} else {
			stay = append(stay, all[i])
		}
	}
	return stay, gone
}

func (r *removal) write(ctx context.Context, tx *db.Tx, now int64) error {
	for i := range r.groups {
		if err := db.DeleteGroup(ctx, tx, r.groups[i].ID); err != nil {
			return err
		}
	}
	for i := range r.accounts {
		if err := db.DeleteAccount(ctx, tx, r.accounts[i].ID); err != nil {
			return err
		}
	}
	for _, id := range r.tokens {
		if _, err := db.RevokeSCIMToken(ctx, tx, id, now); err != nil {
			return err
		}
	}
	for i := range r.barred {
		if err := db.UpdatePerson(ctx, tx, &r.barred[i]); err != nil {
			return err
		}
	}
	return db.DeleteConnection(ctx, tx, r.connection)
}

func (s *Service) removalEvents(by *caller.Principal, address string, r *removal) []*audit.Event {
	d := s.people.Load()
	var events []*audit.Event
	members := map[string]int{}
	for i := range r.accounts {
		a := &r.accounts[i]
		for _, group := range s.stored.memberships[a.ID] {
			members[group]++
		}
		events = append(events, changed("account.removed", by, address, "account", a.ID, accountView(a, d.byID[a.PersonID].Email), nil))
	}
	for i := range r.groups {
		g := &r.groups[i]
		events = append(events, changed("group.deleted", by, address, "group", g.ID, groupView(g, members[g.Name]), nil))
	}
	for _, id := range r.tokens {
		events = append(events, changed("scim_token.revoked", by, address, "scim_token", id, scimTokenRecord{r.connection}, nil))
	}
	for i := range r.barred {
		before, after := d.byID[r.barred[i].ID], personOf(&r.barred[i])
		events = append(events, changed("person.disabled", by, address, "person", after.ID, personView(before), personView(&after)))
	}
	return events
}
