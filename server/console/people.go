package console

import (
	"cmp"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"ambit/policy"
	"ambit/server/caller"
)

type person struct {
	ID          string        `json:"id"`
	Email       string        `json:"email"`
	Contact     string        `json:"contact,omitempty"`
	Name        string        `json:"name"`
	Groups      []string      `json:"groups"`
	Roles       []caller.Role `json:"roles"`
	Tier        string        `json:"tier,omitempty"`
	Disabled    bool          `json:"disabled"`
	Connections []string      `json:"connections"` // through which the person may come
	Duplicates  []string      `json:"duplicates"`
	Sessions    int           `json:"sessions"`
}

const (
	peoplePage = 100
	maxPeople  = 500
)

// listPeople lists people by name, page by page, with the permission tier that the published policy gives them.
func (a *API) listPeople(c *fiber.Ctx) error {
	match, err := peopleFilter(c)
	if err != nil {
		return err
	}
	offset, errOffset := number(c, "offset", 0, 0, 1<<31)
	limit, errLimit := number(c, "limit", peoplePage, 1, maxPeople)
	if err := cmp.Or(errOffset, errLimit); err != nil {
		return err
	}
	all := a.Directory.People()
	var found []*caller.Person
	for i := range all {
		if match(&all[i]) {
			found = append(found, &all[i])
		}
	}
	slices.SortFunc(found, func(x, y *caller.Person) int {
		return cmp.Or(strings.Compare(strings.ToLower(x.Name), strings.ToLower(y.Name)), strings.Compare(x.Email, y.Email))
	})
	total := len(found)
	found = found[min(int(offset), total):min(int(offset+limit), total)]
	current, _ := a.Policies.Current()
	sessions := a.sessionsByPerson()
	out := make([]person, len(found))
	for i, p := range found {
		out[i] = personOf(p, current, sessions[p.ID])
	}
	return c.JSON(fiber.Map{"people": out, "total": total})
}

// peopleFilter reads which people are wanted.
func peopleFilter(c *fiber.Ctx) (func(p *caller.Person) bool, error) {
	q, errQ := text(c, "q", 200)
	group, errGroup := text(c, "group", 200)
	connection, errConnection := text(c, "connection", 40)
	state, errState := text(c, "state", 20)
	if err := cmp.Or(errQ, errGroup, errConnection, errState, oneOf("state", state, "active", "disabled", "duplicate", "privileged")); err != nil {
		return nil, err
	}
	q = strings.ToLower(strings.TrimSpace(q))
	return func(p *caller.Person) bool {
		return (q == "" || strings.Contains(strings.ToLower(p.Name), q) || strings.Contains(p.Email, q) || strings.Contains(p.Contact, q)) &&
			(group == "" || slices.Contains(p.Groups, group)) &&
			(connection == "" || slices.ContainsFunc(p.Accounts, func(a caller.Account) bool { return a.Connection == connection })) &&
			inState(p, state)
	}, nil
}

func inState(p *caller.Person, state string) bool {
	switch state {
	case "active":
		return !p.Disabled
	case "disabled":
		return p.Disabled
	case "duplicate":
		return len(p.Duplicates) > 0
	case "privileged":
		return len(p.Roles) > 0
	default:
		return true
	}
}

func personOf(p *caller.Person, current *policy.Policy, sessions int) person {
	out := person{
		ID: p.ID, Email: p.Email, Contact: p.Contact, Name: p.Name, Groups: list(p.Groups), Roles: list(p.Roles), Disabled: p.Disabled,
		Connections: []string{}, Duplicates: list(p.Duplicates), Sessions: sessions,
	}
	for i := range p.Accounts {
		out.Connections = append(out.Connections, p.Accounts[i].Connection)
	}
	slices.Sort(out.Connections)
	out.Connections = slices.Compact(out.Connections)
	if current != nil && !p.Disabled {
		out.Tier = current.Limits(subjectOf(p.Email, p.Groups, !p.GroupsUnknown), policy.Resource{}, "").Tier
	}
	return out
}

func subjectOf(user string, groups []string, known bool) policy.Subject {
	return policy.Subject{ID: user, Groups: groups, GroupsKnown: known}
}

func (a *API) sessionsByPerson() map[string]int {
	count := map[string]int{}
	for _, s := range a.Directory.Sessions() {
		count[s.PersonID]++
	}
	return count
}
