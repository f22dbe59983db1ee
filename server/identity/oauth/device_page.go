package oauth

import (
	"net/url"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"ambit/server/caller"
	"ambit/server/limit"
)

// freshFor is how long ago a person may have signed in to the console to approve by that alone.
const freshFor = 15 * time.Minute

// showDevice is the page on which a person enters the code, decides, and arrives after confirming with the identity provider.
func (s *Service) showDevice(c *fiber.Ctx) error {
	if handle := c.Query("flow"); handle != "" {
		fl, ok := s.flows.ofHandle(handle, s.Now())
		switch {
		case !ok:
			return s.show(c, fiber.StatusGone, &view{Step: stepGone})
		case fl.arrived != nil:
			return s.finish(c, &fl)
		}
		return s.showConfirm(c, &fl, "")
	}
	// A pre-filled code is shown to be confirmed, never taken as entered: whoever sends a link must not get further than this.
	code, _ := readCode(c.Query("user_code"))
	return s.show(c, fiber.StatusOK, &view{Step: stepCode, Code: code})
}

// answerDevice takes the code, or the person's decision.
func (s *Service) answerDevice(c *fiber.Ctx) error {
	f, err := readForm(c)
	if err != nil {
		return err
	}
	if f["flow"] == "" {
		return s.enterCode(c, f["user_code"])
	}
	fl, ok := s.flows.ofHandle(f["flow"], s.Now())
	if !ok {
		return s.show(c, fiber.StatusGone, &view{Step: stepGone})
	}
	switch {
	case f["approve_with"] != "":
		return s.approveWith(c, &fl, f["approve_with"])
	case f["action"] == "approve":
		return s.approve(c, &fl)
	case f["action"] == "deny":
		return s.deny(c, &fl)
	case f["action"] == "renew", f["action"] == "console":
		return s.toConsole(c, &fl)
	}
	return s.showConfirm(c, &fl, "Choose whether to approve or to deny.")
}

// enterCode finds the sign-in for a code. Attempts count by network and by session; a right code forgives them.
func (s *Service) enterCode(c *fiber.Ctx, typed string) error {
	now, keys := s.Now(), []string{"n " + limit.Network(caller.Address(c))}
	if p := caller.Of(c); p.Kind == caller.Browser {
		keys = append(keys, "s "+p.Credential)
	}
	for _, key := range keys {
		if !s.codes.Take(key, now) {
			return s.show(c, fiber.StatusTooManyRequests, &view{Step: stepCode, Error: "Too many attempts. Wait a minute, then try again."})
		}
	}
	code, ok := readCode(typed)
	if !ok {
		return s.show(c, fiber.StatusBadRequest, &view{Step: stepCode, Error: "A code has eight letters, like BCDF-GHJK."})
	}
	fl, ok := s.flows.ofCode(code, now)
	if !ok {
		return s.show(c, fiber.StatusBadRequest, &view{Step: stepCode, Error: "No sign-in waits for this code. Check it, or start again in your terminal."})
	}
	for _, key := range keys {
		s.codes.Forgive(key)
	}
	return c.Redirect("/device?flow="+fl.handle, fiber.StatusSeeOther)
}

// showConfirm is the page on which a person decides.
func (s *Service) showConfirm(c *fiber.Ctx, fl *flow, problem string) error {
	status := fiber.StatusOK
	if problem != "" {
		status = fiber.StatusBadRequest
	}
	v := &view{
		Step: stepConfirm, Error: problem, Code: fl.userCode, Handle: fl.handle, Agent: fl.agent, Address: fl.address, Browser: caller.Address(c),
		SameAddress: limit.Network(fl.address) == limit.Network(caller.Address(c)),
	}
	p := caller.Of(c)
	if p.Kind != caller.Browser {
		v.Choices, v.Console = s.choices(), !s.Identity.NeedsSetup()
		return s.show(c, status, v)
	}
	v.User = p.Person
	if p.Connection == "" {
		v.Stale = !s.fresh(p)
	} else if at := s.Identity.Connection(p.Connection); at != nil {
		v.Via = at.Name
	}
	return s.show(c, status, v)
}

// choices are the connections through which anybody may sign in.
func (s *Service) choices() []choice {
	var list []choice
	for _, at := range s.Identity.Connections() {
		if at.Stage == caller.StageLive && at.Kind != caller.KindWorkload {
			list = append(list, choice{at.ID, at.Name})
		}
	}
	return list
}

func (s *Service) fresh(p *caller.Principal) bool {
	started, ok := s.Identity.SessionStarted(p)
	since := s.Now().Sub(started)
	return ok && since < freshFor && since > -time.Minute
}

// toConsole leads through the console's own sign-in and back. A session that is too old to approve by, or somebody else's, ends.
func (s *Service) toConsole(c *fiber.Ctx, fl *flow) error {
	if caller.Of(c).Kind == caller.Browser {
		if err := s.Identity.SignOut(c.UserContext(), strings.Clone(c.Cookies(s.Identity.CookieName())), caller.Address(c)); err != nil {
			return err
		}
		c.Cookie(&fiber.Cookie{
			Name: s.Identity.CookieName(), Path: "/", Expires: time.Unix(1, 0), Secure: s.Identity.Secure(), HTTPOnly: true, SameSite: fiber.CookieSameSiteLaxMode,
		})
	}
	return c.Redirect("/sign-in?next="+url.QueryEscape("/device?flow="+fl.handle), fiber.StatusSeeOther)
}
