package sso

import (
	"slices"
	"strings"

	"ambit/server/caller"
)

// Choice is a connection by which people may sign in.
type Choice struct {
	ID   string
	Name string
	Kind string
}

// Choices are the connections to offer at the sign-in page: the live ones, and the one that an e-mail domain belongs to first
// (home-realm discovery). A staging connection is offered only to an address among its testers.
func (s *Service) Choices(email string) []Choice {
	email = strings.ToLower(strings.TrimSpace(email))
	_, domain, _ := strings.Cut(email, "@")
	var mine, others []Choice
	for _, c := range s.Directory.Connections() {
		if c.Kind == caller.KindWorkload {
			continue
		}
		choice := Choice{c.ID, c.Name, c.Kind}
		switch {
		case c.Stage == caller.StageStaging && email != "" && slices.Contains(c.Testers, email):
			mine = append(mine, choice)
		case c.Stage != caller.StageLive:
		case domain != "" && slices.Contains(c.Domains, domain):
			mine = append(mine, choice)
		default:
			others = append(others, choice)
		}
	}
	if len(mine) > 0 {
		return mine
	}
	return others
}
