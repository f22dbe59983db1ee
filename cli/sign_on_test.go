//go:build !client

package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"ambit/audit"
	"ambit/audit/egress"
	"ambit/server/caller"
)

// house is the whole product, wired as `ambit serve` does it, in this process.
type house struct {
	*parts
	t    *testing.T
	url  string
	stop func()
}

func newHouse(t *testing.T) *house {
	t.Helper()
	return openHouse(t, filepath.Join(t.TempDir(), "data"))
}

func openHouse(t *testing.T, dir string) *house {
	t.Helper()
	env := testEnv(t, io.Discard, io.Discard)
	ln, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	must(t, err)
	_, port, err := net.SplitHostPort(ln.Addr().String())
	must(t, err)
	public := &url.URL{Scheme: "http", Host: "localhost:" + port}
	networks, err := egress.ParseNetworks([]string{"loopback"})
	must(t, err)
	f, err := openFolder(dir, true)
	must(t, err)
	p, err := openParts(env, options{dir: f.dir, public: public, egress: networks, log: slog.New(slog.DiscardHandler)})
	must(t, err)
	go func() { _ = p.server.Serve(ln) }()
	stop := sync.OnceFunc(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		_ = p.server.Shutdown(ctx)
		must(t, p.close(ctx))
		must(t, f.close())
	})
	t.Cleanup(stop)
	return &house{p, t, public.String(), stop}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

var theOwner = &caller.Principal{Kind: caller.Local, ID: "local", Name: "local", Roles: []caller.Role{caller.Owner}}

// connect adds a connection to the provider.
func (h *house) connect(p *openID, id, stage string) {
	h.t.Helper()
	config, err := json.Marshal(map[string]any{"oidc": map[string]any{"issuer": p.URL, "client_id": "ambit", "offline_access": true}, "accounts": map[string]any{}})
	must(h.t, err)
	c := &caller.Connection{ID: id, Kind: caller.KindOIDC, Name: "Acme SSO", Domains: []string{"acme.test"}, Config: config, Secrets: map[string]string{"client_secret": "s3cret-s3cret"}}
	must(h.t, h.sso.Create(h.t.Context(), theOwner, c, ""))
	must(h.t, h.identity.StageConnection(h.t.Context(), theOwner, id, stage, ""))
}

// browser is a person's browser.
type browser struct {
	*http.Client
	h *house
}

func (h *house) browser() *browser {
	jar, err := cookiejar.New(nil)
	must(h.t, err)
	return &browser{&http.Client{Jar: jar, Timeout: 20 * time.Second}, h}
}

// visit follows redirects to the end.
func (b *browser) visit(path string) (status int, at, body string) {
	b.h.t.Helper()
	if strings.HasPrefix(path, "/") {
		path = b.h.url + path
	}
	resp, err := b.Get(path)
	must(b.h.t, err)
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	must(b.h.t, err)
	return resp.StatusCode, resp.Request.URL.RequestURI(), string(text)
}

// user is who is signed in; "" is nobody.
func (b *browser) user() string {
	b.h.t.Helper()
	_, _, body := b.visit("/api/v1/session")
	var s struct{ User struct{ Email string } }
	must(b.h.t, json.Unmarshal([]byte(body), &s))
	return s.User.Email
}

// events returns the events of a type, newest first.
func (h *house) events(kind string) []audit.Event {
	h.t.Helper()
	page, err := h.ledger.Search(h.t.Context(), audit.Query{Type: kind})
	must(h.t, err)
	events := make([]audit.Event, len(page.Events))
	for i, raw := range page.Events {
		must(h.t, json.Unmarshal(raw, &events[i]))
	}
	return events
}

func TestSignInThroughAProvider(t *testing.T) {
	h, p := newHouse(t), newOpenID(t)
	h.connect(p, "acme", caller.StageLive)
	p.is("u1", "ada@acme.test", "engineers")
	b := h.browser()
	if status, at, body := b.visit("/sso/acme/login?return=/audit"); status != 200 || at != "/audit" {
		t.Fatalf("%d at %s: %s", status, at, body)
	}
	if got := b.user(); got != "ada@acme.test" {
		t.Fatalf("signed in as %q", got)
	}
	e := h.events("person.signed_in")
	if len(e) != 1 || e[0].Actor.Subject != "u1" || e[0].Actor.Connection != "acme" {
		t.Errorf("the ledger says %+v", e)
	}
	for _, elsewhere := range []string{"//evil.test", "https://evil.test/", "/\\evil.test", "/%09/evil.test", "javascript:alert(1)"} {
		if _, at, _ := b.visit("/sso/acme/login?return=" + url.QueryEscape(elsewhere)); !strings.HasPrefix(at, "/") || strings.Contains(at, "evil.test") && !strings.HasPrefix(at, "/%") {
			t.Errorf("return to %q led to %s", elsewhere, at)
		}
	}
}

// TestOnlyTheBrowserThatStartedFinishes ensures that nobody can have a victim's browser finish a sign-in of theirs, and that an
// answer counts once.
func TestOnlyTheBrowserThatStartedFinishes(t *testing.T) {
	h, p := newHouse(t), newOpenID(t)
	h.connect(p, "acme", caller.StageLive)
	p.is("u1", "mallory@acme.test", "engineers")
	attacker := h.browser()
	attacker.CheckRedirect = func(r *http.Request, _ []*http.Request) error {
		if strings.HasSuffix(r.URL.Path, "/callback") {
			return http.ErrUseLastResponse
		}
		return nil
	}
	resp, err := attacker.Get(h.url + "/sso/acme/login")
	must(t, err)
	resp.Body.Close()
	planted := resp.Header.Get("Location")
	victim := h.browser()
	if status, _, _ := victim.visit(planted); status != 401 || victim.user() != "" {
		t.Fatalf("the victim is signed in as %q, status %d", victim.user(), status)
	}
	if status, _, _ := attacker.visit(planted); status != 401 { // it was used up, whoever used it
		t.Fatalf("an answer counted twice: %d", status)
	}
	if e := h.events("sign_in.refused"); len(e) != 2 || !strings.Contains(string(e[0].Outcome), `"flow"`) {
		t.Errorf("the ledger says %+v", e)
	}
}

func TestTestSignInSignsNobodyIn(t *testing.T) {
	h, p := newHouse(t), newOpenID(t)
	h.connect(p, "acme", caller.StageDraft)
	p.is("u1", "ada@acme.test", "engineers")
	b := h.browser()
	if status, _, body := b.visit("/sso/acme/login?for=test"); status != 403 {
		t.Fatalf("a stranger starts a test sign-in: %d %s", status, body)
	}
	if status, _, body := b.visit("/sso/acme/login"); status != 401 || !strings.Contains(body, "not open") {
		t.Fatalf("a draft signs in: %d %s", status, body)
	}
	admin := h.signIn("ina@acme.test", caller.IdentityAdmin)
	status, at, body := admin.visit("/sso/acme/login?for=test")
	back, _ := url.Parse(at)
	if status != 200 || back.Path != "/connections/acme" {
		t.Fatalf("%d at %s: %s", status, at, body)
	}
	r := h.sso.TestResult(h.identity.Person("ina@acme.test").ID, "acme", back.Query().Get("test"))
	if r == nil || r.Refused != nil || r.Subject != "u1" || r.Preview.User != "ada@acme.test" || len(r.Preview.Groups) != 1 || r.Claims["sub"] != "u1" {
		t.Fatalf("result %+v", r)
	}
	if h.sso.TestResult("per_other", "acme", r.ID) != nil {
		t.Error("another admin sees it")
	}
	if admin.user() != "ina@acme.test" || h.identity.Person("ada@acme.test") != nil {
		t.Error("a test sign-in changed something")
	}
}

// signIn opens a console session for somebody with direct roles, without a provider.
func (h *house) signIn(email string, roles ...caller.Role) *browser {
	h.t.Helper()
	must(h.t, h.identity.AddPeople(h.t.Context(), theOwner, []caller.Person{{Email: email, Name: email, Direct: caller.Direct{Roles: roles}}}))
	p := newOpenID(h.t)
	id := "for-" + strings.NewReplacer("@", "-", ".", "-").Replace(email)
	h.connect(p, id, caller.StageLive)
	p.is(email, email)
	b := h.browser()
	if status, _, body := b.visit("/sso/" + id + "/login"); status != 200 {
		h.t.Fatalf("sign in %s: %d %s", email, status, body)
	}
	return b
}

// logOutAt posts a logout token as a provider does, and gives the answer's status.
func (h *house) logOutAt(connection, token string) int {
	h.t.Helper()
	resp, err := http.PostForm(h.url+"/sso/"+connection+"/backchannel-logout", url.Values{"logout_token": {token}})
	must(h.t, err)
	resp.Body.Close()
	return resp.StatusCode
}

func TestLoggedOutAtTheProviderIsLoggedOutHere(t *testing.T) {
	h, p := newHouse(t), newOpenID(t)
	h.connect(p, "acme", caller.StageLive)
	p.is("u1", "ada@acme.test", "engineers")
	b := h.browser()
	b.visit("/sso/acme/login")
	for name, token := range map[string]string{
		"nothing": "", "an ID token": p.sign(map[string]any{"nonce": nil}),
		"of another issuer": p.logoutToken(map[string]any{"iss": "https://evil.test", "sub": "u1"}),
		"without subject":   p.logoutToken(nil),
	} {
		if status := h.logOutAt("acme", token); status != 400 {
			t.Errorf("%s: %d", name, status)
		}
	}
	if b.user() == "" {
		t.Fatal("a refused logout token signed somebody out")
	}
	token := p.logoutToken(map[string]any{"sub": "u1", "sid": "sid-u1"})
	if status := h.logOutAt("acme", token); status != 200 || b.user() != "" {
		t.Fatalf("%d, still signed in as %q", status, b.user())
	}
	if status := h.logOutAt("acme", token); status != 400 {
		t.Errorf("a logout token counts twice: %d", status)
	}
}

// TestEverybodyIsLoggedOutAtOnce ensures that a provider that signs many people out is heard each time, and that nonsense from the
// same address neither keeps it out nor fills the ledger unseen.
func TestEverybodyIsLoggedOutAtOnce(t *testing.T) {
	h, p := newHouse(t), newOpenID(t)
	h.connect(p, "acme", caller.StageLive)
	p.is("u1", "ada@acme.test", "engineers")
	b := h.browser()
	b.visit("/sso/acme/login")
	limited := 0
	for range 60 {
		if h.logOutAt("acme", "nonsense") == http.StatusTooManyRequests {
			limited++
		}
	}
	if limited == 0 || len(h.events("sign_in.refused")) != 60-limited {
		t.Errorf("%d of 60 were turned away, %d recorded", limited, len(h.events("sign_in.refused")))
	}
	for i := range 60 {
		if status := h.logOutAt("acme", p.logoutToken(map[string]any{"sub": fmt.Sprint("somebody ", i)})); status != 200 {
			t.Fatalf("logout %d: %d", i, status)
		}
	}
	if status := h.logOutAt("acme", p.logoutToken(map[string]any{"sub": "u1", "sid": "sid-u1"})); status != 200 || b.user() != "" {
		t.Fatalf("%d, still signed in as %q", status, b.user())
	}
}

func TestRecheckFollowsTheProvider(t *testing.T) {
	h, p := newHouse(t), newOpenID(t)
	h.connect(p, "acme", caller.StageLive)
	p.is("u1", "ada@acme.test", "engineers")
	h.browser().visit("/sso/acme/login")
	p.is("u1", "ada@acme.test", "eng-senior")
	standing, err := h.sso.Recheck(t.Context(), "acme", "rt", "u1")
	if err != nil || !standing.Vouched || standing.RefreshToken == "" {
		t.Fatalf("%+v %v", standing, err)
	}
	if g := h.identity.Person("ada@acme.test").Groups; len(g) != 1 || g[0] != "eng-senior" {
		t.Errorf("groups %v", g)
	}
	if _, err := h.sso.Recheck(t.Context(), "acme", "rt", "u2"); reason(err) != "revoked" {
		t.Errorf("the provider answers for somebody else: %v", err)
	}
	p.refused = true
	if _, err := h.sso.Recheck(t.Context(), "acme", "rt", "u1"); reason(err) != "revoked" {
		t.Errorf("refused at the provider: %v", err)
	}
	p.Close()
	if _, err := h.sso.Recheck(t.Context(), "acme", "rt", "u1"); reason(err) != "unreachable" {
		t.Errorf("unreachable: %v", err)
	}
}

func TestTokensAreExchangedOnce(t *testing.T) {
	h, p := newHouse(t), newOpenID(t)
	h.connect(p, "acme", caller.StageLive)
	p.is("u1", "ada@acme.test", "engineers")
	const typ = "urn:ietf:params:oauth:token-type:id_token"
	token := p.sign(nil)
	a, err := h.sso.Exchange(t.Context(), token, typ, "192.0.2.1")
	if err != nil || a.User != "ada@acme.test" {
		t.Fatalf("%+v %v", a, err)
	}
	for name, tc := range map[string]struct{ token, typ, reason string }{
		"twice":            {token, typ, "replay"},
		"another audience": {p.sign(map[string]any{"aud": "other"}), typ, "audience"},
		"of the console":   {p.sign(map[string]any{"nonce": "n"}), typ, "nonce"},
		"another issuer":   {p.sign(map[string]any{"iss": "https://evil.test"}), typ, "issuer"},
		"old":              {p.sign(map[string]any{"iat": time.Now().Add(-time.Hour).Unix()}), typ, "issued_at"},
		"an access token":  {token, "urn:ietf:params:oauth:token-type:access_token", "token_type"},
		"garbage":          {"a.b.c", typ, "issuer"},
	} {
		if _, err := h.sso.Exchange(t.Context(), tc.token, tc.typ, "192.0.2.1"); reason(err) != tc.reason {
			t.Errorf("%s: %v", name, err)
		}
	}
	config, err := json.Marshal(map[string]any{
		"workload": map[string]any{"issuer": p.URL, "audiences": []string{h.url}, "subject_claim": "repository", "claims": map[string]string{"repository_owner": "acme"}},
		"accounts": map[string]any{"groups_from": "none", "fixed_groups": []string{"ci"}},
	})
	must(t, err)
	must(t, h.sso.Create(t.Context(), theOwner, &caller.Connection{ID: "ci", Kind: caller.KindWorkload, Name: "CI", Config: config}, ""))
	must(t, h.identity.StageConnection(t.Context(), theOwner, "ci", caller.StageLive, ""))
	job := map[string]any{"aud": h.url, "repository": "acme/app", "repository_owner": "acme", "email": nil, "groups": nil}
	a, err = h.sso.Exchange(t.Context(), p.sign(job), typ, "192.0.2.1")
	if err != nil || a.User != "ci/acme/app" {
		t.Fatalf("%+v %v", a, err)
	}
	job["repository_owner"] = "evil"
	if _, err := h.sso.Exchange(t.Context(), p.sign(job), typ, "192.0.2.1"); reason(err) != "claim" {
		t.Errorf("another organisation's job: %v", err)
	}
}
