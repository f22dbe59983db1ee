package oauth

import (
	"context"
	"crypto/subtle"
	"net/url"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"ambit/audit"
	"ambit/server/caller"
	"ambit/server/identity/idp"
	"ambit/server/problem"
)

// confirmWithin is how long the way back from the identity provider to the page may take.
const confirmWithin = 5 * time.Minute

var (
	errNotOpen = problem.New("gone", "this sign-in was answered already, or it waited too long", "Start it again in your terminal.")
	errNotHere = problem.New("forbidden", "this sign-in of a program was not approved in this browser",
		"If you only followed a link, somebody tried to use your name: tell your administrator. Otherwise enter the code again in this browser.")
)

// approve is the person's yes while signed in. Whoever came through a connection confirms there who they are: the browser may
// have been left open. The owner's own sign-in counts while it is fresh.
func (s *Service) approve(c *fiber.Ctx, fl *flow) error {
	p := caller.Of(c)
	switch {
	case p.Kind != caller.Browser:
		return s.showConfirm(c, fl, "Sign in to approve this.")
	case p.Connection != "":
		return s.leave(c, fl, p.Connection, p.ID)
	case !s.fresh(p):
		return s.showConfirm(c, fl, "You signed in too long ago to approve this.")
	}
	return s.grant(c, fl, &arrival{personID: p.ID, user: p.Person, at: s.Now()})
}

// approveWith is the yes of somebody who isn't signed in and proves at a connection who they are.
func (s *Service) approveWith(c *fiber.Ctx, fl *flow, connection string) error {
	for _, open := range s.choices() {
		if open.ID == connection {
			return s.leave(c, fl, connection, "")
		}
	}
	return s.showConfirm(c, fl, "That way of signing in is not open.")
}

// leave sends the browser to the identity provider. A cookie of its own says afterwards that it was in this browser that
// somebody pressed Approve: a link to the provider alone, sent by whoever started the sign-in, approves nothing. The page goes
// on by itself rather than by a redirect, because browsers hold redirects of a form to the form-action of its page.
func (s *Service) leave(c *fiber.Ctx, fl *flow, connection, person string) error {
	at := s.Identity.Connection(connection)
	if at == nil {
		return s.showConfirm(c, fl, "That way of signing in is not open.")
	}
	consent, err := randomText(s.Rand, base62, secretLength)
	if err != nil {
		return err
	}
	ok := s.flows.change(fl.handle, s.Now(), func(f *flow) {
		f.consent, f.via, f.person, f.arrived = digestOf(s.flows.key, consent), connection, person, nil
	})
	if !ok {
		return s.show(c, fiber.StatusGone, &view{Step: stepGone})
	}
	c.Cookie(s.consentCookie(consent))
	next := "/sso/" + url.PathEscape(connection) + "/login?for=device&flow=" + fl.handle
	return s.show(c, fiber.StatusOK, &view{Step: stepLeave, Via: at.Name, Next: next})
}

// Approve is called when somebody came back from a connection on their way to approve a flow. Only an arrival in the browser in
// which Approve was pressed is kept: whoever pressed it elsewhere could take up anybody else's. It answers the request with a
// redirect to the page, so that reloading that page repeats nothing of the way through the identity provider.
func (s *Service) Approve(_ context.Context, c *fiber.Ctx, handle string, who idp.Arrival) error {
	now, other, here := s.Now(), false, false
	var fl flow
	ok := s.flows.change(handle, now, func(f *flow) {
		fl, other, here = *f, f.via != who.Connection, s.consented(c, f)
		if other {
			return
		}
		f.arrived = nil
		if here {
			f.arrived = &arrival{
				personID: who.PersonID, accountID: who.AccountID, connection: who.Connection, user: who.User, session: who.Claims.SessionID,
				refresh: who.Claims.RefreshToken, at: now,
			}
		}
	})
	switch {
	case !ok || other:
		return errNotOpen
	case !here:
		if err := s.record(c, "credential.refused", &fl, who.User, "confirmed in another browser than the one that approved"); err != nil {
			return err
		}
		return errNotHere
	}
	return c.Redirect("/device?flow="+url.QueryEscape(handle), fiber.StatusSeeOther)
}

// consented reports whether this browser holds the cookie that pressing Approve set. Every way back from an identity provider
// ends in a GET of the page itself, with which browsers send it.
func (s *Service) consented(c *fiber.Ctx, fl *flow) bool {
	cookie := digestOf(s.flows.key, strings.Clone(c.Cookies(s.consentName())))
	return subtle.ConstantTimeCompare(cookie[:], fl.consent[:]) == 1
}

// finish is the end of the way through the identity provider.
func (s *Service) finish(c *fiber.Ctx, fl *flow) error {
	who, now, here, taken := fl.arrived, s.Now(), s.consented(c, fl), false
	s.flows.change(fl.handle, now, func(f *flow) {
		if taken = f.arrived == who; taken {
			f.arrived, f.consent = nil, digest{}
		}
	})
	if !here {
		return s.showConfirm(c, fl, "This was not approved in this browser.")
	}
	c.Cookie(s.consentCookie(""))
	since := now.Sub(who.at)
	switch {
	case !taken || since > confirmWithin || since < -time.Minute:
		return s.showConfirm(c, fl, "That took too long. Approve it again.")
	case fl.person != "" && fl.person != who.personID:
		if err := s.record(c, "credential.refused", fl, who.user, "confirmed as another person than the one who approved"); err != nil {
			return err
		}
		return s.showConfirm(c, fl, "You confirmed as "+who.user+", which is not the account that approved this.")
	}
	return s.grant(c, fl, who)
}

// grant lets the device have its credentials.
func (s *Service) grant(c *fiber.Ctx, fl *flow, who *arrival) error {
	family, err := s.Identity.StartFamily(c.UserContext(), &caller.NewFamily{
		PersonID: who.personID, AccountID: who.accountID, Connection: who.connection, IDPSession: who.session, RefreshToken: who.refresh,
		Device: fl.agent, Address: caller.Address(c),
	})
	if err != nil {
		return err
	}
	// Where the flow is not open any more, nobody collects the family, and it ends by itself.
	if !s.flows.change(fl.handle, s.Now(), func(f *flow) { f.state, f.family = approved, family }) {
		return s.show(c, fiber.StatusGone, &view{Step: stepGone})
	}
	return s.show(c, fiber.StatusOK, &view{Step: stepDone, Agent: fl.agent, User: who.user})
}

// deny is the person's no. Whoever knows the code may say it, signed in or not.
func (s *Service) deny(c *fiber.Ctx, fl *flow) error {
	if err := s.record(c, "credential.refused", fl, caller.Of(c).Who(), "denied"); err != nil {
		return err
	}
	if !s.flows.change(fl.handle, s.Now(), func(f *flow) { f.state = denied }) {
		return s.show(c, fiber.StatusGone, &view{Step: stepGone})
	}
	return s.show(c, fiber.StatusOK, &view{Step: stepDenied})
}

// record notes what became of a request; credentials that are granted are recorded by identity.
func (s *Service) record(c *fiber.Ctx, kind string, fl *flow, user, why string) error {
	return s.Ledger.Append(c.UserContext(), &audit.Event{
		Type: kind, Phase: audit.PhaseAdmin, Actor: audit.Actor{User: user, Address: caller.Address(c)},
		Outcome: outcome(map[string]string{"reason": why, "device": fl.agent, "asked_from": fl.address}),
	})
}

func (s *Service) consentName() string {
	if s.Identity.Secure() {
		return "__Host-ambit-device"
	}
	return "ambit-device"
}

// consentCookie lives as long as a flow, by the browser's own clock; without a value it ends at once.
func (s *Service) consentCookie(value string) *fiber.Cookie {
	cookie := &fiber.Cookie{
		Name: s.consentName(), Value: value, Path: "/", MaxAge: int(flowLife.Seconds()), Secure: s.Identity.Secure(), HTTPOnly: true,
		SameSite: fiber.CookieSameSiteLaxMode,
	}
	if value == "" {
		cookie.MaxAge, cookie.Expires = 0, time.Unix(1, 0)
	}
	return cookie
}
