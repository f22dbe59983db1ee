package oauth

import (
	"errors"

	"github.com/gofiber/fiber/v2"

	"ambit/server/caller"
	"ambit/server/identity/idp"
	"ambit/server/limit"
)

// Token types of RFC 8693, section 3.
//
//nolint:gosec // names, not credentials
const (
	typeIDToken = "urn:ietf:params:oauth:token-type:id_token"
	typeJWT     = "urn:ietf:params:oauth:token-type:jwt"
	typeAccess  = "urn:ietf:params:oauth:token-type:access_token"
)

// exchangeGrant turns a token that an identity provider or a CI system issued into credentials of our own (RFC 8693).
func (s *Service) exchangeGrant(c *fiber.Ctx, f form) error {
	token, err := f.need("subject_token")
	if err != nil {
		return err
	}
	kind, err := f.need("subject_token_type")
	switch {
	case err != nil:
		return err
	case kind != typeIDToken && kind != typeJWT:
		return refuse("invalid_request", "tokens of this subject_token_type can't be exchanged", "Send "+typeIDToken+" or "+typeJWT+".")
	case f["actor_token"] != "":
		return refuse("invalid_request", "an actor_token can't be used: nobody acts for somebody else here", "")
	case f["requested_token_type"] != "" && f["requested_token_type"] != typeAccess:
		return refuse("invalid_request", "only "+typeAccess+" can be requested", "")
	case f["scope"] != "" && f["scope"] != string(caller.ScopeAgent):
		return refuse("invalid_scope", "only the scope agent can be had", "")
	case s.SignOn == nil:
		return refuse("invalid_request", "no connection takes tokens for exchange", "Ask your administrator to add one.")
	}
	address, now := caller.Address(c), s.Now()
	if !s.exchanges.Take(limit.Network(address), now) {
		return errTooMany
	}
	who, err := s.SignOn.Exchange(c.UserContext(), token, kind, address)
	if err != nil {
		return exchangeRefusal(err)
	}
	id, err := s.Identity.StartFamily(c.UserContext(), &caller.NewFamily{
		PersonID: who.PersonID, AccountID: who.AccountID, Connection: who.Connection, IDPSession: who.Claims.SessionID,
		Device: s.exchangeDevice(&who), Address: address,
	})
	if err != nil {
		return denial(err)
	}
	a, err := s.Identity.CollectFamily(c.UserContext(), id, address)
	if err != nil {
		return denial(err)
	}
	out := s.issuedOf(&a)
	out.IssuedType = typeAccess
	return c.JSON(out)
}

// exchangeDevice says in the console where the sign-in is used: a CI job by its repository.
func (s *Service) exchangeDevice(who *idp.Arrival) string {
	if c := s.Identity.Connection(who.Connection); c == nil || c.Kind != caller.KindWorkload {
		return "Token exchange"
	}
	for _, claim := range []string{"repository", "project_path"} { // GitHub's and GitLab's
		if name, ok := who.Claims.Raw[claim].(string); ok && name != "" {
			return "CI: " + printable(name, 120)
		}
	}
	return "CI: " + printable(who.Claims.Subject, 120)
}

// exchangeRefusal puts what is wrong with a token into the words of RFC 8693, section 2.2.2.
func exchangeRefusal(err error) error {
	var r *idp.Refusal
	if !errors.As(err, &r) {
		return err
	}
	if r.Reason == idp.ReasonUnreachable {
		return &Error{"temporarily_unavailable", fiber.StatusServiceUnavailable, r.Error(), r.Remedy}
	}
	return refuse("invalid_request", r.Error(), r.Remedy)
}

// denial is for somebody who may not sign in after all: OAuth has one word for it.
func denial(err error) error {
	var coded interface {
		Code() string
		Hint() string
	}
	if errors.As(err, &coded) && coded.Code() == "forbidden" {
		return refuse("access_denied", err.Error(), coded.Hint())
	}
	return err
}
