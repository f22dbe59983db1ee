package identity

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ambit/db"
	"ambit/server/caller"
)

var decide = []caller.Scope{caller.ScopeDecide}

func TestTokenStandsForItsPerson(t *testing.T) {
	h := newHouse(t)
	secret := h.token(caller.NewToken{Name: "laptop", Scopes: []caller.Scope{"decide", "audit:write", "decide"}, Person: "Ada@acme.test", Groups: []string{"eng-senior", "staff"}})
	if !strings.HasPrefix(secret, tokenPrefix) || len(secret) != len(tokenPrefix)+secretLength {
		t.Fatalf("token %q", secret)
	}
	p, err := h.Bearer(secret)
	must(t, err)
	if p.Person != "ada@acme.test" || len(p.Groups) != 2 || !p.HasScope(caller.ScopeDecide) || !p.HasScope(caller.ScopeAuditWrite) || p.HasScope(caller.ScopeTokens) || len(p.Scopes) != 2 {
		t.Fatalf("principal %+v", p)
	}
	if person := h.Person("Ada@acme.test"); person == nil || len(person.Groups) != 2 || person.Disabled {
		t.Fatalf("directory says %+v", person)
	}
	for _, wrong := range []string{"", "ambit_", secret + "x", secret[:len(secret)-1], strings.ToUpper(secret), "Bearer " + secret, secret[:20] + "x" + secret[21:]} {
		if wrong == secret {
			continue
		}
		_, err := h.Bearer(wrong)
		mustRefuse(t, err, "unauthenticated")
	}
	if e := h.events("token.created"); len(e) != 1 || bytes.Contains(e[0].Change.After, []byte(secret)) {
		t.Fatalf("token.created events: %+v", e)
	}
}

func TestTokenIsKeptOnlyAsHash(t *testing.T) {
	h := newHouse(t)
	secret := h.token(caller.NewToken{Name: "ci", Scopes: decide})
	o := h.setUp()
	h.close()
	files, err := os.ReadDir(h.dir)
	must(t, err)
	for _, f := range files {
		content, err := os.ReadFile(filepath.Join(h.dir, f.Name()))
		must(t, err)
		for name, text := range map[string]string{"token": secret, "cookie": o.cookie, "totp secret": o.secret, "password": testPassword, "recovery code": o.codes[0]} {
			if bytes.Contains(content, []byte(text)) || bytes.Contains(content, []byte(strings.TrimPrefix(text, tokenPrefix))) {
				t.Errorf("%s holds the %s in clear", f.Name(), name)
			}
		}
	}
	h = open(t, h.dir, h.clock, "http://localhost:8420")
	if _, err := h.Bearer(secret); err != nil {
		t.Fatalf("after a restart: %v", err)
	}
	if used := h.Tokens()[0].LastUsed; used.IsZero() {
		t.Fatal("the time of last use is not kept")
	}
}

func TestTokenEnds(t *testing.T) {
	h := newHouse(t)
	until := h.clock.now().Add(time.Hour)
	secret := h.token(caller.NewToken{Name: "short", Scopes: decide, ExpiresAt: until})
	h.clock.add(time.Hour - time.Second)
	_, err := h.Bearer(secret)
	must(t, err)
	h.clock.add(time.Second)
	_, err = h.Bearer(secret)
	mustRefuse(t, err, "unauthenticated")

	secret = h.token(caller.NewToken{Name: "revoked", Scopes: decide})
	p, err := h.Bearer(secret)
	must(t, err)
	if !h.Live(p) {
		t.Fatal("a valid token does not count as live")
	}
	must(t, h.RevokeToken(t.Context(), local, p.ID, ""))
	_, err = h.Bearer(secret)
	mustRefuse(t, err, "unauthenticated")
	if h.Live(p) {
		t.Fatal("a revoked token counts as live")
	}
	mustRefuse(t, h.RevokeToken(t.Context(), local, p.ID, ""), "not_found")
	if n := len(h.events("token.revoked")); n != 1 {
		t.Fatalf("%d token.revoked events, want 1", n)
	}
	h.close()
	h = open(t, h.dir, h.clock, "http://localhost:8420")
	_, err = h.Bearer(secret)
	mustRefuse(t, err, "unauthenticated")
}

// Whoever revokes may hang up before the answer: the token must not go on working in memory only.
func TestRevocationOutlivesItsCaller(t *testing.T) {
	h := newHouse(t)
	secret := h.token(caller.NewToken{Name: "x", Scopes: decide})
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	must(t, h.RevokeToken(gone, local, h.Tokens()[0].ID, ""))
	_, err := h.Bearer(secret)
	mustRefuse(t, err, "unauthenticated")
}

func TestTokenCantHandOutMoreThanItHas(t *testing.T) {
	h := newHouse(t)
	bound := &caller.Principal{Kind: caller.APIToken, Person: "ada@acme.test", Scopes: []caller.Scope{"tokens", "decide"}}
	unbound := &caller.Principal{Kind: caller.APIToken, Scopes: []caller.Scope{"tokens", "decide"}}
	security := &caller.Principal{Kind: caller.Browser, Person: "sam@acme.test", Roles: []caller.Role{caller.SecurityAdmin}}
	identities := &caller.Principal{Kind: caller.Browser, Person: "ian@acme.test", Roles: []caller.Role{caller.IdentityAdmin}}
	for _, c := range []struct {
		name string
		by   *caller.Principal
		want caller.NewToken
		code string // "" is allowed
	}{
		{"more scopes", unbound, caller.NewToken{Scopes: []caller.Scope{"policy:write"}}, "forbidden"},
		{"another person", bound, caller.NewToken{Scopes: decide, Person: "bob@acme.test"}, "forbidden"},
		{"nobody", bound, caller.NewToken{Scopes: decide}, "forbidden"},
		{"groups", unbound, caller.NewToken{Scopes: decide, Person: "bob@acme.test", Groups: []string{"staff"}}, "forbidden"},
		{"groups by a security admin", security, caller.NewToken{Scopes: decide, Person: "bob@acme.test", Groups: []string{"staff"}}, "forbidden"},
		{"groups of nobody", local, caller.NewToken{Scopes: decide, Groups: []string{"staff"}}, "invalid"},
		{"unknown scope", local, caller.NewToken{Scopes: []caller.Scope{"root"}}, "invalid"},
		{"no scope", local, caller.NewToken{}, "invalid"},
		{"past end", local, caller.NewToken{Scopes: decide, ExpiresAt: h.clock.now()}, "invalid"},
		{"no address", local, caller.NewToken{Scopes: decide, Person: "Ada <ada@acme.test>"}, "invalid"},
		{"publishing by an identity admin", identities, caller.NewToken{Scopes: []caller.Scope{"decide", "policy:write"}}, "forbidden"},
		{"the ledger by an identity admin", identities, caller.NewToken{Scopes: []caller.Scope{"audit:read"}}, "forbidden"},
		{"publishing by a security admin", security, caller.NewToken{Scopes: []caller.Scope{"policy:write", "audit:read", "tokens"}}, ""},
		{"deciding by an identity admin", identities, caller.NewToken{Scopes: []caller.Scope{"decide", "policy:read"}}, ""},
		{"own person", bound, caller.NewToken{Scopes: decide, Person: "ada@acme.test"}, ""},
		{"some person", unbound, caller.NewToken{Scopes: decide, Person: "bob@acme.test"}, ""},
	} {
		c.want.Name = c.name
		_, _, err := h.CreateToken(t.Context(), c.by, c.want)
		if c.code == "" {
			must(t, err)
			continue
		}
		t.Run(c.name, func(t *testing.T) { mustRefuse(t, err, c.code) })
	}
	ada := h.Tokens()[1]
	mustRefuse(t, h.RevokeToken(t.Context(), &caller.Principal{Kind: caller.APIToken, Person: "bob@acme.test"}, ada.ID, ""), "not_found")
}

func TestTokenCantCreateOneThatOutlivesIt(t *testing.T) {
	h := newHouse(t)
	end := h.clock.now().Add(time.Hour)
	by, err := h.Bearer(h.token(caller.NewToken{Name: "short", Scopes: []caller.Scope{"tokens", "decide"}, ExpiresAt: end}))
	must(t, err)
	for _, until := range []time.Time{{}, end.Add(time.Second)} {
		_, _, err := h.CreateToken(t.Context(), by, caller.NewToken{Name: "long", Scopes: decide, ExpiresAt: until})
		mustRefuse(t, err, "forbidden")
	}
	_, _, err = h.CreateToken(t.Context(), by, caller.NewToken{Name: "as long", Scopes: decide, ExpiresAt: end})
	must(t, err)
}

func TestGroupsOfAPersonReachTheirTokensAtOnce(t *testing.T) {
	h := newHouse(t)
	first := h.token(caller.NewToken{Name: "a", Scopes: decide, Person: "ada@acme.test", Groups: []string{"contractors"}})
	h.token(caller.NewToken{Name: "b", Scopes: decide, Person: "ada@acme.test", Groups: []string{"staff"}})
	p, err := h.Bearer(first)
	must(t, err)
	if len(p.Groups) != 1 || p.Groups[0] != "staff" {
		t.Fatalf("groups %v, want staff", p.Groups)
	}
	if n := len(h.events("person.changed")); n != 1 {
		t.Fatalf("%d person.changed events, want 1", n)
	}
}

func TestRandomTextIsFair(t *testing.T) {
	// A source of all byte values in turn: every character must appear equally often, and the unfair bytes never.
	var all [256]byte
	for i := range all {
		all[i] = byte(i)
	}
	text, err := randomText(bytes.NewReader(bytes.Repeat(all[:], 8)), 248*4)
	must(t, err)
	for _, c := range base62 {
		if n := strings.Count(text, string(c)); n != 16 {
			t.Errorf("%c appears %d times, want 16", c, n)
		}
	}
	if _, err := randomText(bytes.NewReader(nil), 4); err == nil {
		t.Error("no randomness gave no error")
	}
}

// BenchmarkBearer is what a token costs on the path of every decision.
func BenchmarkBearer(b *testing.B) {
	secret := tokenPrefix + strings.Repeat("x", secretLength)
	key := hashOf(secret)
	s := &Service{now: time.Now}
	s.tokens.Store(newTokenMap([]db.TokenRow{{ID: "tok_1", Hash: key[:], Scopes: []string{"decide"}}}, &directory{}))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.Bearer(secret); err != nil {
			b.Fatal(err)
		}
	}
}
