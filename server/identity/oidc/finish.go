package oidc

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"time"

	"golang.org/x/oauth2"

	"ambit/server/identity/idp"
)

// Finish takes what the browser brought back and says who arrived. The notes are for an admin's test sign-in; they may be
// there with an error, too.
func (p *Provider) Finish(ctx context.Context, redirectURL string, flow Flow, params url.Values) (*idp.Claims, []idp.Note, error) {
	c, err := readCallback(params)
	if err != nil {
		return nil, nil, err
	}
	if err := p.accept(redirectURL, flow, c); err != nil {
		return nil, nil, err
	}
	m, err := p.signInMetadata(ctx)
	if err != nil {
		return nil, nil, err
	}
	if err := p.fromIssuer(m, c); err != nil {
		return nil, nil, err
	}
	switch {
	case c.failure != "":
		return nil, nil, p.refused(c, flow)
	case c.code == "":
		return nil, nil, idp.Refuse(ReasonCallback, "the identity provider sent the browser back without a code", remedySignInAgain)
	}
	token, err := p.exchange(ctx, m, flow, c.code)
	if err != nil {
		return nil, nil, err
	}
	raw, _ := token.Extra("id_token").(string)
	if raw == "" {
		return nil, nil, idp.Refuse(ReasonTokenResponse, "the identity provider sent no ID token", "Add openid to the connection's scopes, and allow it at the identity provider.").About("scopes")
	}
	v, err := p.verifyID(ctx, raw, p.relyingParty())
	if err != nil {
		return nil, nil, err
	}
	if err := p.bindToFlow(v, flow); err != nil {
		return nil, nil, err
	}
	claims, notes, err := p.describe(ctx, m, v, token)
	return claims, append(p.responseNotes(m, token, v), notes...), err
}

// bindToFlow ties an ID token to this very sign-in, and to how recently the person had to prove who they are.
func (p *Provider) bindToFlow(v *verified, flow Flow) error {
	if nonce, _ := v.claims["nonce"].(string); !same(nonce, flow.Nonce) {
		return idp.Refuse(ReasonNonce, "the token belongs to another sign-in", remedySignInAgain)
	}
	if flow.Fresh && p.config.Issuer != issuerGoogle {
		if err := p.checkAuthTime(v, flow.Started, "Ask your administrator to let the identity provider send auth_time in ID tokens: whoever approves a device must have signed in for it."); err != nil {
			return err
		}
	}
	if err := p.checkMaxAge(v); err != nil {
		return err
	}
	return p.checkHostedDomain(v.claims)
}

// checkMaxAge is about how recently a person must have proved who they are for everything that the connection is used for.
func (p *Provider) checkMaxAge(v *verified) error {
	seconds, limited := p.config.maxAge()
	if !limited {
		return nil
	}
	return p.checkAuthTime(v, p.now().Add(-time.Duration(seconds)*time.Second), "Let the identity provider send auth_time, or remove max_age from the connection.")
}

func (p *Provider) checkAuthTime(v *verified, oldest time.Time, remedy string) error {
	switch {
	case v.times.auth.IsZero():
		return idp.Refuse(ReasonAuthTime, "the identity provider doesn't say when you signed in there (auth_time)", remedy).About("auth_params")
	case v.times.auth.Before(oldest.Add(-p.skew())):
		return idp.Refuse(ReasonAuthTime, "you signed in at the identity provider too long ago", "Sign in there again.")
	}
	return nil
}

// checkHostedDomain: Google's parameter hd is a hint that anybody can remove from the address; only the claim binds.
func (p *Provider) checkHostedDomain(claims map[string]any) error {
	want := p.config.AuthParams["hd"]
	if want == "" {
		return nil
	}
	got, _ := claims["hd"].(string)
	if got == "" || want != "*" && !strings.EqualFold(got, want) {
		return idp.Refuse(ReasonHostedDomain, "this account is not of the Google Workspace domain "+clean(want, 100), "Sign in with your work account.").About("auth_params")
	}
	return nil
}

// describe reads the claims of a verified token, asking the userinfo endpoint where the configuration says so.
func (p *Provider) describe(ctx context.Context, m *metadata, v *verified, token *oauth2.Token) (*idp.Claims, []idp.Note, error) {
	if err := checkAccessTokenHash(v, token.AccessToken); err != nil {
		return nil, nil, err
	}
	info, notes, err := p.userInfo(ctx, m, v.claims, token.AccessToken)
	if err != nil {
		return nil, notes, err
	}
	claims, found, err := p.config.read(v.claims, info)
	notes = append(notes, found...)
	if err != nil {
		return nil, notes, err
	}
	claims.AuthTime, claims.IDToken, claims.RefreshToken = v.times.auth, v.raw, token.RefreshToken
	return claims, notes, nil
}

// checkAccessTokenHash ties the access token to the ID token (OpenID Connect Core §3.1.3.8); at_hash is optional here.
func checkAccessTokenHash(v *verified, accessToken string) error {
	value, present := v.claims["at_hash"]
	if !present {
		return nil
	}
	if s, ok := value.(string); !ok || s == "" || v.token.VerifyAccessToken(accessToken) != nil {
		return idp.Refuse(ReasonAccessTokenHash, "the access token doesn't belong to the ID token", remedySignInAgain)
	}
	return nil
}

// responseNotes are findings in the token response itself.
func (p *Provider) responseNotes(m *metadata, token *oauth2.Token, v *verified) []idp.Note {
	var notes []idp.Note
	if p.config.OfflineAccess && token.RefreshToken == "" {
		notes = append(notes, idp.Note{
			Field: "offline_access", Message: "The provider issued no refresh token, so it can't be asked again about this person.",
			Hint: "Allow refresh tokens and the scope offline_access for the application; some providers want auth_params prompt=consent.",
		})
	}
	if granted, ok := token.Extra("scope").(string); ok && granted != "" {
		list := strings.Fields(granted)
		for _, s := range p.config.Scopes {
			if !slices.Contains(list, s) {
				notes = append(notes, idp.Note{Field: "scopes", Message: "The provider did not grant the scope " + clean(s, 60) + ".", Hint: "Allow it for the application, or remove it here."})
			}
		}
	}
	if _, present := v.claims["sid"]; !present && m.BackchannelLogout {
		notes = append(notes, idp.Note{Message: "The ID token has no sid: a back-channel logout ends all of a person's sessions, not one."})
	}
	if v.times.auth.IsZero() && p.config.Issuer != issuerGoogle {
		notes = append(notes, idp.Note{
			Message: "The ID token doesn't say when the person signed in (auth_time). Unless the provider says so when it is asked for a fresh sign-in, nobody can approve a device through this connection.",
			Hint:    "Entra ID sends auth_time as an optional claim.",
		})
	}
	if acr := p.config.AuthParams["acr_values"]; acr != "" {
		if got, _ := v.claims["acr"].(string); !slices.Contains(strings.Fields(acr), got) {
			notes = append(notes, idp.Note{Field: "auth_params", Message: "The provider did not authenticate in the way that acr_values asks for.", Hint: "acr_values is a wish; enforce the strength of sign-in at the provider."})
		}
	}
	return notes
}
