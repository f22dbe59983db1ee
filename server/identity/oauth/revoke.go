package oauth

import (
	"github.com/gofiber/fiber/v2"

	"ambit/server/caller"
)

// revoke ends the sign-in of which somebody holds a credential (RFC 7009): the whole family, whichever of its credentials it is.
// No client authenticates, because there is none but whoever holds the credential. An unknown one is a success as well.
func (s *Service) revoke(c *fiber.Ctx) error {
	private(c)
	f, err := readForm(c)
	if err != nil {
		return err
	}
	token, err := f.need("token")
	if err != nil {
		return err
	}
	if err := s.Identity.RevokeCredential(c.UserContext(), token, caller.Address(c)); err != nil {
		return err
	}
	return c.SendStatus(fiber.StatusOK)
}
