package sso

import (
	"context"
	"crypto/sha256"
	"net/http"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"ambit/server/caller"
	"ambit/server/identity/idp"
	"ambit/server/limit"
	"ambit/server/problem"
)

var (
	errLimited = problem.New("rate_limited", "too many sign-ins were started from here", "Wait a minute, then try again.")
	errLost    = idp.Refuse("flow", "this sign-in was not started by your browser, was finished already, or took too long",
		"Start again from the sign-in page.")
)

// login is GET /sso/{connection}/login: it sends the browser to the identity provider.
func (s *Service) login(c *fiber.Ctx) error {
	if !s.starts.Take(limit.Network(caller.Address(c)), s.Now()) {
		return errLimited
	}
	connection := s.Directory.Connection(c.Params("connection"))
	if connection == nil || connection.Kind == caller.KindWorkload {
		return problem.New("not_found", "there is no such sign-in connection", "Start again from the sign-in page.")
	}
	f, err := s.newFlow(c, connection)
	if err != nil {
		return err
	}
	p, err := s.provider(connection)
	if err != nil {
		return s.fail(c, f, err)
	}
	ctx, cancel := context.WithTimeout(c.UserContext(), outside)
	defer cancel()
	to, err := p.begin(ctx, f)
	s.keepMetadata(ctx, p)
	if err != nil {
		return s.fail(c, f, err)
	}
	s.flows.add(f)
	if to.form != nil {
		return s.sendForm(c, to)
	}
	return c.Redirect(to.url, http.StatusSeeOther)
}

// newFlow notes what the browser wants, and binds it to the browser.
func (s *Service) newFlow(c *fiber.Ctx, connection *caller.Connection) (*flow, error) {
	f := &flow{
		connection: connection.ID, callback: s.URLs(connection.ID).Callback, purpose: strings.Clone(c.Query("for", forConsole)),
		site: limit.Site(caller.Address(c)), started: s.Now(),
	}
	switch f.purpose {
	case forConsole:
		f.back = localPath(strings.Clone(c.Query("return")))
	case forDevice:
		if f.device = strings.Clone(c.Query("flow")); f.device == "" || s.Devices == nil {
			return nil, problem.New("invalid", "no device waits to be approved", "Start again with the code that your terminal shows.")
		}
		f.oidc.Fresh = true // the browser may have been left open, with the provider's session in it
	case forTest:
		p := caller.Of(c)
		if p.Kind != caller.Browser || !p.HasRole(caller.IdentityAdmin) {
			return nil, problem.New("forbidden", "a test sign-in is for identity admins", "Ask an owner.")
		}
		f.admin = p.ID
	default:
		return nil, problem.New("invalid", "there is no such purpose of a sign-in", "Start again from the sign-in page.")
	}
	if f.purpose != forTest && connection.Stage != caller.StageLive && connection.Stage != caller.StageStaging {
		return nil, idp.Refuse("stage", connection.Name+" is not open for signing in", "Sign in another way, or ask your administrator.")
	}
	var err error
	if f.id, err = s.secret(); err != nil {
		return nil, err
	}
	cookie := s.browser(c)
	if cookie == "" {
		if cookie, err = s.secret(); err != nil {
			return nil, err
		}
	}
	f.browser = sha256.Sum256([]byte(cookie))
	c.Cookie(&fiber.Cookie{
		Name: s.flowCookie(), Value: cookie, Path: "/", MaxAge: int(flowLife / time.Second), Secure: s.Directory.Secure(), HTTPOnly: true,
		SameSite: fiber.CookieSameSiteLaxMode,
	})
	return f, nil
}

func (s *Service) flowCookie() string { return s.Directory.CookieName() + "-flow" }

// browser is the cookie that ties flows to a browser; "" where it has none of the right form.
func (s *Service) browser(c *fiber.Ctx) string {
	value := strings.Clone(c.Cookies(s.flowCookie()))
	if len(value) != 43 {
		return ""
	}
	return value
}

// localPath keeps a path in our own console and nothing else: "//elsewhere", "/\elsewhere" and whole URLs lead away.
func localPath(path string) string {
	if len(path) > 1000 || !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") || strings.ContainsAny(path, "\\\r\n\t") {
		return "/"
	}
	for _, r := range path {
		if r < ' ' || r == 0x7f {
			return "/"
		}
	}
	return path
}
