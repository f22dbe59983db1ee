package identity

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"ambit/server/caller"
	"ambit/server/identity/idp"
)

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
		"a new key": refuses("unknown_key"), "a clock that is off": refuses("issued_at"), "an expired token": refuses("expired"),
		"another algorithm": refuses("algorithm"), "malformed groups": refuses("groups_malformed"), "an odd answer": refuses("token_response"),
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
			must(t, a.RevokeSCIMToken(t.Context(), admin, a.SCIMTokens("okta")[0].ID, ""))
			a.clock.add(10 * time.Second)
			a.mustSignInAgain(got.Refresh) // now nothing would tell that the person has left
		})
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
