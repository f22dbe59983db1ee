package console

import (
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"ambit/server/caller"
)

type token struct {
	ID        string         `json:"id"`
	Name      string         `json:"name"`
	Scopes    []caller.Scope `json:"scopes"`
	Person    string         `json:"person,omitempty"`
	CreatedAt time.Time      `json:"created_at"`
	CreatedBy string         `json:"created_by"`
	ExpiresAt time.Time      `json:"expires_at,omitzero"`
	LastUsed  time.Time      `json:"last_used_at,omitzero"`
	RevokedAt time.Time      `json:"revoked_at,omitzero"`
}

func tokenOf(t *caller.Token) token {
	return token{t.ID, t.Name, list(t.Scopes), t.Person, t.CreatedAt, t.CreatedBy, t.ExpiresAt, t.LastUsed, t.RevokedAt}
}

// listTokens lists all API tokens; a person's own token sees only that person's.
func (a *API) listTokens(c *fiber.Ctx) error {
	p := caller.Of(c)
	out := []token{}
	for _, t := range a.Identity.Tokens() {
		if p.Kind != caller.APIToken || p.Person == "" || p.Person == t.Person {
			out = append(out, tokenOf(&t))
		}
	}
	return c.JSON(fiber.Map{"tokens": out})
}

type createTokenRequest struct {
	Name      string         `json:"name" validate:"required,max=100"`
	Scopes    []caller.Scope `json:"scopes" validate:"required,min=1,max=6"`
	Person    string         `json:"person" validate:"max=254"`
	Groups    []string       `json:"groups" validate:"max=100,dive,required,max=100"`
	ExpiresAt time.Time      `json:"expires_at"`
}

type createdToken struct {
	Token  token  `json:"token"`
	Secret string `json:"secret"`
}

// createToken makes an API token; its secret is in this answer and nowhere else.
func (a *API) createToken(c *fiber.Ctx) error {
	var r createTokenRequest
	if err := bind(c, &r); err != nil {
		return err
	}
	t, secret, err := a.Identity.CreateToken(c.UserContext(), caller.Of(c), caller.NewToken{
		Name: r.Name, Scopes: r.Scopes, Person: r.Person, Groups: r.Groups, ExpiresAt: r.ExpiresAt, Address: caller.Address(c),
	})
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderCacheControl, "no-store")
	return c.Status(fiber.StatusCreated).JSON(createdToken{tokenOf(&t), secret})
}

// revokeToken ends an API token: the next request with it is refused.
func (a *API) revokeToken(c *fiber.Ctx) error {
	if err := a.Identity.RevokeToken(c.UserContext(), caller.Of(c), strings.Clone(c.Params("id")), caller.Address(c)); err != nil {
		return err
	}
	return c.SendStatus(fiber.StatusNoContent)
}
