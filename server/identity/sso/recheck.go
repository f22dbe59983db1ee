package sso

import (
	"context"
	"errors"

	"ambit/server/identity/idp"
)

// Recheck asks an identity provider again about somebody who signed in before, for a refresh of their credential. A refusal
// with reason revoked ends the credential; any other gives it some grace; Standing.Vouched is false where this connection can't
// be asked. Standing.RefreshToken is set whenever the provider gave a new one, with an error too.
func (s *Service) Recheck(ctx context.Context, connection, refreshToken, subject string) (idp.Standing, error) {
	if s.Directory.Connection(connection) == nil {
		return idp.Standing{}, idp.Refuse(idp.ReasonRevoked, "the sign-in connection does not exist any more", "Sign in again.")
	}
	p, err := s.providerOf(connection)
	if err != nil {
		return idp.Standing{}, err
	}
	if p.oidc == nil || refreshToken == "" {
		return idp.Standing{}, nil
	}
	ctx, cancel := context.WithTimeout(ctx, outside)
	defer cancel()
	claims, standing, err := p.oidc.Refresh(ctx, refreshToken)
	if err != nil {
		return standing, err
	}
	if claims == nil {
		return standing, nil
	}
	if claims.Subject != subject {
		standing.Vouched = false
		return standing, idp.Refuse(idp.ReasonRevoked, "the identity provider answered for somebody else", "Sign in again.")
	}
	if claims.GroupsState != idp.GroupsKnown {
		return standing, nil // many providers leave groups out here; those of the sign-in stay
	}
	if _, err := s.Directory.Arrive(ctx, connection, claims, ""); err != nil {
		var refusal *idp.Refusal
		if errors.As(err, &refusal) && refusal.Reason != idp.ReasonConfiguration {
			return standing, idp.Refuse(idp.ReasonRevoked, refusal.Message, refusal.Remedy).Because(refusal)
		}
		return standing, err
	}
	return standing, nil
}
