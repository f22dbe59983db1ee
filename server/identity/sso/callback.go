package sso

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/gofiber/fiber/v2"

	"ambit/server/caller"
	"ambit/server/identity/idp"
)

// callback is GET /sso/{connection}/callback: the browser comes back from an OpenID provider.
func (s *Service) callback(c *fiber.Ctx) error {
	connection := strings.Clone(c.Params("connection"))
	params, err := url.ParseQuery(string(c.Request().URI().QueryString()))
	if err != nil {
		return errLost
	}
	f := s.flows.take(params.Get("state"), connection, s.Now())
	if f == nil || !f.of(s.browser(c)) {
		return s.lost(c, connection)
	}
	ctx, cancel := context.WithTimeout(c.UserContext(), outside)
	defer cancel()
	p, err := s.providerOf(connection)
	if err != nil {
		return s.fail(c, f, err)
	}
	if p.oidc == nil {
		return s.fail(c, f, errLost)
	}
	claims, notes, err := p.oidc.Finish(ctx, f.callback, f.oidc, params)
	if err != nil {
		return s.fail(c, f, err)
	}
	return s.arrived(c, f, claims, notes)
}

// assertionConsumer is POST /sso/{connection}/saml/acs. The post comes from the provider's site, so the browser sends no cookie
// along: the answer is checked here, and taken up in finish, where the cookie shows whose it is. A refusal is recorded here: whoever
// forged an answer wouldn't go on to finish. Only what an admin's test sign-in received waits, to be shown there.
func (s *Service) assertionConsumer(c *fiber.Ctx) error {
	connection := strings.Clone(c.Params("connection"))
	form, err := url.ParseQuery(string(c.Request().Body()))
	if err != nil {
		return errLost
	}
	p, err := s.providerOf(connection)
	if err != nil {
		return err
	}
	if p.saml == nil {
		return errLost
	}
	ctx, cancel := context.WithTimeout(c.UserContext(), outside)
	defer cancel()
	relay := form.Get("RelayState")
	f := s.flows.answering(relay, connection, s.Now())
	if f == nil {
		return s.unasked(ctx, c, p, connection, form)
	}
	var a answer
	a.claims, a.notes, a.refused = p.saml.Finish(ctx, f.saml, form, s.replays(connection))
	s.keepMetadata(ctx, p)
	if a.refused != nil && f.purpose != forTest {
		s.flows.take(f.id, connection, s.Now())
		return s.fail(c, f, a.refused)
	}
	s.flows.answered(f, &a)
	return c.Redirect("/sso/"+connection+"/finish?flow="+url.QueryEscape(f.id), http.StatusSeeOther)
}

// unasked takes an assertion that nobody asked for, where an admin opened the connection for those.
func (s *Service) unasked(ctx context.Context, c *fiber.Ctx, p *provider, connection string, form url.Values) error {
	if !p.unasked {
		return s.lost(c, connection)
	}
	f := &flow{connection: connection, purpose: forConsole, back: "/", started: s.Now()}
	claims, notes, err := p.saml.Finish(ctx, f.saml, form, s.replays(connection))
	s.keepMetadata(ctx, p)
	var refusal *idp.Refusal
	if errors.As(err, &refusal) {
		return s.refuse(ctx, connection, caller.Address(c), refusal)
	}
	if err != nil {
		return err
	}
	return s.arrived(c, f, claims, notes)
}

// finish is GET /sso/{connection}/finish: the same browser, now with its cookie.
func (s *Service) finish(c *fiber.Ctx) error {
	connection := strings.Clone(c.Params("connection"))
	f, a := s.flows.takeAnswer(strings.Clone(c.Query("flow")), connection, s.browser(c), s.Now())
	if f == nil {
		return s.lost(c, connection)
	}
	if a.refused != nil {
		return s.fail(c, f, a.refused)
	}
	return s.arrived(c, f, a.claims, a.notes)
}

// arrived does what the browser came for.
func (s *Service) arrived(c *fiber.Ctx, f *flow, claims *idp.Claims, notes []idp.Note) error {
	if f.purpose == forTest {
		return s.tested(c, f, claims, notes, nil)
	}
	address := caller.Address(c)
	a, err := s.Directory.Arrive(c.UserContext(), f.connection, claims, address)
	if err != nil {
		return err
	}
	if f.purpose == forDevice {
		return s.Devices.Approve(c.UserContext(), c, f.device, *a)
	}
	signed, err := s.Directory.OpenSession(c.UserContext(), a, strings.Clone(c.Cookies(s.Directory.CookieName())), address)
	if err != nil {
		return err
	}
	c.Cookie(&fiber.Cookie{
		Name: s.Directory.CookieName(), Value: signed.Cookie, Path: "/", SessionOnly: true, Secure: s.Directory.Secure(), HTTPOnly: true,
		SameSite: fiber.CookieSameSiteLaxMode,
	})
	return c.Redirect(f.back, http.StatusSeeOther)
}

// fail records why a sign-in came to nothing and tells the person; a test sign-in shows it to the admin instead.
func (s *Service) fail(c *fiber.Ctx, f *flow, err error) error {
	var refusal *idp.Refusal
	if !errors.As(err, &refusal) {
		return err
	}
	s.logCause(f.connection, refusal)
	if f.purpose == forTest {
		return s.tested(c, f, nil, nil, refusal)
	}
	return s.Directory.RefusedAt(c.UserContext(), f.connection, "", caller.Address(c), refusal)
}

func (s *Service) logCause(connection string, refusal *idp.Refusal) {
	if refusal.Cause != nil {
		s.Log.Warn("a sign-in was refused", "connection", connection, "reason", refusal.Reason, "cause", refusal.Cause)
	}
}

// lost records an answer that belongs to no sign-in of this browser: a replay, a planted link, or a page left open for long.
func (s *Service) lost(c *fiber.Ctx, connection string) error {
	if s.Directory.Connection(connection) == nil {
		return errLost
	}
	return s.refuse(c.UserContext(), connection, caller.Address(c), errLost)
}
