package server

import (
	"bytes"
	_ "embed"
	"html/template"

	"github.com/gofiber/fiber/v2"

	"ambit/server/problem"
)

//go:embed error_page.html
var errorPageText string

var errorPage = template.Must(template.New("error").Parse(errorPageText))

// failPage tells a person what went wrong on their way through an identity provider, and what to do.
func (s *Server) failPage(c *fiber.Ctx, d *problem.Details) error {
	nonce, err := s.nonce()
	if err != nil {
		return err
	}
	var page bytes.Buffer
	if err := errorPage.Execute(&page, struct {
		*problem.Details
		Nonce string
	}{d, nonce}); err != nil {
		return err
	}
	c.Set(fiber.HeaderContentSecurityPolicy, "default-src 'none'; style-src 'nonce-"+nonce+"'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
	c.Status(d.Status).Context().SetContentType(fiber.MIMETextHTMLCharsetUTF8)
	return c.Send(page.Bytes())
}
