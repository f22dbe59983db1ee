package identity

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"ambit/audit"
	"ambit/db"
	"ambit/server/caller"
	"ambit/server/identity/idp"
)

const adaAddress = "192.0.2.40"

// upstream is an identity provider's side of refreshing, as the test wants it.
type upstream struct {
	mu     sync.Mutex
	answer func(token string) (idp.Standing, error)
	asked  []string
}

func (u *upstream) Recheck(_ context.Context, connection, token, subject string) (idp.Standing, error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.asked = append(u.asked, connection+"/"+subject+"/"+token)
	return u.answer(token)
}

func (u *upstream) set(answer func(string) (idp.Standing, error)) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.answer = answer
}

func (u *upstream) questions() int { u.mu.Lock(); defer u.mu.Unlock(); return len(u.asked) }

// vouches gives a new token with each answer, as providers that rotate do.
func vouches(token string) (idp.Standing, error) {
	return idp.Standing{Vouched: true, RefreshToken: token + "+"}, nil
}

func refuses(reason string) func(string) (idp.Standing, error) {
	return func(string) (idp.Standing, error) { return idp.Standing{}, idp.Refuse(reason, "no", "") }
}

// agents is a house with a person who signs agents in.
type agents struct {
	*house
	up           *upstream
	ada, account string // ids
}

func newAgents(t *testing.T) *agents { return agentsIn(newHouse(t)) }

func agentsIn(h *house) *agents {
	a := &agents{house: h, up: &upstream{answer: vouches}}
	h.SetUpstream(a.up)
	if h.Connection("okta") == nil {
		h.connect("okta", caller.StageLive, nil)
	}
	ada := h.arrive("okta", said("00u1", "ada@acme.test", "engineers"))
	a.ada, a.account = ada.PersonID, ada.AccountID
	return a
}

// provision makes the account one of SCIM's, whose client has come once.
func (a *agents) provision() {
	a.t.Helper()
	a.provisioner("okta")
	row := *a.people.Load().accounts[a.account]
	row.Provisioned = true
	must(a.t, a.commit(a.t.Context(), func(tx *db.Tx) ([]*audit.Event, error) { return nil, db.UpdateAccount(a.t.Context(), tx, &row) }))
	must(a.t, a.reloadPeople(a.t.Context()))
}

func (a *agents) family() *caller.NewFamily {
	return &caller.NewFamily{
		PersonID: a.ada, AccountID: a.account, Connection: "okta", IDPSession: "sid-1", RefreshToken: "idp-secret-token",
		Device: "Claude Code on ada-laptop", Address: adaAddress,
	}
}

func (a *agents) signIn(want *caller.NewFamily) caller.AgentCredentials {
	a.t.Helper()
	id, err := a.StartFamily(a.t.Context(), want)
	must(a.t, err)
	got, err := a.CollectFamily(a.t.Context(), id, adaAddress)
	must(a.t, err)
	return got
}

func (a *agents) refresh(token string) caller.AgentCredentials {
	a.t.Helper()
	got, err := a.RefreshCredentials(a.t.Context(), token, adaAddress)
	must(a.t, err)
	return got
}

func (a *agents) mustCount(access string) {
	a.t.Helper()
	if _, err := a.Bearer(access); err != nil {
		a.t.Fatalf("the credential doesn't count: %v", err)
	}
}

func (a *agents) mustNotCount(secrets ...string) {
	a.t.Helper()
	for _, secret := range secrets {
		_, err := a.Bearer(secret)
		mustRefuse(a.t, err, "unauthenticated")
	}
}

// mustSignInAgain fails unless a refresh is refused in the way that agents understand.
func (a *agents) mustSignInAgain(token string) {
	a.t.Helper()
	_, err := a.RefreshCredentials(a.t.Context(), token, adaAddress)
	var own interface{ OAuthError() (string, int) }
	if !errors.As(err, &own) {
		a.t.Fatalf("got %v", err)
	}
	if code, status := own.OAuthError(); code != "invalid_grant" || status != 401 {
		a.t.Fatalf("got %s, %d", code, status)
	}
}

func TestAgentSignIn(t *testing.T) {
	a := newAgents(t)
	got := a.signIn(a.family())
	if !strings.HasPrefix(got.Access, "ambit_cred_") || len(got.Access) != len("ambit_cred_")+43 || !strings.HasPrefix(got.Refresh, "ambit_refresh_") || got.Person != "ada@acme.test" {
		t.Fatalf("got %+v", got)
	}
	if life := got.ExpiresAt.Sub(a.clock.now()); life != time.Hour {
		t.Fatalf("an access credential lives %s", life)
	}
	p, err := a.Bearer(got.Access)
	must(t, err)
	if p.Kind != caller.Credential || p.Person != "ada@acme.test" || len(p.Scopes) != 1 || !p.HasScope(caller.ScopeAgent) || p.Connection != "okta" || p.Subject != "00u1" ||
		p.Credential != got.Family || len(p.Groups) != 1 || len(p.Roles) != 0 || p.CSRF != "" {
		t.Fatalf("principal %+v", p)
	}
	hook, ok := a.HookToken(got.Family)
	if !ok || !strings.HasPrefix(hook, "ambit_hook_") {
		t.Fatalf("hook token %q", hook)
	}
	p, err = a.Bearer(hook)
	must(t, err)
	if len(p.Scopes) != 1 || !p.HasScope(caller.ScopeHook) || p.Credential != got.Family {
		t.Fatalf("the hook token's principal is %+v", p)
	}
	_, err = a.CollectFamily(t.Context(), got.Family, adaAddress)
	mustRefuse(t, err, "forbidden")
	a.mustNotCount(got.Refresh, got.Access+"x", got.Access[:len(got.Access)-1], "ambit_cred_", "ambit_hook_"+got.Access[11:], "ambit_cred_"+hook[11:])
	if again, _ := a.HookToken(got.Family); again != hook {
		t.Fatal("the hook token changed")
	}
	a.clock.add(time.Hour)
	a.mustNotCount(got.Access)
	a.mustCount(hook)
}

// The way of every request must not cost an allocation.
func TestBearerAllocatesNothing(t *testing.T) {
	a := newAgents(t)
	got := a.signIn(a.family())
	if n := testing.AllocsPerRun(100, func() { _, _ = a.Bearer(got.Access) }); n != 0 {
		t.Fatalf("%v allocations", n)
	}
}

func TestFamilyEndsAtItsMaximum(t *testing.T) {
	a := newAgents(t)
	got := a.signIn(a.family())
	must(t, a.SetCredentialSettings(t.Context(), local, caller.CredentialSettings{AccessMinutes: 600, FamilyDays: 1}, ""))
	for range 2 {
		a.clock.add(11 * time.Hour)
		got = a.refresh(got.Refresh)
	}
	if left := got.ExpiresAt.Sub(a.clock.now()); left != 2*time.Hour {
		t.Fatalf("%s left", left)
	}
	hook, _ := a.HookToken(got.Family)
	a.clock.add(2 * time.Hour)
	a.mustNotCount(got.Access, hook)
	a.mustSignInAgain(got.Refresh)
	for _, bad := range []caller.CredentialSettings{{}, {AccessMinutes: 5, FamilyDays: 30}, {AccessMinutes: 60}, {AccessMinutes: 60, FamilyDays: 366}, {AccessMinutes: -1, FamilyDays: -1}} {
		mustRefuse(t, a.SetCredentialSettings(t.Context(), local, bad, ""), "invalid")
	}
	if n := len(a.events("settings.changed")); n != 1 {
		t.Fatalf("%d events", n)
	}
}

func TestWorkloadGetsAnHour(t *testing.T) {
	a := newAgents(t)
	must(t, a.SetCredentialSettings(t.Context(), local, caller.CredentialSettings{AccessMinutes: 600, FamilyDays: 30}, ""))
	a.connect("github", caller.StageLive, func(c *caller.Connection) { c.Kind = caller.KindWorkload })
	job := a.arrive("github", said("repo:acme/app", "", "ci"))
	got := a.signIn(&caller.NewFamily{PersonID: job.PersonID, AccountID: job.AccountID, Connection: "github", Device: "CI: acme/app"})
	if got.Refresh != "" || got.ExpiresAt.Sub(a.clock.now()) != time.Hour {
		t.Fatalf("a workload got %+v", got)
	}
	a.clock.add(time.Hour)
	a.mustNotCount(got.Access)
}

func TestNobodyHasEndlessSignIns(t *testing.T) {
	a := newAgents(t)
	first := a.signIn(a.family())
	second := a.signIn(a.family())
	for range familiesPerPerson - 2 {
		a.clock.add(time.Second)
		a.signIn(a.family())
	}
	a.clock.add(time.Minute)
	a.mustCount(first.Access) // used: it stays
	a.signIn(a.family())
	a.mustCount(first.Access)
	a.mustNotCount(second.Access)
}

func TestSecretsOfAgentsAreNotKept(t *testing.T) {
	a := newAgents(t)
	got := a.signIn(a.family())
	next := a.refresh(got.Refresh)
	hook, _ := a.HookToken(got.Family)
	a.close()
	files, err := os.ReadDir(a.dir)
	must(t, err)
	for _, f := range files {
		content, err := os.ReadFile(filepath.Join(a.dir, f.Name()))
		must(t, err)
		for _, secret := range []string{got.Access, got.Refresh, next.Access, next.Refresh, hook, "idp-secret-token"} {
			if bytes.Contains(content, []byte(secret[strings.LastIndexByte(secret, '_')+1:])) {
				t.Errorf("%s holds a secret in clear: %s", f.Name(), secret)
			}
		}
	}
}

func TestAgentsSurviveARestart(t *testing.T) {
	a := newAgents(t)
	got := a.signIn(a.family())
	a.refresh(got.Refresh)
	revoked := a.signIn(a.family())
	must(t, a.RevokeFamily(t.Context(), local, revoked.Family, "lost", ""))
	hook, _ := a.HookToken(got.Family)
	dir, c := a.dir, a.clock
	a.close()
	b := agentsIn(open(t, dir, c, "http://localhost:8420"))
	b.mustCount(got.Access)
	b.mustCount(hook)
	b.mustNotCount(revoked.Access)
	b.mustSignInAgain(revoked.Refresh)
	p, err := b.Bearer(got.Access)
	must(t, err)
	if p.Person != "ada@acme.test" || p.Connection != "okta" {
		t.Fatalf("principal %+v", p)
	}
	b.refresh(got.Refresh) // in its minute, restart or not
	b.clock.add(2 * time.Minute)
	b.mustSignInAgain(got.Refresh)
	b.mustNotCount(got.Access, hook)
	if n := len(b.Families()); n != 2 {
		t.Fatalf("%d families", n)
	}
}

func TestIntrospect(t *testing.T) {
	a := newAgents(t)
	got := a.signIn(a.family())
	hook, _ := a.HookToken(got.Family)
	for kind, secret := range map[string]string{"access": got.Access, "refresh": got.Refresh, "hook": hook} {
		is, ok, err := a.Introspect(t.Context(), secret)
		must(t, err)
		if !ok || is.Kind != kind || is.Family != got.Family || is.Person != "ada@acme.test" {
			t.Errorf("%s: %+v, %v", kind, is, ok)
		}
	}
	a.refresh(got.Refresh)
	must(t, a.RevokeCredential(t.Context(), got.Access, ""))
	for _, secret := range []string{got.Access, got.Refresh, hook, "", "ambit_cred_x"} {
		if _, ok, err := a.Introspect(t.Context(), secret); ok || err != nil {
			t.Errorf("%q counts: %v", secret, err)
		}
	}
}

func TestCleanDevice(t *testing.T) {
	for in, want := range map[string]string{
		"\tClaude Code\n2.1": "Claude Code2.1", "a\u202eb": "ab", "a\xffb": "ab", strings.Repeat("ü", 150): strings.Repeat("ü", 100),
	} {
		if got := cleanDevice(in); got != want {
			t.Errorf("%q: %q", in, got)
		}
	}
}
