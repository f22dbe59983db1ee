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

func noGroup(id string) error {
	return &Error{"not_found", "the group " + id + " is not known to this connection", ""}
}

// CountGroups says how many groups a connection has provisioned.
func (s *Service) CountGroups(_ context.Context, connection string) (int, error) {
	return len(s.people.Load().groupsAt[connection]), nil
}

// EachGroup yields the groups of a connection, in the order of creation.
func (s *Service) EachGroup(ctx context.Context, connection string, find idp.Find, yield func(*idp.Group) error) error {
	d := s.people.Load()
	var in []string
	if find.Member != "" {
		var err error
		if in, err = db.GroupsWith(ctx, s.db.Read(), find.Member); err != nil {
			return err
		}
	}
	var rows []*db.GroupRow
	for _, row := range d.groupsAt[connection] {
		if (find.ID == "" || row.ID == find.ID) && (find.Name == "" || strings.EqualFold(row.Name, find.Name)) &&
			(find.ExternalID == "" || row.ExternalID == find.ExternalID) && (find.Member == "" || slices.Contains(in, row.ID)) {
			rows = append(rows, row)
		}
	}
	for _, row := range window(rows, find) {
		g := groupOf(row)
		if find.Related {
			ids, err := db.Members(ctx, s.db.Read(), row.ID)
			if err != nil {
				return err
			}
			g.Members = d.userRefs(ids)
		}
		if err := yield(&g); err != nil {
			return err
		}
	}
	return nil
}

func groupOf(row *db.GroupRow) idp.Group {
	return idp.Group{ID: row.ID, Name: row.Name, ExternalID: row.ExternalID, CreatedAt: timeOf(row.CreatedAt), UpdatedAt: timeOf(row.UpdatedAt)}
}

func (d *directory) userRefs(ids []string) []idp.Ref {
	refs := make([]idp.Ref, 0, len(ids))
	for _, id := range ids {
		if a := d.accounts[id]; a != nil {
			refs = append(refs, idp.Ref{ID: id, Name: a.Name})
		}
	}
	return refs
}

// AddGroup provisions a group with its members.
func (s *Service) AddGroup(ctx context.Context, by *caller.Principal, address string, g *idp.Group, members []string) (idp.Group, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	d := s.people.Load()
	c, err := d.provisioning(by)
	if err != nil {
		return idp.Group{}, err
	}
	id, err := s.newID("grp_")
	if err != nil {
		return idp.Group{}, err
	}
	now := s.now().UnixMilli()
	e := &groupEdit{after: db.GroupRow{ID: id, Connection: c.ID, Name: g.Name, ExternalID: g.ExternalID, CreatedAt: now, UpdatedAt: now}}
	e.members.Add = members
	return s.settleGroup(ctx, by, address, d, e)
}

// ChangeGroup changes a group and who is in it. What a group gives or takes counts before it returns.
func (s *Service) ChangeGroup(ctx context.Context, by *caller.Principal, address, id string,
	change func(g *idp.Group, members func() ([]idp.Ref, error)) (idp.Membership, error),
) (idp.Group, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	d := s.people.Load()
	row, err := d.group(by, id)
	if err != nil {
		return idp.Group{}, err
	}
	g := groupOf(row)
	e := &groupEdit{before: row, after: *row}
	e.members, err = change(&g, func() ([]idp.Ref, error) {
		ids, err := db.Members(ctx, s.db.Read(), id)
		return d.userRefs(ids), err
	})
	if err != nil {
		return idp.Group{}, err
	}
	e.after.Name, e.after.ExternalID = g.Name, g.ExternalID
	return s.settleGroup(ctx, by, address, d, e)
}

// RemoveGroup removes a group; nobody is in it any more when it returns.
func (s *Service) RemoveGroup(ctx context.Context, by *caller.Principal, address, id string, check func(*idp.Group) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	d := s.people.Load()
	row, err := d.group(by, id)
	if err != nil {
		return err
	}
	g := groupOf(row)
	if err := check(&g); err != nil {
		return err
	}
	// From the last one on claims count again: those of the next sign-in, not what was claimed before there were groups.
	last := len(d.groupsAt[row.Connection]) == 1
	var left []string
	err = s.commit(ctx, func(tx *db.Tx) ([]*audit.Event, error) {
		if left, err = db.KeepMembers(ctx, tx, id, nil); err != nil {
			return nil, err
		}
		if last {
			if err := db.ForgetClaimedGroups(ctx, tx, row.Connection); err != nil {
				return nil, err
			}
		}
		event := changed("group.deleted", by, address, "group", id, groupView(row, len(left)), nil)
		return []*audit.Event{event}, db.DeleteGroup(ctx, tx, id)
	})
	if err != nil {
		return err
	}
	if last {
		if err := s.remember(func(st *stored) { st.forgetClaimedGroups(row.Connection) }); err != nil {
			return err
		}
	}
	return s.rememberGroup(row, nil, nil, left, nil)
}

// forgetClaimedGroups takes away what provisioned accounts of a connection last claimed. The list in force is not touched.
func (st *stored) forgetClaimedGroups(connection string) {
	st.accounts = slices.Clone(st.accounts)
	for i := range st.accounts {
		if a := &st.accounts[i]; a.Connection == connection && a.Provisioned {
			a.Groups, a.GroupsState = nil, string(idp.GroupsAbsent)
		}
	}
}

// group finds a group of the connection that a caller provisions.
func (d *directory) group(by *caller.Principal, id string) (*db.GroupRow, error) {
	c, err := d.provisioning(by)
	if err != nil {
		return nil, err
	}
	if row := d.groups[id]; row != nil && row.Connection == c.ID {
		return row, nil
	}
	return nil, noGroup(id)
}
