package console

import (
	"github.com/gofiber/fiber/v2"

	"ambit/policy"
	"ambit/server/caller"
)

type person struct {
	Email    string        `json:"email"`
	Name     string        `json:"name"`
	Groups   []string      `json:"groups"`
	Roles    []caller.Role `json:"roles"`
	Tier     string        `json:"tier,omitempty"`
	Disabled bool          `json:"disabled"`
}

// listPeople lists everybody with the permission tier that the published policy gives them.
func (a *API) listPeople(c *fiber.Ctx) error {
	current, _ := a.Policies.Current()
	all := a.Identity.People()
	out := make([]person, len(all))
	for i := range all {
		p := &all[i]
		out[i] = person{p.Email, p.Name, list(p.Groups), list(p.Roles), "", p.Disabled}
		if current != nil && !p.Disabled {
			subject := policy.Subject{ID: p.Email, Groups: p.Groups, GroupsKnown: !p.GroupsUnknown}
			out[i].Tier = current.Limits(subject, policy.Resource{}, "").Tier
		}
	}
	return c.JSON(fiber.Map{"people": out})
}
