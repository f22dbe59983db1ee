package console

import (
	_ "embed"

	"github.com/gofiber/fiber/v2"
)

//go:embed openapi.json
var openAPI []byte

// getOpenAPI is the OpenAPI 3.1 document of this API.
func (a *API) getOpenAPI(c *fiber.Ctx) error {
	c.Type("json")
	return c.Send(openAPI)
}
