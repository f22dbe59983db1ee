package console

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"ambit/server/caller"
	"ambit/server/problem"
)

// inspectConnection asks the identity provider what it is, before anybody signs in there.
func (a *API) inspectConnection(c *fiber.Ctx) error {
	notes, err := a.SignOn.Inspect(c.UserContext(), strings.Clone(c.Params("id")))
	if err != nil {
		return err
	}
	return c.JSON(fiber.Map{"notes": list(notes)})
}

// getTestSignIn shows what a test sign-in received. It holds personal data: only the admin who made it sees it, for an hour.
func (a *API) getTestSignIn(c *fiber.Ctx) error {
	t := a.SignOn.TestSignIn(caller.Of(c).ID, strings.Clone(c.Params("id")), strings.Clone(c.Params("test")))
	if t == nil {
		return problem.New("not_found", "there is no such test sign-in, or not any more", "Results are kept for an hour, for the admin who made the test. Sign in for a test again.")
	}
	t.Groups, t.Roles, t.Repositories, t.Duplicates = list(t.Groups), list(t.Roles), list(t.Repositories), list(t.Duplicates)
	t.Notes, t.Problems = list(t.Notes), list(t.Problems)
	if t.Claims == nil {
		t.Claims = []byte("{}")
	}
	c.Set(fiber.HeaderCacheControl, "no-store")
	return c.JSON(t)
}
