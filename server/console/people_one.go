package console

import (
	"slices"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"ambit/policy"
	"ambit/server/caller"
	"ambit/server/problem"
)

// origin is where a group comes from: given by hand, sent at sign-in, or provisioned.
type origin struct {
	Kind       string `json:"kind"` // direct, claims, scim
	Connection string `json:"connection,omitempty"`
}

type groupOf struct {
	Name string   `json:"name"`
	From []origin `json:"from"`
}

// roleOf is a role and why: given by hand, or by a rule for a group.
type roleOf struct {
	Role         caller.Role `json:"role"`
	Direct       bool        `json:"direct"`
	Rule         string      `json:"rule,omitempty"`
	Group        string      `json:"group,omitempty"`
	Repositories []string    `json:"repositories"`
}

type account struct {
	ID          string    `json:"id"`
	Connection  string    `json:"connection"`
	Subject     string    `json:"subject"`
	UserName    string    `json:"user_name"`
	Email       string    `json:"email"`
	Name        string    `json:"name"`
	Groups      []string  `json:"groups"`
	GroupsKnown bool      `json:"groups_known"`
	Provisioned bool      `json:"provisioned"`
	Active      bool      `json:"active"`
	Counts      bool      `json:"counts"` // signs its person in, and brings groups and roles
	CreatedAt   time.Time `json:"created_at,omitzero"`
	SignedInAt  time.Time `json:"signed_in_at,omitzero"`
}

type consoleSession struct {
	ID         string    `json:"id"`
	Connection string    `json:"connection,omitempty"`
	CreatedAt  time.Time `json:"created_at"`
	SeenAt     time.Time `json:"seen_at"`
	Current    bool      `json:"current"` // the one that asks
}

type namesake struct {
	ID    string `json:"id"`
	Email string `json:"email"`
	Name  string `json:"name"`
}

type personDetail struct {
	ID            string           `json:"id"`
	Email         string           `json:"email"`
	Contact       string           `json:"contact,omitempty"`
	Name          string           `json:"name"`
	Disabled      bool             `json:"disabled"`
	Owner         bool             `json:"owner"` // break-glass account
	GroupsKnown   bool             `json:"groups_known"`
	Groups        []groupOf        `json:"groups"`
	Roles         []roleOf         `json:"roles"`
	Rights        rights           `json:"rights"`
	Accounts      []account        `json:"accounts"`
	Sessions      []consoleSession `json:"sessions"`
	Duplicates    []namesake       `json:"duplicates"`
	PolicyVersion int64            `json:"policy_version"`
}

var errNoPerson = problem.New("not_found", "there is no such person", "The console lists everybody under People.")

// getPerson is everything about one person: accounts, groups and roles with where they come from, and what is open in that name.
func (a *API) getPerson(c *fiber.Ctx) error {
	p := a.Directory.PersonByID(strings.Clone(c.Params("id")))
	if p == nil {
		return errNoPerson
	}
	current, version := a.Policies.Current()
	d := personDetail{
		ID: p.ID, Email: p.Email, Contact: p.Contact, Name: p.Name, Disabled: p.Disabled, Owner: slices.Contains(p.Direct.Roles, caller.Owner),
		GroupsKnown: !p.GroupsUnknown, Groups: a.groupsOf(p), Roles: rolesOf(p.Direct.Roles, p.Groups, a.Directory.RoleRules()),
		Rights:   rightsOf(current, subjectOf(p.Email, p.Groups, !p.GroupsUnknown), policy.Resource{}),
		Accounts: []account{}, Sessions: a.sessionsOf(p.ID, caller.Of(c).Credential), Duplicates: []namesake{}, PolicyVersion: version,
	}
	for i := range p.Accounts {
		d.Accounts = append(d.Accounts, a.accountOf(p, &p.Accounts[i]))
	}
	for _, name := range p.Duplicates {
		if other := a.Directory.Person(name); other != nil {
			d.Duplicates = append(d.Duplicates, namesake{other.ID, other.Email, other.Name})
		}
	}
	return c.JSON(d)
}

func (a *API) accountOf(p *caller.Person, acc *caller.Account) account {
	return account{
		ID: acc.ID, Connection: acc.Connection, Subject: acc.Subject, UserName: acc.UserName, Email: acc.Email, Name: acc.Name,
		Groups: list(acc.Groups), GroupsKnown: !acc.GroupsUnknown, Provisioned: acc.Provisioned, Active: acc.Active,
		Counts: !p.Disabled && a.Directory.AccountCounts(p, acc), CreatedAt: acc.CreatedAt, SignedInAt: acc.SignedInAt,
	}
}

// groupsOf says for each of a person's groups where it comes from.
func (a *API) groupsOf(p *caller.Person) []groupOf {
	from := map[string][]origin{}
	for _, g := range p.Direct.Groups {
		from[g] = append(from[g], origin{Kind: "direct"})
	}
	for i := range p.Accounts {
		acc := &p.Accounts[i]
		if !a.Directory.AccountCounts(p, acc) {
			continue
		}
		for _, g := range acc.Groups {
			from[g] = append(from[g], originOf(acc))
		}
	}
	out := make([]groupOf, len(p.Groups))
	for i, g := range p.Groups {
		out[i] = groupOf{g, list(from[g])}
	}
	return out
}

func originOf(acc *caller.Account) origin {
	if acc.Provisioned {
		return origin{"scim", acc.Connection}
	}
	return origin{"claims", acc.Connection}
}

// rolesOf is direct roles and those that rules give to groups.
func rolesOf(direct []caller.Role, groups []string, rules []caller.RoleRule) []roleOf {
	out := []roleOf{}
	for _, r := range direct {
		out = append(out, roleOf{Role: r, Direct: true, Repositories: []string{}})
	}
	for _, r := range rules {
		if slices.Contains(groups, r.Group) {
			out = append(out, roleOf{Role: r.Role, Rule: r.ID, Group: r.Group, Repositories: list(r.Repositories)})
		}
	}
	return out
}

func (a *API) sessionsOf(personID, own string) []consoleSession {
	out := []consoleSession{}
	for _, s := range a.Directory.Sessions() {
		if s.PersonID == personID {
			out = append(out, consoleSession{s.ID, s.Connection, s.CreatedAt, s.SeenAt, s.ID == own})
		}
	}
	slices.SortFunc(out, func(x, y consoleSession) int { return y.SeenAt.Compare(x.SeenAt) })
	return out
}
