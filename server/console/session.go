package console

import (
	"net/url"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"ambit/server/caller"
)

type user struct {
	Email string        `json:"email"`
	Name  string        `json:"name"`
	Roles []caller.Role `json:"roles"`
}

type session struct {
	State             string `json:"state"`
	User              *user  `json:"user,omitempty"`
	CSRF              string `json:"csrf,omitempty"`
	Demo              bool   `json:"demo"`
	Version           string `json:"version"`
	PasskeysAvailable bool   `json:"passkeys_available"`
	PolicyVersion     *int64 `json:"policy_version,omitempty"`
	DemoPeople        []user `json:"demo_people,omitempty"`
}

// getSession tells the page whether to show set-up, sign-in or the console.
func (a *API) getSession(c *fiber.Ctx) error {
	s := a.session()
	if u, err := url.Parse(a.Public); err == nil && !strings.EqualFold(u.Hostname(), hostname(c)) {
		s.PasskeysAvailable = false // a passkey belongs to a name; under another one the browser refuses it
	}
	p := caller.Of(c)
	switch {
	case p.Kind == caller.Browser:
		a.signedIn(&s, &user{p.Person, p.Name, list(p.Roles)}, p.CSRF)
	case a.Identity.NeedsSetup():
		s.State = "setup"
	default:
		s.State = "signed_out"
	}
	return c.JSON(s)
}

// hostname is the name under which the browser opened the console, without the port.
func hostname(c *fiber.Ctx) string {
	u := url.URL{Host: string(c.Request().Host())}
	return u.Hostname()
}

func (a *API) session() session {
	s := session{Demo: a.Demo, Version: a.Version, PasskeysAvailable: a.Identity.PasskeysAvailable()}
	for _, p := range a.Identity.DemoPeople() {
		s.DemoPeople = append(s.DemoPeople, user{p.Email, p.Name, list(p.Roles)})
	}
	return s
}

func (a *API) signedIn(s *session, u *user, csrf string) {
	_, version := a.Policies.Current()
	s.State, s.User, s.CSRF, s.PolicyVersion = "signed_in", u, csrf, &version
}

// begin sets the cookie of a new session and says who is signed in.
func (a *API) begin(c *fiber.Ctx, in *caller.SignedIn) session {
	c.Cookie(a.cookie(in.Cookie, time.Time{}))
	s := a.session()
	a.signedIn(&s, &user{in.Person.Email, in.Person.Name, list(in.Person.Roles)}, in.CSRF)
	return s
}

// cookie lives until the browser closes, unless expires says otherwise; the server ends sessions by its own clock.
func (a *API) cookie(value string, expires time.Time) *fiber.Cookie {
	return &fiber.Cookie{
		Name: a.Identity.CookieName(), Value: value, Path: "/", Expires: expires, SessionOnly: expires.IsZero(),
		Secure: a.Identity.Secure(), HTTPOnly: true, SameSite: fiber.CookieSameSiteLaxMode,
	}
}

func (a *API) oldCookie(c *fiber.Ctx) string {
	return strings.Clone(c.Cookies(a.Identity.CookieName()))
}

// signOut ends the session, also one that has run out already. Where the identity provider has a place to sign out too, the
// answer says where the browser should go next.
func (a *API) signOut(c *fiber.Ctx) error {
	cookie := a.oldCookie(c)
	redirect := a.SignOn.LogoutURL(c.UserContext(), cookie) // it needs the session
	if err := a.Identity.SignOut(c.UserContext(), cookie, caller.Address(c)); err != nil {
		return err
	}
	c.Cookie(a.cookie("", time.Unix(1, 0)))
	if redirect == "" {
		return c.SendStatus(fiber.StatusNoContent)
	}
	return c.JSON(fiber.Map{"redirect": redirect})
}

// list makes an absent list [] rather than null.
func list[T any](items []T) []T {
	if items == nil {
		return []T{}
	}
	return items
}
