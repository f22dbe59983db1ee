package caller

import "github.com/gofiber/fiber/v2"

// key of the principal in a request's user values; private, so that only Attach can set it.
type key struct{}

var nobody = &Principal{Kind: Anonymous}

// Nobody is the principal of a request without credentials.
func Nobody() *Principal { return nobody }

// Attach puts the authenticated principal into the request.
func Attach(c *fiber.Ctx, p *Principal) { c.Context().SetUserValue(key{}, p) }

// Of returns who is calling; never nil.
func Of(c *fiber.Ctx) *Principal {
	if p, ok := c.Context().UserValue(key{}).(*Principal); ok {
		return p
	}
	return nobody
}

type addressKey struct{}

// AttachAddress puts the caller's network address into the request.
func AttachAddress(c *fiber.Ctx, address string) { c.Context().SetUserValue(addressKey{}, address) }

// Address is where the caller is, trusted proxies looked through; "" on the control socket and the decision endpoints.
func Address(c *fiber.Ctx) string {
	address, _ := c.Context().UserValue(addressKey{}).(string)
	return address
}
