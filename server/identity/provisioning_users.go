package identity

import (
	"context"

	"ambit/audit"
	"ambit/db"
	"ambit/server/caller"
	"ambit/server/identity/idp"
)

func noUser(id string) error {
	return &Error{"not_found", "the user " + id + " is not known to this connection", ""}
}

// AddUser provisions a user: a new account, or one that exists at the connection already and from now on belongs to SCIM.
func (s *Service) AddUser(ctx context.Context, by *caller.Principal, address string, u *idp.User) (idp.User, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	d := s.people.Load()
	c, err := d.provisioning(by)
	if err != nil {
		return idp.User{}, err
	}
	p, err := s.place(d, c, u)
	if err != nil {
		return idp.User{}, err
	}
	record := userView(&p.account, p.person.Email)
	return s.settleUser(ctx, by, address, p, func(int) *audit.Event {
		return changed("user.provisioned", by, address, "account", p.account.ID, nil, record)
	})
}

// ChangeUser changes a user. A user who is deactivated is out before it returns, with every session, credential and API token of
// the person.
func (s *Service) ChangeUser(ctx context.Context, by *caller.Principal, address, id string, change func(*idp.User) error) (idp.User, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	d := s.people.Load()
	p, u, err := d.placed(by, id)
	if err != nil {
		return idp.User{}, err
	}
	if err := change(&u); err != nil {
		return idp.User{}, err
	}
	p.take(&u)
	if unchangedAccount(p.before, &p.account) {
		u.Groups, err = s.groupsOf(ctx, d, id)
		return u, err
	}
	if err := d.claim(p, &u); err != nil {
		return idp.User{}, err
	}
	p.account.UpdatedAt = s.next(p.before.UpdatedAt)
	if p.before.Email != p.account.Email || p.before.Name != p.account.Name {
		d.rename(&p.person, u.Name, u.Email, provesAddress(p.connection, u.Email))
	}
	before, after := userView(p.before, p.wasPerson.Email), userView(&p.account, p.person.Email)
	after.Attributes = changedAttributes(p.before.Resource, p.account.Resource)
	return s.settleUser(ctx, by, address, p, func(sessions int) *audit.Event {
		kind := "user.updated"
		if p.before.Active && !p.account.Active {
			kind, after.Sessions = "user.deprovisioned", sessions
		}
		return changed(kind, by, address, "account", id, before, after)
	})
}

// placed is an existing user, with room for what becomes of them.
func (d *directory) placed(by *caller.Principal, id string) (*placement, idp.User, error) {
	c, err := d.provisioning(by)
	if err != nil {
		return nil, idp.User{}, err
	}
	row := d.user(c.ID, id)
	if row == nil {
		return nil, idp.User{}, noUser(id)
	}
	p := &placement{connection: c, before: row, account: *row, wasPerson: d.byID[row.PersonID]}
	p.person = *p.wasPerson
	return p, userOf(row), nil
}

func unchangedAccount(a, b *db.AccountRow) bool {
	return a.UserName == b.UserName && a.ExternalID == b.ExternalID && a.Email == b.Email && a.Name == b.Name && a.Active == b.Active && a.Resource == b.Resource
}

// RemoveUser removes a user, who is out before it returns. The account stays without what SCIM told of it, so that whoever was
// removed doesn't come back as somebody new by signing in.
func (s *Service) RemoveUser(ctx context.Context, by *caller.Principal, address, id string, check func(*idp.User) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, u, err := s.people.Load().placed(by, id)
	if err != nil {
		return err
	}
	if err := check(&u); err != nil {
		return err
	}
	p.account.Provisioned, p.account.Active, p.account.Resource, p.account.Groups, p.account.GroupsState = false, false, "", nil, string(idp.GroupsAbsent)
	p.account.UpdatedAt = s.next(p.before.UpdatedAt)
	_, err = s.settleUser(ctx, by, address, p, func(sessions int) *audit.Event {
		before := userView(p.before, p.person.Email)
		before.Sessions = sessions
		return changed("user.deprovisioned", by, address, "account", id, before, nil)
	})
	return err
}

// settleUser writes a placement with its events, ends what a deactivated person had, and brings memory in line. s.mu is held.
func (s *Service) settleUser(ctx context.Context, by *caller.Principal, address string, p *placement, event func(sessions int) *audit.Event) (idp.User, error) {
	a := &p.account
	row := rowOf(&p.person, s.now())
	match, end, tokens := s.endedWith(ctx, by, address, p)
	now := s.now().UnixMilli()
	var left []string
	_, err := s.endSessions(ctx, match, func(ended []*db.SessionRow) []*audit.Event {
		events := []*audit.Event{event(len(ended))}
		switch {
		case p.wasPerson == nil:
			events = append(events, changed("person.created", by, address, "person", p.person.ID, nil, personView(&p.person)))
		case p.renamed():
			events = append(events, changed("person.changed", by, address, "person", p.person.ID, personView(p.wasPerson), personView(&p.person)))
		}
		return append(append(events, s.sessionsRevoked(by, address, ended)...), s.tokensRevoked(by, address, tokens)...)
	}, func(tx *db.Tx) (err error) {
		if p.freed != nil {
			if err := db.UpdateAccount(ctx, tx, p.freed); err != nil {
				return err
			}
		}
		if err := writePlacement(ctx, tx, p, &row); err != nil {
			return err
		}
		if !a.Provisioned {
			if left, err = db.RemoveFromGroups(ctx, tx, a.ID); err != nil {
				return err
			}
		}
		if err := revokeTokens(ctx, tx, tokens, now); err != nil {
			return err
		}
		return end(tx)
	})
	if err != nil {
		return idp.User{}, err
	}
	s.forgetTokens(tokens, now)
	err = s.remember(func(st *stored) {
		st.putPerson(&row)
		if p.freed != nil {
			st.putAccount(p.freed)
		}
		st.putAccount(a)
		if len(left) > 0 {
			delete(st.memberships, a.ID)
		}
	})
	if err != nil {
		return idp.User{}, err
	}
	u := userOf(a)
	u.Groups, err = s.groupsOf(ctx, s.people.Load(), a.ID)
	return u, err
}

func (p *placement) renamed() bool {
	return p.person.Email != p.wasPerson.Email || p.person.Name != p.wasPerson.Name || p.person.Contact != p.wasPerson.Contact
}

func writePlacement(ctx context.Context, tx *db.Tx, p *placement, person *db.PersonRow) error {
	switch {
	case p.wasPerson == nil:
		if err := db.InsertPerson(ctx, tx, person); err != nil {
			return err
		}
	case p.renamed():
		if err := db.UpdatePerson(ctx, tx, person); err != nil {
			return err
		}
	}
	if p.before == nil {
		return db.InsertAccount(ctx, tx, &p.account)
	}
	return db.UpdateAccount(ctx, tx, &p.account)
}

// endedWith says which sessions, agents' credentials and API tokens end with a placement: none unless it deactivates an account
// that was active, and else all that the person has, through whatever account. Where another account is still open, the person
// may come back through it. An owner keeps API tokens and what the own sign-in opened, which no provider vouches for.
func (s *Service) endedWith(ctx context.Context, by *caller.Principal, address string, p *placement) (match func(*db.SessionRow) bool, end func(*db.Tx) error, tokens []*token) {
	if p.account.Active || p.before == nil || !p.before.Active {
		return func(*db.SessionRow) bool { return false }, func(*db.Tx) error { return nil }, nil
	}
	person, own := p.person.ID, hasOwner(&p.person)
	e := s.ending(by, "deactivated by "+p.account.Connection, address, s.credentials.alive(func(row *db.FamilyRow) bool {
		return row.PersonID == person && (row.AccountID != "" || !own)
	}))
	match = func(r *db.SessionRow) bool { return r.PersonID == person && (r.AccountID != "" || !own) }
	if !own {
		tokens = s.tokensOf(person)
	}
	return match, func(tx *db.Tx) error { return e.write(ctx, tx, s.now()) }, tokens
}

func (s *Service) groupsOf(ctx context.Context, d *directory, account string) ([]idp.Ref, error) {
	ids, err := db.GroupsWith(context.WithoutCancel(ctx), s.db.Read(), account)
	return d.groupRefs(ids), err
}
