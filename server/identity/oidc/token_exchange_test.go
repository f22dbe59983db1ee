package oidc

import (
	"strings"
	"testing"
	"time"

	"ambit/server/identity/idp"
)

// workload is a CI system: issuer and keys, no client, no sign-in.
func workload(t *testing.T) *scene {
	s := newScene(t)
	s.cfg = Config{Issuer: s.URL}
	for _, name := range []string{"authorization_endpoint", "token_endpoint", "userinfo_endpoint", "end_session_endpoint"} {
		delete(s.discovery, name)
	}
	s.claims = object{
		"iss": s.URL, "aud": "https://ambit.acme.test", "sub": "repo:acme/app:ref:refs/heads/main", "jti": "j1", "repository": "acme/app",
		"ref": "refs/heads/main", "ref_protected": "true", "run_attempt": 2, "iat": start.Unix(), "exp": start.Add(5 * time.Minute).Unix(),
		"labels": []string{"main"}, "nested": object{"env": "prod"}, "protected": true,
	}
	s.p = New(s.cfg, "", client(), s.clock.now, constant{})
	return s
}

func options(claims map[string]string) TokenOptions {
	return TokenOptions{Audiences: []string{"https://ambit.acme.test"}, MaxAge: 10 * time.Minute, Claims: claims, NeedID: true}
}

// ownClient are options for tokens of the client by which people sign in here.
func ownClient() TokenOptions {
	o := options(nil)
	o.NoNonce = o.Audiences
	return o
}

// TestVerifyIDToken ensures that workload tokens count by issuer, audience and required claims.
func TestVerifyIDToken(t *testing.T) {
	s := workload(t)
	for _, required := range []map[string]string{
		nil,
		{"repository": "acme/app"},
		{"repository": "acme/*", "ref": "refs/heads/main"},
		{"sub": "repo:acme/*:ref:refs/heads/*"},
		{"ref_protected": "true"},
		{"protected": "true"},
		{"run_attempt": "2"},
		{"nested.env": "p*d"},
		{"sub": "*"},
	} {
		got, err := s.p.VerifyIDToken(t.Context(), s.idToken(), options(required))
		if err != nil {
			t.Fatalf("%v: %v", required, err)
		}
		if got.Claims.Subject != s.claims["sub"] || got.ID != "j1" || !got.Issued.Equal(start) || !got.Expires.Equal(start.Add(5*time.Minute)) || got.Claims.Raw["repository"] != "acme/app" {
			t.Fatalf("%+v", got)
		}
	}
}

// TestNonceOfAnotherClient ensures that a command line's own sign-in may carry a nonce.
func TestNonceOfAnotherClient(t *testing.T) {
	s := workload(t)
	s.claims["nonce"] = "n"
	o := options(nil)
	o.NoNonce = []string{"console", ""}
	if _, err := s.p.VerifyIDToken(t.Context(), s.idToken(), o); err != nil {
		t.Error(err)
	}
}

// TestHostileTokensHandedIn ensures that each is refused for its own reason.
func TestHostileTokensHandedIn(t *testing.T) {
	for name, c := range map[string]struct {
		change  func(*scene)
		options TokenOptions
		reason  string
	}{
		"no audience set":                        {nil, TokenOptions{}, idp.ReasonConfiguration},
		"another audience":                       {func(s *scene) { s.claims["aud"] = "other" }, options(nil), ReasonAudience},
		"another audience too":                   {func(s *scene) { s.claims["aud"] = []string{"https://ambit.acme.test", "other"} }, options(nil), ReasonAudience},
		"empty audience":                         {func(s *scene) { s.claims["aud"] = "" }, TokenOptions{Audiences: []string{""}}, ReasonAudience},
		"another issuer":                         {func(s *scene) { s.claims["iss"] = "https://evil.test" }, options(nil), ReasonIssuer},
		"expired":                                {func(s *scene) { s.clock.advance(time.Hour) }, options(nil), ReasonExpired},
		"too old":                                {func(s *scene) { s.claims["iat"] = start.Add(-12 * time.Minute).Unix() }, options(nil), ReasonIssuedAt},
		"no jti":                                 {func(s *scene) { s.claims["jti"] = absent }, options(nil), ReasonTokenID},
		"signed by a stranger":                   {func(s *scene) { s.signer = otherRSA() }, options(nil), ReasonSignature},
		"not signed":                             {func(s *scene) { s.header["alg"], s.signer = "none", nil }, options(nil), ReasonAlgorithm},
		"access token":                           {func(s *scene) { s.header["typ"] = "at+jwt" }, options(nil), ReasonTokenType},
		"Keycloak access token":                  {func(s *scene) { s.claims["typ"] = "Bearer" }, options(nil), ReasonTokenType},
		"logout token":                           {func(s *scene) { s.claims["events"] = object{logoutEvent: object{}} }, options(nil), ReasonTokenType},
		"no sub":                                 {func(s *scene) { s.claims["sub"] = absent }, options(nil), ReasonSubject},
		"another repository":                     {nil, options(map[string]string{"repository": "acme/api"}), ReasonClaim},
		"another owner":                          {nil, options(map[string]string{"repository": "acm/*"}), ReasonClaim},
		"prefix alone":                           {nil, options(map[string]string{"repository": "acme"}), ReasonClaim},
		"another case":                           {nil, options(map[string]string{"repository": "Acme/app"}), ReasonClaim},
		"claim missing":                          {nil, options(map[string]string{"environment": "*"}), ReasonClaim},
		"claim empty":                            {func(s *scene) { s.claims["environment"] = "" }, options(map[string]string{"environment": "*"}), ReasonClaim},
		"nothing required of it":                 {nil, options(map[string]string{"repository": ""}), ReasonClaim},
		"list for a claim":                       {nil, options(map[string]string{"labels": "main"}), ReasonClaim},
		"object for a claim":                     {nil, options(map[string]string{"nested": "*"}), ReasonClaim},
		"of a sign-in here":                      {func(s *scene) { s.claims["nonce"] = "n" }, ownClient(), ReasonNonce},
		"of a sign-in here, with an empty nonce": {func(s *scene) { s.claims["nonce"] = "" }, ownClient(), ReasonNonce},
		"max_age without auth_time": {func(s *scene) {
			s.authParam("max_age", "600")
			s.p = New(s.cfg, "", client(), s.clock.now, constant{})
		}, options(nil), ReasonAuthTime},
		"signed in too long ago": {func(s *scene) {
			s.authParam("max_age", "600")
			s.claims["auth_time"] = start.Add(-700 * time.Second).Unix()
			s.p = New(s.cfg, "", client(), s.clock.now, constant{})
		}, options(nil), ReasonAuthTime},
		"another hosted domain": {func(s *scene) {
			s.authParam("hd", "acme.test")
			s.p = New(s.cfg, "", client(), s.clock.now, constant{})
		}, options(nil), ReasonHostedDomain},
	} {
		t.Run(name, func(t *testing.T) {
			s := workload(t)
			if c.change != nil {
				c.change(s)
			}
			got, err := s.p.VerifyIDToken(t.Context(), s.idToken(), c.options)
			mustReason(t, s.checked(err, nil), c.reason)
			if got != nil {
				t.Error("something came with the refusal")
			}
		})
	}
}

// TestWorkloadIssuerSignsNobodyIn ensures that people can't sign in by a connection without a client.
func TestWorkloadIssuerSignsNobodyIn(t *testing.T) {
	s := workload(t)
	_, _, err := s.p.Begin(t.Context(), redirect, Flow{})
	mustReason(t, err, idp.ReasonConfiguration)
	_, _, err = s.p.Refresh(t.Context(), refreshToken)
	mustReason(t, err, idp.ReasonConfiguration)
}

// TestGlob ensures that patterns match whole texts, and quickly.
func TestGlob(t *testing.T) {
	for _, c := range []struct {
		pattern, text string
		want          bool
	}{
		{"a", "a", true},
		{"a", "ab", false},
		{"a*", "a", true},
		{"a*", "ab/c:d", true},
		{"*a", "ba", true},
		{"a*a", "a", false},
		{"a*a", "aa", true},
		{"a*b*c", "a-b-b-c", true},
		{"a*b*c", "a-c-b", false},
		{"*b*b*", "ab", false},
		{"**", "x", true},
		{"", "", false},
		{"*", "", false},
		{"", "x", false},
		{"?", "x", false},
		{"[a]", "a", false},
		{strings.Repeat("*a", 2000) + "b", strings.Repeat("a", 20000), false},
	} {
		if got := glob(c.pattern, c.text); got != c.want {
			t.Errorf("glob(%.20q, %.20q) = %v", c.pattern, c.text, got)
		}
	}
}
