package sso

import (
	"context"
	"encoding/json"
	"errors"
	"html"
	"net/http"
	"net/url"
	"sync"

	"github.com/gofiber/fiber/v2"

	"ambit/server/caller"
	"ambit/server/identity/idp"
	"ambit/server/identity/oidc"
	"ambit/server/identity/saml"
	"ambit/server/problem"
)

// provider is a connection ready to be spoken to, in its own protocol.
type provider struct {
	of      *caller.Connection // as of which it was made
	config  *Config
	oidc    *oidc.Provider // of people, or of workload tokens
	saml    *saml.Provider
	unasked bool // takes SAML assertions that nobody asked for

	keeping sync.Mutex
	kept    string // the SAML provider's metadata that is in the database
}

var errNoConnection = problem.New("not_found", "there is no such sign-in connection", "Start again from the sign-in page.")

// providerOf finds a connection's provider by the connection's id.
func (s *Service) providerOf(id string) (*provider, error) {
	c := s.Directory.Connection(id)
	if c == nil {
		return nil, errNoConnection
	}
	return s.provider(c)
}

// provider makes a connection's provider at first use, and anew when the connection was changed: what was fetched from the
// identity provider stays with it otherwise.
func (s *Service) provider(c *caller.Connection) (*provider, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if p := s.providers[c.ID]; p != nil && sameSettings(p.of, c) {
		return p, nil
	}
	p, err := s.newProvider(c)
	if err != nil {
		return nil, err
	}
	s.providers[c.ID] = p
	return p, nil
}

// sameSettings reports whether nothing changed that the protocols know of: a new stage or name keeps the provider.
func sameSettings(a, b *caller.Connection) bool {
	return string(a.Config) == string(b.Config) && a.Secrets[secretClient] == b.Secrets[secretClient] && a.Secrets[secretSAMLKeys] == b.Secrets[secretSAMLKeys]
}

func (s *Service) newProvider(c *caller.Connection) (*provider, error) {
	cfg, found := ParseConfig(c.Kind, c.Config)
	if len(found) > 0 {
		return nil, found[0]
	}
	p := &provider{of: c, config: cfg}
	client := s.Networks.Client(outside, nil)
	switch c.Kind {
	case caller.KindOIDC:
		p.oidc = oidc.New(*cfg.OIDC, c.Secrets[secretClient], client, s.Now, s.Rand)
	case caller.KindWorkload:
		p.oidc = oidc.New(cfg.Workload.oidc(), "", client, s.Now, s.Rand)
	case caller.KindSAML:
		keys, err := samlKeys(c)
		if err != nil {
			return nil, err
		}
		urls := s.URLs(c.ID)
		p.unasked = cfg.SAML.AllowIDPInitiated
		ours, settings := saml.URLs{EntityID: urls.EntityID, ACS: urls.ACS, Metadata: urls.EntityID}, *cfg.SAML
		if p.kept = s.keptMetadata(c.ID, cfg.SAML); p.kept != "" {
			settings.Metadata = p.kept
		}
		p.saml, err = saml.New(settings, keys, ours, client, s.Now, s.Rand)
		if err != nil && p.kept != "" { // what was good once is not by the rules of today
			p.saml, err = saml.New(*cfg.SAML, keys, ours, client, s.Now, s.Rand)
		}
		if err != nil {
			return nil, err
		}
	}
	return p, nil
}

func samlKeys(c *caller.Connection) (saml.Keys, error) { return readKeys(c.Secrets[secretSAMLKeys]) }

func readKeys(text string) (saml.Keys, error) {
	var keys saml.Keys
	if err := json.Unmarshal([]byte(text), &keys); err != nil {
		return keys, idp.Refuse(idp.ReasonConfiguration, "the connection's own keys can't be read", "Make new ones on the connection's page.").Because(err)
	}
	return keys, nil
}

// destination is where a browser goes: by a redirect, or by posting a form.
type destination struct {
	url  string
	form map[string]string // nil: redirect
}

func (p *provider) begin(ctx context.Context, f *flow) (destination, error) {
	if p.oidc != nil {
		to, of, err := p.oidc.Begin(ctx, f.callback, f.oidc)
		if err == nil {
			f.oidc, f.id = of, of.State
		}
		return destination{url: to}, err
	}
	return p.beginSAML(ctx, f)
}

// sendForm answers with a page that posts a form to the identity provider by itself, and by a button where scripts are off.
func (s *Service) sendForm(c *fiber.Ctx, to destination) error {
	nonce, err := s.secret()
	if err != nil {
		return err
	}
	target, err := url.Parse(to.url)
	if err != nil {
		return errors.New("the identity provider's address is not a URL")
	}
	page := `<!doctype html><html lang="en"><meta charset="utf-8"><title>Signing in · Ambit</title><form method="post" action="` + html.EscapeString(to.url) + `">`
	for name, value := range to.form {
		page += `<input type="hidden" name="` + html.EscapeString(name) + `" value="` + html.EscapeString(value) + `">`
	}
	page += `<p>You are being taken to your organisation's sign-in.</p><button>Continue</button></form><script nonce="` + nonce + `">document.forms[0].submit()</script></html>`
	c.Set(fiber.HeaderContentSecurityPolicy, "default-src 'none'; script-src 'nonce-"+nonce+"'; form-action "+target.Scheme+"://"+target.Host+"; base-uri 'none'; frame-ancestors 'none'")
	c.Context().SetContentType(fiber.MIMETextHTMLCharsetUTF8)
	return c.Status(http.StatusOK).SendString(page)
}
