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

// provision makes the account one of SCIM's.
func (a *agents) provision() {
	a.t.Helper()
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

func TestRefreshRotates(t *testing.T) {
	a := newAgents(t)
	first := a.signIn(a.family())
	a.clock.add(50 * time.Minute)
	second := a.refresh(first.Refresh)
	if second.Refresh == first.Refresh || second.Access == first.Access || second.Family != first.Family {
		t.Fatal("nothing was rotated")
	}
	a.mustCount(first.Access) // it lives out its time
	a.mustCount(second.Access)
	a.clock.add(50 * time.Minute)
	a.mustNotCount(first.Access)
	third := a.refresh(second.Refresh)
	a.mustCount(third.Access)
	if want := []string{"okta/00u1/idp-secret-token", "okta/00u1/idp-secret-token+"}; strings.Join(a.up.asked, " ") != strings.Join(want, " ") {
		t.Fatalf("the provider was asked %q", a.up.asked)
	}
	if n := len(a.events("credential.refreshed")); n != 2 {
		t.Fatalf("%d events of refreshing", n)
	}
}

func TestReuseEndsTheFamily(t *testing.T) {
	a := newAgents(t)
	first := a.signIn(a.family())
	second := a.refresh(first.Refresh)
	hook, _ := a.HookToken(first.Family)
	a.clock.add(61 * time.Second)
	_, err := a.RefreshCredentials(t.Context(), first.Refresh, "203.0.113.9")
	mustRefuse(t, err, "unauthenticated")
	a.mustNotCount(first.Access, second.Access, hook)
	a.mustSignInAgain(second.Refresh)
	e := a.events("credential.reused")
	if len(e) != 1 || e[0].Phase != "integrity" || e[0].Actor.Address != "203.0.113.9" || e[0].Actor.User != "ada@acme.test" || e[0].Actor.Credential != first.Family {
		t.Fatalf("events %+v", e)
	}
	if len(a.events("credential.revoked")) != 1 {
		t.Fatal("the revocation was not recorded")
	}
}

// Four agents find their common credential expired at the same moment: all go on, the provider is asked once.
func TestFourAgentsRefreshTogether(t *testing.T) {
	a := newAgents(t)
	first := a.signIn(a.family())
	a.clock.add(time.Hour)
	var wg sync.WaitGroup
	got, errs := make([]caller.AgentCredentials, 4), make([]error, 4)
	for i := range got {
		wg.Go(func() { got[i], errs[i] = a.RefreshCredentials(t.Context(), first.Refresh, adaAddress) })
	}
	wg.Wait()
	must(t, errors.Join(errs...))
	seen := map[string]bool{}
	for _, g := range got {
		a.mustCount(g.Access)
		seen[g.Access] = true
		if g.Refresh != got[0].Refresh {
			t.Error("the agents went different ways: a stolen credential could go on unseen")
		}
	}
	if len(seen) != 4 || a.up.questions() != 1 {
		t.Fatalf("%d credentials, %d questions", len(seen), a.up.questions())
	}
	a.clock.add(30 * time.Second)
	next := a.refresh(got[0].Refresh)
	late := a.refresh(first.Refresh) // still within its minute
	if late.Refresh != next.Refresh {
		t.Fatal("a late agent did not get the newest refresh credential")
	}
}

// Within the grace a credential that comes from elsewhere works, but leaves a mark.
func TestGraceFromElsewhereIsRecorded(t *testing.T) {
	a := newAgents(t)
	first := a.signIn(a.family())
	a.refresh(first.Refresh)
	_, err := a.RefreshCredentials(t.Context(), first.Refresh, "203.0.113.9")
	must(t, err)
	if e := a.events("credential.shared"); len(e) != 1 || e[0].Phase != "integrity" || e[0].Actor.Address != "203.0.113.9" {
		t.Fatalf("events %+v", e)
	}
}

func TestRefreshIsBounded(t *testing.T) {
	a := newAgents(t)
	got := a.signIn(a.family())
	n := 0
	for ; n < 200; n++ {
		next, err := a.RefreshCredentials(t.Context(), got.Refresh, adaAddress)
		if err != nil {
			mustRefuse(t, err, "rate_limited")
			break
		}
		got = next
	}
	if n > 40 {
		t.Fatalf("%d refreshes at once", n)
	}
	a.clock.add(30 * time.Second)
	got = a.refresh(got.Refresh) // a limit is no end
	for range 200 {
		a.clock.add(31 * time.Second)
		got = a.refresh(got.Refresh)
	}
	a.mustCount(got.Access)
	if n := len(a.credentials.family(got.Family).access); n > accessPerFamily {
		t.Fatalf("%d access credentials in memory", n)
	}
}

func TestRefreshAsksTheProvider(t *testing.T) {
	t.Run("refused", func(t *testing.T) {
		a := newAgents(t)
		got := a.signIn(a.family())
		a.up.set(refuses(idp.ReasonRevoked))
		a.mustSignInAgain(got.Refresh)
		a.mustNotCount(got.Access)
		a.up.set(vouches)
		a.mustSignInAgain(got.Refresh)
	})
	for name, answer := range map[string]func(string) (idp.Standing, error){
		"unreachable": refuses(idp.ReasonUnreachable), "our own settings are wrong": refuses(idp.ReasonConfiguration),
		"an error of ours": func(string) (idp.Standing, error) { return idp.Standing{}, errors.New("no") },
	} {
		t.Run(name, func(t *testing.T) {
			a := newAgents(t)
			got := a.signIn(a.family())
			start := a.clock.now()
			a.up.set(answer)
			for _, at := range []time.Duration{55 * time.Minute, 65 * time.Minute, 74 * time.Minute} {
				a.clock.add(at - a.clock.now().Sub(start))
				got = a.refresh(got.Refresh)
				if got.ExpiresAt.Sub(start) > 75*time.Minute {
					t.Fatalf("at %s the credential lives until %s", at, got.ExpiresAt.Sub(start))
				}
			}
			a.clock.add(time.Minute)
			a.mustNotCount(got.Access)
			a.mustSignInAgain(got.Refresh)
			a.up.set(vouches)
			a.clock.add(11 * time.Second)
			a.mustCount(a.refresh(got.Refresh).Access) // the provider is back: no need to sign in again
		})
	}
	for name, answer := range map[string]func(string) (idp.Standing, error){
		"": vouches, "idp-secret-token": func(string) (idp.Standing, error) { return idp.Standing{}, nil },
	} {
		t.Run("can't be asked "+name, func(t *testing.T) {
			a := newAgents(t)
			a.up.set(answer)
			want := a.family()
			want.RefreshToken = name
			got := a.signIn(want)
			for range 9 {
				a.clock.add(50 * time.Minute)
				got = a.refresh(got.Refresh)
			}
			if got.ExpiresAt.After(timeOf(a.credentials.family(got.Family).row.CreatedAt).Add(8 * time.Hour)) {
				t.Fatalf("the credential lives until %s", got.ExpiresAt)
			}
			a.clock.add(30 * time.Minute)
			a.mustNotCount(got.Access)
			a.mustSignInAgain(got.Refresh)
		})
		t.Run("can't be asked, but SCIM tells "+name, func(t *testing.T) {
			a := newAgents(t)
			a.provision()
			a.up.set(answer)
			want := a.family()
			want.RefreshToken = name
			got := a.signIn(want)
			for range 24 {
				a.clock.add(50 * time.Minute)
				got = a.refresh(got.Refresh)
			}
			a.mustCount(got.Access)
		})
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

// A clock that jumps opens nothing that was shut.
func TestClockJumps(t *testing.T) {
	a := newAgents(t)
	first := a.signIn(a.family())
	second := a.refresh(first.Refresh)
	a.clock.add(-time.Hour)
	a.mustCount(second.Access)
	a.mustSignInAgain(first.Refresh) // not in its minute by any reckoning
	a.mustNotCount(second.Access)
	a = newAgents(t)
	got := a.signIn(a.family())
	a.clock.add(100 * 24 * time.Hour)
	a.mustNotCount(got.Access)
	a.mustSignInAgain(got.Refresh)
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

func TestRevoking(t *testing.T) {
	for name, revoke := range map[string]func(a *agents, family string) (int, error){
		"a family": func(a *agents, family string) (int, error) {
			return 1, a.RevokeFamily(a.t.Context(), local, family, "lost", "")
		},
		"a person": func(a *agents, _ string) (int, error) {
			return a.RevokePersonCredentials(a.t.Context(), local, a.ada, "left", "")
		},
		"an account": func(a *agents, _ string) (int, error) {
			return a.RevokeAccountCredentials(a.t.Context(), local, a.account, "left", "")
		},
		"a session": func(a *agents, _ string) (int, error) {
			return 2, a.LogOutAt(a.t.Context(), "okta", "", "sid-1", "")
		},
		"an account at the provider": func(a *agents, _ string) (int, error) {
			return 2, a.LogOutAt(a.t.Context(), "okta", "00u1", "", "")
		},
		"a connection": func(a *agents, _ string) (int, error) {
			return 0, a.StageConnection(a.t.Context(), admin, "okta", caller.StageDisabled, "")
		},
		"a disabled person": func(a *agents, _ string) (int, error) {
			return 3, a.SetDisabled(a.t.Context(), admin, a.ada, true, "")
		},
		"a person's everything": func(a *agents, _ string) (int, error) {
			return 3, a.CutOff(a.t.Context(), admin, a.ada, "left", "")
		},
		"everybody": func(a *agents, _ string) (int, error) {
			return a.RevokeAllCredentials(a.t.Context(), local, "alarm", "")
		},
	} {
		t.Run(name, func(t *testing.T) {
			a := newAgents(t)
			got := a.signIn(a.family())
			other := a.family()
			other.AccountID, other.Connection, other.IDPSession, other.RefreshToken = "", "", "", ""
			stays := a.signIn(other)
			p, err := a.Bearer(got.Access)
			must(t, err)
			hook, _ := a.HookToken(got.Family)
			waiting, err := a.StartFamily(t.Context(), a.family())
			must(t, err)
			n, err := revoke(a, got.Family)
			must(t, err)
			a.mustNotCount(got.Access, hook)
			a.mustSignInAgain(got.Refresh)
			if a.Live(p) {
				t.Error("a stream would go on")
			}
			if _, ok := a.HookToken(got.Family); ok {
				t.Error("the hook token lives")
			}
			if name != "a family" {
				_, err = a.CollectFamily(t.Context(), waiting, adaAddress)
				mustRefuse(t, err, "forbidden")
			}
			if n < 3 {
				a.mustCount(stays.Access)
			} else {
				a.mustNotCount(stays.Access)
			}
			if have := len(a.events("credential.revoked")); have != n {
				t.Errorf("%d events for %d families", have, n)
			}
			if n > 0 {
				mustRefuse(t, a.RevokeFamily(t.Context(), local, got.Family, "again", ""), "not_found")
			}
		})
	}
}

func TestSigningOutOnTheDevice(t *testing.T) {
	a := newAgents(t)
	for _, nothing := range []string{"", "x", "ambit_cred_x", "ambit_refresh_" + strings.Repeat("0", 43), "ambit_" + strings.Repeat("0", 43)} {
		must(t, a.RevokeCredential(t.Context(), nothing, adaAddress))
	}
	got := a.signIn(a.family())
	hook, _ := a.HookToken(got.Family)
	must(t, a.RevokeCredential(t.Context(), hook, adaAddress))
	a.mustCount(got.Access) // the hook token stands in settings files: it must not sign anybody out
	must(t, a.RevokeCredential(t.Context(), got.Access, adaAddress))
	a.mustNotCount(got.Access, hook)
	must(t, a.RevokeCredential(t.Context(), got.Refresh, adaAddress))
	got = a.signIn(a.family())
	must(t, a.RevokeCredential(t.Context(), got.Refresh, adaAddress))
	a.mustNotCount(got.Access)
}

// A refresh that is under way when the sign-in is revoked brings nothing back.
func TestRevokedWhileTheProviderIsAsked(t *testing.T) {
	a := newAgents(t)
	got := a.signIn(a.family())
	a.up.set(func(token string) (idp.Standing, error) {
		must(t, a.RevokeFamily(t.Context(), local, got.Family, "now", ""))
		return vouches(token)
	})
	a.mustSignInAgain(got.Refresh)
	a.mustNotCount(got.Access)
}

func TestSweep(t *testing.T) {
	a := newAgents(t)
	got := a.signIn(a.family())
	waiting, err := a.StartFamily(t.Context(), a.family())
	must(t, err)
	a.clock.add(16 * time.Minute)
	must(t, a.sweep(t.Context()))
	if f := a.credentials.family(waiting); f.row.RevokedAt == 0 {
		t.Fatal("a sign-in that nobody fetched stays")
	}
	a.mustCount(got.Access)
	a.clock.add(61 * 24 * time.Hour)
	must(t, a.sweep(t.Context()))
	if n, m := len(a.Families()), len(a.credentials.byHash); n != 0 || m != 0 {
		t.Fatalf("%d families and %d credentials are still held", n, m)
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
