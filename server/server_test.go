package server

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp/fasthttputil"

	"ambit/server/caller"
)

func TestUnknownPaths(t *testing.T) {
	_, auth := visitors()
	s := newTestServer(t, func(c *Config) { c.Auth = auth })
	for _, tc := range []struct {
		method, path string
		bearer       string
		status       int
		page         bool
	}{
		{"GET", "/", "", 200, true},
		{"GET", "/audit/evt_1", "", 200, true},
		{"HEAD", "/policy", "", 200, false},
		{"POST", "/audit", "", 405, false},
		{"GET", "/nope.js", "", 404, false},
		{"GET", "/assets/old-9999.js", "", 404, false},
		{"GET", "/api/v1/nope", "", 401, false},
		{"GET", "/api/v1/nope", "token-none", 404, false},
		{"GET", "/api/v1/nope", "forged", 401, false},
		{"GET", "/api", "token-none", 404, false},
		{"GET", "/access/v2/evaluation", "", 401, false},
		{"GET", "/hooks/other", "token-none", 404, false},
		{"GET", "/oauth/nothing", "", 404, false},
		{"GET", "/.well-known/openid-configuration", "", 404, false},
		{"GET", "/scim/v2/Users", "", 401, false},
		{"GET", "/v1/models", "", 401, false},
		{"GET", "/schemas/nope.json", "", 404, false},
		{"GET", "/access/v1/evaluation", "", 405, false},
		{"DELETE", "/api/v1/policy", "token-none", 405, false},
		{"PUT", "/healthz", "", 405, false},
		{"HEAD", "/healthz", "", 200, false},
		{"POST", "/api/v1/tokens/x1", "", 405, false},
	} {
		var headers []string
		if tc.bearer != "" {
			headers = []string{"Authorization", "Bearer " + tc.bearer}
		}
		got := s.call(t, tc.method, tc.path, headers...)
		if got.status != tc.status || strings.Contains(got.body, "<script") != tc.page {
			t.Errorf("%s %s as %q: got %d %.80s; want %d", tc.method, tc.path, tc.bearer, got.status, got.body, tc.status)
		}
		if got.status == 405 && got.header.Get("Allow") == "" {
			t.Errorf("%s %s: 405 without Allow", tc.method, tc.path)
		}
	}
}

func TestConsoleHasItsOwnNonceEachTime(t *testing.T) {
	s := newTestServer(t, nil)
	got := s.call(t, "GET", "/")
	csp := got.header.Get("Content-Security-Policy")
	if strings.Contains(got.body, "__CSP_NONCE__") || strings.Count(got.body, `nonce="AAAAAAAAAAAAAAAAAAAAAA=="`) != 2 {
		t.Errorf("page: %s", got.body)
	}
	for _, part := range []string{"style-src 'self' 'nonce-AAAA", "script-src 'self' 'nonce-AAAA", "frame-ancestors 'none'", "base-uri 'none'"} {
		if !strings.Contains(csp, part) {
			t.Errorf("the policy lacks %s: %s", part, csp)
		}
	}
	if strings.Contains(csp, "unsafe") {
		t.Errorf("unsafe: %s", csp)
	}
	for name, want := range map[string]string{
		"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "X-Frame-Options": "DENY",
		"Cache-Control": "no-store", "Strict-Transport-Security": "",
	} {
		if have := got.header.Get(name); have != want {
			t.Errorf("%s: %q, want %q", name, have, want)
		}
	}
	asset := s.call(t, "GET", "/assets/app-1234.js")
	if !strings.Contains(asset.header.Get("Cache-Control"), "immutable") || asset.header.Get("Content-Type") != "text/javascript; charset=utf-8" {
		t.Errorf("asset: %v", asset.header)
	}
	if asset.header.Get("Content-Encoding") != "" || asset.header.Get("Vary") != "Accept-Encoding" {
		t.Errorf("asset for who takes no gzip: %v", asset.header)
	}
	zipped := s.call(t, "GET", "/assets/app-1234.js", "Accept-Encoding", "br, gzip")
	plain, err := gzip.NewReader(strings.NewReader(zipped.body))
	if err != nil || zipped.header.Get("Content-Encoding") != "gzip" {
		t.Fatalf("asset for who takes gzip: %v, %v", zipped.header, err)
	}
	if text, err := io.ReadAll(plain); err != nil || string(text) != asset.body {
		t.Errorf("unzipped: %q, %v; want %q", text, err, asset.body)
	}
	if icon := s.call(t, "GET", "/favicon.svg"); icon.status != 200 || strings.Contains(icon.header.Get("Cache-Control"), "immutable") {
		t.Errorf("icon: %d %v", icon.status, icon.header)
	}
}

func TestHSTSOnlyOnHTTPS(t *testing.T) {
	u, _ := url.Parse("https://ambit.acme.test")
	s := newTestServer(t, func(c *Config) { c.PublicURL = u })
	if s.call(t, "GET", "/healthz").header.Get("Strict-Transport-Security") == "" {
		t.Error("no HSTS behind an https address")
	}
}

func TestForgedRequestsAreRefused(t *testing.T) {
	_, auth := visitors()
	s := newTestServer(t, func(c *Config) {
		c.Auth = auth
		c.Hosts = func(host string) bool { return host == "localhost:8420" }
	})
	cookie := CookieLoopback + "=person-owner"
	for name, tc := range map[string]struct {
		method, path string
		headers      []string
		want         int
	}{
		"the console itself":           {"POST", "/api/v1/policy/publish", []string{"Cookie", cookie, "X-CSRF-Token", "csrf-person-owner", "Origin", "http://localhost:8420", "Sec-Fetch-Site", "same-origin"}, 200},
		"without the session's value":  {"POST", "/api/v1/policy/publish", []string{"Cookie", cookie}, 403},
		"with another's value":         {"POST", "/api/v1/policy/publish", []string{"Cookie", cookie, "X-CSRF-Token", "csrf-person-auditor"}, 403},
		"from another site":            {"POST", "/api/v1/policy/publish", []string{"Cookie", cookie, "X-CSRF-Token", "csrf-person-owner", "Origin", "https://evil.test"}, 403},
		"from a null origin":           {"POST", "/api/v1/policy/publish", []string{"Cookie", cookie, "X-CSRF-Token", "csrf-person-owner", "Origin", "null"}, 403},
		"cross-site by fetch metadata": {"POST", "/api/v1/sign-in", []string{"Sec-Fetch-Site", "cross-site"}, 403},
		"sign-in from another site":    {"POST", "/api/v1/sign-in", []string{"Origin", "https://evil.test"}, 403},
		"sign-in":                      {"POST", "/api/v1/sign-in", nil, 200},
		"a re-bound host name":         {"POST", "/api/v1/sign-in", []string{"Host", "evil.test:8420", "Origin", "http://evil.test:8420"}, 421},
		"reading needs no value":       {"GET", "/api/v1/policy", []string{"Cookie", cookie}, 200},
		"a token needs no value":       {"POST", "/api/v1/policy/publish", []string{"Authorization", "Bearer token-policy:write"}, 200},
		"another scheme":               {"POST", "/api/v1/policy/publish", []string{"Authorization", "Basic YTpi"}, 401},
		"a cookie on hooks":            {"POST", "/hooks/claude-code", []string{"Cookie", cookie}, 401},
	} {
		if got := s.call(t, tc.method, tc.path, tc.headers...); got.status != tc.want {
			t.Errorf("%s: got %d %s; want %d", name, got.status, got.body, tc.want)
		}
	}
}

func TestAddressBehindProxies(t *testing.T) {
	var seen string
	s := newTestServer(t, func(c *Config) {
		c.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("0.0.0.0/32"), netip.MustParsePrefix("10.0.0.0/8")}
		c.Handlers[0]["getSession"] = func(c *fiber.Ctx) error { seen = caller.Address(c); return nil }
	})
	for header, want := range map[string]string{
		"":                             "0.0.0.0",
		"192.0.2.1":                    "192.0.2.1",
		"6.6.6.6, 192.0.2.1, 10.1.1.1": "192.0.2.1",
		"6.6.6.6, nonsense":            "0.0.0.0",
		"10.1.1.1":                     "0.0.0.0",
	} {
		s.call(t, "GET", "/api/v1/session", "X-Forwarded-For", header)
		if seen != want {
			t.Errorf("X-Forwarded-For %q: got %s, want %s", header, seen, want)
		}
	}
	req := httptest.NewRequest("GET", "/api/v1/session", nil)
	req.Host = "localhost:8420"
	req.Header["X-Forwarded-For"] = []string{"6.6.6.6", "192.0.2.1, 10.1.1.1", "10.1.1.2"} // a proxy that adds a line of its own
	resp, err := s.app.Test(req, -1)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if seen != "192.0.2.1" {
		t.Errorf("of several lines, %s was believed", seen)
	}
	s.TrustedProxies = nil
	s.call(t, "GET", "/api/v1/session", "X-Forwarded-For", "192.0.2.1")
	if seen != "0.0.0.0" {
		t.Errorf("an untrusted header was believed: %s", seen)
	}
}

func TestReadyFollowsTheLedger(t *testing.T) {
	var down error
	s := newTestServer(t, func(c *Config) { c.Health = func() error { return down } })
	if got := s.call(t, "GET", "/readyz"); got.status != 200 {
		t.Errorf("got %d", got.status)
	}
	down = errDisk
	if got := s.call(t, "GET", "/readyz"); got.status != 503 || !strings.Contains(got.body, "ledger_unavailable") {
		t.Errorf("got %d %s", got.status, got.body)
	}
	if got := s.call(t, "GET", "/healthz"); got.status != 200 {
		t.Errorf("liveness went down with the ledger: %d", got.status)
	}
}

func TestPanicIsAnInternalError(t *testing.T) {
	s := newTestServer(t, func(c *Config) {
		c.Handlers[0]["getSession"] = func(*fiber.Ctx) error { panic("secret text") }
		c.Handlers[0]["evaluate"] = func(*fiber.Ctx) error { panic("secret text") }
		c.Auth = fakeAuth{"t": {Kind: caller.APIToken, Scopes: []caller.Scope{caller.ScopeDecide}}}
	})
	for _, got := range []reply{s.call(t, "GET", "/api/v1/session"), s.call(t, "POST", "/access/v1/evaluation", "Authorization", "Bearer t")} {
		if got.status != 500 || strings.Contains(got.body, "secret") {
			t.Errorf("got %d %s", got.status, got.body)
		}
	}
}

func TestMetricsCount(t *testing.T) {
	s := newTestServer(t, nil)
	s.Metrics.Decided("deny", false, 0)
	got := s.call(t, "GET", "/metrics")
	for _, line := range []string{`ambit_decisions_total{effect="deny"} 1`, "ambit_decisions_unenforced_total 1", "ambit_decision_seconds_count 1"} {
		if !strings.Contains(got.body, line) {
			t.Errorf("no line %s", line)
		}
	}
}

// TestPlantedCookieDoesNotCount: over https the browser guards only the name with the prefix.
func TestPlantedCookieDoesNotCount(t *testing.T) {
	_, auth := visitors()
	for name, want := range map[string]int{CookieSecure: 200, CookieLoopback: 401} {
		s := newTestServer(t, func(c *Config) { c.Auth, c.TLS = auth, true })
		if got := s.call(t, "GET", "/api/v1/policy", "Cookie", name+"=person-owner"); got.status != want {
			t.Errorf("%s over https: got %d, want %d", name, got.status, want)
		}
	}
}

// TestStrangersSendNoLongBodies: the body is in memory before anybody is asked who sends it.
func TestStrangersSendNoLongBodies(t *testing.T) {
	_, auth := visitors()
	s := newTestServer(t, func(c *Config) { c.Auth = auth })
	ln := fasthttputil.NewInmemoryListener()
	go func() { _ = s.Serve(ln) }()
	t.Cleanup(func() { _ = s.Shutdown(context.WithoutCancel(t.Context())) })
	for bearer, want := range map[string]string{"": " 413 ", "forged": " 413 ", "token-decide": " 200 "} {
		conn, err := ln.Dial()
		if err != nil {
			t.Fatal(err)
		}
		size := caller.MaxBodyDefault + 1
		// A stranger is refused by the header alone: the body never comes.
		request := fmt.Sprintf("POST /hooks/claude-code HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\nContent-Length: %d\r\n\r\n", bearer, size)
		if want == " 200 " {
			request += strings.Repeat("x", size)
		}
		if _, err := io.WriteString(conn, request); err != nil {
			t.Fatal(err)
		}
		line, err := bufio.NewReader(conn).ReadString('\n')
		if err != nil || !strings.Contains(line, want) {
			t.Errorf("bearer %q: got %q, %v; want%s", bearer, line, err, want)
		}
		_ = conn.Close()
	}
}

// exchange sends bytes over one connection and gives everything that comes back until the server closes it.
func (s *Server) exchange(t *testing.T, request string) string {
	t.Helper()
	ln := fasthttputil.NewInmemoryListener()
	go func() { _ = s.Serve(ln) }()
	t.Cleanup(func() { _ = s.Shutdown(context.WithoutCancel(t.Context())) })
	conn, err := ln.Dial()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(conn, request); err != nil {
		t.Fatal(err)
	}
	answer, err := io.ReadAll(conn)
	if err != nil {
		t.Fatal(err)
	}
	return string(answer)
}

// TestBrokenRequestsAreNotQuoted: what the library says of a request that it can't read holds the request, token and all.
func TestBrokenRequestsAreNotQuoted(t *testing.T) {
	var log bytes.Buffer
	s := newTestServer(t, func(c *Config) {
		c.Log = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	})
	answer := s.exchange(t, "GET /healthz HTTP/1.1\r\nHost: localhost\r\nAuthorization : Bearer ambit_secret\r\n\r\n")
	if !strings.HasPrefix(answer, "HTTP/1.1 400 ") || strings.Contains(answer+log.String(), "ambit_secret") {
		t.Errorf("answer %s\nlog %s", answer, log.String())
	}
}

// TestNothingFollowsAChunkedRequest: a proxy may disagree on where it ends.
func TestNothingFollowsAChunkedRequest(t *testing.T) {
	answer := newTestServer(t, nil).exchange(t, "POST /api/v1/sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Length: 50\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"+
		"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
	if strings.Count(answer, "HTTP/1.1 ") != 1 || strings.Contains(answer, `"status":"ok"`) {
		t.Errorf("got %s", answer)
	}
}
