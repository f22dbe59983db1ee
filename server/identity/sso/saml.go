package sso

import (
	"context"
	"strings"

	"github.com/gofiber/fiber/v2"

	"ambit/server/problem"
)

// beginSAML makes the request and the way to the identity provider.
func (p *provider) beginSAML(ctx context.Context, f *flow) (destination, error) {
	start, of, err := p.saml.Begin(ctx, f.id, f.purpose == forDevice)
	if err != nil {
		return destination{}, err
	}
	f.saml = &of
	if start.Redirect != "" {
		return destination{url: start.Redirect}, nil
	}
	return destination{url: start.Post, form: start.Fields}, nil
}

// metadata is GET /sso/{connection}/saml/metadata: what the identity provider's admin uploads there.
func (s *Service) metadata(c *fiber.Ctx) error {
	p, err := s.providerOf(strings.Clone(c.Params("connection")))
	if err != nil {
		return err
	}
	if p.saml == nil {
		return problem.New("not_found", "this connection speaks no SAML", "")
	}
	doc, err := p.saml.Metadata()
	if err != nil {
		return err
	}
	c.Context().SetContentType("application/samlmetadata+xml")
	return c.Send(doc)
}
