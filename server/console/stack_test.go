package console_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/pquerna/otp/totp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"ambit/audit"
	"ambit/audit/egress"
	"ambit/audit/sink"
	"ambit/db"
	"ambit/db/seal"
	"ambit/server"
	"ambit/server/caller"
	"ambit/server/console"
	"ambit/server/decision"
	"ambit/server/identity"
	"ambit/server/identity/sso"
	"ambit/server/policystore"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// stack is the whole server on a loopback port, with a clock of its own.
type stack struct {
	t         *testing.T
	url       string
	ledger    *audit.Ledger
	retention *audit.Retention
	identity  *identity.Service
	sso       *sso.Service
	policies  *policystore.Store
	decision  *decision.Service

	database *db.DB
	sinks    *sink.Manager
	dir      string
	logged   *logged

	mu sync.Mutex
	at time.Time
}

// logged is what the server wrote to its log.
type logged struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logged) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// alter changes the database as somebody with the file would.
func (s *stack) alter(query string) {
	s.t.Helper()
	must(s.t, s.database.Write(s.t.Context(), func(tx *db.Tx) error {
		_, err := tx.ExecContext(s.t.Context(), query)
		return err
	}))
}

func (s *stack) now() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.at
}

func (s *stack) pass(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.at = s.at.Add(d)
}

const acme = `
version: 1
tiers: [{name: contractor, groups: [contractors]}, {name: engineer, groups: ["*"]}]
layers:
  - name: organisation
    tools: {allow: [TodoWrite]}
    web: {domains: [go.dev]}
    prompts: {record: all}
`

func start(t *testing.T) *stack {
	t.Helper()
	s := &stack{t: t, at: time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)}
	s.dir, s.logged = t.TempDir(), &logged{}
	ctx, dir, log := t.Context(), s.dir, slog.New(slog.NewTextHandler(s.logged, &slog.HandlerOptions{Level: slog.LevelDebug}))
	ln, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	must(t, err)
	s.url = "http://localhost:" + strconv.Itoa(ln.Addr().(*net.TCPAddr).Port)
	box, err := seal.Open(filepath.Join(dir, "key"), rand.Reader)
	must(t, err)
	database, err := db.Open(ctx, dir, db.Options{})
	must(t, err)
	s.database = database
	s.ledger, err = audit.Open(ctx, audit.Options{DB: database, Box: box, Now: s.now, Rand: rand.Reader})
	must(t, err)
	s.identity, err = identity.Open(ctx, identity.Options{
		DB: database, Ledger: s.ledger, Box: box, Now: s.now, Rand: rand.Reader, Log: log, PublicURL: s.url,
		Argon2: identity.Argon2{MemoryKiB: 64, Time: 1, Threads: 1},
	})
	must(t, err)
	s.policies, _, err = policystore.Open(ctx, database.Read, s.ledger, s.now)
	must(t, err)
	public, err := url.Parse(s.url)
	must(t, err)
	networks, err := egress.ParseNetworks([]string{"loopback"})
	must(t, err)
	s.sso, err = sso.New(sso.Options{
		Directory: s.identity, Ledger: s.ledger, Read: database.Read, Networks: networks, Now: s.now, Rand: rand.Reader, Log: log, Public: public,
		TierOf: func(string, []string, bool) (string, bool) { return "", false },
	})
	must(t, err)
	s.retention = audit.NewRetention(s.ledger, audit.RetentionOptions{})
	metrics := server.NewMetrics()
	s.decision = decision.New(decision.Config{
		Policy: func() (decision.Policy, int64) {
			p, v := s.policies.Current()
			if p == nil {
				return nil, v
			}
			return p, v
		},
		Ledger: s.ledger, Directory: s.identity, Observer: metrics, Now: s.now, NewID: s.ledger.NewID, Log: log,
	})
	convert := func(v policystore.Version) console.PolicyVersion {
		return console.PolicyVersion{Version: v.Version, Source: v.Source, Comment: v.Comment, PublishedBy: v.PublishedBy, PublishedAt: v.PublishedAt}
	}
	s.sinks, err = sink.Open(ctx, sink.Options{DB: database, Ledger: s.ledger, Box: box, Networks: networks, Folder: dir, Now: s.now, Rand: rand.Reader, Log: log})
	must(t, err)
	api, err := console.New(console.Deps{
		Identity: s.identity, Directory: s.identity, SignOn: server.SignOn(s.sso, s.identity), Credentials: s.identity, Provisioning: s.identity,
		Ledger: s.ledger, Policies: s.policies, Retention: s.retention, Read: database.Read, Trier: s.decision, Sinks: s.sinks, Live: s.identity.Live,
		Now: s.now, Log: log, Version: "test", DataDir: dir, Public: s.url,
		Versions: func(ctx context.Context) ([]console.PolicyVersion, error) {
			all, err := s.policies.Versions(ctx)
			out := make([]console.PolicyVersion, len(all))
			for i := range all {
				out[i] = convert(all[i])
			}
			return out, err
		},
		Source: func(ctx context.Context, n int64) (console.PolicyVersion, error) {
			v, err := s.policies.Source(ctx, n)
			return convert(v), err
		},
	})
	must(t, err)
	srv, err := server.New(server.Config{
		Log: log, Rand: rand.Reader, Auth: s.identity, Health: s.ledger.Health, Metrics: metrics,
		Handlers: elsewhere(s.decision.Handlers(), api.Handlers(), s.sso.Handlers()),
		Schemas:  map[string][]byte{"schemaAuditEvent": []byte("{}"), "schemaPolicy": []byte("{}")},
	})
	must(t, err)
	served := make(chan error, 1)
	go func() { served <- srv.Serve(ln) }()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer cancel()
		must(t, errors.Join(srv.Shutdown(ctx), <-served, s.sinks.Close(ctx), s.identity.Close(ctx), s.ledger.Close(ctx), database.Close()))
	})
	return s
}

// elsewhere adds what these tests are not about: every other line of the table answers 501.
func elsewhere(parts ...server.Handlers) []server.Handlers {
	rest, served := server.Handlers{}, server.Handlers{
		"health": nil, "ready": nil, "metrics": nil, "whoAmI": nil, "schemaAuditEvent": nil, "schemaPolicy": nil,
	}
	for _, part := range parts {
		maps.Copy(served, part)
	}
	for _, r := range caller.Routes() {
		if _, ok := served[r.ID]; !ok {
			rest[r.ID] = func(c *fiber.Ctx) error { return c.SendStatus(fiber.StatusNotImplemented) }
		}
	}
	return append(parts, rest)
}

// client is one browser or script.
type client struct {
	*stack
	http  *http.Client
	csrf  string
	token string
	extra http.Header
}

func (s *stack) browser() *client {
	jar, err := cookiejar.New(nil)
	must(s.t, err)
	return &client{stack: s, http: &http.Client{Jar: jar}, extra: http.Header{}}
}

func (s *stack) script(scopes ...caller.Scope) *client { return s.scriptOf("", scopes...) }

func (s *stack) scriptOf(person string, scopes ...caller.Scope) *client {
	s.t.Helper()
	local := &caller.Principal{Kind: caller.Local, Name: "root", Roles: []caller.Role{caller.Owner}}
	_, secret, err := s.identity.CreateToken(s.t.Context(), local, caller.NewToken{Name: "script", Scopes: scopes, Person: person})
	must(s.t, err)
	return &client{stack: s, http: &http.Client{}, token: secret, extra: http.Header{}}
}

// send makes a request; body is marshalled unless it is a string already.
func (c *client) send(method, path string, body any) *http.Response {
	c.t.Helper()
	var reader io.Reader
	switch b := body.(type) {
	case nil:
	case string:
		reader = strings.NewReader(b)
	default:
		raw, err := json.Marshal(b)
		must(c.t, err)
		reader = bytes.NewReader(raw)
	}
	req, err := http.NewRequestWithContext(c.t.Context(), method, c.url+path, reader)
	must(c.t, err)
	if reader != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if c.csrf != "" {
		req.Header.Set("X-CSRF-Token", c.csrf)
	}
	if c.token != "" {
		req.Header.Set("Authorization", "Bearer "+c.token)
	}
	for k, v := range c.extra {
		req.Header[k] = v
	}
	resp, err := c.http.Do(req)
	must(c.t, err)
	return resp
}

// call makes a request that must end with the status, checks the answer against openapi.json, and reads it into out.
func (c *client) call(method, path string, body any, status int, out any) {
	c.t.Helper()
	resp := c.send(method, path, body)
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	must(c.t, err)
	if resp.StatusCode != status {
		c.t.Fatalf("%s %s: %d %s, want %d", method, path, resp.StatusCode, raw, status)
	}
	c.conforms(method, path, body, resp, raw)
	if out != nil {
		must(c.t, json.Unmarshal(raw, out))
	}
}

// conforms checks the answer, and a request that was accepted, against openapi.json.
func (c *client) conforms(method, path string, body any, resp *http.Response, raw []byte) {
	c.t.Helper()
	path, _, _ = strings.Cut(path, "?")
	doc := load(c.t)
	for _, route := range caller.Routes() {
		if route.Method != method || !matches(route.Path, path) {
			continue
		}
		at, op, ok := doc.at(method, route.Path)
		if !ok {
			c.t.Fatalf("%s %s is not in openapi.json", method, path)
		}
		if body != nil && resp.StatusCode < http.StatusBadRequest {
			sent, err := json.Marshal(body)
			must(c.t, err)
			value, err := jsonschema.UnmarshalJSON(bytes.NewReader(sent))
			must(c.t, err)
			if err := schema(c.t, "paths", at, strings.ToLower(method), "requestBody", "content", "application/json", "schema").Validate(value); err != nil {
				c.t.Errorf("%s %s took a request that openapi.json forbids: %v", method, path, err)
			}
		}
		status := strconv.Itoa(resp.StatusCode)
		if _, ok := op.Responses[status]; !ok {
			status = "default"
		}
		typ, _, _ := strings.Cut(resp.Header.Get("Content-Type"), ";")
		content := op.Responses[status].Content
		if len(content) == 0 && len(raw) == 0 {
			return
		}
		if content[typ] == nil {
			c.t.Fatalf("%s %s: status %d with %s is not in openapi.json", method, path, resp.StatusCode, typ)
		}
		value, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
		must(c.t, err)
		if err := schema(c.t, "paths", at, strings.ToLower(method), "responses", status, "content", typ, "schema").Validate(value); err != nil {
			c.t.Errorf("%s %s: the answer is not as openapi.json says: %v\n%s", method, path, err, raw)
		}
		return
	}
}

func matches(pattern, path string) bool {
	a, b := strings.Split(pattern, "/"), strings.Split(path, "/")
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] && !strings.HasPrefix(a[i], ":") {
			return false
		}
	}
	return true
}

// refused expects a problem with a code.
func (c *client) refused(method, path string, body any, status int, code string) {
	c.t.Helper()
	var p struct{ Code, Detail, ID string }
	c.call(method, path, body, status, &p)
	if p.Code != code || p.Detail == "" || p.ID == "" {
		c.t.Fatalf("%s %s: problem %+v, want code %s", method, path, p, code)
	}
}

type object = map[string]any

const (
	email    = "olga@acme.test"
	password = "correct horse battery"
)

type owner struct {
	*client
	secret string
	codes  []string
}

// setUp goes through the set-up as the wizard does.
func (s *stack) setUp() owner {
	s.t.Helper()
	link, err := s.identity.SetupLink(s.t.Context())
	must(s.t, err)
	u, err := url.Parse(link)
	must(s.t, err)
	token := u.Query().Get("token")
	c := s.browser()
	c.call("POST", "/api/v1/setup/start", object{"token": token}, 200, nil)
	var pending struct {
		TOTP struct{ Secret string } `json:"totp"`
	}
	c.call("POST", "/api/v1/setup/owner", object{"token": token, "email": email, "name": "Olga", "password": password}, 200, &pending)
	var done struct {
		Session struct{ CSRF, State string } `json:"session"`
		Codes   []string                     `json:"recovery_codes"`
	}
	c.call("POST", "/api/v1/setup/confirm", object{"token": token, "code": s.code(pending.TOTP.Secret)}, 200, &done)
	if done.Session.State != "signed_in" || len(done.Codes) != 10 {
		s.t.Fatalf("set-up ended with %+v", done)
	}
	c.csrf = done.Session.CSRF
	s.pass(time.Minute)
	return owner{c, pending.TOTP.Secret, done.Codes}
}

func (s *stack) code(secret string) string {
	s.t.Helper()
	code, err := totp.GenerateCode(secret, s.now())
	must(s.t, err)
	return code
}
