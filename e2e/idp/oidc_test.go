package idp

import (
	"crypto/rand"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"ambit/server/identity/idp"
	"ambit/server/identity/oidc"
)

const redirect = "http://127.0.0.1:18420/sso/test/callback"

// world is the certified provider, our relying party, and a place where logout tokens arrive.
type world struct {
	*Provider
	t      *testing.T
	rp     *oidc.Provider
	ahead  atomic.Int64 // nanoseconds by which the relying party's clock is ahead
	logout chan string
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, logout: make(chan string, 4)}
	listener := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { w.logout <- r.PostFormValue("logout_token") }))
	t.Cleanup(listener.Close)
	w.Provider = Start(t, Options{Redirects: []string{"https://ambit.example.test/sso/other/callback", redirect}, Backchannel: listener.URL})
	w.rp = w.relyingParty(oidc.Config{ClientID: "console"}, "console-secret")
	return w
}

func (w *world) relyingParty(c oidc.Config, secret string) *oidc.Provider {
	c.Issuer, c.OfflineAccess = w.Issuer, true
	c.Scopes, c.AuthParams = []string{"openid", "profile", "email", "groups"}, map[string]string{"prompt": "consent"}
	if wrong := c.Check(); len(wrong) > 0 {
		w.t.Fatal(wrong[0])
	}
	now := func() time.Time { return time.Now().Add(time.Duration(w.ahead.Load())) }
	return oidc.New(c, secret, &http.Client{Timeout: 10 * time.Second}, now, rand.Reader)
}

func (w *world) signIn(rp *oidc.Provider, b *Browser, person string) *idp.Claims {
	w.t.Helper()
	address, flow, err := rp.Begin(w.t.Context(), redirect, oidc.Flow{})
	if err != nil {
		w.t.Fatal(err)
	}
	back := b.SignIn(address, person, redirect)
	claims, notes, err := rp.Finish(w.t.Context(), redirect, flow, back.Query())
	if err != nil {
		w.t.Fatalf("%v (cause %v)\n%s", err, errors.Unwrap(err), w.Log())
	}
	for _, n := range notes {
		if n.Field == "scopes" || n.Field == "offline_access" || n.Field == "groups_claim" && len(claims.Groups) > 0 {
			w.t.Errorf("note: %+v", n)
		}
	}
	return claims
}

func (w *world) refused(err error, reason string) {
	w.t.Helper()
	var r *idp.Refusal
	if !errors.As(err, &r) || r.Reason != reason {
		w.t.Errorf("%v, want reason %s", err, reason)
	}
}

// testFresh ensures that the provider has somebody who is signed in there already sign in again where that is asked for, and that
// whoever takes the wish out of the address gets nothing.
func (w *world) testFresh(t *testing.T, b *Browser) {
	begin := func() (*url.URL, oidc.Flow) {
		t.Helper()
		address, flow, err := w.rp.Begin(t.Context(), redirect, oidc.Flow{Fresh: true})
		if err != nil {
			t.Fatal(err)
		}
		to, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		return to, flow
	}
	to, flow := begin()
	claims, _, err := w.rp.Finish(t.Context(), redirect, flow, b.SignIn(to.String(), "alice", redirect).Query())
	if err != nil || claims.AuthTime.Before(flow.Started.Truncate(time.Second)) {
		t.Fatalf("%+v, %v", claims, err)
	}
	to, flow = begin()
	q := to.Query()
	q.Set("prompt", "consent")
	q.Del("max_age")
	to.RawQuery = q.Encode()
	_, _, err = w.rp.Finish(t.Context(), redirect, flow, b.SignIn(to.String(), "alice", redirect).Query())
	w.refused(err, oidc.ReasonAuthTime)
}

// TestCertifiedProvider ensures that sign-in, refresh, rotation of keys and both kinds of logout work with a provider that
// isn't ours.
func TestCertifiedProvider(t *testing.T) {
	w := newWorld(t)
	t.Run("inspect", func(t *testing.T) {
		notes, err := w.rp.Inspect(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{"PKCE with S256", "session by session", "RFC 9207", "clocks of both servers agree"} {
			if !slices.ContainsFunc(notes, func(n idp.Note) bool { return strings.Contains(n.Message, want) }) {
				t.Errorf("no note says %q: %+v", want, notes)
			}
		}
	})
	browser := NewBrowser(t)
	alice := w.signIn(w.rp, browser, "alice")
	if alice.Subject != "alice" || alice.Email != "alice@example.test" || alice.EmailVerified == nil || !*alice.EmailVerified || alice.Name != "Alice Admin" ||
		!slices.Equal(alice.Groups, []string{"admins", "eng"}) || alice.GroupsState != idp.GroupsKnown || alice.SessionID == "" || alice.RefreshToken == "" {
		t.Fatalf("%+v", alice)
	}
	if carol := w.signIn(w.rp, NewBrowser(t), "carol"); carol.GroupsState != idp.GroupsKnown || len(carol.Groups) != 0 {
		t.Errorf("carol's groups: %s %v", carol.GroupsState, carol.Groups)
	}
	if bob := w.signIn(w.relyingParty(oidc.Config{ClientID: "spa", ClientAuth: oidc.ClientAuthNone}, ""), NewBrowser(t), "bob"); bob.Subject != "bob" {
		t.Errorf("by the public client: %+v", bob)
	}
	token, err := w.rp.VerifyIDToken(t.Context(), alice.IDToken, oidc.TokenOptions{Audiences: []string{"console"}, Claims: map[string]string{"email": "*@example.test"}})
	if err != nil || token.Claims.Subject != "alice" {
		t.Errorf("token exchange: %+v, %v", token, err)
	}

	t.Run("fresh", func(t *testing.T) { w.testFresh(t, browser) })
	t.Run("refresh", func(t *testing.T) {
		w.SetGroups(t, "alice", "eng")
		again, standing, err := w.rp.Refresh(t.Context(), alice.RefreshToken)
		if err != nil || !standing.Vouched || standing.RefreshToken == alice.RefreshToken || again == nil || again.Subject != "alice" || !slices.Equal(again.Groups, []string{"eng"}) {
			t.Fatalf("%+v %+v %v", again, standing, err)
		}
		_, _, err = w.rp.Refresh(t.Context(), alice.RefreshToken) // used up
		w.refused(err, idp.ReasonRevoked)
	})
	t.Run("gone", func(t *testing.T) {
		bob := w.signIn(w.rp, NewBrowser(t), "bob")
		w.SetActive(t, "bob", false)
		_, standing, err := w.rp.Refresh(t.Context(), bob.RefreshToken)
		w.refused(err, idp.ReasonRevoked)
		if standing.Vouched {
			t.Error("vouched all the same")
		}
	})
	t.Run("keys change", func(t *testing.T) {
		w.Rotate(t, true)
		w.ahead.Add(int64(11 * time.Second)) // unknown keys are asked for every ten seconds at the most
		w.signIn(w.rp, NewBrowser(t), "alice")
		_, err := w.rp.VerifyIDToken(t.Context(), alice.IDToken, oidc.TokenOptions{Audiences: []string{"console"}})
		w.refused(err, oidc.ReasonUnknownKey)
	})
	t.Run("logout", func(t *testing.T) { w.testLogout(t) })
	t.Run("provider down", func(t *testing.T) {
		claims := w.signIn(w.rp, NewBrowser(t), "alice")
		w.Stop()
		_, _, err := w.rp.Refresh(t.Context(), claims.RefreshToken)
		w.refused(err, idp.ReasonUnreachable)
	})
}

// testLogout ends a session at the provider from our side, and takes what the provider then tells its clients.
func (w *world) testLogout(t *testing.T) {
	browser := NewBrowser(t)
	claims := w.signIn(w.rp, browser, "alice")
	address, ok, err := w.rp.LogoutURL(t.Context(), claims.IDToken, "http://127.0.0.1:18420/", "bye")
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	if back := browser.SignOut(address, "http://127.0.0.1:18420/"); back.Query().Get("state") != "bye" {
		t.Errorf("came back to %s", back)
	}
	select {
	case raw := <-w.logout:
		l, err := w.rp.LogoutToken(t.Context(), raw)
		if err != nil {
			t.Fatal(err)
		}
		if l.SessionID != claims.SessionID || l.ID == "" || l.Subject != "alice" {
			t.Errorf("%+v, want session %s", l, claims.SessionID)
		}
	case <-time.After(10 * time.Second):
		t.Fatalf("no logout token came:\n%s", w.Log())
	}
}

// TestCertifiedProviderRefuses ensures that what the provider refuses becomes a refusal that people can read.
func TestCertifiedProviderRefuses(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	address, flow, err := w.rp.Begin(ctx, redirect, oidc.Flow{})
	if err != nil {
		t.Fatal(err)
	}
	_, _, err = w.rp.Finish(ctx, redirect, flow, NewBrowser(t).Cancel(address, redirect).Query())
	w.refused(err, oidc.ReasonAccessDenied)

	address, flow, _ = w.rp.Begin(ctx, redirect, oidc.Flow{})
	back := NewBrowser(t).SignIn(address, "alice", redirect).Query()
	other := flow
	other.Verifier = strings.Repeat("x", 43)
	_, _, err = w.rp.Finish(ctx, redirect, other, back) // stolen code, without the verifier
	w.refused(err, oidc.ReasonCode)

	address, flow, _ = w.rp.Begin(ctx, redirect, oidc.Flow{})
	back = NewBrowser(t).SignIn(address, "alice", redirect).Query()
	if _, _, err = w.rp.Finish(ctx, redirect, flow, back); err != nil {
		t.Fatal(err)
	}
	_, _, err = w.rp.Finish(ctx, redirect, flow, back) // the same code again
	w.refused(err, oidc.ReasonCode)

	back.Del("iss")
	_, _, err = w.rp.Finish(ctx, redirect, flow, back)
	w.refused(err, oidc.ReasonIssuerParameter)

	wrong := w.relyingParty(oidc.Config{ClientID: "console"}, "another-secret")
	address, flow, _ = wrong.Begin(ctx, redirect, oidc.Flow{})
	back = NewBrowser(t).SignIn(address, "alice", redirect).Query()
	_, _, err = wrong.Finish(ctx, redirect, flow, back)
	w.refused(err, idp.ReasonConfiguration)
}
