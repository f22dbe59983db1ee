package oidc

import (
	"context"
	"crypto/subtle"
	"slices"
	"time"

	gooidc "github.com/coreos/go-oidc/v3/oidc"

	"ambit/server/identity/idp"
)

// verified is a token whose signature, issuer, audience and times are right.
type verified struct {
	raw    string
	claims map[string]any // any: the token's payload as JSON
	times  times
	token  *gooidc.IDToken // nil for a logout token
}

// audiences says whom a token must be meant for.
type audiences struct {
	accepted []string // aud must hold one of them
	only     bool     // … and nothing else
	party    []string // azp must be one of them where it is present; it must be present where aud names several
}

// relyingParty are the audiences of tokens that are issued to this connection's own client.
func (p *Provider) relyingParty() audiences {
	return audiences{accepted: []string{p.config.Audience}, party: []string{p.config.ClientID}}
}

// verifyID checks an ID token (OpenID Connect Core §3.1.3.7) but for nonce, at_hash and auth_time. The library has to agree
// with the checks here.
func (p *Provider) verifyID(ctx context.Context, raw string, who audiences) (*verified, error) {
	sig, config, err := p.prepare(ctx, raw)
	if err != nil {
		return nil, err
	}
	if t := mediaType(sig.header.typ); t != "" && t != "jwt" {
		return nil, wrongType("an ID token", sig.header.typ)
	}
	token, libraryErr := gooidc.NewVerifier(p.config.Issuer, sig, config).Verify(p.withClient(ctx), raw)
	v, err := p.inspectPayload(sig, libraryErr, raw, who)
	if err != nil {
		return nil, err
	}
	if kind, _ := v.claims["typ"].(string); slices.Contains([]string{"Bearer", "Refresh", "Offline", "Logout"}, kind) {
		return nil, wrongType("an ID token", kind) // Keycloak marks its other tokens so
	}
	if _, isEvent := v.claims["events"]; isEvent {
		return nil, wrongType("an ID token", "security event token") // RFC 8417: a logout token, for one
	}
	v.token = token
	return v, nil
}

// prepare reads the header and sets the library up for one token.
func (p *Provider) prepare(ctx context.Context, raw string) (*signature, *gooidc.Config, error) {
	m, err := p.discovered(ctx)
	if err != nil {
		return nil, nil, err
	}
	algorithms := p.config.algorithms(m.Algorithms)
	h, err := parseHeader(raw, algorithms)
	if err != nil {
		return nil, nil, err
	}
	// The library compares exp without leeway, so its clock runs behind by the leeway. Audiences are checked here.
	now := p.now().Add(-p.skew())
	return &signature{provider: p, header: h}, &gooidc.Config{
		SkipClientIDCheck: true, SupportedSigningAlgs: []string{h.alg}, Now: func() time.Time { return now },
	}, nil
}

// inspectPayload makes our own checks on the payload whose signature the library found right. libraryErr is what else the
// library found.
func (p *Provider) inspectPayload(sig *signature, libraryErr error, raw string, who audiences) (*verified, error) {
	switch {
	case sig.err != nil:
		return nil, sig.err
	case sig.payload == nil:
		return nil, malformed("the token is not a signed token", libraryErr)
	}
	claims, err := decodeObject(sig.payload)
	if err != nil {
		return nil, badObject("payload", err)
	}
	for _, name := range []string{"iss", "sub", "aud", "azp", "exp", "iat", "nbf", "nonce", "at_hash", "sid", "events", "auth_time"} {
		if foldsTo(claims, name) {
			return nil, idp.Refuse(ReasonDuplicateMember, "the token's payload is ambiguous: it has "+name+" in another case", remedyAskAdmin)
		}
	}
	if iss, _ := claims["iss"].(string); !p.config.isIssuer(iss) {
		return nil, idp.Refuse(ReasonIssuer, "the token is from another issuer ("+clean(iss, 200)+")", "Enter the issuer exactly as it stands in the provider's tokens.").About("issuer")
	}
	if err := who.check(claims); err != nil {
		return nil, err
	}
	t, err := p.checkTimes(claims)
	if err != nil {
		return nil, err
	}
	if libraryErr != nil {
		return nil, malformed("the token's claims are malformed", libraryErr)
	}
	return &verified{raw: raw, claims: claims, times: t}, nil
}

func (who audiences) check(claims map[string]any) error {
	list, ok := stringOrList(claims["aud"])
	if !ok || len(list) == 0 {
		return idp.Refuse(ReasonAudience, "the token doesn't say whom it is for (aud)", remedyProviderSettings)
	}
	ours := func(aud string) bool { return aud != "" && slices.Contains(who.accepted, aud) }
	if !slices.ContainsFunc(list, ours) {
		return idp.Refuse(ReasonAudience, "the token is meant for another application ("+clean(list[0], 100)+")", "Enter the client ID of the application that people sign in to.").About("client_id")
	}
	if who.only && !allOf(list, ours) {
		return idp.Refuse(ReasonAudience, "the token is meant for other applications as well", "Ask the issuer for a token with this audience alone.")
	}
	azp, present := claims["azp"]
	party, isString := azp.(string)
	switch {
	case !present && len(list) > 1 && !who.only:
		return idp.Refuse(ReasonAuthorizedParty, "the token is for several applications and doesn't say which one asked for it (azp)", remedyProviderSettings)
	case present && !isString, isString && len(who.party) > 0 && !slices.Contains(who.party, party):
		return idp.Refuse(ReasonAuthorizedParty, "the token was issued to another application (azp)", remedyProviderSettings)
	}
	return nil
}

func allOf(list []string, ok func(string) bool) bool {
	return !slices.ContainsFunc(list, func(s string) bool { return !ok(s) })
}

// stringOrList reads a claim that is a string or a list of strings (RFC 7519 §4.1.3).
func stringOrList(value any) ([]string, bool) {
	switch v := value.(type) {
	case string:
		return []string{v}, true
	case []any:
		list := make([]string, 0, len(v))
		for _, item := range v {
			s, ok := item.(string)
			if !ok {
				return nil, false
			}
			list = append(list, s)
		}
		return list, true
	}
	return nil, false
}

func wrongType(want, got string) *idp.Refusal {
	return idp.Refuse(ReasonTokenType, "this is not "+want+" ("+clean(got, 40)+")", "Send the ID token, not an access, refresh or logout token.")
}

// same compares secrets in constant time; empty ones are never the same.
func same(a, b string) bool {
	return a != "" && b != "" && subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1
}
