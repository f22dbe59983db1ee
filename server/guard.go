package server

import (
	"crypto/subtle"
	"fmt"
	"net/url"
	"runtime/debug"
	"strings"

	"github.com/gofiber/fiber/v2"

	"ambit/server/caller"
	"ambit/server/problem"
)

// Cookie names of the console's session. The first needs https (RFC 6265bis, section 4.1.3.2); the second serves loopback.
const (
	CookieSecure   = "__Host-ambit"
	CookieLoopback = "ambit"
)

// guard puts everything that must hold before a handler runs in front of it: size, host, credential, access, forgery.
// It is one function rather than a chain of middleware because the decision endpoints are the hot path.
func (s *Server) guard(route *caller.Route, h fiber.Handler) fiber.Handler {
	limit := route.MaxBody
	if limit == 0 {
		limit = caller.MaxBodyDefault
	}
	browsers := route.Browsers()
	changes := route.Method != fiber.MethodGet
	hot := route.Shape == caller.ShapeAuthZEN || route.Shape == caller.ShapeHook // nothing there asks for the address
	return func(c *fiber.Ctx) (err error) {
		defer func() {
			if v := recover(); v != nil {
				s.Log.Error("a handler panicked", "operation", route.ID, "panic", fmt.Sprint(v), "stack", string(debug.Stack()))
				err = s.fail(c, route, fmt.Errorf("handle %s: panic", route.ID))
			}
		}()
		if browsers {
			s.securityHeaders(c)
		}
		if route.Shape == caller.ShapePage {
			// Under no-referrer a browser sends "Origin: null" with a form, which can't be told from another site's.
			c.Set(fiber.HeaderReferrerPolicy, "same-origin")
		}
		if len(c.Request().Body()) > limit {
			return s.fail(c, route, problem.New("too_large", fmt.Sprintf("the request's body is longer than %d bytes", limit), ""))
		}
		p, err := s.who(c, browsers && !route.FromElsewhere)
		if err != nil {
			return s.fail(c, route, err)
		}
		switch route.Access.Admit(p) {
		case caller.Unauthenticated:
			return s.fail(c, route, unauthenticated)
		case caller.Forbidden:
			return s.fail(c, route, forbidden(p, route))
		case caller.Admitted:
		}
		if p.Kind != caller.Local && !hot {
			if browsers && !route.FromElsewhere {
				if err := s.sameOrigin(c, p, changes, csrfOf(c, route)); err != nil {
					return s.fail(c, route, err)
				}
			}
			caller.AttachAddress(c, s.address(c))
		}
		caller.Attach(c, p)
		if err := h(c); err != nil {
			return s.fail(c, route, err)
		}
		return nil
	}
}

var unauthenticated = problem.New("unauthenticated", "this needs a caller that Ambit knows",
	"Sign in to the console, or send `Authorization: Bearer` with a token from `ambit token create`.")

func forbidden(p *caller.Principal, route *caller.Route) error {
	if p.Kind == caller.Browser && len(route.Access.Roles) == 0 {
		return problem.New("forbidden", "people can't do this in the console", "Use an API token with the scope "+names(route.Access.Scopes, " or ")+".")
	}
	if p.Kind == caller.Browser {
		return problem.New("forbidden", "your roles don't include this", "Ask an owner for "+names(route.Access.Roles, " or ")+".")
	}
	if len(route.Access.Scopes) == 0 {
		return problem.New("forbidden", "API tokens can't do this", "Use the console.")
	}
	if route.Shape == caller.ShapeSCIM {
		return problem.New("forbidden", "this needs the SCIM token of a connection", "Create one in the console, under the connection's provisioning.")
	}
	return problem.New("forbidden", "the token lacks the scope "+names(route.Access.Scopes, " or "),
		"Create one with `ambit token create --scope "+string(route.Access.Scopes[0])+"`.")
}

func names[T ~string](list []T, sep string) string {
	var b strings.Builder
	for i, v := range list {
		if i > 0 {
			b.WriteString(sep)
		}
		b.WriteString(string(v))
	}
	return b.String()
}

// who authenticates: the control socket by the connection itself, else a bearer token, else (for browsers) the cookie.
func (s *Server) who(c *fiber.Ctx, cookies bool) (*caller.Principal, error) {
	if isLocal(c.Context().Conn()) {
		return s.LocalPrincipal, nil
	}
	if auth := c.Context().Request.Header.Peek(fiber.HeaderAuthorization); len(auth) > 0 {
		token := bearer(auth)
		if token == "" {
			return nil, problem.New("unauthenticated", "the Authorization header isn't a bearer token", "Send `Authorization: Bearer TOKEN`.")
		}
		return s.Auth.Bearer(token)
	}
	if !cookies {
		return caller.Nobody(), nil
	}
	// Over https only the name that the browser guards counts: a neighbouring site could plant the other one, and the visitor
	// would work in somebody else's session.
	name := CookieLoopback
	if s.PublicURL != nil && s.PublicURL.Scheme == "https" || s.PublicURL == nil && s.TLS {
		name = CookieSecure
	}
	if value := c.Context().Request.Header.Cookie(name); len(value) > 0 {
		// A cookie that no longer counts makes its bearer anonymous, not wrong: the console then shows the sign-in page.
		if p, err := s.Auth.Cookie(string(value)); err == nil && p != nil {
			return p, nil
		}
	}
	return caller.Nobody(), nil
}

// bearer is the token of an Authorization header; "" where it holds none.
func bearer(auth []byte) string {
	const scheme = "bearer "
	if len(auth) <= len(scheme) || !strings.EqualFold(string(auth[:len(scheme)]), scheme) {
		return ""
	}
	return strings.TrimSpace(string(auth[len(scheme):]))
}

// sameOrigin stops other web sites from using a visitor's browser: the host name must be ours (a re-bound name is not), a
// changing request must come from our own pages, and with a session it must carry the session's own value.
func (s *Server) sameOrigin(c *fiber.Ctx, p *caller.Principal, changes bool, csrf string) error {
	if p.Kind == caller.APIToken || p.Kind == caller.Credential || p.Kind == caller.Provisioner {
		return nil // a browser doesn't add bearer tokens by itself
	}
	host := strings.ToLower(string(c.Context().Host()))
	if s.Hosts != nil && !s.Hosts(host) {
		return problem.New("misdirected", "this server isn't known as "+host, "Start it with `--public-url` naming the address that people use.")
	}
	if !changes {
		return nil
	}
	if origin := c.Get(fiber.HeaderOrigin); origin != "" && !s.ownOrigin(origin, host) {
		return problem.New("csrf", "the request comes from another site", "")
	}
	if site := c.Get("Sec-Fetch-Site"); site != "" && site != "same-origin" && site != "none" {
		return problem.New("csrf", "the request comes from another site", "")
	}
	if p.Kind == caller.Browser && (p.CSRF == "" || subtle.ConstantTimeCompare([]byte(csrf), []byte(p.CSRF)) != 1) {
		return problem.New("csrf", "the X-CSRF-Token header is missing or stale", "Reload the page.")
	}
	return nil
}

// csrfOf is the session's own value as a changing request carries it: in a header, or on pages that work without a script in
// a form's field.
func csrfOf(c *fiber.Ctx, route *caller.Route) string {
	if csrf := c.Get("X-CSRF-Token"); csrf != "" || route.Shape != caller.ShapePage {
		return csrf
	}
	return string(c.Request().PostArgs().Peek("csrf"))
}

func (s *Server) ownOrigin(origin, host string) bool {
	u, err := url.Parse(origin)
	if err != nil || u.Host == "" {
		return false
	}
	if s.PublicURL != nil && strings.EqualFold(u.Host, s.PublicURL.Host) {
		return u.Scheme == s.PublicURL.Scheme
	}
	return strings.EqualFold(u.Host, host)
}
