package console_test

import (
	"net/http"
	"strings"
	"testing"
)

func TestSetupThenSignInThenOut(t *testing.T) {
	s := start(t)
	anon := s.browser()
	var before, after struct{ State, CSRF string }
	anon.call("GET", "/api/v1/session", nil, 200, &before)
	if before.State != "setup" {
		t.Fatalf("state %q before set-up", before.State)
	}
	o := s.setUp()
	o.call("GET", "/api/v1/session", nil, 200, &after)
	if after.State != "signed_in" || after.CSRF != o.csrf {
		t.Fatalf("after set-up: %+v", after)
	}
	var packs struct {
		Packs []struct{ Name, Description string }
	}
	o.call("GET", "/api/v1/policy/packs", nil, 200, &packs)
	if len(packs.Packs) < 4 || packs.Packs[0].Name != "observe" || packs.Packs[0].Description == "" {
		t.Fatalf("packs %+v", packs)
	}
	o.refused("POST", "/api/v1/setup/policy", object{"pack": "nothing"}, 404, "not_found")

	b := s.browser()
	var ch struct {
		Challenge string
		Methods   []string
	}
	b.call("POST", "/api/v1/sign-in", object{"email": email, "password": password}, 200, &ch)
	b.refused("POST", "/api/v1/sign-in/verify", object{"challenge": ch.Challenge, "code": "000000"}, 401, "unauthenticated")
	resp := b.send("POST", "/api/v1/sign-in/verify", object{"challenge": ch.Challenge, "code": s.code(o.secret)})
	resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("sign-in ended with %d", resp.StatusCode)
	}
	cookie := resp.Header.Get("Set-Cookie")
	for _, part := range []string{"ambit=", "HttpOnly", "SameSite=Lax", "path=/"} {
		if !strings.Contains(cookie, part) {
			t.Errorf("the cookie %q lacks %s", cookie, part)
		}
	}
	if strings.Contains(cookie, "secure") || strings.Contains(cookie, "domain") {
		t.Errorf("the cookie on loopback is %q", cookie)
	}
	b.call("GET", "/api/v1/session", nil, 200, &after)
	b.csrf = after.CSRF
	b.call("POST", "/api/v1/sign-out", nil, 204, nil)
	b.call("GET", "/api/v1/session", nil, 200, &after)
	if after.State != "signed_out" {
		t.Fatalf("state %q after signing out", after.State)
	}
	b.refused("GET", "/api/v1/people", nil, 401, "unauthenticated")
}

func TestWrongAccountAndWrongPasswordLookTheSame(t *testing.T) {
	s := start(t)
	s.setUp()
	b := s.browser()
	texts := map[string]bool{}
	for _, try := range []object{{"email": email, "password": "not the password"}, {"email": "nobody@acme.test", "password": password}} {
		var p struct{ Title, Detail, Hint, Code string }
		b.call("POST", "/api/v1/sign-in", try, 401, &p)
		texts[p.Title+p.Detail+p.Hint+p.Code] = true
	}
	if len(texts) != 1 {
		t.Fatalf("the answers differ: %v", texts)
	}
}

func TestRequestsFromOtherSitesAreRefused(t *testing.T) {
	s := start(t)
	o := s.setUp()
	csrf := o.csrf
	change := object{"name": "x", "scopes": []string{"decide"}}
	o.csrf = ""
	o.refused("POST", "/api/v1/tokens", change, 403, "csrf")
	o.csrf = csrf[1:] + csrf[:1]
	o.refused("POST", "/api/v1/tokens", change, 403, "csrf")
	o.csrf = csrf
	o.extra.Set("Origin", "https://evil.test")
	o.refused("POST", "/api/v1/tokens", change, 403, "csrf")
	b := s.browser() // sign-in forgery: there is no session yet, the origin alone tells
	b.extra.Set("Origin", "https://evil.test")
	b.refused("POST", "/api/v1/sign-in", object{"email": email, "password": password}, 403, "csrf")
	o.extra = http.Header{"Origin": {s.url}}
	o.call("POST", "/api/v1/tokens", change, 201, nil)
	if n := len(s.identity.Tokens()); n != 1 {
		t.Fatalf("%d tokens, want 1: a refused request made one", n)
	}
}

func TestBodiesMustBeWhatTheyShould(t *testing.T) {
	s := start(t)
	b := s.browser()
	for body, code := range map[string]string{
		``:                                "invalid",
		`{"email":"a","password":`:        "invalid",
		`{"email":"a","password":"b"} {}`: "invalid",
		`{"email":1,"password":"b"}`:      "invalid",
		`{"email":"a","password":"b","admin":true}`:                   "invalid",
		`{"email":"` + strings.Repeat("a", 300) + `","password":"b"}`: "invalid",
		`[]`: "invalid",
	} {
		b.refused("POST", "/api/v1/sign-in", body, 400, code)
	}
	b.extra.Set("Content-Type", "text/plain")
	b.refused("POST", "/api/v1/sign-in", `{"email":"a","password":"b"}`, 415, "unsupported")
	b.extra.Del("Content-Type")
	b.refused("POST", "/api/v1/sign-in", `{"email":"a","password":"`+strings.Repeat("b", 2<<20)+`"}`, 413, "too_large")
}

func TestDemoSignInDoesNotExist(t *testing.T) {
	s := start(t)
	s.setUp()
	s.browser().refused("POST", "/api/v1/demo/sign-in", object{"email": email}, 404, "not_found")
}
