package identity

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"ambit/db"
	"ambit/server/caller"
	"ambit/server/identity/idp"
)

// directory is an immutable view of everybody: people, their accounts, and the connections that these belong to.
type directory struct {
	byID, byEmail map[string]*caller.Person
	all           []caller.Person // by name in decisions
	hasOwner      bool

	accounts    map[string]*db.AccountRow   // by id
	bySubject   map[[2]string]string        // connection and subject → account id
	byUserName  map[[2]string]string        // connection and SCIM user name → account id
	provisioned map[string][]*db.AccountRow // by connection, oldest first
	groups      map[string]*db.GroupRow     // by id
	groupsAt    map[string][]*db.GroupRow   // by connection, oldest first
	connections map[string]*caller.Connection
	admissions  map[string]Admission // by connection; none where the settings can't be read
	ordered     []caller.Connection  // by id
	rules       []caller.RoleRule
}

// stored is what the database holds about people.
type stored struct {
	people      []db.PersonRow
	accounts    []db.AccountRow
	memberships map[string][]string
	rules       []db.RoleRuleRow
	connections []db.ConnectionRow
	groups      []db.GroupRow
}

func (s *Service) readDirectory(ctx context.Context) (*directory, error) {
	var st stored
	var errs [6]error
	q := s.db.Read()
	st.people, errs[0] = db.People(ctx, q)
	st.accounts, errs[1] = db.Accounts(ctx, q)
	st.memberships, errs[2] = db.Memberships(ctx, q)
	st.rules, errs[3] = db.RoleRules(ctx, q)
	st.connections, errs[4] = db.Connections(ctx, q)
	st.groups, errs[5] = db.Groups(ctx, q)
	if err := errors.Join(errs[:]...); err != nil {
		return nil, err
	}
	d, err := s.newDirectory(&st)
	if err == nil {
		s.stored = st
	}
	return d, err
}

func (s *Service) newDirectory(st *stored) (*directory, error) {
	d := &directory{
		byID: make(map[string]*caller.Person, len(st.people)), byEmail: make(map[string]*caller.Person, len(st.people)),
		all: make([]caller.Person, len(st.people)), accounts: make(map[string]*db.AccountRow, len(st.accounts)),
		bySubject: make(map[[2]string]string, len(st.accounts)), byUserName: map[[2]string]string{}, connections: map[string]*caller.Connection{},
		admissions: make(map[string]Admission, len(st.connections)), provisioned: map[string][]*db.AccountRow{}, groups: make(map[string]*db.GroupRow, len(st.groups)), groupsAt: map[string][]*db.GroupRow{},
		ordered: make([]caller.Connection, len(st.connections)), rules: make([]caller.RoleRule, len(st.rules)),
	}
	for i := range st.connections {
		c, err := s.connectionOf(&st.connections[i])
		if err != nil {
			return nil, err
		}
		d.ordered[i] = c
		d.connections[c.ID] = &d.ordered[i]
		if admission, err := AdmissionOf(&c); err == nil {
			d.admissions[c.ID] = admission
		}
	}
	for i := range st.rules {
		r := &st.rules[i]
		d.rules[i] = caller.RoleRule{
			ID: r.ID, Group: r.Group, Role: caller.Role(r.Role), Repositories: r.Repositories, CreatedAt: timeOf(r.CreatedAt), CreatedBy: r.CreatedBy,
		}
	}
	for i := range st.people {
		d.all[i] = personOf(&st.people[i])
		p := &d.all[i]
		d.byID[p.ID], d.byEmail[p.Email] = p, p
	}
	for i := range st.groups {
		g := &st.groups[i]
		d.groups[g.ID], d.groupsAt[g.Connection] = g, append(d.groupsAt[g.Connection], g)
	}
	for i := range st.accounts {
		d.addAccount(&st.accounts[i], st.memberships[st.accounts[i].ID])
	}
	for i := range d.all {
		d.conclude(&d.all[i])
	}
	d.findDuplicates()
	return d, nil
}

func (d *directory) addAccount(a *db.AccountRow, memberships []string) {
	d.accounts[a.ID] = a
	if a.Subject != "" {
		d.bySubject[[2]string{a.Connection, a.Subject}] = a.ID
	}
	if a.UserName != "" {
		d.byUserName[[2]string{a.Connection, a.UserName}] = a.ID
	}
	if a.Provisioned {
		d.provisioned[a.Connection] = append(d.provisioned[a.Connection], a)
	}
	p := d.byID[a.PersonID]
	if p == nil {
		return
	}
	account := caller.Account{
		ID: a.ID, Connection: a.Connection, Subject: a.Subject, PersonID: a.PersonID, UserName: a.UserName, Email: a.Email, Name: a.Name,
		Provisioned: a.Provisioned, Active: a.Active, CreatedAt: timeOf(a.CreatedAt), SignedInAt: timeOf(a.SignedInAt),
	}
	account.Groups, account.GroupsUnknown = d.accountGroups(a, memberships)
	p.Accounts = append(p.Accounts, account)
}

// accountGroups are the groups by which an account counts, and whether they can't be relied upon: of those that its provider sends,
// the ones that the connection is trusted with.
func (d *directory) accountGroups(a *db.AccountRow, memberships []string) (groups []string, unknown bool) {
	admission, readable := d.admissions[a.Connection]
	if !readable {
		return nil, true
	}
	groups, unknown = d.sentGroups(a, &admission, memberships)
	groups, _ = admission.accept(groups)
	return groups, unknown
}

// sentGroups are the groups that a provider sends. Those of SCIM count once its client has provisioned any group of the connection:
// before that, that a user is in none means only that the provider sends users alone.
func (d *directory) sentGroups(a *db.AccountRow, admission *Admission, memberships []string) (groups []string, unknown bool) {
	switch {
	case !a.Provisioned:
	case d.sendsGroups(a.Connection):
		return memberships, false
	case admission.GroupsFrom == GroupsFromNone:
		return admission.FixedGroups, false
	case admission.GroupsFrom == GroupsFromSCIM:
		return nil, true
	}
	return a.Groups, a.GroupsState != string(idp.GroupsKnown)
}

// sendsGroups reports whether a connection's SCIM client provisions groups and not only users.
func (d *directory) sendsGroups(connection string) bool { return len(d.groupsAt[connection]) > 0 }

// conclude works out what a person's accounts and groups add up to. Only accounts through which the person may sign in count.
func (d *directory) conclude(p *caller.Person) {
	p.Groups, p.Roles = slices.Clone(p.Direct.Groups), slices.Clone(p.Direct.Roles)
	deactivated, open := false, false
	for i := range p.Accounts {
		a := &p.Accounts[i]
		deactivated = deactivated || !a.Active
		if !a.Active || d.closed(a.Connection, p, a.Subject) != nil {
			continue
		}
		open = true
		p.Groups = append(p.Groups, a.Groups...)
		p.GroupsUnknown = p.GroupsUnknown || a.GroupsUnknown
	}
	// Whoever was deactivated and is left without a way in has left: tokens that stand for them end too. An owner signs in
	// without any provider.
	p.Disabled = p.Disabled || deactivated && !open && !slices.Contains(p.Direct.Roles, caller.Owner)
	slices.Sort(p.Groups)
	p.Groups = slices.Compact(p.Groups)
	p.Roles, p.Repositories = d.rolesOf(p.Roles, p.Groups)
	d.hasOwner = d.hasOwner || !p.Disabled && slices.Contains(p.Direct.Roles, caller.Owner)
}

// rolesOf adds the roles that groups give to direct ones.
func (d *directory) rolesOf(direct []caller.Role, groups []string) (roles []caller.Role, repositories []string) {
	roles = slices.Clone(direct)
	for i := range d.rules {
		r := &d.rules[i]
		if _, in := slices.BinarySearch(groups, r.Group); in {
			roles = append(roles, r.Role)
			repositories = append(repositories, r.Repositories...)
		}
	}
	slices.Sort(roles)
	slices.Sort(repositories)
	return slices.Compact(roles), slices.Compact(repositories)
}

// closed says why a connection signs a person in no longer, or not yet; nil where it does.
func (d *directory) closed(connection string, p *caller.Person, subject string) *idp.Refusal {
	c := d.connections[connection]
	switch {
	case c == nil:
		return idp.Refuse("connection", "this sign-in connection does not exist any more", "Sign in another way, or ask your administrator.")
	case c.Stage == caller.StageLive:
		return nil
	case c.Stage == caller.StageStaging && isTester(c, p.Email, subject):
		return nil
	case c.Stage == caller.StageStaging:
		return idp.Refuse("staging", c.Name+" is being tried out and signs in only the people chosen for that",
			"Sign in another way, or ask your administrator to add you to its testers.")
	default:
		return idp.Refuse("stage", c.Name+" is not open for signing in", "Sign in another way, or ask your administrator.")
	}
}

// signsIn reports whether people can come through a connection, so that whoever uses the owner's own sign-in goes around it.
func (d *directory) signsIn() bool {
	for _, c := range d.connections {
		if c.Stage == caller.StageLive && c.Kind != caller.KindWorkload {
			return true
		}
	}
	return false
}

func isTester(c *caller.Connection, email, subject string) bool {
	return slices.Contains(c.Testers, strings.ToLower(email)) || subject != "" && slices.Contains(c.Testers, strings.ToLower(subject))
}

// findDuplicates marks people who may be the same one: an address that nothing proves equals another's.
func (d *directory) findDuplicates() {
	byAddress := map[string][]*caller.Person{}
	for i := range d.all {
		p := &d.all[i]
		if p.Disabled {
			continue
		}
		addresses := []string{p.Email, p.Contact}
		for j := range p.Accounts {
			addresses = append(addresses, p.Accounts[j].Email)
		}
		slices.Sort(addresses)
		for _, address := range slices.Compact(addresses) {
			if strings.Contains(address, "@") {
				byAddress[address] = append(byAddress[address], p)
			}
		}
	}
	for _, same := range byAddress {
		for _, p := range same {
			for _, other := range same {
				if other != p && !slices.Contains(p.Duplicates, other.Email) {
					p.Duplicates = append(p.Duplicates, other.Email)
				}
			}
		}
	}
	for i := range d.all {
		slices.Sort(d.all[i].Duplicates)
	}
}

// connectionOf opens a connection's secrets.
func (s *Service) connectionOf(row *db.ConnectionRow) (caller.Connection, error) {
	c := caller.Connection{
		ID: row.ID, Kind: row.Kind, Name: row.Name, Stage: row.Stage, Testers: row.Testers, Domains: row.Domains,
		Config: json.RawMessage(row.Config), CreatedAt: timeOf(row.CreatedAt), UpdatedAt: timeOf(row.UpdatedAt),
	}
	if row.Sealed == nil {
		return c, nil
	}
	plain, err := s.box.Open(row.Sealed, connectionPurpose(row.ID))
	if err != nil {
		return c, fmt.Errorf("open the secrets of connection %s: %w", row.ID, err)
	}
	if err := json.Unmarshal(plain, &c.Secrets); err != nil {
		return c, fmt.Errorf("read the secrets of connection %s: %w", row.ID, err)
	}
	return c, nil
}

func connectionPurpose(id string) []byte { return []byte("connection " + id) }
