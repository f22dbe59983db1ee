package oauth_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"ambit/server/identity/idp"
)

// signedIn is a device of Ada's with its credentials.
func (s *stack) signedIn() (access, refresh string) {
	s.t.Helper()
	d, b := s.device(), s.client()
	flow := b.enter(d)
	b.post("/device", "flow", flow, "approve_with", "okta")
	b.comeBack(flow, s.ada)
	got := d.poll()
	access, _ = got.json["access_token"].(string)
	refresh, _ = got.json["refresh_token"].(string)
	if access == "" || refresh == "" {
		s.t.Fatalf("got %d %s", got.status, got.body)
	}
	return access, refresh
}

func (c *client) refresh(token string) reply {
	c.t.Helper()
	return c.post("/oauth/token", "grant_type", "refresh_token", "refresh_token", token)
}

// TestFourClientsWithOneExpiredCredential is what Claude Code does after a night's sleep.
func TestFourClientsWithOneExpiredCredential(t *testing.T) {
	s := newStack(t)
	access, refresh := s.signedIn()
	s.clock.add(2 * time.Hour)
	if got := s.client().get("/api/v1/whoami", "Authorization", "Bearer "+access); got.status != 401 {
		t.Fatalf("the credential did not expire: %d", got.status)
	}
	var wg sync.WaitGroup
	got := make([]reply, 4)
	for i := range got {
		wg.Go(func() { got[i] = s.client().refresh(refresh) })
	}
	wg.Wait()
	for _, g := range got {
		next, _ := g.json["access_token"].(string)
		if g.status != 200 || s.client().get("/api/v1/whoami", "Authorization", "Bearer "+next).status != 200 {
			t.Errorf("a client got %d %s", g.status, g.body)
		}
	}
	s.clock.add(2 * time.Minute)
	mustRefuse(t, s.client().refresh(refresh), "invalid_grant", 401)
	next, _ := got[0].json["refresh_token"].(string)
	mustRefuse(t, s.client().refresh(next), "invalid_grant", 401) // the whole family has ended
}

func TestRevoke(t *testing.T) {
	s := newStack(t)
	c := s.client()
	for _, unknown := range []string{"x", "ambit_cred_x", "ambit_refresh_x"} {
		if got := c.post("/oauth/revoke", "token", unknown); got.status != 200 {
			t.Errorf("%s: %d", unknown, got.status)
		}
	}
	mustRefuse(t, c.post("/oauth/revoke"), "invalid_request", 400)
	access, refresh := s.signedIn()
	if got := c.post("/oauth/revoke", "token", access); got.status != 200 {
		t.Fatalf("got %d", got.status)
	}
	if got := c.post("/oauth/revoke", "token", refresh, "token_type_hint", "refresh_token"); got.status != 200 {
		t.Fatalf("got %d", got.status)
	}
	if got := c.get("/api/v1/whoami", "Authorization", "Bearer "+access); got.status != 401 {
		t.Errorf("the next request: %d", got.status)
	}
	mustRefuse(t, c.refresh(refresh), "invalid_grant", 401)
}

func TestIntrospect(t *testing.T) {
	s := newStack(t)
	c := s.client()
	access, refresh := s.signedIn()
	other, _ := s.signedIn()
	ask := func(bearer, token string) reply {
		return c.do("POST", "/oauth/introspect", form, "token="+token, "Authorization", "Bearer "+bearer)
	}
	got := ask(access, access)
	if got.status != 200 || got.json["active"] != true || got.json["username"] != "ada@acme.test" || got.json["scope"] != "agent" || got.json["token_type"] != "Bearer" {
		t.Fatalf("got %d %s", got.status, got.body)
	}
	if got := ask(access, refresh); got.json["active"] != true {
		t.Errorf("its own refresh credential: %s", got.body)
	}
	for _, token := range []string{other, "x", ""} {
		if got := ask(access, token); got.json["active"] == true || token != "" && got.body != `{"active":false}` {
			t.Errorf("%q: %s", token, got.body)
		}
	}
	if got := c.post("/oauth/introspect", "token", access); got.status != 401 {
		t.Errorf("without a caller: %d", got.status)
	}
}

const exchangeGrant = "urn:ietf:params:oauth:grant-type:token-exchange"

func TestTokenExchange(t *testing.T) {
	s := newStack(t)
	c := s.client()
	job := s.arrive("github", "repo:acme/app:ref:refs/heads/main", "")
	s.signOn.answer = func(token string) (idp.Arrival, error) {
		switch token {
		case "ada":
			return *s.ada, nil
		case "job":
			return *job, nil
		case "down":
			return idp.Arrival{}, idp.Refuse(idp.ReasonUnreachable, "the provider can't be reached", "")
		case "broken":
			return idp.Arrival{}, errors.New("a secret detail")
		}
		return idp.Arrival{}, idp.Refuse("signature", "the token's signature is wrong", "Ask for a new one.")
	}
	const idToken, jwt = "urn:ietf:params:oauth:token-type:id_token", "urn:ietf:params:oauth:token-type:jwt"
	exchange := func(token, kind string, more ...string) reply {
		return c.post("/oauth/token", append([]string{"grant_type", exchangeGrant, "subject_token", token, "subject_token_type", kind}, more...)...)
	}
	got := exchange("ada", idToken)
	if got.status != 200 || got.json["issued_token_type"] != "urn:ietf:params:oauth:token-type:access_token" || got.json["token_type"] != "Bearer" || got.json["refresh_token"] == nil {
		t.Fatalf("got %d %s", got.status, got.body)
	}
	got = exchange("job", jwt)
	access, _ := got.json["access_token"].(string)
	if got.status != 200 || got.json["refresh_token"] != nil || got.json["expires_in"] != 3600.0 {
		t.Fatalf("a CI job got %d %s", got.status, got.body)
	}
	p, err := s.identity.Bearer(access)
	must(t, err)
	if p.Connection != "github" || len(p.Groups) != 1 {
		t.Errorf("principal %+v", p)
	}
	devices := map[string]bool{}
	for _, f := range s.identity.Families() {
		devices[f.Device] = true
	}
	if !devices["CI: acme/app"] || !devices["Token exchange"] {
		t.Errorf("devices %v", devices)
	}
	mustRefuse(t, exchange("forged", idToken), "invalid_request", 400)
	mustRefuse(t, exchange("down", idToken), "temporarily_unavailable", 503)
	mustRefuse(t, exchange("broken", idToken), "server_error", 500)
	mustRefuse(t, exchange("ada", "urn:ietf:params:oauth:token-type:saml2"), "invalid_request", 400)
	mustRefuse(t, exchange("ada", idToken, "actor_token", "x"), "invalid_request", 400)
	mustRefuse(t, exchange("ada", idToken, "requested_token_type", "urn:ietf:params:oauth:token-type:refresh_token"), "invalid_request", 400)
	mustRefuse(t, exchange("ada", idToken, "scope", "policy:write"), "invalid_scope", 400)
	mustRefuse(t, exchange("", idToken), "invalid_request", 400)
	mustRefuse(t, exchange("ada", ""), "invalid_request", 400)
	must(t, s.identity.SetDisabled(context.WithoutCancel(t.Context()), local, s.ada.PersonID, true, ""))
	mustRefuse(t, exchange("ada", idToken), "access_denied", 400)
}
