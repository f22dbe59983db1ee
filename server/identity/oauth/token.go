package oauth

import (
	"errors"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"ambit/server/caller"
)

// issueToken is the token endpoint.
func (s *Service) issueToken(c *fiber.Ctx) error {
	private(c)
	f, err := readForm(c)
	if err != nil {
		return err
	}
	grant, err := f.need("grant_type")
	if err != nil {
		return err
	}
	switch grant {
	case grantDevice:
		return s.deviceGrant(c, f)
	case grantRefresh:
		return s.refreshGrant(c, f)
	case grantExchange:
		return s.exchangeGrant(c, f)
	}
	return errGrantType
}

// issued is a token response: RFC 6749, section 5.1, and RFC 8693, section 2.2.1. With an e-mail address Claude Code asks the
// person to confirm that the account is theirs, which catches somebody else's approval.
type issued struct {
	Access     string `json:"access_token"`
	IssuedType string `json:"issued_token_type,omitempty"`
	Type       string `json:"token_type"`
	ExpiresIn  int64  `json:"expires_in"`
	Refresh    string `json:"refresh_token,omitempty"`
	Scope      string `json:"scope"`
	Email      string `json:"email,omitempty"`
}

func (s *Service) issuedOf(a *caller.AgentCredentials) issued {
	out := issued{Access: a.Access, Type: "Bearer", ExpiresIn: int64(a.ExpiresAt.Sub(s.Now()) / time.Second), Refresh: a.Refresh, Scope: scopes(a.Scopes)}
	if strings.Contains(a.Person, "@") {
		out.Email = a.Person
	}
	return out
}

func scopes(list []caller.Scope) string {
	text := make([]string, len(list))
	for i, scope := range list {
		text[i] = string(scope)
	}
	return strings.Join(text, " ")
}

// deviceGrant answers a device that waits for approval (RFC 8628, section 3.4).
func (s *Service) deviceGrant(c *fiber.Ctx, f form) error {
	code, err := f.need("device_code")
	if err != nil {
		return err
	}
	family, err := s.flows.poll(code, s.Now())
	if err != nil {
		return err
	}
	a, err := s.Identity.CollectFamily(c.UserContext(), family, caller.Address(c))
	if err != nil {
		var refused *Error
		if err = denial(err); !errors.As(err, &refused) {
			s.flows.giveBack(code) // the ledger can't be written, say: the device may ask again
		}
		return err
	}
	return c.JSON(s.issuedOf(&a))
}

// refreshGrant exchanges a refresh credential (RFC 6749, section 6). A refused one is a 401, which tells agents to sign in again.
func (s *Service) refreshGrant(c *fiber.Ctx, f form) error {
	refresh, err := f.need("refresh_token")
	if err != nil {
		return err
	}
	a, err := s.Identity.RefreshCredentials(c.UserContext(), refresh, caller.Address(c))
	if err != nil {
		return err
	}
	return c.JSON(s.issuedOf(&a))
}
