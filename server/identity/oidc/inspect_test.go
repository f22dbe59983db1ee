package oidc

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"ambit/server/identity/idp"
)

// TestInspect ensures that an admin sees what a provider offers, and gets a hint for each thing that needs attention.
func TestInspect(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*scene)
		says   string
		hint   bool
	}{
		"reachable":              {nil, "names this issuer", false},
		"PKCE":                   {nil, "PKCE with S256 is supported", false},
		"no PKCE":                {func(s *scene) { delete(s.discovery, "code_challenge_methods_supported") }, "doesn't announce PKCE", true},
		"back-channel logout":    {nil, "session by session", false},
		"no back-channel logout": {func(s *scene) { delete(s.discovery, "backchannel_logout_supported") }, "doesn't announce back-channel logout", true},
		"no end of session":      {func(s *scene) { delete(s.discovery, "end_session_endpoint") }, "no end_session_endpoint", false},
		"client authentication":  {func(s *scene) { s.cfg.ClientAuth = ClientSecretPost }, "doesn't announce client_secret_post", true},
		"scopes":                 {func(s *scene) { s.discovery["scopes_supported"] = []string{"openid"} }, "these scopes: profile, email", true},
		"claims":                 {func(s *scene) { s.discovery["claims_supported"] = []string{"sub"} }, "announce the claim groups", true},
		"algorithms":             {nil, "signed by RS256, PS256, ES256, EdDSA", false},
		"HMAC only":              {func(s *scene) { s.discovery["id_token_signing_alg_values_supported"] = []string{"HS256"} }, "no asymmetric", true},
		"no key that fits":       {func(s *scene) { s.keys = []object{} }, "no key that fits", true},
		"private key":            {func(s *scene) { s.keys[0]["d"] = "AQAB" }, `"k1" is not used: its private part is public`, true},
		"weak key":               {func(s *scene) { s.keys = []object{rsaJWK("w", &weakRSA().PublicKey)} }, "2048", true},
		"clocks agree":           {nil, "clocks of both servers agree", false},
		"clocks differ":          {func(s *scene) { s.clock.advance(45 * time.Second) }, "differs from this server's by 45s", true},
		"implicit only":          {func(s *scene) { s.discovery["response_types_supported"] = []string{"id_token"} }, "authorization code flow", true},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScene(t)
			if c.change != nil {
				c.change(s)
			}
			notes, err := s.relyingParty().Inspect(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for _, n := range notes {
				if strings.Contains(n.Message, c.says) {
					if (n.Hint != "") != c.hint {
						t.Errorf("hint %q", n.Hint)
					}
					return
				}
			}
			t.Errorf("no note says %q: %s", c.says, fmt.Sprint(notes))
		})
	}
}

// TestInspectRefusals ensures that an admin learns why a provider can't be used, and that mending it counts at once.
func TestInspectRefusals(t *testing.T) {
	s := newScene(t)
	s.discover(status(500, "", ""))
	p := s.relyingParty()
	_, _, err := p.Begin(t.Context(), redirect, Flow{})
	mustReason(t, err, idp.ReasonUnreachable)
	_, err = p.Inspect(t.Context())
	mustReason(t, err, idp.ReasonUnreachable)
	if r := refusal(err); r.Field != "issuer" || !strings.Contains(r.Message, "status 500") || r.Code() != "unavailable" {
		t.Errorf("%+v", r)
	}
	delete(s.answer, "/.well-known/openid-configuration")
	if _, err := p.Inspect(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.mustSignIn()

	s.discovery["issuer"] = s.URL + "/"
	_, err = p.Inspect(t.Context())
	if r := refusal(err); r == nil || r.Field != "issuer" || r.Code() != "invalid" || !strings.Contains(r.Remedy, "trailing slash") {
		t.Errorf("%v", err)
	}
	s.Close()
	_, err = p.Inspect(t.Context())
	if r := refusal(err); r == nil || !strings.Contains(r.Message, "refused") {
		t.Errorf("the cause is missing: %v", err)
	}
}

// TestInspectWorkload ensures that an issuer of workload tokens is not measured by what only sign-in needs.
func TestInspectWorkload(t *testing.T) {
	s := workload(t)
	notes, err := s.p.Inspect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range notes {
		if n.Hint != "" {
			t.Errorf("needless: %+v", n)
		}
	}
}
