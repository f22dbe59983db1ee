package identity

import (
	"context"
	"slices"
	"strings"

	"ambit/audit"
	"ambit/db"
	"ambit/server/caller"
)

// RevokeFamily ends one sign-in of an agent: the next request with any of its credentials is refused.
func (s *Service) RevokeFamily(ctx context.Context, by *caller.Principal, id, why, address string) error {
	n, err := s.revokeFamilies(ctx, by, why, address, func(row *db.FamilyRow) bool { return row.ID == id })
	if err == nil && n == 0 {
		return errNoFamily
	}
	return err
}

// RevokePersonCredentials ends all of a person's sign-ins of agents and says how many.
func (s *Service) RevokePersonCredentials(ctx context.Context, by *caller.Principal, personID, why, address string) (int, error) {
	return s.revokeFamilies(ctx, by, why, address, func(row *db.FamilyRow) bool { return row.PersonID == personID })
}

// RevokeAccountCredentials ends what began with a sign-in of one account, as when SCIM deactivates it.
func (s *Service) RevokeAccountCredentials(ctx context.Context, by *caller.Principal, accountID, why, address string) (int, error) {
	return s.revokeFamilies(ctx, by, why, address, func(row *db.FamilyRow) bool { return accountID != "" && row.AccountID == accountID })
}

// RevokeAllCredentials ends every sign-in of every agent.
func (s *Service) RevokeAllCredentials(ctx context.Context, by *caller.Principal, why, address string) (int, error) {
	return s.revokeFamilies(ctx, by, why, address, func(*db.FamilyRow) bool { return true })
}

// RevokeCredential ends the family of an access or refresh credential, as when somebody signs out on the device (RFC 7009).
// Whoever holds it may do so. A string that is no such credential is no error (section 2.2 there).
func (s *Service) RevokeCredential(ctx context.Context, secret, address string) error {
	key := hashOf(secret)
	var f *family
	switch {
	case strings.HasPrefix(secret, accessPrefix):
		if c, ok := s.credentials.find(key); ok && !c.hook {
			f = c.family
		}
	case strings.HasPrefix(secret, refreshPrefix):
		f, _, _ = s.refreshFamily(ctx, key) // what can't be found counts no more either
	}
	if f == nil {
		return nil
	}
	by := f.agent.Load()
	if by == nil {
		return nil
	}
	_, err := s.revokeFamilies(ctx, by, "signed out on the device", address, func(row *db.FamilyRow) bool { return row.ID == f.id })
	return err
}

func (s *Service) revokeFamilies(ctx context.Context, by *caller.Principal, why, address string, match func(*db.FamilyRow) bool) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	families := s.credentials.alive(match)
	return len(families), s.endFamilies(ctx, why, by, address, families)
}

// endFamilies ends families in a commit of their own, with more events where there are any; Service.mu is held.
func (s *Service) endFamilies(ctx context.Context, why string, by *caller.Principal, address string, families []*family, more ...*audit.Event) error {
	if len(families)+len(more) == 0 {
		return nil
	}
	e := s.ending(by, why, address, families)
	return s.commit(ctx, func(tx *db.Tx) ([]*audit.Event, error) { return more, e.write(ctx, tx, s.now()) })
}

// alive are the families that are not revoked and match.
func (m *credentialMap) alive(match func(*db.FamilyRow) bool) []*family {
	var list []*family
	for _, f := range m.all() {
		if f.row.RevokedAt == 0 && match(&f.row) {
			list = append(list, f)
		}
	}
	return list
}

// all are the families in memory, newest first; Service.mu is held.
func (m *credentialMap) all() []*family {
	m.mu.RLock()
	defer m.mu.RUnlock()
	list := make([]*family, 0, len(m.families))
	for _, f := range m.families {
		list = append(list, f)
	}
	slices.SortFunc(list, func(a, b *family) int {
		switch {
		case a.row.CreatedAt != b.row.CreatedAt:
			return int(min(max(b.row.CreatedAt-a.row.CreatedAt, -1), 1))
		default:
			return strings.Compare(a.row.ID, b.row.ID)
		}
	})
	return list
}

// crowdedOut is the family that makes room for one more of a person: the one unused for longest.
func (s *Service) crowdedOut(personID string, workload bool) *ending {
	now, most := s.now().UnixMilli(), familiesPerPerson
	if workload {
		most = workloadsPerPerson
	}
	of := s.credentials.alive(func(row *db.FamilyRow) bool { return row.PersonID == personID })
	of = slices.DeleteFunc(of, func(f *family) bool { return f.workload() != workload || now >= f.end.Load() })
	e := s.ending(ambitItself, "the person has too many sign-ins; this one was unused for longest", "", nil)
	if len(of) >= most {
		slices.SortFunc(of, func(a, b *family) int {
			return int(min(max(max(a.used.Load(), a.row.CreatedAt)-max(b.used.Load(), b.row.CreatedAt), -1), 1))
		})
		e.families = of[:len(of)-most+1]
	}
	return e
}
