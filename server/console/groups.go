package console

import (
	"maps"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"ambit/policy"
	"ambit/server/caller"
)

type group struct {
	Name   string   `json:"name"`
	People int      `json:"people"` // who count
	From   []origin `json:"from"`
	Tier   string   `json:"tier"` // that it alone gives; "" is none
	Roles  []roleOf `json:"roles"`
}

// listGroups lists every group that somebody is in or that a rule names, with what it alone would give to somebody.
func (a *API) listGroups(c *fiber.Ctx) error {
	rules := a.Directory.RoleRules()
	found := map[string]*group{}
	at := func(name string) *group {
		if found[name] == nil {
			found[name] = &group{Name: name, From: []origin{}, Roles: rolesOf(nil, []string{name}, rules)}
		}
		return found[name]
	}
	for i := range rules {
		at(rules[i].Group)
	}
	all := a.Directory.People()
	for i := range all {
		a.countGroups(&all[i], at)
	}
	current, version := a.Policies.Current()
	out := make([]group, 0, len(found))
	for _, name := range slices.SortedFunc(maps.Keys(found), compareFold) {
		g := found[name]
		g.Tier = rightsOf(current, subjectOf("", []string{name}, true), policy.Resource{}).Tier
		slices.SortFunc(g.From, func(x, y origin) int { return strings.Compare(x.Kind+x.Connection, y.Kind+y.Connection) })
		out = append(out, *g)
	}
	return c.JSON(fiber.Map{"groups": out, "policy_version": version})
}

func (a *API) countGroups(p *caller.Person, at func(name string) *group) {
	from := func(names []string, o origin) {
		for _, name := range names {
			if g := at(name); !slices.Contains(g.From, o) {
				g.From = append(g.From, o)
			}
		}
	}
	from(p.Direct.Groups, origin{Kind: "direct"})
	for i := range p.Accounts {
		from(p.Accounts[i].Groups, originOf(&p.Accounts[i]))
	}
	if p.Disabled {
		return
	}
	for _, name := range p.Groups {
		at(name).People++
	}
}

func compareFold(x, y string) int {
	if c := strings.Compare(strings.ToLower(x), strings.ToLower(y)); c != 0 {
		return c
	}
	return strings.Compare(x, y)
}
