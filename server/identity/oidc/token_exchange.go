package oidc

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"ambit/server/identity/idp"
)

// TokenOptions says what a token that somebody hands in must fulfil besides issuer, audience, signature and times.
type TokenOptions struct {
	Audiences []string          // aud must hold one of them and nothing else; at least one is needed
	MaxAge    time.Duration     // since iat; 0: whatever exp allows
	Claims    map[string]string // name → value; * stands for any text, / and : included. Names may lead into objects
	NoNonce   []string          // audiences whose tokens must not carry a nonce, see ownSignIn
	NeedID    bool              // jti must be there, so that the caller can refuse a second use
}

// Token is a token that was handed in.
type Token struct {
	Claims  *idp.Claims
	ID      string // jti; "" where it has none
	Issued  time.Time
	Expires time.Time
}

// VerifyIDToken checks a token that a client hands in (RFC 8693 token exchange): an ID token of people's identity provider,
// or a workload token of a CI system, for which issuer and keys are all that is needed. Replay is the caller's matter.
func (p *Provider) VerifyIDToken(ctx context.Context, raw string, opt TokenOptions) (*Token, error) {
	if len(opt.Audiences) == 0 {
		return nil, misconfigured("audiences", "no audience is set, so a token for anybody would do", "Set the audience that tokens for Ambit carry.")
	}
	v, err := p.verifyID(ctx, raw, audiences{accepted: opt.Audiences, only: true})
	if err != nil {
		return nil, err
	}
	if opt.MaxAge > 0 && p.now().Sub(v.times.issued) > opt.MaxAge+p.skew() {
		return nil, idp.Refuse(ReasonIssuedAt, "the token was issued too long ago", "Ask the issuer for a new token right before you use it.")
	}
	if ownSignIn(v.claims, opt.NoNonce) {
		return nil, idp.Refuse(ReasonNonce, "the token was issued for a sign-in in a browser (nonce), not to be handed in",
			"Let whoever exchanges tokens get them by a client of its own, and add that to the connection's exchange_audiences.").About("exchange_audiences")
	}
	if err := p.checkMaxAge(v); err != nil {
		return nil, err
	}
	id, _ := v.claims["jti"].(string)
	if opt.NeedID && !plain(id, subjectLimit) {
		return nil, idp.Refuse(ReasonTokenID, "the token has no identifier (jti), so a second use couldn't be noticed", "Use an issuer that sets jti.")
	}
	if err := checkRequired(v.claims, opt.Claims); err != nil {
		return nil, err
	}
	if err := p.checkHostedDomain(v.claims); err != nil {
		return nil, err
	}
	claims, _, err := p.config.read(v.claims, nil)
	if err != nil {
		return nil, err
	}
	claims.AuthTime = v.times.auth
	return &Token{Claims: claims, ID: id, Issued: v.times.issued, Expires: v.times.expires}, nil
}

// ownSignIn reports whether a token comes from a sign-in at our own client: those carry the nonce that binds them to a browser
// (OpenID Connect Core §3.1.2.1). Whoever got hold of one must not turn a console's sign-in into an agent's.
func ownSignIn(claims map[string]any, own []string) bool {
	_, present := claims["nonce"]
	audiences, _ := stringOrList(claims["aud"])
	return present && slices.ContainsFunc(audiences, func(aud string) bool { return slices.Contains(own, aud) })
}

// checkRequired compares claims with what an admin requires. A list never fulfils a requirement: which of its members
// speaks for the token is open.
func checkRequired(claims map[string]any, required map[string]string) error {
	for _, name := range slices.Sorted(maps.Keys(required)) {
		value, present := lookup(claims, name)
		var got string
		switch v := value.(type) {
		case string:
			got = v
		case bool:
			got = strconv.FormatBool(v)
		case json.Number:
			got = v.String()
		default:
			present = false
		}
		if !present || !glob(required[name], got) {
			return idp.Refuse(ReasonClaim, "the token's "+clean(name, 60)+" is not what this connection requires", "Compare the token's claims with the connection's required claims.").About("claims")
		}
	}
	return nil
}

// glob matches the whole of text; * stands for any run of characters. Its time is bounded by the product of the lengths:
// it goes back to the last star only. Nothing matches an empty pattern, and a star alone needs something to stand for.
func glob(pattern, text string) bool {
	if pattern == "" || text == "" {
		return false
	}
	parts := strings.Split(pattern, "*")
	if len(parts) == 1 {
		return pattern == text
	}
	first, last := parts[0], parts[len(parts)-1]
	if len(text) < len(first)+len(last) || !strings.HasPrefix(text, first) || !strings.HasSuffix(text, last) {
		return false
	}
	rest := text[len(first) : len(text)-len(last)]
	for _, part := range parts[1 : len(parts)-1] {
		i := strings.Index(rest, part)
		if i < 0 {
			return false
		}
		rest = rest[i+len(part):]
	}
	return true
}
