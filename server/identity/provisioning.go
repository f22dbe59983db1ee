package identity

import (
	"cmp"
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"ambit/db"
	"ambit/server/caller"
	"ambit/server/identity/idp"
)

// CountUsers says how many users a connection has provisioned.
func (s *Service) CountUsers(_ context.Context, connection string) (int, error) {
	return len(s.people.Load().provisioned[connection]), nil
}

// EachUser yields the provisioned users of a connection, in the order of creation. It sees the directory as it is at the start.
func (s *Service) EachUser(ctx context.Context, connection string, find idp.Find, yield func(*idp.User) error) error {
	d := s.people.Load()
	const chunk = 500 // users whose groups are read at once
	for rows := range slices.Chunk(d.findUsers(connection, find), chunk) {
		in := map[string][]string{}
		if find.Related {
			ids := make([]string, len(rows))
			for i, row := range rows {
				ids[i] = row.ID
			}
			var err error
			if in, err = db.MembershipsOf(ctx, s.db.Read(), ids); err != nil {
				return err
			}
		}
		for _, row := range rows {
			u := userOf(row)
			u.Groups = d.groupRefs(in[row.ID])
			if err := yield(&u); err != nil {
				return err
			}
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	return nil
}

// findUsers lists the users of a connection that fit.
func (d *directory) findUsers(connection string, find idp.Find) []*db.AccountRow {
	rows := d.provisioned[connection]
	if find.UserName != "" {
		id, ok := d.byUserName[[2]string{connection, strings.ToLower(find.UserName)}]
		if !ok || find.ID != "" && find.ID != id {
			return nil
		}
		find.ID = id
	}
	if find.ID != "" {
		row := d.user(connection, find.ID)
		if row == nil {
			return nil
		}
		rows = []*db.AccountRow{row}
	}
	if find.ExternalID != "" {
		var chosen []*db.AccountRow
		for _, row := range rows {
			if row.ExternalID == find.ExternalID {
				chosen = append(chosen, row)
			}
		}
		rows = chosen
	}
	return window(rows, find)
}

// user finds a provisioned user of a connection; nil where it has none by that id, whoever else may have.
func (d *directory) user(connection, id string) *db.AccountRow {
	row := d.accounts[id]
	if row == nil || !row.Provisioned || row.Connection != connection {
		return nil
	}
	return row
}

func window[T any](rows []T, find idp.Find) []T {
	rows = rows[min(max(find.Offset, 0), len(rows)):]
	if find.Limit > 0 {
		rows = rows[:min(find.Limit, len(rows))]
	}
	return rows
}

func userOf(row *db.AccountRow) idp.User {
	return idp.User{
		ID: row.ID, UserName: row.UserName, ExternalID: row.ExternalID, Email: row.Email, Name: row.Name, Active: row.Active,
		Attributes: json.RawMessage(row.Resource), CreatedAt: timeOf(row.CreatedAt), UpdatedAt: timeOf(row.UpdatedAt),
	}
}

// groupRefs names groups, in the order of their names.
func (d *directory) groupRefs(ids []string) []idp.Ref {
	var refs []idp.Ref
	for _, id := range ids {
		if g := d.groups[id]; g != nil {
			refs = append(refs, idp.Ref{ID: id, Name: g.Name})
		}
	}
	slices.SortFunc(refs, func(a, b idp.Ref) int { return strings.Compare(a.Name, b.Name) })
	return refs
}

// next is the time of a change, and with it the version: always later than the one before.
func (s *Service) next(before int64) int64 { return max(s.now().UnixMilli(), before+1) }

// provisioning is the connection that a caller provisions.
func (d *directory) provisioning(by *caller.Principal) (*caller.Connection, error) {
	if by.Kind == caller.Provisioner {
		if c := d.connections[by.Connection]; c != nil && c.Stage != caller.StageDisabled {
			return c, nil
		}
	}
	return nil, errSCIMToken
}

// provesAddress reports whether a provisioned address counts as proven: SCIM comes from whoever runs the connection, so its domain
// must be among those that the connection vouches for.
func provesAddress(c *caller.Connection, email string) bool {
	return proves(c, &idp.Claims{Email: email})
}

// remember brings memory in line after a commit, without reading everything anew: a provider's first import writes thousands of
// times. s.mu is held.
func (s *Service) remember(change func(*stored)) error {
	st := s.stored
	// What is in force points into the old lists.
	st.people, st.accounts, st.groups = slices.Clone(st.people), slices.Clone(st.accounts), slices.Clone(st.groups)
	st.memberships = maps.Clone(st.memberships)
	change(&st)
	d, err := s.newDirectory(&st)
	if err != nil {
		return err
	}
	s.stored = st
	s.follow(d)
	return nil
}

func (st *stored) putPerson(row *db.PersonRow) {
	if i := slices.IndexFunc(st.people, func(p db.PersonRow) bool { return p.ID == row.ID }); i >= 0 {
		row.CreatedAt = st.people[i].CreatedAt
		st.people = slices.Delete(st.people, i, i+1)
	}
	at, _ := slices.BinarySearchFunc(st.people, row.Email, func(p db.PersonRow, email string) int { return strings.Compare(p.Email, email) })
	st.people = slices.Insert(st.people, at, *row)
}

func (st *stored) putAccount(row *db.AccountRow) {
	if i := slices.IndexFunc(st.accounts, func(a db.AccountRow) bool { return a.ID == row.ID }); i >= 0 {
		st.accounts[i] = *row
		return
	}
	at, _ := slices.BinarySearchFunc(st.accounts, *row, func(a, b db.AccountRow) int {
		return cmp.Or(cmp.Compare(a.CreatedAt, b.CreatedAt), cmp.Compare(a.ID, b.ID))
	})
	st.accounts = slices.Insert(st.accounts, at, *row)
}

func (st *stored) putGroup(row *db.GroupRow) {
	if i := slices.IndexFunc(st.groups, func(g db.GroupRow) bool { return g.ID == row.ID }); i >= 0 {
		st.groups[i] = *row
		return
	}
	at, _ := slices.BinarySearchFunc(st.groups, *row, func(a, b db.GroupRow) int {
		return cmp.Or(cmp.Compare(a.CreatedAt, b.CreatedAt), cmp.Compare(a.ID, b.ID))
	})
	st.groups = slices.Insert(st.groups, at, *row)
}

// userRecord is what the ledger keeps of a provisioned user.
type userRecord struct {
	Connection string   `json:"connection"`
	UserName   string   `json:"user_name"`
	ExternalID string   `json:"external_id,omitempty"`
	Email      string   `json:"email,omitempty"`
	Name       string   `json:"name"`
	Active     bool     `json:"active"`
	Person     string   `json:"person"`
	Attributes []string `json:"attributes,omitempty"` // names of further ones that changed; what they say is the provider's business
	Sessions   int      `json:"sessions,omitempty"`   // console sessions that ended
}

func userView(a *db.AccountRow, person string) userRecord {
	return userRecord{Connection: a.Connection, UserName: a.UserName, ExternalID: a.ExternalID, Email: a.Email, Name: a.Name, Active: a.Active, Person: person}
}

// changedAttributes names the attributes in which two resources differ.
func changedAttributes(before, after string) []string {
	var a, b map[string]json.RawMessage
	// What was stored was marshalled by this server: it reads.
	_ = json.Unmarshal([]byte(before), &a)
	_ = json.Unmarshal([]byte(after), &b)
	var names []string
	for name, value := range b {
		if string(a[name]) != string(value) {
			names = append(names, name)
		}
	}
	for name := range a {
		if b[name] == nil {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}
