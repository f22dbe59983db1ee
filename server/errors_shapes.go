package server

import (
	"errors"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"ambit/server/problem"
)

// failOAuth refuses in the shape of RFC 6749, section 5.2. An error that knows its own OAuth code and status says so itself.
func (s *Server) failOAuth(c *fiber.Ctx, d *problem.Details, err error) error {
	var own interface {
		OAuthError() (code string, status int)
	}
	code, status := "invalid_request", d.Status
	switch {
	case errors.As(err, &own):
		code, status = own.OAuthError()
	case d.Status == fiber.StatusUnauthorized:
		code = "invalid_token"
	case d.Status == fiber.StatusForbidden:
		code = "access_denied"
	case d.Status == fiber.StatusServiceUnavailable, d.Status == fiber.StatusTooManyRequests:
		code = "temporarily_unavailable"
	case d.Status >= fiber.StatusInternalServerError:
		code = "server_error"
	}
	if status == fiber.StatusUnauthorized {
		c.Set(fiber.HeaderWWWAuthenticate, `Bearer realm="ambit", error="`+code+`"`)
	}
	c.Set(fiber.HeaderCacheControl, "no-store")
	text := d.Detail
	if d.Hint != "" {
		text += " " + d.Hint
	}
	return c.Status(status).JSON(fiber.Map{"error": code, "error_description": text, "error_id": d.ID})
}

// failSCIM refuses in the shape of RFC 7644, section 3.12. An error may know its own scimType.
func (s *Server) failSCIM(c *fiber.Ctx, d *problem.Details, err error) error {
	if d.Status == fiber.StatusUnauthorized {
		c.Set(fiber.HeaderWWWAuthenticate, `Bearer realm="ambit"`)
	}
	detail := d.Detail
	if d.Hint != "" { // the client shows its admin nothing else
		detail += " " + d.Hint
	}
	body := fiber.Map{
		"schemas": []string{"urn:ietf:params:scim:api:messages:2.0:Error"},
		"status":  strconv.Itoa(d.Status), "detail": detail,
	}
	var own interface{ SCIMType() string }
	if errors.As(err, &own) && own.SCIMType() != "" {
		body["scimType"] = own.SCIMType()
	}
	if err := c.Status(d.Status).JSON(body); err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, "application/scim+json")
	return nil
}
