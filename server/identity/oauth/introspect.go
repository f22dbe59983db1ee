package oauth

import (
	"github.com/gofiber/fiber/v2"

	"ambit/server/caller"
)

// introspect tells whether a credential counts (RFC 7662). API tokens with scope decide may ask about any; an agent's credential
// only about its own family, so that nobody tries out what they found with one that is theirs.
func (s *Service) introspect(c *fiber.Ctx) error {
	private(c)
	f, err := readForm(c)
	if err != nil {
		return err
	}
	token, err := f.need("token")
	if err != nil {
		return err
	}
	is, ok, err := s.Identity.Introspect(c.UserContext(), token)
	if err != nil {
		return err
	}
	if by := caller.Of(c); !ok || by.Kind == caller.Credential && by.Credential != is.Family {
		return c.JSON(fiber.Map{"active": false})
	}
	kind := "Bearer"
	if is.Kind == "refresh" {
		kind = "refresh_token"
	}
	return c.JSON(struct {
		Active    bool   `json:"active"`
		Scope     string `json:"scope"`
		Username  string `json:"username"`
		TokenType string `json:"token_type"`
		Subject   string `json:"sub"`
		IssuedAt  int64  `json:"iat"`
		ExpiresAt int64  `json:"exp"`
		Issuer    string `json:"iss"`
		Family    string `json:"ambit_credential"`
	}{true, scopes(is.Scopes), is.Person, kind, is.PersonID, is.IssuedAt.Unix(), is.ExpiresAt.Unix(), s.base(c), is.Family})
}
