package oidc

import (
	"context"
	"net/url"
	"time"

	gooidc "github.com/coreos/go-oidc/v3/oidc"

	"ambit/server/identity/idp"
)

const logoutEvent = "http://schemas.openid.net/event/backchannel-logout"

// LogoutURL is where the browser is sent to end the provider's own session as well (OpenID Connect RP-Initiated Logout 1.0).
// ok is false where the provider has no such place.
func (p *Provider) LogoutURL(ctx context.Context, idTokenHint, postLogoutRedirect, state string) (address string, ok bool, err error) {
	m, err := p.discovered(ctx)
	if err != nil || m.EndSessionEndpoint == "" {
		return "", false, err
	}
	u, err := url.Parse(m.EndSessionEndpoint)
	if err != nil {
		return "", false, misconfigured("issuer", "the provider's end_session_endpoint is not a URL", remedyProviderSettings)
	}
	q := u.Query()
	q.Set("client_id", p.config.ClientID)
	if idTokenHint != "" && len(idTokenHint) <= idTokenHintSize {
		q.Set("id_token_hint", idTokenHint)
	}
	if postLogoutRedirect != "" {
		q.Set("post_logout_redirect_uri", postLogoutRedirect)
		if state != "" {
			q.Set("state", state)
		}
	}
	u.RawQuery = q.Encode()
	return u.String(), true, nil
}

// Logout is what a provider tells behind the browser's back: this person, or this session of theirs, is over.
type Logout struct {
	Subject   string // as in idp.Claims; "" where the token names only a session
	SessionID string // sid; "" where the token names only the person, all of whose sessions are over
	ID        string // jti: the caller refuses a second use
	Issued    time.Time
	Expires   time.Time // until when ID must be remembered
}

// LogoutToken checks a logout token (OpenID Connect Back-Channel Logout 1.0 §2.6) but for a second use.
func (p *Provider) LogoutToken(ctx context.Context, raw string) (*Logout, error) {
	sig, config, err := p.prepare(ctx, raw)
	if err != nil {
		return nil, err
	}
	if t := mediaType(sig.header.typ); t != "" && t != "jwt" && t != "logout+jwt" {
		return nil, idp.Refuse(ReasonTokenType, "this is not a logout token ("+clean(sig.header.typ, 40)+")", remedyProviderSettings)
	}
	config.ClientID, config.SkipClientIDCheck = p.config.Audience, false
	_, libraryErr := gooidc.NewVerifier(p.config.Issuer, sig, config).VerifyLogout(p.withClient(ctx), raw)
	if r := checkLogoutPayload(sig); r != nil {
		return nil, r
	}
	v, err := p.inspectPayload(sig, libraryErr, raw, p.relyingParty())
	if err != nil {
		return nil, err
	}
	if p.now().Sub(v.times.issued) > logoutTokenAge+p.skew() {
		return nil, idp.Refuse(ReasonIssuedAt, "the logout token was issued too long ago", remedyClock)
	}
	return p.readLogout(v)
}

// checkLogoutPayload tells what makes a logout token one. It comes before the library's verdict, whose words can't be
// told apart, and after the signature.
func checkLogoutPayload(sig *signature) error {
	if sig.payload == nil {
		return nil // the signature's own error is told by inspectPayload
	}
	claims, err := decodeObject(sig.payload)
	if err != nil {
		return badObject("payload", err)
	}
	events, _ := claims["events"].(map[string]any)
	if _, ok := events[logoutEvent].(map[string]any); !ok {
		return idp.Refuse(ReasonLogoutEvent, "this is not a logout token: it has no logout event", remedyProviderSettings)
	}
	if _, present := claims["nonce"]; present {
		return idp.Refuse(ReasonLogoutNonce, "a logout token must not have a nonce", remedyProviderSettings)
	}
	if id, _ := claims["jti"].(string); !plain(id, subjectLimit) {
		return idp.Refuse(ReasonTokenID, "the logout token has no identifier (jti), so a second use couldn't be noticed", remedyProviderSettings)
	}
	for _, name := range []string{"sub", "sid"} {
		if s, present, ok := text(claims, name); present && (!ok || !goodSubject(s)) {
			return idp.Refuse(ReasonLogoutSubject, "the logout token's "+name+" is malformed", remedyProviderSettings)
		}
	}
	if claims["sub"] == nil && claims["sid"] == nil {
		return idp.Refuse(ReasonLogoutSubject, "the logout token says neither who (sub) nor which session (sid)", remedyProviderSettings)
	}
	return nil
}

// readLogout names the person as the connection does: where that is by another claim than sub, a logout token without
// that claim names only the session.
func (p *Provider) readLogout(v *verified) (*Logout, error) {
	l := &Logout{Issued: v.times.issued, Expires: v.times.expires}
	l.ID, _ = v.claims["jti"].(string)
	l.SessionID, _ = v.claims["sid"].(string)
	l.Subject, _, _ = text(v.claims, p.config.SubjectClaim)
	if l.Subject != "" && !goodSubject(l.Subject) || l.Subject == "" && l.SessionID == "" {
		return nil, idp.Refuse(ReasonLogoutSubject, "the logout token doesn't say whom it is about in a way that this connection knows", "Let the provider send sid, or use sub as subject_claim.").About("subject_claim")
	}
	return l, nil
}
