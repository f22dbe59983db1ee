package identity

import (
	"context"
	"errors"
	"testing"
	"time"

	"ambit/audit"
	"ambit/db"
	"ambit/server/caller"
	"ambit/server/identity/idp"
)

var errBroken = errors.New("the disk is full")

// brokenLedger fails at the end of every change.
type brokenLedger struct{ Ledger }

func (b brokenLedger) Commit(ctx context.Context, change func(tx *db.Tx) ([]*audit.Event, error)) error {
	return b.Ledger.Commit(ctx, func(tx *db.Tx) ([]*audit.Event, error) {
		events, err := change(tx)
		return events, errors.Join(err, errBroken)
	})
}

// TestLogoutTokenCountsOnce ensures that a logout that could not be carried out can be sent again, and one that was can't: it would
// end what was opened since.
func TestLogoutTokenCountsOnce(t *testing.T) {
	h := newHouse(t)
	h.connect("okta", caller.StageLive, nil)
	signIn := func() string {
		t.Helper()
		in, err := h.OpenSession(t.Context(), h.arrive("okta", said("00u1", "ada@acme.test", "engineers")), "", testAddress)
		must(t, err)
		return in.Cookie
	}
	out := idp.Logout{Subject: "00u1", TokenID: "j1", Until: h.clock.now().Add(time.Minute)}
	cookie := signIn()
	whole := h.Service.ledger
	h.Service.ledger = brokenLedger{whole}
	if err := h.LogOutAt(t.Context(), "okta", out, ""); !errors.Is(err, errBroken) {
		t.Fatalf("a logout that failed says %v", err)
	}
	h.Service.ledger = whole
	if _, err := h.Cookie(cookie); err != nil {
		t.Fatal("a logout that failed ended a session")
	}
	must(t, h.LogOutAt(t.Context(), "okta", out, ""))
	if _, err := h.Cookie(cookie); err == nil {
		t.Fatal("still signed in")
	}
	cookie = signIn()
	var refusal *idp.Refusal
	if err := h.LogOutAt(t.Context(), "okta", out, ""); !errors.As(err, &refusal) || refusal.Reason != "replay" {
		t.Fatalf("the token counts twice: %v", err)
	}
	if _, err := h.Cookie(cookie); err != nil {
		t.Error("a replayed logout ended a later session")
	}
	if n := len(h.events("connection.logged_out")); n != 1 {
		t.Errorf("%d logouts recorded", n)
	}
}

// TestLogoutOfAnUnknownSession ensures that what was opened without the provider's session id ends with its subject's logout, since
// it may have been opened through that session.
func TestLogoutOfAnUnknownSession(t *testing.T) {
	over := loggedOut{Logout: idp.Logout{Subject: "00u1", SessionID: "s1"}, connection: "okta", account: "acc_1"}
	stranger := loggedOut{Logout: idp.Logout{Subject: "nobody", SessionID: "s1"}, connection: "okta"}
	for name, tc := range map[string]struct {
		connection, account, session string
		want                         bool
	}{
		"that session":                    {"okta", "acc_1", "s1", true},
		"one that the provider kept back": {"okta", "acc_1", "", true},
		"another session":                 {"okta", "acc_1", "s2", false},
		"somebody else's":                 {"okta", "acc_2", "s1", false},
		"somebody else's without id":      {"okta", "acc_2", "", false},
		"of another connection":           {"entra", "acc_1", "s1", false},
	} {
		if got := over.ends(tc.connection, tc.account, tc.session); got != tc.want {
			t.Errorf("%s: ends is %v", name, got)
		}
		if stranger.ends(tc.connection, tc.account, tc.session) {
			t.Errorf("%s: ended by a logout of somebody whom nobody knows", name)
		}
	}
	a := newAgents(t)
	family := a.family()
	family.IDPSession = ""
	got := a.signIn(family)
	must(t, a.LogOutAt(t.Context(), "okta", idp.Logout{Subject: "00u1", SessionID: "sid-1"}, ""))
	a.mustNotCount(got.Access)
}
