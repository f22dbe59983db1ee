package identity

import (
	"context"
	"slices"
	"strings"
	"time"

	"ambit/audit"
	"ambit/db"
	"ambit/server/caller"
	"ambit/server/identity/idp"
)

// arrival is what an identity provider's statement means for the directory, before anything is written.
type arrival struct {
	connection *caller.Connection
	account    db.AccountRow // as it will be
	newAccount bool
	before     *db.AccountRow
	person     caller.Person // as it will be
	newPerson  bool
	wasPerson  *caller.Person
	proven     bool // the e-mail address
	groups     []string
	dropped    []string     // groups that the connection isn't trusted with
	unknown    *idp.Refusal // why the groups can't be relied upon; nil where they can
}

// Arrive brings what a connection says about somebody into the directory and tells who it is. Whoever may not sign in gets an
// *idp.Refusal, which is recorded.
func (s *Service) Arrive(ctx context.Context, connection string, claims *idp.Claims, address string) (*idp.Arrival, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	a, refusal := s.weigh(connection, claims)
	if refusal == nil {
		refusal = s.admit(a)
	}
	if refusal != nil {
		return nil, s.refuseArrival(ctx, connection, claims, address, refusal)
	}
	if err := s.settle(ctx, a, address); err != nil {
		return nil, err
	}
	return &idp.Arrival{Connection: connection, AccountID: a.account.ID, PersonID: a.person.ID, User: a.person.Email, Claims: claims}, nil
}

// weigh finds the account and the person that claims are about. It changes nothing. s.mu is held.
func (s *Service) weigh(connection string, claims *idp.Claims) (*arrival, *idp.Refusal) {
	d := s.people.Load()
	c := d.connections[connection]
	if c == nil {
		return nil, d.closed(connection, &caller.Person{}, "")
	}
	if claims.Subject == "" {
		return nil, idp.Refuse("subject", "the identity provider did not say who signed in", "Ask your administrator to check which claim or attribute names people.")
	}
	admission, err := AdmissionOf(c)
	if err != nil {
		return nil, idp.Refuse(idp.ReasonConfiguration, "the connection's settings can't be read", "Ask your administrator to save the connection again.").Because(err)
	}
	a := &arrival{connection: c, proven: proves(c, claims)}
	if refusal := s.findAccount(d, a, claims); refusal != nil {
		return nil, refusal
	}
	if a.newAccount && admission.ProvisionedOnly {
		return a, idp.Refuse("not_provisioned", "your account has not been provisioned to Ambit", "Ask your administrator to assign Ambit to you at the identity provider.")
	}
	a.takeGroups(d, &admission, claims, s.stored.memberships[a.account.ID])
	if refusal := s.findPerson(d, a, claims); refusal != nil {
		return a, refusal
	}
	return a, nil
}

// proves reports whether the connection's word makes the e-mail address a proven one: its domain must be among those that the
// connection vouches for, and the provider must not say that it isn't verified.
func proves(c *caller.Connection, claims *idp.Claims) bool {
	_, domain, ok := strings.Cut(claims.Email, "@")
	return ok && slices.Contains(c.Domains, strings.ToLower(domain)) && (claims.EmailVerified == nil || *claims.EmailVerified)
}

// findAccount takes the account of the subject, or else one that SCIM made for it.
func (s *Service) findAccount(d *directory, a *arrival, claims *idp.Claims) *idp.Refusal {
	c, now := a.connection, s.now().UnixMilli()
	if id, ok := d.bySubject[[2]string{c.ID, claims.Subject}]; ok {
		a.before = d.accounts[id]
	} else if a.before = s.provisionedFor(d, a, claims); a.before != nil && a.before.Subject != "" {
		return idp.Refuse("subject_changed", "the provisioned account "+a.before.UserName+" belongs to another subject of "+c.Name,
			"Ask your administrator: the account was given to somebody else, or the connection's subject claim was changed.")
	}
	if a.before == nil {
		a.newAccount = true
		a.account = db.AccountRow{Connection: c.ID, Active: true, CreatedAt: now}
	} else {
		a.account = *a.before
	}
	a.account.Subject, a.account.Email, a.account.UpdatedAt, a.account.SignedInAt = claims.Subject, claims.Email, now, now
	if claims.Name != "" {
		a.account.Name = claims.Name
	}
	return nil
}

// provisionedFor is the account that SCIM made for somebody who signs in for the first time: by the provider's own id, by the
// user name where it equals a proven address, or, with SAML, where it equals the subject: providers send the same attribute as
// both. An account that SCIM removed again is found too: whoever was cut off must not come back as somebody new.
func (s *Service) provisionedFor(d *directory, a *arrival, claims *idp.Claims) *db.AccountRow {
	for _, row := range d.accounts {
		if row.Connection == a.connection.ID && row.ExternalID != "" && row.ExternalID == claims.Subject {
			return row
		}
	}
	name := ""
	if a.proven {
		name = claims.Email
	}
	if id := d.byUserName[[2]string{a.connection.ID, name}]; id != "" || a.connection.Kind != caller.KindSAML {
		return d.accounts[id]
	}
	return d.accounts[d.byUserName[[2]string{a.connection.ID, strings.ToLower(claims.Subject)}]]
}

// takeGroups works out which groups count, and whether they can be relied upon. memberships are those that SCIM tells of.
func (a *arrival) takeGroups(d *directory, admission *Admission, claims *idp.Claims, memberships []string) {
	state := claims.GroupsState
	switch {
	case a.account.Provisioned && d.sendsGroups(a.connection.ID):
		a.groups, a.dropped = admission.accept(memberships) // what the claims say doesn't count
		return
	case a.account.Provisioned && admission.GroupsFrom == GroupsFromSCIM:
		a.unknown = idp.Refuse("groups_unknown", "your groups come from provisioning, and "+a.connection.Name+" has provisioned users but no groups",
			"Ask your administrator to push groups to Ambit as well, or to take groups from claims on the connection.").About("accounts.groups_from")
		return
	case admission.GroupsFrom == GroupsFromSCIM:
		a.unknown = idp.Refuse("groups_unknown", "your groups come from provisioning, and "+a.connection.Name+" has not provisioned you",
			"Ask your administrator to assign Ambit to you at the identity provider.")
		return
	case admission.GroupsFrom == GroupsFromNone:
		a.account.Groups, state = nil, idp.GroupsKnown
	default:
		a.account.Groups, a.dropped = admission.accept(claims.Groups)
	}
	a.account.Groups = append(slices.Clone(a.account.Groups), admission.FixedGroups...)
	slices.Sort(a.account.Groups)
	a.account.Groups = slices.Compact(a.account.Groups)
	a.account.GroupsState, a.groups = string(state), a.account.Groups
	switch state {
	case idp.GroupsKnown:
	case idp.GroupsTruncated:
		a.unknown = idp.Refuse("groups_truncated", "the identity provider left groups out because you are in too many",
			"Ask your administrator to send only the groups assigned to Ambit, or to provision groups by SCIM.").About("groups_claim")
	default:
		a.unknown = idp.Refuse("groups_absent", "the identity provider did not say which groups you are in",
			"Ask your administrator to send groups, to provision them by SCIM, or to say on the connection that there are none.").About("groups_claim")
	}
}

func accountOf(d *directory, row *db.AccountRow) *caller.Account {
	if row != nil {
		if p := d.byID[row.PersonID]; p != nil {
			for i := range p.Accounts {
				if p.Accounts[i].ID == row.ID {
					return &p.Accounts[i]
				}
			}
		}
	}
	return &caller.Account{}
}

// findPerson links the account to a person: the one it belongs to, the one who has the proven address, or a new one.
func (s *Service) findPerson(d *directory, a *arrival, claims *idp.Claims) *idp.Refusal {
	if !a.newAccount {
		a.wasPerson = d.byID[a.account.PersonID]
		a.person = *a.wasPerson
		d.rename(&a.person, claims.Name, claims.Email, a.proven)
		return nil
	}
	if a.proven {
		if p := d.byEmail[claims.Email]; p != nil {
			for i := range p.Accounts {
				if p.Accounts[i].Connection == a.connection.ID {
					return idp.Refuse("address_taken", claims.Email+" belongs to another account of "+a.connection.Name,
						"Ask your administrator to link the accounts, or to remove the old one: addresses are sometimes given to new people.")
				}
			}
			a.wasPerson, a.person = p, *p
			return nil
		}
	}
	a.newPerson = true
	a.person = caller.Person{Email: a.connection.ID + "/" + claims.Subject, Contact: claims.Email, Name: claims.Name}
	if a.proven {
		a.person.Email, a.person.Contact = claims.Email, ""
	}
	if a.person.Name == "" {
		a.person.Name = a.person.Email
	}
	return nil
}

// rename follows a provider's change of name, and of a proven address where nobody else has it. An owner's address is what the
// break-glass sign-in asks for: no provider changes that.
func (d *directory) rename(p *caller.Person, name, email string, proven bool) {
	if len(p.Accounts) != 1 || hasOwner(p) {
		return
	}
	if name != "" {
		p.Name = name
	}
	switch {
	case email == "":
	case !proven && email != p.Email:
		p.Contact = email
	case proven && d.byEmail[email] == nil:
		p.Email, p.Contact = email, ""
	}
}

// admit says why somebody may not sign in; nil where they may.
func (s *Service) admit(a *arrival) *idp.Refusal {
	d := s.people.Load()
	switch {
	case a.person.Barred:
		return idp.Refuse("disabled", "your account is disabled", "Ask your administrator.")
	case !a.account.Active:
		return idp.Refuse("deactivated", "your account was deactivated by "+a.connection.Name, "Ask your administrator.")
	}
	if refusal := d.closed(a.connection.ID, &a.person, a.account.Subject); refusal != nil {
		return refusal
	}
	return a.unknown
}

// settle writes what changed, with its events. s.mu is held.
func (s *Service) settle(ctx context.Context, a *arrival, address string) error {
	now := s.now()
	if err := s.name(a); err != nil {
		return err
	}
	by := &caller.Principal{Kind: caller.Anonymous, Name: "connection:" + a.connection.ID}
	err := s.commit(ctx, func(tx *db.Tx) ([]*audit.Event, error) {
		var events []*audit.Event
		row := rowOf(&a.person, now)
		switch {
		case a.newPerson:
			events = append(events, changed("person.created", by, address, "person", a.person.ID, nil, personView(&a.person)))
			if err := db.InsertPerson(ctx, tx, &row); err != nil {
				return nil, err
			}
		case a.person.Email != a.wasPerson.Email || a.person.Name != a.wasPerson.Name || a.person.Contact != a.wasPerson.Contact:
			events = append(events, changed("person.changed", by, address, "person", a.person.ID, personView(a.wasPerson), personView(&a.person)))
			if err := db.UpdatePerson(ctx, tx, &row); err != nil {
				return nil, err
			}
		}
		switch {
		case a.newAccount:
			events = append(events, changed("account.linked", by, address, "account", a.account.ID, nil, accountView(&a.account, a.person.Email)))
			return events, db.InsertAccount(ctx, tx, &a.account)
		case !slices.Equal(a.before.Groups, a.account.Groups) || a.before.Subject != a.account.Subject || a.before.Email != a.account.Email:
			events = append(events, changed("account.changed", by, address, "account", a.account.ID,
				accountView(a.before, a.person.Email), accountView(&a.account, a.person.Email)))
		}
		return events, db.UpdateAccount(ctx, tx, &a.account)
	})
	if err != nil {
		return err
	}
	return s.reloadPeople(ctx)
}

// name gives ids to what is new.
func (s *Service) name(a *arrival) (err error) {
	if a.newPerson {
		if a.person.ID, err = s.newID("per_"); err != nil {
			return err
		}
	}
	if a.newAccount {
		if a.account.ID, err = s.newID("acc_"); err != nil {
			return err
		}
	}
	a.account.PersonID = a.person.ID
	if d := s.people.Load(); a.newPerson && d.byEmail[a.person.Email] != nil {
		// The connection's name and the subject were somebody else's, whose account there is gone.
		a.person.Email = a.connection.ID + "/" + a.account.ID
	}
	return nil
}

type accountRecord struct {
	Connection string   `json:"connection"`
	Subject    string   `json:"subject"`
	Person     string   `json:"person"`
	Email      string   `json:"email,omitempty"`
	Groups     []string `json:"groups,omitempty"`
	Active     bool     `json:"active"`
}

func accountView(a *db.AccountRow, person string) accountRecord {
	return accountRecord{Connection: a.Connection, Subject: a.Subject, Person: person, Email: a.Email, Groups: a.Groups, Active: a.Active}
}

// refuseArrival records a refused sign-in and returns the refusal; where it can't be recorded, that is the error.
func (s *Service) refuseArrival(ctx context.Context, connection string, claims *idp.Claims, address string, refusal *idp.Refusal) error {
	subject := ""
	if claims != nil {
		subject = claims.Subject
	}
	return s.RefusedAt(ctx, connection, subject, address, refusal)
}

// RefusedAt records that somebody was not signed in at a connection, and why, and returns the refusal. The subject is as far
// as the provider vouched for it; "" where nothing could be believed.
func (s *Service) RefusedAt(ctx context.Context, connection, subject, address string, refusal *idp.Refusal) error {
	e := signInEvent("sign_in.refused", nil, address, "", map[string]string{"reason": refusal.Reason, "message": refusal.Message})
	e.Actor.Connection, e.Actor.Subject = connection, subject
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	if err := s.ledger.Append(ctx, e); err != nil {
		return err
	}
	return refusal
}
