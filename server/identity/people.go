package identity

import (
	"context"
	"net/mail"
	"slices"
	"strings"
	"time"

	"ambit/audit"
	"ambit/db"
	"ambit/server/caller"
)

// Person answers from memory what the directory knows of somebody, by the name that policy and ledger use; nil is nothing.
// Don't change it.
func (s *Service) Person(name string) *caller.Person {
	d := s.people.Load()
	if p := d.byEmail[name]; p != nil {
		return p
	}
	return d.byEmail[strings.ToLower(name)]
}

// People returns everybody, by e-mail address. The slice is shared: don't change it.
func (s *Service) People() []caller.Person { return s.people.Load().all }

// AddPeople adds many people at once, with their direct groups and roles, each with an event.
func (s *Service) AddPeople(ctx context.Context, by *caller.Principal, people []caller.Person) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	rows := make([]db.PersonRow, len(people))
	for i := range people {
		id, err := s.newID("per_")
		if err != nil {
			return err
		}
		email, err := cleanEmail(people[i].Email)
		if err != nil {
			return err
		}
		people[i].ID, people[i].Email = id, email
		rows[i] = rowOf(&people[i], now)
	}
	err := s.commit(ctx, func(tx *db.Tx) ([]*audit.Event, error) {
		events := make([]*audit.Event, 0, len(rows))
		for i := range rows {
			if err := db.InsertPerson(ctx, tx, &rows[i]); err != nil {
				return nil, err
			}
			events = append(events, changed("person.created", by, "", "person", rows[i].ID, nil, personView(&people[i])))
		}
		return events, nil
	})
	if err != nil {
		return err
	}
	return s.reloadPeople(ctx)
}

// reloadPeople follows a change of people; s.mu is held. A failure here leaves memory as it was, which the caller reports.
func (s *Service) reloadPeople(ctx context.Context) error {
	dir, err := s.readDirectory(context.WithoutCancel(ctx))
	if err != nil {
		return err
	}
	s.follow(dir)
	return nil
}

// follow puts a directory in force, for everything that was opened by its people too. s.mu is held.
func (s *Service) follow(dir *directory) {
	s.people.Store(dir)
	s.tokens.Store(s.tokens.Load().with(dir))
	s.sessions.follow(s)
	s.credentials.follow(dir)
}

func personOf(row *db.PersonRow) caller.Person {
	p := caller.Person{ID: row.ID, Email: row.Email, Contact: row.Contact, Name: row.Name, Disabled: row.Disabled, Barred: row.Disabled}
	p.Direct.Groups = row.Groups
	for _, r := range row.Roles {
		p.Direct.Roles = append(p.Direct.Roles, caller.Role(r))
	}
	return p
}

func rowOf(p *caller.Person, now time.Time) db.PersonRow {
	row := db.PersonRow{
		ID: p.ID, Email: p.Email, Contact: p.Contact, Name: p.Name, Groups: p.Direct.Groups, Disabled: p.Barred, CreatedAt: now.UnixMilli(),
	}
	for _, r := range p.Direct.Roles {
		row.Roles = append(row.Roles, string(r))
	}
	return row
}

// cleanEmail returns the one form in which an address is kept: lower case, nothing around it.
func cleanEmail(email string) (string, error) {
	email = strings.ToLower(strings.TrimSpace(email))
	addr, err := mail.ParseAddress(email)
	if err != nil || addr.Address != email || addr.Name != "" || len(email) > 254 {
		return "", invalid("%q is not an e-mail address", email)
	}
	return email, nil
}

func cleanName(name string) (string, error) {
	name = strings.TrimSpace(name)
	if name == "" || len(name) > 200 || strings.ContainsFunc(name, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return "", invalid("a name must have 1 to 200 characters and no control characters")
	}
	return name, nil
}

func cleanGroups(groups []string) ([]string, error) {
	clean := make([]string, 0, len(groups))
	for _, g := range groups {
		g, err := cleanName(g)
		if err != nil {
			return nil, invalid("a group's name must have 1 to 200 characters and no control characters")
		}
		clean = append(clean, g)
	}
	slices.Sort(clean)
	return slices.Compact(clean), nil
}
