package server

import (
	"fmt"

	"github.com/gofiber/fiber/v2"

	"ambit/server/caller"
	"ambit/server/problem"
)

// health answers as long as the process can answer at all.
func (s *Server) health(c *fiber.Ctx) error {
	return c.JSON(map[string]string{"status": "ok"})
}

var notReady = problem.New("ledger_unavailable", "the ledger can't be written, so every decision is refused",
	"Make room on the disk or mend its permissions; Ambit goes on by itself.")

// ready is false while decisions can't be recorded, because then every one of them is refused.
func (s *Server) ready(c *fiber.Ctx) error {
	if err := s.Health(); err != nil {
		return fmt.Errorf("%w: %w", notReady, err)
	}
	return c.JSON(map[string]string{"status": "ready"})
}

// whoAmI tells a caller who Ambit takes it for.
func (s *Server) whoAmI(c *fiber.Ctx) error {
	p := caller.Of(c)
	return c.JSON(struct {
		Kind   caller.Kind    `json:"kind"`
		ID     string         `json:"id"`
		Person string         `json:"person,omitempty"`
		Name   string         `json:"name,omitempty"`
		Roles  []caller.Role  `json:"roles,omitempty"`
		Scopes []caller.Scope `json:"scopes,omitempty"`
	}{p.Kind, p.ID, p.Person, p.Name, p.Roles, p.Scopes})
}

func schema(body []byte) fiber.Handler {
	return func(c *fiber.Ctx) error {
		c.Set(fiber.HeaderCacheControl, "public, max-age=3600")
		c.Context().SetContentType("application/schema+json")
		return c.Send(body)
	}
}
