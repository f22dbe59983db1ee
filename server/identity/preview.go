package identity

import (
	"slices"

	"ambit/server/caller"
	"ambit/server/identity/idp"
)

// Preview is what somebody would get if a connection's claims signed them in.
type Preview struct {
	User         string
	NewPerson    bool
	EmailProven  bool
	Groups       []string
	Dropped      []string // groups that were sent, and that the connection isn't trusted with
	GroupsKnown  bool
	Roles        []caller.Role
	Repositories []string
	Duplicates   []string       // people who may be the same one
	Problems     []*idp.Refusal // why a sign-in would be refused
}

// Preview works out what claims would mean. It changes nothing and records nothing, and it doesn't mind the connection's stage.
func (s *Service) Preview(connection string, claims *idp.Claims) Preview {
	s.mu.Lock()
	defer s.mu.Unlock()
	var p Preview
	a, refusal := s.weigh(connection, claims)
	if refusal != nil {
		p.Problems = append(p.Problems, refusal)
	}
	if a == nil {
		return p
	}
	d := s.people.Load()
	p.User, p.NewPerson, p.EmailProven, p.GroupsKnown, p.Dropped = a.person.Email, a.newPerson, a.proven, a.unknown == nil, a.dropped
	p.Groups = append(slices.Clone(a.person.Direct.Groups), a.groups...)
	slices.Sort(p.Groups)
	p.Groups = slices.Compact(p.Groups)
	p.Roles, p.Repositories = d.rolesOf(a.person.Direct.Roles, p.Groups)
	for i := range d.all {
		other := &d.all[i]
		if claims.Email != "" && other.ID != a.person.ID && !other.Disabled && (other.Email == claims.Email || other.Contact == claims.Email) {
			p.Duplicates = append(p.Duplicates, other.Email)
		}
	}
	if a.person.Barred {
		p.Problems = append(p.Problems, idp.Refuse("disabled", a.person.Email+" is disabled", "Enable the person again under People."))
	}
	if !a.account.Active {
		p.Problems = append(p.Problems, idp.Refuse("deactivated", "the account was deactivated by the identity provider", "Activate it there."))
	}
	if a.unknown != nil {
		p.Problems = append(p.Problems, a.unknown)
	}
	return p
}
