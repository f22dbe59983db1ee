package oidc

import (
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"ambit/server/identity/idp"
)

// clock is a clock that the test sets.
type clock struct{ ns atomic.Int64 }

func newClock() *clock { c := &clock{}; c.ns.Store(start.UnixNano()); return c }

func (c *clock) now() time.Time              { return time.Unix(0, c.ns.Load()).UTC() }
func (c *clock) advance(d time.Duration)     { c.ns.Add(int64(d)) }
func client() *http.Client                   { return &http.Client{Timeout: 5 * time.Second} }
func (s *scene) config(f func(*Config))      { f(&s.cfg) }
func (s *scene) after(f func(*Flow))         { s.changeFlow = f }
func (s *scene) params(f func(q url.Values)) { s.changeParams = f }

// scene is one sign-in at a provider; a case changes what it likes.
type scene struct {
	*provider
	t     *testing.T
	cfg   Config
	clock *clock
	flow  Flow

	changeFlow   func(*Flow)
	changeParams func(url.Values)

	p       *Provider
	began   Flow
	address *url.URL
}

func newScene(t *testing.T) *scene {
	t.Helper()
	h := newProvider(t)
	return &scene{provider: h, t: t, clock: newClock(), cfg: Config{Issuer: h.URL, ClientID: clientID}}
}

func (s *scene) relyingParty() *Provider {
	if s.p == nil {
		s.p = New(s.cfg, clientSecret, client(), s.clock.now, rand.Reader)
	}
	return s.p
}

// signIn goes once through the flow, as a browser would.
func (s *scene) signIn() (*idp.Claims, []idp.Note, error) {
	s.t.Helper()
	p := s.relyingParty()
	address, flow, err := p.Begin(s.t.Context(), redirect, s.flow)
	if err != nil {
		return nil, nil, s.checked(err, nil)
	}
	s.began, s.address = flow, must(url.Parse(address))
	if _, set := s.claims["nonce"]; !set {
		s.claims["nonce"] = s.address.Query().Get("nonce")
	}
	q := url.Values{"code": {theCode}, "state": {s.address.Query().Get("state")}}
	if s.changeParams != nil {
		s.changeParams(q)
	}
	if s.changeFlow != nil {
		s.changeFlow(&flow)
	}
	claims, notes, err := p.Finish(s.t.Context(), redirect, flow, q)
	return claims, notes, s.checked(err, notes)
}

// checked fails the test where an error or a note says what must stay secret.
func (s *scene) checked(err error, notes []idp.Note) error {
	s.t.Helper()
	said := fmt.Sprint(notes)
	for e := err; e != nil; e = errors.Unwrap(e) {
		said += fmt.Sprintf(" %v %+v %#v", e, e, e)
	}
	if s.p != nil {
		said += fmt.Sprintf(" %v %+v %#v %v %+v %#v", s.p, s.p, s.p, s.began, s.began, s.began)
	}
	for _, secret := range []string{clientSecret, accessToken, refreshToken, theCode, s.began.Nonce, s.began.Verifier, s.began.State, "eyJ"} {
		if secret != "" && strings.Contains(said, secret) {
			s.t.Errorf("an error or note tells a secret (%.12s…): %s", secret, said)
		}
	}
	return err
}

func mustReason(t *testing.T, err error, want string) {
	t.Helper()
	var r *idp.Refusal
	switch {
	case err == nil:
		t.Fatalf("accepted; want a refusal with reason %s", want)
	case !errors.As(err, &r):
		t.Fatalf("%v is no refusal", err)
	case r.Reason != want:
		t.Fatalf("reason %s (%v; cause %v), want %s", r.Reason, r, r.Cause, want)
	case r.Message == "" || r.Remedy == "":
		t.Fatalf("refusal without message or remedy: %+v", r)
	}
}
