package oidc

import (
	"encoding/json"
	"maps"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// logoutToken makes a right logout token, changed by f.
func (s *scene) logoutToken(f func(claims object)) string {
	claims := object{
		"iss": s.URL, "aud": clientID, "iat": start.Unix(), "exp": start.Add(2 * time.Minute).Unix(), "jti": "j1", "sub": "00u1", "sid": "s1",
		"events": object{logoutEvent: object{}},
	}
	if f != nil {
		f(claims)
	}
	maps.DeleteFunc(claims, func(_ string, v any) bool { return v == absent })
	header := maps.Clone(s.header)
	if header["typ"] == "JWT" {
		header["typ"] = "logout+jwt"
	}
	return jws(header, must(json.Marshal(claims)), s.signer)
}

// TestLogoutToken ensures that a right token names person and session.
func TestLogoutToken(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*scene, object)
		want   Logout
	}{
		"person and session":   {func(*scene, object) {}, Logout{Subject: "00u1", SessionID: "s1"}},
		"person only":          {func(_ *scene, c object) { c["sid"] = absent }, Logout{Subject: "00u1"}},
		"session only":         {func(_ *scene, c object) { c["sub"] = absent }, Logout{SessionID: "s1"}},
		"typ JWT":              {func(s *scene, _ object) { s.header["typ"] = "jwt" }, Logout{Subject: "00u1", SessionID: "s1"}},
		"typ in full":          {func(s *scene, _ object) { s.header["typ"] = "application/logout+jwt" }, Logout{Subject: "00u1", SessionID: "s1"}},
		"audience list":        {func(_ *scene, c object) { c["aud"] = []string{clientID} }, Logout{Subject: "00u1", SessionID: "s1"}},
		"subject by oid":       {func(s *scene, c object) { s.cfg.SubjectClaim = "oid"; c["oid"] = "7a0c" }, Logout{Subject: "7a0c", SessionID: "s1"}},
		"subject by oid, none": {func(s *scene, _ object) { s.cfg.SubjectClaim = "oid" }, Logout{SessionID: "s1"}},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScene(t)
			raw := s.logoutToken(func(claims object) { c.change(s, claims) })
			c.want.ID, c.want.Issued, c.want.Expires = "j1", start, start.Add(2*time.Minute)
			got, err := s.relyingParty().LogoutToken(t.Context(), raw)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(&c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// hostileLogouts end nobody's session.
var hostileLogouts = []struct {
	name   string
	change func(*scene, object)
	reason string
}{
	{"nonce", func(_ *scene, c object) { c["nonce"] = "n" }, ReasonLogoutNonce},
	{"nonce null", func(_ *scene, c object) { c["nonce"] = nil }, ReasonLogoutNonce},
	{"no events", func(_ *scene, c object) { c["events"] = absent }, ReasonLogoutEvent},
	{"empty events", func(_ *scene, c object) { c["events"] = object{} }, ReasonLogoutEvent},
	{"another event", func(_ *scene, c object) { c["events"] = object{"https://acme.test/event": object{}} }, ReasonLogoutEvent},
	{"event null", func(_ *scene, c object) { c["events"] = object{logoutEvent: nil} }, ReasonLogoutEvent},
	{"events as list", func(_ *scene, c object) { c["events"] = []string{logoutEvent} }, ReasonLogoutEvent},
	{"neither sub nor sid", func(_ *scene, c object) { c["sub"], c["sid"] = absent, absent }, ReasonLogoutSubject},
	{"empty sub", func(_ *scene, c object) { c["sub"] = "" }, ReasonLogoutSubject},
	{"sub is a list", func(_ *scene, c object) { c["sub"] = []string{"00u1"} }, ReasonLogoutSubject},
	{"huge sid", func(_ *scene, c object) { c["sid"] = strings.Repeat("s", 300) }, ReasonLogoutSubject},
	{"nobody that we know", func(s *scene, c object) { s.cfg.SubjectClaim = "oid"; c["sid"] = absent }, ReasonLogoutSubject},
	{"no jti", func(_ *scene, c object) { c["jti"] = absent }, ReasonTokenID},
	{"jti is a number", func(_ *scene, c object) { c["jti"] = 1 }, ReasonTokenID},
	{"old", func(_ *scene, c object) {
		c["iat"], c["exp"] = start.Add(-7*time.Minute).Unix(), start.Add(time.Hour).Unix()
	}, ReasonIssuedAt},
	{"no iat", func(_ *scene, c object) { c["iat"] = absent }, ReasonIssuedAt},
	{"from the future", func(_ *scene, c object) { c["iat"] = start.Add(2 * time.Minute).Unix() }, ReasonIssuedAt},
	{"expired", func(_ *scene, c object) { c["exp"] = start.Add(-2 * time.Minute).Unix() }, ReasonExpired},
	{"no exp", func(_ *scene, c object) { c["exp"] = absent }, ReasonExpired},
	{"another audience", func(_ *scene, c object) { c["aud"] = "other" }, ReasonAudience},
	{"another issuer", func(_ *scene, c object) { c["iss"] = "https://evil.test" }, ReasonIssuer},
	{"signed by a stranger", func(s *scene, _ object) { s.signer = otherRSA() }, ReasonSignature},
	{"not signed", func(s *scene, _ object) { s.header["alg"], s.signer = "none", nil }, ReasonAlgorithm},
	{"HMAC", func(s *scene, _ object) { s.header["alg"], s.signer = "HS256", []byte(clientSecret) }, ReasonAlgorithm},
	{"another type", func(s *scene, _ object) { s.header["typ"] = "secevent+jwt" }, ReasonTokenType},
	{"access token", func(s *scene, _ object) { s.header["typ"] = "at+jwt" }, ReasonTokenType},
	{"sub in another case as well", func(_ *scene, c object) { c["Sub"] = "root" }, ReasonDuplicateMember},
}

// TestHostileLogoutTokens ensures that each is refused for its own reason.
func TestHostileLogoutTokens(t *testing.T) {
	for _, c := range hostileLogouts {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := newScene(t)
			raw := s.logoutToken(func(claims object) { c.change(s, claims) })
			got, err := s.relyingParty().LogoutToken(t.Context(), raw)
			mustReason(t, s.checked(err, nil), c.reason)
			if got != nil {
				t.Error("something came with the refusal")
			}
		})
	}
	t.Run("ID token", func(t *testing.T) {
		s := newScene(t)
		_, err := s.relyingParty().LogoutToken(t.Context(), s.idToken())
		mustReason(t, err, ReasonLogoutEvent)
	})
	for _, raw := range []string{"", "x", "..", "a.b.c.d.e", strings.Repeat(".", 1000), "{}"} {
		if _, err := newScene(t).relyingParty().LogoutToken(t.Context(), raw); err == nil {
			t.Errorf("%q was accepted", raw)
		}
	}
}

// TestLogoutURL ensures that the browser can be sent on to end the provider's session.
func TestLogoutURL(t *testing.T) {
	s := newScene(t)
	s.discovery["end_session_endpoint"] = s.URL + "/logout?tenant=1"
	p := s.relyingParty()
	address, ok, err := p.LogoutURL(t.Context(), "hint", "https://ambit.acme.test/", "st")
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	want := url.Values{
		"tenant": {"1"}, "client_id": {clientID}, "id_token_hint": {"hint"}, "post_logout_redirect_uri": {"https://ambit.acme.test/"}, "state": {"st"},
	}
	if diff := cmp.Diff(want, must(url.Parse(address)).Query()); diff != "" {
		t.Error(diff)
	}
	address, _, _ = p.LogoutURL(t.Context(), strings.Repeat("x", idTokenHintSize+1), "", "")
	if q := must(url.Parse(address)).Query(); q.Get("id_token_hint") != "" || q.Get("client_id") != clientID {
		t.Error("a hint was sent that fits into no URL")
	}

	s = newScene(t)
	delete(s.discovery, "end_session_endpoint")
	if address, ok, err := s.relyingParty().LogoutURL(t.Context(), "", "", ""); ok || address != "" || err != nil {
		t.Error("an address came from nowhere")
	}
}
