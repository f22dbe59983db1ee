package scim_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"strconv"
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
	"ambit/server/identity/scim"
)

type object = map[string]any // any: JSON

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

var admin = &caller.Principal{Kind: caller.Browser, ID: "per_admin", Person: "ina@acme.test", Roles: []caller.Role{caller.IdentityAdmin, caller.Owner}}

// stack is the real server on a loopback port, with real storage and a clock of its own.
type stack struct {
	t        testing.TB
	url      string
	ledger   *audit.Ledger
	identity *identity.Service

	mu sync.Mutex
	at time.Time
}

func (s *stack) now() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.at = s.at.Add(time.Millisecond)
	return s.at
}

func (s *stack) pass(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.at = s.at.Add(d)
}

func start(t testing.TB) *stack {
	t.Helper()
	s := &stack{t: t, at: time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)}
	ctx, dir, log := t.Context(), t.TempDir(), slog.New(slog.DiscardHandler)
	ln, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	must(t, err)
	s.url = "http://localhost:" + strconv.Itoa(ln.Addr().(*net.TCPAddr).Port)
	box, err := seal.Open(filepath.Join(dir, "key"), rand.Reader)
	must(t, err)
	database, err := db.Open(ctx, dir, db.Options{})
	must(t, err)
	s.ledger, err = audit.Open(ctx, audit.Options{DB: database, Box: box, Now: s.now, Rand: rand.Reader})
	must(t, err)
	s.identity, err = identity.Open(ctx, identity.Options{
		DB: database, Ledger: s.ledger, Box: box, Now: s.now, Rand: rand.Reader, Log: log, PublicURL: s.url,
		Argon2: identity.Argon2{MemoryKiB: 64, Time: 1, Threads: 1},
	})
	must(t, err)
	handlers := scim.New(s.identity, s.url+"/").Handlers()
	for _, r := range caller.Routes() { // the rest of the house stays away
		if handlers[r.ID] == nil && !strings.HasPrefix(r.ID, "schema") && r.ID != "health" && r.ID != "ready" && r.ID != "metrics" && r.ID != "whoAmI" {
			handlers[r.ID] = func(c *fiber.Ctx) error { return c.SendStatus(fiber.StatusTeapot) }
		}
	}
	srv, err := server.New(server.Config{
		Log: log, Now: s.now, Rand: rand.Reader, Auth: s.identity, Health: s.ledger.Health, Metrics: server.NewMetrics(),
		Handlers: []server.Handlers{handlers}, Schemas: map[string][]byte{"schemaAuditEvent": []byte("{}"), "schemaPolicy": []byte("{}")},
	})
	must(t, err)
	served := make(chan error, 1)
	go func() { served <- srv.Serve(ln) }()
	t.Cleanup(func() {
		http.DefaultClient.CloseIdleConnections()
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer cancel()
		must(t, errors.Join(srv.Shutdown(ctx), <-served, s.identity.Close(ctx), s.ledger.Close(ctx), database.Close()))
	})
	return s
}

// connect adds a live connection and gives a SCIM client of it.
func (s *stack) connect(id string, change func(*caller.Connection)) *client {
	s.t.Helper()
	c := &caller.Connection{ID: id, Kind: caller.KindOIDC, Name: id, Domains: []string{"acme.test"}}
	if change != nil {
		change(c)
	}
	must(s.t, s.identity.CreateConnection(s.t.Context(), admin, c, ""))
	must(s.t, s.identity.StageConnection(s.t.Context(), admin, id, caller.StageLive, ""))
	_, secret, err := s.identity.CreateSCIMToken(s.t.Context(), admin, id, "")
	must(s.t, err)
	return &client{stack: s, token: secret, header: http.Header{}}
}

func (s *stack) events(kind string) []audit.Event {
	s.t.Helper()
	page, err := s.ledger.Search(s.t.Context(), audit.Query{Type: kind, Limit: 100})
	must(s.t, err)
	events := make([]audit.Event, len(page.Events))
	for i, raw := range page.Events {
		must(s.t, json.Unmarshal(raw, &events[i]))
	}
	return events
}

// signIn signs somebody in at a connection and returns the console's cookie.
func (s *stack) signIn(connection, subject, email string, groups ...string) string {
	s.t.Helper()
	cookie, err := s.trySignIn(connection, subject, email, groups...)
	must(s.t, err)
	return cookie
}

func (s *stack) trySignIn(connection, subject, email string, groups ...string) (string, error) {
	claims := &idp.Claims{Subject: subject, Email: email, Groups: groups, GroupsState: idp.GroupsKnown}
	a, err := s.identity.Arrive(s.t.Context(), connection, claims, "192.0.2.7")
	if err != nil {
		return "", err
	}
	signed, err := s.identity.OpenSession(s.t.Context(), a, "", "192.0.2.7")
	return signed.Cookie, err
}

func (s *stack) signedIn(cookie string) bool {
	_, err := s.identity.Cookie(cookie)
	return err == nil
}

// client is an identity provider's SCIM client.
type client struct {
	*stack
	token  string
	header http.Header
}

type reply struct {
	status int
	header http.Header
	body   object
	raw    string
}

func (c *client) do(method, path string, body any) reply {
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
	req, err := http.NewRequestWithContext(c.t.Context(), method, c.url+"/scim/v2"+path, reader)
	must(c.t, err)
	req.Header.Set("Content-Type", "application/scim+json; charset=utf-8")
	if c.token != "" {
		req.Header.Set("Authorization", "Bearer "+c.token)
	}
	for k, v := range c.header {
		req.Header[k] = v
	}
	resp, err := http.DefaultClient.Do(req)
	must(c.t, err)
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	must(c.t, err)
	r := reply{resp.StatusCode, resp.Header, nil, string(raw)}
	if len(raw) > 0 {
		if got := resp.Header.Get("Content-Type"); got != "application/scim+json" {
			c.t.Errorf("%s %s: Content-Type %q", method, path, got)
		}
		if err := json.Unmarshal(raw, &r.body); err != nil {
			c.t.Fatalf("%s %s: %v in %s", method, path, err, raw)
		}
	}
	return r
}

// want sends a request that must end with a status.
func (c *client) want(status int, method, path string, body any) reply {
	c.t.Helper()
	r := c.do(method, path, body)
	if r.status != status {
		c.t.Fatalf("%s %s: got %d, want %d: %s", method, path, r.status, status, r.raw)
	}
	return r
}

// refuse sends a request that must be refused in the shape of RFC 7644, section 3.12.
func (c *client) refuse(status int, scimType, method, path string, body any) reply {
	c.t.Helper()
	r := c.want(status, method, path, body)
	got, _ := r.body["scimType"].(string)
	detail, _ := r.body["detail"].(string)
	if got != scimType || r.body["status"] != strconv.Itoa(status) || detail == "" || at(r.body, "schemas", 0) != "urn:ietf:params:scim:api:messages:2.0:Error" {
		c.t.Fatalf("%s %s: refused with %s, want scimType %q", method, path, r.raw, scimType)
	}
	return r
}

// at walks into JSON: names of members and places in lists.
func at(v any, path ...any) any {
	for _, p := range path {
		switch p := p.(type) {
		case string:
			o, _ := v.(object)
			v = o[p]
		case int:
			l, _ := v.([]any)
			if p >= len(l) {
				return nil
			}
			v = l[p]
		}
	}
	return v
}

func id(r reply) string { s, _ := r.body["id"].(string); return s }

func patch(ops ...object) object {
	return object{"schemas": []string{"urn:ietf:params:scim:api:messages:2.0:PatchOp"}, "Operations": ops}
}

func user(name string, extra ...any) object {
	o := object{"schemas": []string{"urn:ietf:params:scim:schemas:core:2.0:User"}, "userName": name, "active": true}
	for i := 0; i+1 < len(extra); i += 2 {
		o[extra[i].(string)] = extra[i+1]
	}
	return o
}

func (c *client) addUser(name string, extra ...any) string {
	c.t.Helper()
	return id(c.want(201, "POST", "/Users", user(name, extra...)))
}

func (c *client) addGroup(name string, members ...string) string {
	c.t.Helper()
	list := []object{}
	for _, m := range members {
		list = append(list, object{"value": m})
	}
	return id(c.want(201, "POST", "/Groups", object{"displayName": name, "members": list}))
}

func (c *client) members(group string) []string {
	c.t.Helper()
	r := c.want(200, "GET", "/Groups/"+group, nil)
	var ids []string
	list, _ := r.body["members"].([]any)
	for _, m := range list {
		ids = append(ids, at(m, "value").(string))
	}
	return ids
}
