package console

import (
	"github.com/gofiber/fiber/v2"
)

// listSignInChoices lists the connections to offer at the sign-in page: with an e-mail address the one that its domain belongs
// to. It tells nothing about who has an account.
func (a *API) listSignInChoices(c *fiber.Ctx) error {
	email, err := text(c, "email", 254)
	if err != nil {
		return err
	}
	return c.JSON(fiber.Map{"choices": list(a.SignOn.Choices(email))})
}
