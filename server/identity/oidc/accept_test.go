package oidc

import (
	"crypto/sha256"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ambit/server/identity/idp"
)

// TestSignIn ensures that a plain sign-in gives everything that the provider vouches for, and that the request to the
// provider holds what the protocol wants.
func TestSignIn(t *testing.T) {
	s := newScene(t)
	sum := sha256.Sum256([]byte(accessToken))
	s.claims["at_hash"], s.claims["auth_time"] = b64(sum[:16]), start.Add(-time.Hour).Unix()
	s.cfg.OfflineAccess, s.flow.LoginHint = true, "ada@acme.test"
	claims, _, err := s.signIn()
	if err != nil {
		t.Fatal(err)
	}
	yes := true
	want := &idp.Claims{
		Subject: "00u1", Email: "ada@acme.test", EmailVerified: &yes, Name: "Ada", Groups: []string{"eng"}, GroupsState: idp.GroupsKnown,
		SessionID: "s1", AuthTime: start.Add(-time.Hour), RefreshToken: refreshToken,
	}
	if claims.IDToken == "" || claims.Raw["sub"] != "00u1" || claims.Raw["nonce"] != nil || claims.Raw["at_hash"] != nil {
		t.Errorf("ID token or raw claims: %q, %v", claims.IDToken, claims.Raw)
	}
	claims.IDToken, claims.Raw = "", nil
	if diff := cmp.Diff(want, claims); diff != "" {
		t.Error(diff)
	}
	challenge := sha256.Sum256([]byte(s.form["code_verifier"]))
	q := s.address.Query()
	for name, want := range map[string]string{
		"response_type": "code", "client_id": clientID, "redirect_uri": redirect, "code_challenge_method": "S256",
		"scope": "openid profile email offline_access", "code_challenge": b64(challenge[:]), "login_hint": "ada@acme.test",
	} {
		if q.Get(name) != want {
			t.Errorf("authorization request: %s = %q, want %q", name, q.Get(name), want)
		}
	}
	if len(q.Get("state")) != 43 || len(q.Get("nonce")) != 43 || q.Get("state") == q.Get("nonce") {
		t.Errorf("state %q, nonce %q", q.Get("state"), q.Get("nonce"))
	}
	if s.form["redirect_uri"] != redirect || s.form["code"] != theCode || s.form["client_secret"] != "" {
		t.Errorf("token request: %v", s.form)
	}
}

// accepted are sign-ins that look odd but are right; check may be nil.
var accepted = []struct {
	name   string
	change func(*scene)
	check  func(*testing.T, *scene, *idp.Claims)
	note   string // part of a note that an admin must see
}{
	{"clocks a little apart", func(s *scene) {
		s.claims["exp"], s.claims["iat"] = start.Add(-59*time.Second).Unix(), start.Add(59*time.Second).Unix()
		s.claims["nbf"] = start.Add(59 * time.Second).Unix()
	}, nil, ""},
	{"times with fractions", func(s *scene) { s.claims["iat"] = float64(start.Unix()) + 0.5 }, nil, ""},
	{"several audiences and our azp", func(s *scene) {
		s.claims["aud"], s.claims["azp"] = []string{"other", clientID}, clientID
	}, nil, ""},
	{"another audience by configuration", func(s *scene) { s.cfg.Audience = "api://ambit"; s.claims["aud"] = "api://ambit" }, nil, ""},
	{"no key ID", func(s *scene) { delete(s.header, "kid") }, nil, ""},
	{"no typ", func(s *scene) { delete(s.header, "typ") }, nil, ""},
	{"certificate in the header of a good token", func(s *scene) { s.header["x5t"], s.header["jku"] = "AAAA", s.URL+"/evil" }, nil, ""},
	{"PS256", func(s *scene) { s.header["alg"] = "PS256" }, nil, ""},
	{"ES256", func(s *scene) {
		s.keys = []object{ecJWK("e1", &ecKey().PublicKey)}
		s.header, s.signer = object{"alg": "ES256", "kid": "e1"}, ecKey()
	}, nil, ""},
	{"EdDSA", func(s *scene) {
		s.keys = []object{edJWK("d1", edKey())}
		s.header, s.signer = object{"alg": "EdDSA", "kid": "d1"}, edKey()
	}, nil, ""},
	{"a bad key beside a good one", func(s *scene) {
		s.keys = append([]object{{"kty": "XYZ", "kid": "k1"}, {"kty": "RSA", "kid": "k1", "n": "AA"}}, s.keys...)
	}, nil, ""},
	{"the answer names the issuer", func(s *scene) {
		s.discovery["authorization_response_iss_parameter_supported"] = true
		s.params(func(q url.Values) { q.Set("iss", s.URL) })
	}, nil, ""},
	{"secret in the body", func(s *scene) { s.cfg.ClientAuth = ClientSecretPost }, func(t *testing.T, s *scene, _ *idp.Claims) {
		if s.form["client_secret"] != clientSecret || s.form["client_id"] != clientID {
			t.Error("the secret was not in the body")
		}
	}, ""},
	{"freshly signed in", func(s *scene) { s.flow.Fresh = true; s.claims["auth_time"] = start.Unix() }, func(t *testing.T, s *scene, _ *idp.Claims) {
		if q := s.address.Query(); q.Get("max_age") != "0" || q.Get("prompt") != "login" {
			t.Errorf("asked with %v", q)
		}
	}, ""},
	{"signed in lately", func(s *scene) {
		s.authParam("max_age", "600")
		s.claims["auth_time"] = start.Add(-650 * time.Second).Unix()
	}, nil, ""},
	{"the hosted domain", func(s *scene) { s.authParam("hd", "acme.test"); s.claims["hd"] = "Acme.test" }, nil, ""},
	{"subject from oid", func(s *scene) { s.cfg.SubjectClaim = "oid"; s.claims["oid"] = "7a0c" }, func(t *testing.T, _ *scene, c *idp.Claims) {
		if c.Subject != "7a0c" {
			t.Errorf("subject %q", c.Subject)
		}
	}, ""},

	{"no group, and known to be", func(s *scene) { s.claims["groups"] = []string{} }, groups(idp.GroupsKnown), "in no group"},
	{"groups absent", func(s *scene) { s.claims["groups"] = absent }, groups(idp.GroupsAbsent), "groups are unknown"},
	{"groups null", func(s *scene) { s.claims["groups"] = nil }, groups(idp.GroupsAbsent), "groups are unknown"},
	{"groups elsewhere", func(s *scene) {
		s.claims["groups"], s.claims["realm_access"] = absent, object{"roles": []string{"dev"}}
	}, groups(idp.GroupsAbsent), "realm_access.roles looks like a list of groups"},
	{"groups under a path", func(s *scene) {
		s.cfg.GroupsClaim, s.claims["realm_access"] = "realm_access.roles", object{"roles": []string{"dev", "dev", "ops"}}
	}, groups(idp.GroupsKnown, "dev", "ops"), ""},
	{"groups under a name space", func(s *scene) {
		s.cfg.GroupsClaim, s.claims["https://acme.test/groups"] = "https://acme.test/groups", []string{"dev"}
	}, groups(idp.GroupsKnown, "dev"), ""},
	{"one group as text, by configuration", func(s *scene) { s.cfg.GroupsString = true; s.claims["groups"] = "dev" }, groups(idp.GroupsKnown, "dev"), ""},
	{"Entra overage", func(s *scene) {
		s.claims["groups"] = absent
		s.claims["_claim_names"], s.claims["_claim_sources"] = object{"groups": "src1"}, object{"src1": object{"endpoint": "https://graph.test/", "access_token": accessToken}}
	}, func(t *testing.T, _ *scene, c *idp.Claims) {
		groups(idp.GroupsTruncated)(t, nil, c)
		want := object{"src1": object{"endpoint": "https://graph.test/"}}
		if diff := cmp.Diff(want, c.Raw["_claim_sources"]); diff != "" {
			t.Errorf("an access token may be shown: %s", diff)
		}
	}, "too many groups"},
	{"Entra overage beside a partial list", func(s *scene) {
		s.claims["_claim_names"], s.claims["_claim_sources"] = object{"groups": "src1"}, object{"src1": object{"endpoint": "https://graph.test/"}}
	}, groups(idp.GroupsTruncated), ""},
	{"Entra hasgroups", func(s *scene) { s.claims["groups"], s.claims["hasgroups"] = absent, true }, groups(idp.GroupsTruncated), ""},
	{"groups from userinfo", func(s *scene) {
		s.claims["groups"], s.claims["hasgroups"] = absent, true
		s.userinfo["groups"] = []string{"dev"}
	}, groups(idp.GroupsKnown, "dev"), ""},
	{"groups from signed userinfo", func(s *scene) {
		s.claims["groups"] = absent
		s.answer["/userinfo"] = status(200, "application/jwt", jws(s.header, []byte(`{"sub":"00u1","iss":"`+s.URL+`","aud":"ambit","groups":["dev"]}`), rsaKey()))
	}, groups(idp.GroupsKnown, "dev"), ""},
	{"userinfo down", func(s *scene) { s.claims["groups"] = absent; s.answer["/userinfo"] = status(500, "text/html", "") }, groups(idp.GroupsAbsent), "in vain"},
	{"userinfo never asked", func(s *scene) { s.claims["groups"] = absent; s.cfg.UserInfo = UserInfoNever }, func(t *testing.T, s *scene, _ *idp.Claims) {
		if s.hits["/userinfo"] != 0 {
			t.Error("it was")
		}
	}, ""},
	{"groups are object IDs", func(s *scene) { s.claims["groups"] = []string{"3fa85f64-5717-4562-b3fc-2c963f66afa6"} }, nil, "object IDs"},
	{"groups are paths", func(s *scene) { s.claims["groups"] = []string{"/eng"} }, nil, "slash"},

	{"email_verified as text", func(s *scene) { s.claims["email_verified"] = "true" }, verified3(new(bool)), "email_verified is neither true nor false"},
	{"e-mail not verified", func(s *scene) { s.claims["email_verified"] = false }, verified3(new(bool)), "not verified"},
	{"e-mail in userinfo is verified there only", func(s *scene) {
		s.claims["email"] = absent
		delete(s.userinfo, "email_verified")
	}, verified3(nil), ""},
	{"email_verified from userinfo about another address", func(s *scene) {
		s.claims["email_verified"], s.claims["groups"], s.userinfo["email"] = absent, absent, "root@acme.test"
	}, verified3(nil), ""},
	{"another claim holds the address", func(s *scene) { s.cfg.EmailClaim, s.claims["upn"] = "upn", "Ada@corp.test" }, func(t *testing.T, _ *scene, c *idp.Claims) {
		if c.Email != "ada@corp.test" || c.EmailVerified != nil {
			t.Errorf("%q, verified %v", c.Email, c.EmailVerified)
		}
	}, ""},
	{"no address", func(s *scene) { s.claims["email"] = "ada"; s.userinfo = object{"sub": "00u1"} }, func(t *testing.T, _ *scene, c *idp.Claims) {
		if c.Email != "" || c.EmailVerified != nil {
			t.Errorf("%q, verified %v", c.Email, c.EmailVerified)
		}
	}, "is none"},
	{"no refresh token", func(s *scene) { s.cfg.OfflineAccess, s.response["refresh_token"] = true, nil }, nil, "no refresh token"},
	{"scope not granted", func(s *scene) { s.response["scope"] = "openid profile" }, nil, "did not grant the scope email"},
	{"no sid", func(s *scene) { s.claims["sid"] = absent }, nil, "no sid"},
	{"another strength", func(s *scene) { s.authParam("acr_values", "phr"); s.claims["acr"] = "pwd" }, nil, "acr_values"},
	{"no name", func(s *scene) { s.claims["name"] = absent }, nil, "sends no name"},
}

func groups(state idp.GroupsState, want ...string) func(*testing.T, *scene, *idp.Claims) {
	return func(t *testing.T, _ *scene, c *idp.Claims) {
		t.Helper()
		if c.GroupsState != state || !slices.Equal(c.Groups, want) {
			t.Errorf("groups %v %v, want %v %v", c.GroupsState, c.Groups, state, want)
		}
	}
}

func verified3(want *bool) func(*testing.T, *scene, *idp.Claims) {
	return func(t *testing.T, _ *scene, c *idp.Claims) {
		t.Helper()
		if diff := cmp.Diff(want, c.EmailVerified); diff != "" || c.Email != "ada@acme.test" {
			t.Errorf("%q: %s", c.Email, diff)
		}
	}
}

// TestOddSignInsAreAccepted ensures that strictness refuses nobody who is right, and that an admin sees what is odd.
func TestOddSignInsAreAccepted(t *testing.T) {
	for _, c := range accepted {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := newScene(t)
			c.change(s)
			claims, notes, err := s.signIn()
			if err != nil {
				t.Fatal(err)
			}
			if c.check != nil {
				c.check(t, s, claims)
			}
			if c.note != "" && !slices.ContainsFunc(notes, func(n idp.Note) bool { return strings.Contains(n.Message, c.note) }) {
				t.Errorf("no note says %q: %+v", c.note, notes)
			}
			if s.count("/evil") != 0 {
				t.Error("an address in the token's header was followed")
			}
		})
	}
}

// TestPublicClient ensures that a client without a secret sends none.
func TestPublicClient(t *testing.T) {
	s := newScene(t)
	s.cfg.ClientAuth = ClientAuthNone
	var authorization string
	s.answer["/token"] = func(w http.ResponseWriter, r *http.Request) {
		authorization = r.Header.Get("Authorization")
		_ = r.ParseForm()
		s.form["client_id"], s.form["client_secret"] = r.PostForm.Get("client_id"), r.PostForm.Get("client_secret")
		reply200(w, object{"access_token": accessToken, "token_type": "bearer", "id_token": s.idToken()})
	}
	s.p = New(s.cfg, "", client(), s.clock.now, constant{})
	if _, _, err := s.signIn(); err != nil {
		t.Fatal(err)
	}
	if authorization != "" || s.form["client_id"] != clientID || s.form["client_secret"] != "" {
		t.Errorf("sent %q and %v", authorization, s.form)
	}
	if v := s.began.Verifier; v != b64([]byte(strings.Repeat("x", 32))) {
		t.Errorf("randomness doesn't come from where it was given: %q", v)
	}
}

type constant struct{}

func (constant) Read(b []byte) (int, error) { return copy(b, strings.Repeat("x", len(b))), nil }

// TestProviderText ensures that a provider's words reach people cleaned, cut and without secrets.
func TestProviderText(t *testing.T) {
	s := newScene(t)
	s.fails("access_denied")
	_, _, err := s.signIn()
	if err == nil || !strings.HasSuffix(err.Error(), "it says “no <b>way</b> [secret] [secret]”") {
		t.Errorf("%v", err)
	}
	if got := quote(strings.Repeat("very long ", 100)); len(got) > 220 || !strings.HasSuffix(got, "…”") {
		t.Errorf("%q", got)
	}
}
