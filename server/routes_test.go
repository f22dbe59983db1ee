package server

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"ambit/server/caller"
)

var (
	allRoles  = []caller.Role{caller.Owner, caller.IdentityAdmin, caller.SecurityAdmin, caller.PlatformAdmin, caller.Manager, caller.Reviewer, caller.Auditor}
	allScopes = []caller.Scope{caller.ScopeDecide, caller.ScopeAuditRead, caller.ScopeAuditWrite, caller.ScopePolicyRead, caller.ScopePolicyWrite, caller.ScopeTokens, caller.ScopeAgent, caller.ScopeHook, caller.ScopeSCIM}
)

// visitor is one kind of caller, with the headers that make a request its own.
type visitor struct {
	name    string
	p       *caller.Principal
	headers []string
}

// visitors are all kinds: nobody, a token with each scope and with none, a person with each role and with none.
func visitors() ([]visitor, fakeAuth) {
	list := []visitor{{name: "anonymous", p: caller.Nobody()}}
	auth := fakeAuth{}
	token := func(name string, scopes ...caller.Scope) {
		p := &caller.Principal{Kind: caller.APIToken, ID: name, Scopes: scopes}
		auth[name] = p
		list = append(list, visitor{name, p, []string{"Authorization", "Bearer " + name}})
	}
	person := func(name string, roles ...caller.Role) {
		p := &caller.Principal{Kind: caller.Browser, ID: name, Roles: roles, CSRF: "csrf-" + name}
		auth[name] = p
		list = append(list, visitor{name, p, []string{"Cookie", CookieLoopback + "=" + name, "X-CSRF-Token", "csrf-" + name}})
	}
	token("token-none")
	for _, s := range allScopes {
		token("token-"+string(s), s)
	}
	person("person-none")
	for _, r := range allRoles {
		person("person-"+string(r), r)
	}
	return list, auth
}

// expected is who may call, written out a second time in the words of the design rather than by calling Admit.
func expected(r *caller.Route, p *caller.Principal) int {
	a := &r.Access
	switch {
	case a.Anonymous, p.Kind == caller.Local:
		return 200
	case p.Kind == caller.Anonymous, p.Kind == caller.Browser && (!r.Browsers() || r.FromElsewhere):
		return 401 // the decision endpoints don't look at cookies at all
	case a.Anyone, a.Person && p.Kind == caller.Browser:
		return 200
	case p.Kind == caller.APIToken && slices.ContainsFunc(p.Scopes, func(s caller.Scope) bool { return slices.Contains(a.Scopes, s) }):
		return 200
	case p.Kind == caller.Browser && len(a.Roles) > 0 &&
		slices.ContainsFunc(p.Roles, func(r caller.Role) bool { return r == caller.Owner || slices.Contains(a.Roles, r) }):
		return 200
	}
	return 403
}

// TestEveryRouteWithEveryCaller ensures that the table of routes is the whole truth about who may call what.
func TestEveryRouteWithEveryCaller(t *testing.T) {
	list, auth := visitors()
	s := newTestServer(t, func(c *Config) { c.Auth = auth })
	for _, r := range caller.Routes() {
		path := strings.NewReplacer(":id", "x1", ":version", "1", ":connection", "okta").Replace(r.Path)
		for _, v := range list {
			got := s.call(t, r.Method, path, v.headers...)
			if want := expected(&r, v.p); got.status != want {
				t.Errorf("%s as %s: got %d, want %d: %s", r.Key(), v.name, got.status, want, got.body)
			}
			if got.status != 200 && strings.Contains(got.body, "reached") {
				t.Errorf("%s as %s: refused after the handler ran", r.Key(), v.name)
			}
		}
	}
}

// TestControlSocketIsTheOwner ensures that a connection of the control socket, and nothing in a request, stands for the owner.
func TestControlSocketIsTheOwner(t *testing.T) {
	s := newTestServer(t, nil)
	client := &http.Client{Transport: &http.Transport{DialContext: s.InProcess()}}
	defer func() {
		client.CloseIdleConnections()
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		if err := s.Shutdown(ctx); err != nil {
			t.Error(err)
		}
	}()
	for _, r := range caller.Routes() {
		path := strings.NewReplacer(":id", "x1", ":version", "1", ":connection", "okta").Replace(r.Path)
		req, err := http.NewRequestWithContext(t.Context(), r.Method, "http://localhost"+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		_ = resp.Body.Close()
		if resp.StatusCode != http.StatusOK {
			t.Errorf("%s over the control socket: got %d", r.Key(), resp.StatusCode)
		}
	}
}

// TestSensitiveRoutesAreNarrow pins the lines of the table that would hurt most if they were widened by mistake.
func TestSensitiveRoutesAreNarrow(t *testing.T) {
	want := map[string][]string{
		"publishPolicy":   {"person-owner", "person-security_admin", "token-policy:write"},
		"createToken":     {"person-owner", "person-identity_admin", "person-security_admin", "token-tokens"},
		"readPrompt":      {"person-owner", "person-security_admin", "person-auditor"},
		"setupPolicy":     {"person-owner"},
		"evaluate":        {"token-decide", "token-agent"},
		"hookClaudeCode":  {"token-decide", "token-agent", "token-hook"},
		"introspectToken": {"token-decide", "token-agent"},
		"reportEvents":    {"token-audit:write"},
	}
	list, _ := visitors()
	for _, r := range caller.Routes() {
		allowed, ok := want[r.ID]
		if !ok {
			continue
		}
		for _, v := range list {
			if got := r.Access.Admit(v.p) == caller.Admitted; got != slices.Contains(allowed, v.name) {
				t.Errorf("%s as %s: admitted is %v", r.ID, v.name, got)
			}
		}
	}
}

func TestTableAndHandlersMustMatch(t *testing.T) {
	for name, change := range map[string]func(Handlers){
		"a line without a handler":  func(h Handlers) { delete(h, "getPolicy") },
		"a handler without a line":  func(h Handlers) { h["backdoor"] = h["getPolicy"] },
		"two handlers for one line": func(h Handlers) { h["health"] = h["getPolicy"] },
	} {
		h := everyHandler()
		change(h)
		if _, err := New(Config{Metrics: NewMetrics(), Handlers: []Handlers{h}, Schemas: map[string][]byte{"schemaAuditEvent": nil, "schemaPolicy": nil}}); err == nil {
			t.Errorf("%s: the server started", name)
		}
	}
}

func TestErrorsHaveTheShapeOfTheirStandard(t *testing.T) {
	s := newTestServer(t, nil)
	got := s.call(t, "GET", "/api/v1/policy")
	var p struct {
		Type, Title, Detail, Code, ID string
		Status                        int
	}
	if err := json.Unmarshal([]byte(got.body), &p); err != nil {
		t.Fatalf("%v in %s", err, got.body)
	}
	if got.header.Get("Content-Type") != "application/problem+json" || p.Status != 401 || p.Code != "unauthenticated" || p.ID == "" || p.Title == "" || p.Type != "about:blank" {
		t.Errorf("problem: %s %s", got.header.Get("Content-Type"), got.body)
	}
	if got.header.Get("WWW-Authenticate") == "" {
		t.Error("401 without WWW-Authenticate")
	}
	got = s.call(t, "POST", "/access/v1/evaluation", "X-Request-ID", "r1")
	if got.status != 401 || !strings.Contains(got.body, `"decision":false`) || got.header.Get("X-Request-ID") != "r1" {
		t.Errorf("AuthZEN: %d %s", got.status, got.body)
	}
}
