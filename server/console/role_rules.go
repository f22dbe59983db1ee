package console

import (
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"ambit/server/caller"
)

type roleRule struct {
	ID           string      `json:"id"`
	Group        string      `json:"group"`
	Role         caller.Role `json:"role"`
	Repositories []string    `json:"repositories"`
	CreatedAt    time.Time   `json:"created_at"`
	CreatedBy    string      `json:"created_by"`
}

func roleRuleOf(r *caller.RoleRule) roleRule {
	return roleRule{r.ID, r.Group, r.Role, list(r.Repositories), r.CreatedAt, r.CreatedBy}
}

// listRoleRules lists which groups give which console roles.
func (a *API) listRoleRules(c *fiber.Ctx) error {
	out := []roleRule{}
	for _, r := range a.Directory.RoleRules() {
		out = append(out, roleRuleOf(&r))
	}
	return c.JSON(fiber.Map{"rules": out})
}

type addRoleRuleRequest struct {
	Group        string      `json:"group" validate:"required,max=200"`
	Role         caller.Role `json:"role" validate:"required,max=40"`
	Repositories []string    `json:"repositories" validate:"max=200"`
}

// addRoleRule gives a console role to the members of a group, from their next request on.
func (a *API) addRoleRule(c *fiber.Ctx) error {
	var r addRoleRuleRequest
	if err := bind(c, &r); err != nil {
		return err
	}
	rule := caller.RoleRule{Group: r.Group, Role: r.Role, Repositories: r.Repositories}
	rule, err := a.Directory.AddRoleRule(c.UserContext(), caller.Of(c), rule, caller.Address(c))
	if err != nil {
		return err
	}
	return c.Status(fiber.StatusCreated).JSON(roleRuleOf(&rule))
}

// deleteRoleRule takes a role from a group. Sessions lose it at once.
func (a *API) deleteRoleRule(c *fiber.Ctx) error {
	if err := a.Directory.DeleteRoleRule(c.UserContext(), caller.Of(c), strings.Clone(c.Params("id")), caller.Address(c)); err != nil {
		return err
	}
	return c.SendStatus(fiber.StatusNoContent)
}
