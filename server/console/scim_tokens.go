package console

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"ambit/server/caller"
	"ambit/server/problem"
)

// Provisioning keeps the tokens by which identity providers provision their connection.
type Provisioning interface {
	SCIMTokens(connection string) []caller.SCIMToken // newest first
	CreateSCIMToken(ctx context.Context, by *caller.Principal, connection, address string) (caller.SCIMToken, string, error)
	RevokeSCIMToken(ctx context.Context, by *caller.Principal, id, address string) error
}

type scimToken struct {
	ID        string    `json:"id"`
	CreatedAt time.Time `json:"created_at"`
	CreatedBy string    `json:"created_by"`
	LastUsed  time.Time `json:"last_used_at,omitzero"`
	RevokedAt time.Time `json:"revoked_at,omitzero"`
}

func scimTokenOf(t *caller.SCIMToken) scimToken {
	return scimToken{t.ID, t.CreatedAt, t.CreatedBy, t.LastUsed, t.RevokedAt}
}

// listSCIMTokens lists a connection's SCIM tokens, with when each was last used.
func (a *API) listSCIMTokens(c *fiber.Ctx) error {
	id := strings.Clone(c.Params("id"))
	if a.Directory.Connection(id) == nil {
		return errNoConnection
	}
	out := []scimToken{}
	for _, t := range a.Provisioning.SCIMTokens(id) {
		out = append(out, scimTokenOf(&t))
	}
	return c.JSON(fiber.Map{"tokens": out})
}

type createdSCIMToken struct {
	Token  scimToken `json:"token"`
	Secret string    `json:"secret"`
}

// createSCIMToken makes a token; its secret is in this answer and nowhere else.
func (a *API) createSCIMToken(c *fiber.Ctx) error {
	t, secret, err := a.Provisioning.CreateSCIMToken(c.UserContext(), caller.Of(c), strings.Clone(c.Params("id")), caller.Address(c))
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderCacheControl, "no-store")
	return c.Status(fiber.StatusCreated).JSON(createdSCIMToken{scimTokenOf(&t), secret})
}

// revokeSCIMToken ends a token of this connection: the identity provider's next request with it is refused.
func (a *API) revokeSCIMToken(c *fiber.Ctx) error {
	connection, id := strings.Clone(c.Params("id")), strings.Clone(c.Params("token"))
	if !slices.ContainsFunc(a.Provisioning.SCIMTokens(connection), func(t caller.SCIMToken) bool { return t.ID == id }) {
		return problem.New("not_found", "there is no such SCIM token of this connection", "")
	}
	if err := a.Provisioning.RevokeSCIMToken(c.UserContext(), caller.Of(c), id, caller.Address(c)); err != nil {
		return err
	}
	return c.SendStatus(fiber.StatusNoContent)
}
