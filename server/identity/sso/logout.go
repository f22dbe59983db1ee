package sso

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"ambit/server/caller"
	"ambit/server/identity/idp"
)

// logoutMemory is for how long a logout token is remembered: longer than one is accepted, with the largest tolerated skew.
const logoutMemory = 15 * time.Minute

// backChannelLogout is POST /sso/{connection}/backchannel-logout (OpenID Connect Back-Channel Logout 1.0, section 2.5): the
// provider says that a session or a person is signed out there. What was opened through it is over before the answer is sent. A
// right token is never turned away for there being many: a provider signs everybody out from one address.
func (s *Service) backChannelLogout(c *fiber.Ctx) error {
	connection, address := strings.Clone(c.Params("connection")), caller.Address(c)
	p, err := s.providerOf(connection)
	if err != nil {
		return &logoutRefused{err}
	}
	form, err := url.ParseQuery(string(c.Request().Body()))
	if err != nil || p.oidc == nil || p.of.Kind != caller.KindOIDC {
		return &logoutRefused{idp.Refuse("logout", "this is no logout request", "Send a form with logout_token.")}
	}
	ctx, cancel := context.WithTimeout(c.UserContext(), outside)
	defer cancel()
	token, err := p.oidc.LogoutToken(ctx, form.Get("logout_token"))
	if err != nil {
		return s.logoutRefused(ctx, connection, address, err)
	}
	out := idp.Logout{Subject: token.Subject, SessionID: token.SessionID, TokenID: token.ID, Until: s.Now().Add(logoutMemory)}
	if err := s.Directory.LogOutAt(ctx, connection, out, address); err != nil {
		return s.logoutRefused(ctx, connection, address, err)
	}
	c.Set(fiber.HeaderCacheControl, "no-store")
	return c.SendStatus(fiber.StatusOK)
}

func (s *Service) logoutRefused(ctx context.Context, connection, address string, err error) error {
	var refusal *idp.Refusal
	if !errors.As(err, &refusal) {
		return err
	}
	if err := s.refuse(ctx, connection, address, refusal); !errors.As(err, &refusal) {
		return err
	}
	if refusal.Reason == idp.ReasonUnreachable {
		return refusal // its keys could not be had: the provider should try again
	}
	return &logoutRefused{refusal}
}

// logoutRefused is a refusal in the words of section 2.8: 400 with the error invalid_request.
type logoutRefused struct{ error }

// OAuthError implements the interface of the server's error shapes.
func (*logoutRefused) OAuthError() (code string, status int) {
	return "invalid_request", fiber.StatusBadRequest
}

// Code is the code of the answer.
func (*logoutRefused) Code() string { return "invalid" }

// Hint is empty: a provider is told, not a person.
func (*logoutRefused) Hint() string { return "" }

// Unwrap gives the refusal.
func (e *logoutRefused) Unwrap() error { return e.error }

// LogoutURL is where a browser goes after signing out here, to sign out at the identity provider too; "" where there is no
// such place. Call it before the session has ended.
func (s *Service) LogoutURL(ctx context.Context, cookie string) string {
	connection, hint := s.Directory.SessionHint(cookie)
	if connection == "" {
		return ""
	}
	p, err := s.providerOf(connection)
	if err != nil || p.oidc == nil {
		return ""
	}
	ctx, cancel := context.WithTimeout(ctx, outside/4)
	defer cancel()
	to, ok, err := p.oidc.LogoutURL(ctx, hint, s.URLs(connection).PostLogout, "")
	if err != nil || !ok {
		return "" // signing out here works without the provider
	}
	return to
}
