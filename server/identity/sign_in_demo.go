package identity

import (
	"context"

	"ambit/db"
	"ambit/server/caller"
)

var errNoDemo = &Error{"not_found", "there is no demo sign-in here", "It exists only under `ambit serve --demo`."}

// DemoPeople are those whom the demo sign-in accepts; none unless the server runs the sample organisation.
func (s *Service) DemoPeople() []caller.Person {
	if !s.demo {
		return nil
	}
	var people []caller.Person
	for _, p := range s.People() {
		if len(p.Roles) > 0 && !p.Disabled {
			people = append(people, p)
		}
	}
	return people
}

// SignInDemo signs in as one of the sample organisation's people, without a password.
func (s *Service) SignInDemo(ctx context.Context, email, oldCookie, address string) (caller.SignedIn, error) {
	for _, p := range s.DemoPeople() {
		if p.Email == email {
			use := func(context.Context, *db.Tx) (bool, error) { return true, nil }
			return s.signIn(ctx, &p, "demo", use, oldCookie, address)
		}
	}
	return caller.SignedIn{}, errNoDemo
}
