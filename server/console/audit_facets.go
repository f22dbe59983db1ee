package console

import "github.com/gofiber/fiber/v2"

// countFacets counts what the newest events of a search have in common: the choices that a filter offers.
func (a *API) countFacets(c *fiber.Ctx) error {
	q, err := filters(c)
	if err != nil {
		return err
	}
	f, err := a.Ledger.Facets(c.UserContext(), q)
	if err != nil {
		return err
	}
	return c.JSON(f)
}
