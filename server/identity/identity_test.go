package identity

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"log/slog"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"ambit/audit"
	"ambit/db"
	"ambit/db/seal"
	"ambit/server/caller"
)

const (
	testEmail    = "olga@acme.test"
	testPassword = "correct horse battery"
	testAddress  = "192.0.2.7"
)

// cheap keeps the tests quick; what they check does not depend on the cost.
var cheap = Argon2{MemoryKiB: 64, Time: 1, Threads: 1}

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

// house is an identity service on a real database and ledger.
type house struct {
	*Service
	t      *testing.T
	dir    string
	clock  *clock
	ledger *audit.Ledger
	close  func()
}

func open(t *testing.T, dir string, c *clock, public string) *house {
	t.Helper()
	ctx := t.Context()
	box, err := seal.Open(filepath.Join(dir, "key"), rand.Reader)
	must(t, err)
	database, err := db.Open(ctx, dir, db.Options{})
	must(t, err)
	ledger, err := audit.Open(ctx, audit.Options{DB: database, Box: box, Now: c.now, Rand: rand.Reader})
	must(t, err)
	s, err := Open(ctx, Options{
		DB: database, Ledger: ledger, Box: box, Now: c.now, Rand: rand.Reader, Log: slog.New(slog.DiscardHandler), PublicURL: public, Argon2: cheap,
	})
	must(t, err)
	h := &house{Service: s, t: t, dir: dir, clock: c, ledger: ledger}
	h.close = sync.OnceFunc(func() {
		ctx := context.WithoutCancel(ctx)
		must(t, errors.Join(s.Close(ctx), ledger.Close(ctx), database.Close()))
	})
	t.Cleanup(h.close)
	return h
}

func newHouse(t *testing.T) *house {
	t.Helper()
	return open(t, t.TempDir(), &clock{t: time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)}, "http://localhost:8420")
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// mustRefuse fails unless err carries the code.
func mustRefuse(t *testing.T, err error, code string) {
	t.Helper()
	var coded interface{ Code() string }
	if !errors.As(err, &coded) || coded.Code() != code {
		t.Fatalf("got error %v, want one with code %s", err, code)
	}
}

func (h *house) link() string {
	h.t.Helper()
	link, err := h.SetupLink(h.t.Context())
	must(h.t, err)
	u, err := url.Parse(link)
	must(h.t, err)
	return u.Query().Get("token")
}

// owner is the first owner after set-up.
type owner struct {
	secret string
	cookie string
	codes  []string
}

func (h *house) setUp() owner {
	h.t.Helper()
	token := h.link()
	pending, err := h.CreateOwner(h.t.Context(), token, caller.NewOwner{Email: testEmail, Name: "Olga Owner", Password: testPassword}, testAddress)
	must(h.t, err)
	in, codes, err := h.ConfirmOwner(h.t.Context(), token, caller.Proof{Code: h.code(pending.Secret)}, testAddress)
	must(h.t, err)
	h.clock.add(time.Minute) // the code that was just used is spent
	return owner{pending.Secret, in.Cookie, codes}
}

func (h *house) code(secret string) string {
	h.t.Helper()
	code, err := totp.GenerateCode(secret, h.clock.now())
	must(h.t, err)
	return code
}

func (h *house) challenge() string {
	h.t.Helper()
	c, err := h.SignIn(h.t.Context(), testEmail, testPassword, testAddress)
	must(h.t, err)
	return c.ID
}

// events are the recorded ones of a type, newest first.
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

func (h *house) token(want caller.NewToken) string {
	h.t.Helper()
	_, secret, err := h.CreateToken(h.t.Context(), local, want)
	must(h.t, err)
	return secret
}

var local = &caller.Principal{Kind: caller.Local, Name: "root", Roles: []caller.Role{caller.Owner}}

func TestSetupMakesTheOwnerOnce(t *testing.T) {
	h := newHouse(t)
	if !h.NeedsSetup() {
		t.Fatal("a new installation must need set-up")
	}
	first := h.link()
	token := h.link()
	mustRefuse(t, h.StartSetup(t.Context(), first, testAddress), "gone") // replaced by the second
	must(t, h.StartSetup(t.Context(), token, testAddress))
	pending, err := h.CreateOwner(t.Context(), token, caller.NewOwner{Email: " Olga@Acme.test ", Name: "Olga", Password: testPassword}, testAddress)
	must(t, err)
	if !strings.HasPrefix(pending.QRCode, "<svg") || !strings.Contains(pending.OTPAuthURL, pending.Secret) || pending.Passkey == nil {
		t.Fatalf("the second factor's secrets are not complete: %+v", pending)
	}
	_, _, err = h.ConfirmOwner(t.Context(), token, caller.Proof{Code: "000000x"}, testAddress)
	mustRefuse(t, err, "invalid")
	in, codes, err := h.ConfirmOwner(t.Context(), token, caller.Proof{Code: h.code(pending.Secret)}, testAddress)
	must(t, err)
	if len(codes) != recoveryCodes || in.Person.Email != testEmail || h.NeedsSetup() {
		t.Fatalf("set-up ended with %d codes, person %q, needs set-up %v", len(codes), in.Person.Email, h.NeedsSetup())
	}
	p, err := h.Cookie(in.Cookie)
	must(t, err)
	if !p.HasRole(caller.Owner) || p.Person != testEmail || p.CSRF == "" || p.CSRF != in.CSRF {
		t.Fatalf("the owner's session is %+v", p)
	}
	mustRefuse(t, h.StartSetup(t.Context(), token, testAddress), "gone")
	_, _, err = h.ConfirmOwner(t.Context(), token, caller.Proof{Code: h.code(pending.Secret)}, testAddress)
	mustRefuse(t, err, "gone")
	if link, err := h.SetupLink(t.Context()); link != "" || err != nil {
		t.Fatalf("a second set-up link: %q, %v", link, err)
	}
	if n := len(h.events("owner.created")); n != 1 {
		t.Fatalf("%d owner.created events, want 1", n)
	}
}

func TestSetupRefusesWeakPasswords(t *testing.T) {
	h := newHouse(t)
	token := h.link()
	for _, password := range []string{"", "short", "elevenchars", "aaaaaaaaaaaaaa", "Olga@Acme.test", strings.Repeat("x", 1025), "bad \xff utf-8 text"} {
		_, err := h.CreateOwner(t.Context(), token, caller.NewOwner{Email: testEmail, Name: "O", Password: password}, testAddress)
		mustRefuse(t, err, "invalid")
	}
}

func TestSetupKeepsAPersonThatATokenMade(t *testing.T) {
	h := newHouse(t)
	secret := h.token(caller.NewToken{Name: "laptop", Scopes: []caller.Scope{caller.ScopeDecide}, Person: testEmail, Groups: []string{"staff"}})
	o := h.setUp()
	p, err := h.Cookie(o.cookie)
	must(t, err)
	if len(p.Groups) != 1 || p.Groups[0] != "staff" {
		t.Fatalf("groups after set-up: %v", p.Groups)
	}
	if _, err := h.Bearer(secret); err != nil {
		t.Fatalf("the person's token stopped working: %v", err)
	}
	_, err = h.VerifySignIn(t.Context(), h.challenge(), caller.Proof{Code: h.code(o.secret)}, "", testAddress)
	must(t, err)
}

func alwaysGood(context.Context, *db.Tx) (bool, error) { return true, nil }
