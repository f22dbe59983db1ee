package identity

import (
	"strings"
	"testing"
	"time"

	"ambit/server/caller"
	"ambit/server/identity/idp"
)

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
			return 2, a.LogOutAt(a.t.Context(), "okta", idp.Logout{SessionID: "sid-1"}, "")
		},
		"an account at the provider": func(a *agents, _ string) (int, error) {
			return 2, a.LogOutAt(a.t.Context(), "okta", idp.Logout{Subject: "00u1"}, "")
		},
		"a connection": func(a *agents, _ string) (int, error) {
			return 2, a.StageConnection(a.t.Context(), admin, "okta", caller.StageDisabled, "")
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
