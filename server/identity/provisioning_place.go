package identity

import (
	"strings"

	"ambit/db"
	"ambit/server/caller"
	"ambit/server/identity/idp"
)

// placement is what a provisioned user means for the directory, before anything is written.
type placement struct {
	connection *caller.Connection
	account    db.AccountRow // as it will be
	before     *db.AccountRow
	freed      *db.AccountRow // a removed account that gives up its user name, as it will be
	person     caller.Person  // as it will be
	wasPerson  *caller.Person // nil: new
}

// take puts what the client says into the account.
func (p *placement) take(u *idp.User) {
	a := &p.account
	a.UserName, a.ExternalID, a.Email, a.Name = strings.ToLower(u.UserName), u.ExternalID, u.Email, u.Name
	a.Active, a.Resource, a.Provisioned = u.Active, string(u.Attributes), true
}

func taken(what, value, holder string) error {
	return &Error{"conflict", what + " " + value + " belongs to the user " + holder + " already", "Find that user by a filter, and change it instead."}
}

// place finds the account and the person of a new user. It changes nothing. s.mu is held.
func (s *Service) place(d *directory, c *caller.Connection, u *idp.User) (*placement, error) {
	p := &placement{connection: c}
	if err := d.claim(p, u); err != nil {
		return nil, err
	}
	if p.before == nil {
		p.before = d.signedInBefore(c, u)
	}
	now := s.now().UnixMilli()
	if p.before != nil {
		p.account, p.wasPerson = *p.before, d.byID[p.before.PersonID]
		p.person = *p.wasPerson
		p.take(u)
		p.account.UpdatedAt = s.next(p.before.UpdatedAt)
		d.rename(&p.person, u.Name, u.Email, provesAddress(c, u.Email))
		return p, nil
	}
	id, err := s.newID("acc_")
	if err != nil {
		return nil, err
	}
	p.account = db.AccountRow{ID: id, Connection: c.ID, GroupsState: string(idp.GroupsAbsent), CreatedAt: now, UpdatedAt: now}
	p.take(u)
	if err := s.newcomer(d, p, u); err != nil {
		return nil, err
	}
	p.account.PersonID = p.person.ID
	return p, nil
}

// claim checks that user name and external id are free, or finds the account that had them before SCIM told of it, or before it
// was removed. A user name is sometimes given to somebody else: with another external id the old account keeps to itself and
// only gives up the name.
func (d *directory) claim(p *placement, u *idp.User) error {
	c, own := p.connection.ID, p.account.ID
	named := d.accounts[d.byUserName[[2]string{c, strings.ToLower(u.UserName)}]]
	if named != nil && named.ID == own {
		named = nil
	}
	known := d.byExternalID(c, u.ExternalID, own)
	switch {
	case named != nil && named.Provisioned:
		return taken("userName", u.UserName, named.UserName)
	case known != nil && (known.Provisioned || own != ""):
		return taken("externalId", u.ExternalID, firstOf(known.UserName, known.ID))
	case known != nil:
		p.before = known
	case named != nil && own == "" && (named.ExternalID == "" || u.ExternalID == ""):
		p.before = named
	}
	if named != nil && named != p.before {
		freed := *named
		freed.UserName = ""
		p.freed = &freed
	}
	return nil
}

// byExternalID finds another account of a connection with an id of the provider's, which is often the subject too.
func (d *directory) byExternalID(connection, id, other string) *db.AccountRow {
	if id == "" {
		return nil
	}
	if row := d.accounts[d.bySubject[[2]string{connection, id}]]; row != nil && row.ID != other {
		return row
	}
	for _, row := range d.accounts {
		if row.Connection == connection && row.ID != other && row.ExternalID == id {
			return row
		}
	}
	return nil
}

func firstOf(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// signedInBefore finds the account of somebody who signed in before SCIM told of them, where external id and subject differ: with
// SAML by the subject, which is the user name there, else by an address that the connection proves.
func (d *directory) signedInBefore(c *caller.Connection, u *idp.User) *db.AccountRow {
	if c.Kind == caller.KindSAML {
		if row := d.accounts[d.bySubject[[2]string{c.ID, u.UserName}]]; row != nil && row.ExternalID == "" && !row.Provisioned {
			return row
		}
	}
	for _, address := range []string{u.Email, strings.ToLower(u.UserName)} {
		holder := d.byEmail[address]
		if holder == nil || !provesAddress(c, address) {
			continue
		}
		for i := range holder.Accounts {
			row := d.accounts[holder.Accounts[i].ID]
			if row.Connection == c.ID && row.ExternalID == "" && !row.Provisioned {
				return row
			}
		}
	}
	return nil
}

// newcomer links a new account to the person who has its proven address, unless that person has an account of the connection
// already: two accounts with one address are two people until an admin says otherwise. Else the person is new.
func (s *Service) newcomer(d *directory, p *placement, u *idp.User) error {
	c := p.connection
	proven := provesAddress(c, u.Email)
	known := d.byEmail[u.Email]
	if proven && known != nil && !hasAccountAt(known, c.ID) {
		p.wasPerson, p.person = known, *known
		return nil
	}
	id, err := s.newID("per_")
	if err != nil {
		return err
	}
	p.person = caller.Person{ID: id, Email: c.ID + "/" + p.account.UserName, Contact: u.Email, Name: u.Name}
	switch {
	case proven && known == nil:
		p.person.Email, p.person.Contact = u.Email, ""
	case d.byEmail[p.person.Email] != nil:
		p.person.Email = c.ID + "/" + p.account.ID
	}
	return nil
}

func hasAccountAt(p *caller.Person, connection string) bool {
	for i := range p.Accounts {
		if p.Accounts[i].Connection == connection {
			return true
		}
	}
	return false
}
