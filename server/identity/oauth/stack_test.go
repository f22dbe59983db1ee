package oauth_test

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"

	"ambit/audit"
	"ambit/db"
	"ambit/db/seal"
	"ambit/server"
	"ambit/server/caller"
	"ambit/server/identity"
	"ambit/server/identity/idp"
	"ambit/server/identity/oauth"
	"ambit/server/problem"
)

type clock struct {
	mu sync.Mutex
	t  time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

// signOn stands for the identity providers.
type signOn struct {
	*stack
	answer func(token string) (idp.Arrival, error)
}

func (s *signOn) Exchange(_ context.Context, token, _, _ string) (idp.Arrival, error) {
	return s.answer(token)
}

func (s *signOn) Recheck(context.Context, string, string, string) (idp.Standing, error) {
	return idp.Standing{Vouched: true}, nil
}

// stack is the real server with real people, on a clock of the test's own; only the identity provider is made up.
type stack struct {
	t        *testing.T
	clock    *clock
	ledger   *audit.Ledger
	identity *identity.Service
	oauth    *oauth.Service
	signOn   *signOn
	url      string
	ada      *idp.Arrival
}

func newStack(t *testing.T) *stack {
	t.Helper()
	ctx, dir := t.Context(), t.TempDir()
	s := &stack{t: t, clock: &clock{t: time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)}}
	ln, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	must(t, err)
	s.url = "http://" + ln.Addr().String()
	log := slog.New(slog.DiscardHandler)
	box, err := seal.Open(filepath.Join(dir, "key"), rand.Reader)
	must(t, err)
	database, err := db.Open(ctx, dir, db.Options{})
	must(t, err)
	s.ledger, err = audit.Open(ctx, audit.Options{DB: database, Box: box, Now: s.clock.now, Rand: rand.Reader})
	must(t, err)
	s.identity, err = identity.Open(ctx, identity.Options{
		DB: database, Ledger: s.ledger, Box: box, Now: s.clock.now, Rand: rand.Reader, Log: log, PublicURL: s.url, Demo: true,
		Argon2: identity.Argon2{MemoryKiB: 64, Time: 1, Threads: 1},
	})
	must(t, err)
	s.signOn = &signOn{stack: s}
	s.identity.SetUpstream(s.signOn)
	s.oauth = oauth.New(oauth.Config{Identity: s.identity, SignOn: s.signOn, Ledger: s.ledger, Now: s.clock.now, Rand: rand.Reader, Log: log})
	srv, err := server.New(server.Config{
		Log: log, Now: s.clock.now, Rand: rand.Reader, Auth: s.identity, Health: s.ledger.Health, Metrics: server.NewMetrics(),
		Handlers: []server.Handlers{s.oauth.Handlers(), s.others()}, Schemas: map[string][]byte{"schemaAuditEvent": []byte("{}"), "schemaPolicy": []byte("{}")},
	})
	must(t, err)
	served := make(chan error, 1)
	go func() { served <- srv.Serve(ln) }()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute) // the machine may be busy
		defer cancel()
		must(t, errors.Join(srv.Shutdown(ctx), <-served, s.identity.Close(ctx), s.ledger.Close(ctx), database.Close()))
	})
	s.people()
	return s
}

// others answers the routes of other parts. Among them the sign-in at a connection: it comes back at once as the person whom
// the test put into the query's "as".
func (s *stack) others() server.Handlers {
	ours, h := s.oauth.Handlers(), server.Handlers{}
	for _, r := range caller.Routes() {
		h[r.ID] = func(c *fiber.Ctx) error { return c.SendString("reached " + r.ID) }
	}
	for id := range ours {
		delete(h, id)
	}
	for _, own := range []string{"health", "ready", "metrics", "whoAmI", "schemaAuditEvent", "schemaPolicy"} {
		delete(h, own)
	}
	return h
}

var local = &caller.Principal{Kind: caller.Local, Name: "root", Roles: []caller.Role{caller.Owner}}

func (s *stack) people() {
	s.t.Helper()
	ctx := s.t.Context()
	must(s.t, s.identity.AddPeople(ctx, local, []caller.Person{{Email: "olga@acme.test", Name: "Olga", Direct: caller.Direct{Roles: []caller.Role{caller.Owner}}}}))
	for _, c := range []*caller.Connection{
		{ID: "okta", Kind: caller.KindOIDC, Name: "Okta", Domains: []string{"acme.test"}},
		{ID: "entra", Kind: caller.KindSAML, Name: "Entra", Domains: []string{"acme.test"}},
		{ID: "github", Kind: caller.KindWorkload, Name: "GitHub Actions"},
	} {
		must(s.t, s.identity.CreateConnection(ctx, local, c, ""))
		must(s.t, s.identity.StageConnection(ctx, local, c.ID, caller.StageLive, ""))
	}
	s.ada = s.arrive("okta", "00u1", "ada@acme.test")
}

func (s *stack) arrive(connection, subject, email string) *idp.Arrival {
	s.t.Helper()
	a, err := s.identity.Arrive(s.t.Context(), connection, &idp.Claims{
		Subject: subject, Email: email, Groups: []string{"engineers"}, GroupsState: idp.GroupsKnown, SessionID: "sid-" + subject, RefreshToken: "upstream-secret",
		Raw: map[string]any{"repository": "acme/app"},
	}, "")
	must(s.t, err)
	return a
}

// events are the recorded ones of a type.
func (s *stack) events(kind string) int {
	s.t.Helper()
	page, err := s.ledger.Search(s.t.Context(), audit.Query{Type: kind})
	must(s.t, err)
	return len(page.Events)
}

// client is a browser or a program.
type client struct {
	*stack
	http *http.Client
	csrf string
}

func (s *stack) client() *client {
	jar, err := cookiejar.New(nil)
	must(s.t, err)
	return &client{stack: s, http: &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

type reply struct {
	status int
	header http.Header
	body   string
	json   map[string]any
}

func (c *client) do(method, path, kind, body string, headers ...string) reply {
	c.t.Helper()
	req, err := http.NewRequestWithContext(c.t.Context(), method, c.url+path, strings.NewReader(body))
	must(c.t, err)
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	req.Header.Set("User-Agent", "claude-code/2.1.330")
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	res, err := c.http.Do(req)
	must(c.t, err)
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	must(c.t, err)
	r := reply{status: res.StatusCode, header: res.Header, body: string(text)}
	_ = json.Unmarshal(text, &r.json)
	return r
}

const form = "application/x-www-form-urlencoded"

func (c *client) get(path string, headers ...string) reply {
	return c.do("GET", path, "", "", headers...)
}

// post sends a form; pairs are names and values.
func (c *client) post(path string, pairs ...string) reply {
	c.t.Helper()
	v := url.Values{}
	if c.csrf != "" {
		v.Set("csrf", c.csrf)
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		v.Set(pairs[i], pairs[i+1])
	}
	return c.do("POST", path, form, v.Encode())
}

// signIn opens a console session, by the demo's sign-in or through a connection.
func (c *client) signIn(through *idp.Arrival) {
	c.t.Helper()
	in, err := c.identity.SignInDemo(c.t.Context(), "olga@acme.test", "", "")
	if through != nil {
		in, err = c.identity.OpenSession(c.t.Context(), through, "", "")
	}
	must(c.t, err)
	u, err := url.Parse(c.url)
	must(c.t, err)
	c.http.Jar.SetCookies(u, []*http.Cookie{{Name: "ambit", Value: in.Cookie, Path: "/"}})
	c.csrf = in.CSRF
}

// device is a terminal that waits for approval.
type device struct {
	*client
	code, userCode string
}

func (s *stack) device() *device {
	s.t.Helper()
	d := &device{client: s.client()}
	got := d.post("/oauth/device_authorization", "surface", "claude_code", "later_field", "x")
	d.code, _ = got.json["device_code"].(string)
	d.userCode, _ = got.json["user_code"].(string)
	if got.status != 200 || d.code == "" || d.userCode == "" {
		s.t.Fatalf("device authorization: %d %s", got.status, got.body)
	}
	return d
}

const deviceGrant = "urn:ietf:params:oauth:grant-type:device_code"

func (d *device) poll() reply {
	return d.post("/oauth/token", "grant_type", deviceGrant, "device_code", d.code)
}

// mustPoll fails unless the answer is the error.
func (d *device) mustPoll(code string, status int) {
	d.t.Helper()
	mustRefuse(d.t, d.poll(), code, status)
}

func mustRefuse(t *testing.T, got reply, code string, status int) {
	t.Helper()
	if got.status != status || got.json["error"] != code || got.json["error_description"] == "" {
		t.Fatalf("got %d %s, want %d %s", got.status, got.body, status, code)
	}
	if cache := got.header.Get("Cache-Control"); cache != "no-store" {
		t.Errorf("an answer of the token endpoint may be kept: %q", cache)
	}
}

var flowField = regexp.MustCompile(`name="flow" value="([^"]+)"`)

// enter types the device's code and returns the flow that the page is about.
func (c *client) enter(d *device) string {
	c.t.Helper()
	got := c.post("/device", "user_code", d.userCode)
	to := got.header.Get("Location")
	if got.status != 303 || !strings.HasPrefix(to, "/device?flow=") {
		c.t.Fatalf("after the code: %d %s", got.status, got.body)
	}
	page := c.get(to)
	flow := flowField.FindStringSubmatch(page.body)
	if page.status != 200 || flow == nil {
		c.t.Fatalf("the page to decide on: %d %s", page.status, page.body)
	}
	return flow[1]
}

// comeBack is the way back from the identity provider: single sign-on calls Approve, and the browser follows. Where Approve
// refuses, the reply has the status of its error's code.
func (c *client) comeBack(flow string, who *idp.Arrival) reply {
	c.t.Helper()
	app := fiber.New()
	var failed error
	app.Get("/", func(f *fiber.Ctx) error { failed = c.oauth.Approve(f.UserContext(), f, flow, *who); return nil })
	req, err := http.NewRequestWithContext(c.t.Context(), "GET", "http://localhost/", nil)
	must(c.t, err)
	here, err := url.Parse(c.url)
	must(c.t, err)
	for _, cookie := range c.http.Jar.Cookies(here) {
		req.AddCookie(cookie)
	}
	res, err := app.Test(req)
	must(c.t, err)
	defer res.Body.Close()
	if failed != nil {
		return reply{status: problem.Of(failed).Status, body: failed.Error()}
	}
	return c.get(res.Header.Get("Location"))
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
