package oidc

import (
	"context"
	"errors"
	"net/http"

	"ambit/server/identity/idp"
)

// userInfo asks the userinfo endpoint (OpenID Connect Core §5.3) where the configuration says so; nil where it wasn't asked
// or, in mode auto, didn't answer. What it says about somebody else is a refusal in every mode.
func (p *Provider) userInfo(ctx context.Context, m *metadata, idToken map[string]any, accessToken string) (map[string]any, []idp.Note, error) {
	always := p.config.UserInfo == UserInfoAlways
	switch {
	case p.config.UserInfo == UserInfoNever, !always && p.config.complete(idToken):
		return nil, nil, nil
	case m.UserInfoEndpoint == "" && always:
		return nil, nil, misconfigured("userinfo", "the provider has no userinfo endpoint", "Set userinfo to auto or never.")
	case m.UserInfoEndpoint == "":
		return nil, nil, nil
	}
	info, err := p.fetchUserInfo(ctx, m, accessToken)
	if err != nil {
		if r := refusal(err); !always && r != nil && r.Reason != ReasonDuplicateMember && r.Reason != ReasonSignature {
			return nil, []idp.Note{{Field: "userinfo", Message: "The userinfo endpoint was asked for what the ID token lacks, in vain: " + r.Message + "."}}, nil
		}
		return nil, nil, err
	}
	if idToken != nil {
		// Without this check an answer about somebody else would be taken for this person's (§5.3.2).
		want, _ := idToken["sub"].(string)
		if got, _ := info["sub"].(string); !same(got, want) {
			return nil, nil, idp.Refuse(ReasonUserInfoSubject, "the userinfo endpoint answers about another person", remedyAskAdmin)
		}
	}
	return info, nil, nil
}

// complete reports whether an ID token says all that is wanted.
func (c *Config) complete(idToken map[string]any) bool {
	if idToken == nil {
		return false
	}
	_, state, err := c.groups(idToken)
	email, _, _ := text(idToken, c.EmailClaim)
	return err == nil && state == idp.GroupsKnown && email != ""
}

func (p *Provider) fetchUserInfo(ctx context.Context, m *metadata, accessToken string) (map[string]any, error) {
	bad := func(message string) *idp.Refusal {
		return idp.Refuse(ReasonUserInfo, message, remedyAskAdmin).About("userinfo")
	}
	r, err := p.get(ctx, "userinfo endpoint", m.UserInfoEndpoint, accessToken)
	if err != nil {
		if status := errStatus(0); errors.As(err, &status) && (status == http.StatusUnauthorized || status == http.StatusForbidden) {
			return nil, bad("the userinfo endpoint doesn't accept the access token").Because(status)
		}
		if found := refusal(err); found != nil && found.Reason == idp.ReasonConfiguration {
			return nil, bad(found.Message).Because(found.Cause)
		}
		return nil, err
	}
	payload := r.body
	if r.mediaType == "application/jwt" {
		if payload, err = p.openUserInfo(ctx, string(r.body)); err != nil {
			return nil, err
		}
	}
	info, err := decodeObject(payload)
	switch {
	case errors.Is(err, errDuplicate):
		return nil, idp.Refuse(ReasonDuplicateMember, "the userinfo endpoint's answer is ambiguous: "+err.Error(), remedyAskAdmin)
	case err != nil:
		return nil, bad("the userinfo endpoint's answer is no JSON object")
	}
	if sub, ok := info["sub"].(string); !ok || sub == "" {
		return nil, bad("the userinfo endpoint's answer doesn't say who it is about (sub)")
	}
	return info, nil
}

// openUserInfo checks a signed answer: signature, and issuer and audience where they are there (§5.3.2).
func (p *Provider) openUserInfo(ctx context.Context, raw string) ([]byte, error) {
	sig, _, err := p.prepare(ctx, raw)
	if err != nil {
		return nil, err
	}
	payload, err := sig.VerifySignature(ctx, raw)
	if err != nil {
		return nil, err
	}
	info, err := decodeObject(payload)
	if err != nil {
		return nil, badObject("payload", err)
	}
	if iss, present := info["iss"]; present && iss != p.config.Issuer {
		return nil, idp.Refuse(ReasonIssuer, "the userinfo endpoint's answer is from another issuer", remedyAskAdmin)
	}
	if _, present := info["aud"]; present {
		if err := (audiences{accepted: []string{p.config.Audience, p.config.ClientID}, only: true}).check(info); err != nil {
			return nil, err
		}
	}
	return payload, nil
}
