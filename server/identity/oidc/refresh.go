package oidc

import (
	"context"

	"golang.org/x/oauth2"

	"ambit/server/identity/idp"
)

// Refresh asks the provider again about somebody who signed in, by their refresh token. The reason of a refusal is one of
// three kinds: revoked (the provider doesn't vouch for the person any more), unreachable (it can't be asked for now), or
// anything else (what it sends can't be relied upon). The caller compares the claims' subject with whom it asked about;
// claims are nil where the provider renews without saying anything about the person.
//
// A provider that rotates refresh tokens has used the old one up even if what came with the new one can't be relied upon:
// Standing.RefreshToken is set whenever there is a new one, with an error, too.
func (p *Provider) Refresh(ctx context.Context, refreshToken string) (*idp.Claims, idp.Standing, error) {
	if refreshToken == "" {
		return nil, idp.Standing{}, nil
	}
	m, err := p.signInMetadata(ctx)
	if err != nil {
		return nil, idp.Standing{}, err
	}
	token, err := p.oauth(m, "").TokenSource(p.withClient(ctx), &oauth2.Token{RefreshToken: refreshToken}).Token()
	if err != nil {
		return nil, idp.Standing{}, p.refreshRefusal(err, refreshToken)
	}
	standing := idp.Standing{RefreshToken: token.RefreshToken}
	if err := bearerOnly(token); err != nil {
		return nil, standing, err
	}
	claims, err := p.renewed(ctx, m, token)
	if err != nil {
		return nil, standing, err
	}
	standing.Vouched = true
	return claims, standing, nil
}

// renewed reads what came with the new tokens (OpenID Connect Core §12.2): an ID token, or else what userinfo says.
func (p *Provider) renewed(ctx context.Context, m *metadata, token *oauth2.Token) (*idp.Claims, error) {
	if raw, _ := token.Extra("id_token").(string); raw != "" {
		v, err := p.verifyID(ctx, raw, p.relyingParty())
		if err != nil {
			return nil, err
		}
		if err := p.checkHostedDomain(v.claims); err != nil {
			return nil, err
		}
		claims, _, err := p.describe(ctx, m, v, token)
		return claims, err
	}
	info, _, err := p.userInfo(ctx, m, nil, token.AccessToken)
	if err != nil || info == nil {
		return nil, err
	}
	if _, present := lookup(info, p.config.SubjectClaim); !present {
		return nil, nil // it doesn't say who this is in the connection's own terms, so it says nothing
	}
	claims, _, err := p.config.read(nil, info)
	if err != nil {
		return nil, err
	}
	claims.RefreshToken = token.RefreshToken
	return claims, nil
}

// refreshRefusal tells a refusal of the person from trouble: only the former may cut somebody off at once.
func (p *Provider) refreshRefusal(err error, refreshToken string) *idp.Refusal {
	r := p.tokenRefusal(err, refreshToken)
	switch r.Reason {
	case reasonGrant, ReasonInteraction:
		r.Reason, r.Remedy = idp.ReasonRevoked, "Sign in again; if that fails, ask your administrator."
	case ReasonTokenResponse:
		r.Reason = idp.ReasonUnreachable // a proxy's error page says nothing about the person
	}
	return r
}
