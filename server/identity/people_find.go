package identity

import "ambit/server/caller"

// PersonByID finds a person by id; nil where there is none. Don't change it.
func (s *Service) PersonByID(id string) *caller.Person { return s.people.Load().byID[id] }

// AccountCounts reports whether an account signs its person in: it is active, and its connection is open to that person. Only
// such accounts bring groups and roles.
func (s *Service) AccountCounts(p *caller.Person, a *caller.Account) bool {
	return a.Active && s.people.Load().closed(a.Connection, p, a.Subject) == nil
}
