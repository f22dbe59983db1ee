package server

import (
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/gofiber/fiber/v2"

	"ambit/server/caller"
	"ambit/server/problem"
)

// zeros is randomness for tests that look at its results.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// fakeAuth knows the principals of a test by token and by cookie.
type fakeAuth map[string]*caller.Principal

func (f fakeAuth) Bearer(token string) (*caller.Principal, error) {
	if p, ok := f[token]; ok && p.Kind != caller.Browser {
		return p, nil
	}
	return nil, problem.New("unauthenticated", "no such token", "")
}

func (f fakeAuth) Cookie(value string) (*caller.Principal, error) {
	if p, ok := f[value]; ok && p.Kind == caller.Browser {
		return p, nil
	}
	return nil, problem.New("unauthenticated", "no such session", "")
}

// everyHandler answers each operation that this package doesn't answer itself with its id.
func everyHandler() Handlers {
	h := Handlers{}
	for _, r := range caller.Routes() {
		h[r.ID] = func(c *fiber.Ctx) error { return c.SendString("reached " + r.ID) }
	}
	for _, own := range []string{"health", "ready", "metrics", "whoAmI", "schemaAuditEvent", "schemaPolicy"} {
		delete(h, own)
	}
	return h
}

func newTestServer(t *testing.T, change func(*Config)) *Server {
	t.Helper()
	cfg := Config{
		Log: slog.New(slog.DiscardHandler), Now: time.Now, Rand: zeros{}, Auth: fakeAuth{}, Health: func() error { return nil },
		Metrics: NewMetrics(), Handlers: []Handlers{everyHandler()},
		Schemas: map[string][]byte{"schemaAuditEvent": []byte(`{}`), "schemaPolicy": []byte(`{}`)},
		Console: fstest.MapFS{
			"index.html":         {Data: []byte(`<script nonce="__CSP_NONCE__"></script><style nonce="__CSP_NONCE__"></style>`)},
			"assets/app-1234.js": {Data: []byte(`1`)},
			"favicon.svg":        {Data: []byte(`<svg/>`)},
		},
	}
	if change != nil {
		change(&cfg)
	}
	s, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

type reply struct {
	status int
	header http.Header
	body   string
}

func (s *Server) call(t *testing.T, method, path string, headers ...string) reply {
	t.Helper()
	req := httptest.NewRequest(method, path, strings.NewReader("{}"))
	req.Host = "localhost:8420"
	req.Header.Set("Content-Type", "application/json")
	for i := 0; i+1 < len(headers); i += 2 {
		if headers[i] == "Host" {
			req.Host = headers[i+1]
			continue
		}
		req.Header.Set(headers[i], headers[i+1])
	}
	resp, err := s.app.Test(req, -1)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return reply{resp.StatusCode, resp.Header, string(body)}
}

var errDisk = errors.New("the disk is full")
