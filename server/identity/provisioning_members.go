package identity

import (
	"context"
	"slices"
	"strings"

	"ambit/audit"
	"ambit/db"
	"ambit/server/caller"
	"ambit/server/identity/idp"
)

// groupEdit is a change of a group, before it is written.
type groupEdit struct {
	before  *db.GroupRow // nil: new
	after   db.GroupRow
	members idp.Membership
}

func (e *groupEdit) renamed() bool {
	return e.before != nil && (e.before.Name != e.after.Name || e.before.ExternalID != e.after.ExternalID)
}

// settleGroup writes a group and who is in it, with its events; nothing where nothing changes. s.mu is held.
func (s *Service) settleGroup(ctx context.Context, by *caller.Principal, address string, d *directory, e *groupEdit) (idp.Group, error) {
	if err := d.judgeGroup(e); err != nil {
		return idp.Group{}, err
	}
	if e.before != nil && !e.renamed() && e.members.Empty() {
		return groupOf(e.before), nil
	}
	id := e.after.ID
	var added, removed, all []string
	changes := false
	err := s.commit(ctx, func(tx *db.Tx) (events []*audit.Event, err error) {
		if e.before == nil {
			err = db.InsertGroup(ctx, tx, &e.after)
		}
		if err == nil {
			added, removed, err = writeMembers(ctx, tx, id, &e.members)
		}
		if err == nil && e.renamed() {
			all, err = db.Members(ctx, tx, id) // the group's name counts for all of them
		}
		if err != nil {
			return nil, err
		}
		events = d.groupEvents(by, address, e, added, removed)
		if changes = len(events) > 0; changes && e.before != nil {
			e.after.UpdatedAt = s.next(e.before.UpdatedAt)
			err = db.UpdateGroup(ctx, tx, &e.after)
		}
		return events, err
	})
	if err != nil {
		return idp.Group{}, err
	}
	if !changes {
		return groupOf(e.before), nil
	}
	return groupOf(&e.after), s.rememberGroup(e.before, &e.after, added, removed, all)
}

// judgeGroup refuses a name that is taken, and members who are not users of the connection: an id of another connection is as
// unknown as one that nobody has.
func (d *directory) judgeGroup(e *groupEdit) error {
	for _, g := range d.groupsAt[e.after.Connection] {
		if g.ID != e.after.ID && strings.EqualFold(g.Name, e.after.Name) {
			return &Error{"conflict", "the name " + g.Name + " belongs to the group " + g.ID + " already", "Find that group by a filter, and change it instead."}
		}
	}
	for _, id := range e.members.Add {
		if d.user(e.after.Connection, id) == nil {
			return &Error{"invalid", "there is no user " + id + " who could be a member", "Create the user first; groups in groups are not supported."}
		}
	}
	return nil
}

func writeMembers(ctx context.Context, tx *db.Tx, group string, m *idp.Membership) (added, removed []string, err error) {
	switch {
	case m.Replace:
		removed, err = db.KeepMembers(ctx, tx, group, m.Add)
	case len(m.Remove) > 0:
		removed, err = db.RemoveMembers(ctx, tx, group, m.Remove)
	}
	if err == nil && len(m.Add) > 0 {
		added, err = db.AddMembers(ctx, tx, group, m.Add)
	}
	return added, removed, err
}

// rememberGroup brings memory in line after a group and its members changed; a nil row is a group that is gone. all are those who
// are in the group now, given where it has another name.
func (s *Service) rememberGroup(before, row *db.GroupRow, added, removed, all []string) error {
	return s.remember(func(st *stored) {
		if before != nil {
			st.rename(before.Name, "", slices.Concat(removed, all))
		}
		if row == nil {
			st.groups = slices.DeleteFunc(st.groups, func(g db.GroupRow) bool { return g.ID == before.ID })
			return
		}
		st.putGroup(row)
		st.rename("", row.Name, slices.Concat(added, all))
	})
}

// rename takes one group's name out of what accounts are in, and puts another in; "" is none. The lists in force are not touched.
func (st *stored) rename(out, in string, accounts []string) {
	for _, account := range accounts {
		list := slices.DeleteFunc(slices.Clone(st.memberships[account]), func(name string) bool { return name == out })
		if at, have := slices.BinarySearch(list, in); in != "" && !have {
			list = slices.Insert(list, at, in)
		}
		st.memberships[account] = list
	}
}

// named is how many members an event names; of more it tells the number.
const named = 200

type groupRecord struct {
	Connection string `json:"connection"`
	Name       string `json:"name"`
	ExternalID string `json:"external_id,omitempty"`
	Members    int    `json:"members,omitempty"`
}

func groupView(g *db.GroupRow, members int) groupRecord {
	return groupRecord{Connection: g.Connection, Name: g.Name, ExternalID: g.ExternalID, Members: members}
}

type membershipRecord struct {
	Group   string   `json:"group"`
	Added   []string `json:"added,omitempty"` // by the names that policy uses
	Removed []string `json:"removed,omitempty"`
	Count   int      `json:"count"` // of changes, those that aren't named included
}

func (d *directory) groupEvents(by *caller.Principal, address string, e *groupEdit, added, removed []string) []*audit.Event {
	var events []*audit.Event
	id := e.after.ID
	switch {
	case e.before == nil:
		events = append(events, changed("group.created", by, address, "group", id, nil, groupView(&e.after, len(added))))
	case e.renamed():
		events = append(events, changed("group.updated", by, address, "group", id, groupView(e.before, 0), groupView(&e.after, 0)))
	}
	if len(added)+len(removed) > 0 {
		events = append(events, changed("group.membership", by, address, "group", id, nil,
			membershipRecord{e.after.Name, d.usersOf(added), d.usersOf(removed), len(added) + len(removed)}))
	}
	return events
}

// usersOf names the people of accounts.
func (d *directory) usersOf(accounts []string) []string {
	var users []string
	for _, id := range accounts[:min(named, len(accounts))] {
		if a := d.accounts[id]; a != nil && d.byID[a.PersonID] != nil {
			users = append(users, d.byID[a.PersonID].Email)
		}
	}
	slices.SortFunc(users, strings.Compare)
	return users
}
