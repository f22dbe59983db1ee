package oidc

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"ambit/server/identity/idp"
)

func (s *scene) mustSignIn() {
	s.t.Helper()
	delete(s.claims, "nonce")
	s.claims["iat"], s.claims["exp"] = s.clock.now().Unix(), s.clock.now().Add(5*time.Minute).Unix()
	if _, _, err := s.signIn(); err != nil {
		s.t.Fatal(err)
	}
}

// TestKeyRotation ensures that a new key counts as soon as the provider signs with it, and an old one no longer than the
// provider publishes it.
func TestKeyRotation(t *testing.T) {
	s := newScene(t)
	s.mustSignIn()
	s.clock.advance(keysGap)
	s.keys = []object{rsaJWK("k2", &otherRSA().PublicKey), rsaJWK("k1", &rsaKey().PublicKey)}
	s.header["kid"], s.signer = "k2", otherRSA()
	s.mustSignIn()
	s.header["kid"], s.signer = "k1", rsaKey()
	s.mustSignIn()
	if n := s.count("/jwks"); n != 2 {
		t.Errorf("keys fetched %d times, want 2", n)
	}

	s.keys = s.keys[:1]
	s.clock.advance(keysFresh)
	delete(s.claims, "nonce")
	s.claims["iat"], s.claims["exp"] = s.clock.now().Unix(), s.clock.now().Add(5*time.Minute).Unix()
	_, _, err := s.signIn()
	mustReason(t, err, ReasonUnknownKey)
}

// TestKeyReplacedUnderSameID ensures that a provider that reuses a key's ID isn't locked out.
func TestKeyReplacedUnderSameID(t *testing.T) {
	s := newScene(t)
	s.mustSignIn()
	s.clock.advance(keysGap)
	s.keys, s.signer = []object{rsaJWK("k1", &otherRSA().PublicKey)}, otherRSA()
	s.mustSignIn()
}

// TestUnknownKeysDontHammer ensures that tokens with made-up key IDs, in parallel too, cost the provider one request per gap.
func TestUnknownKeysDontHammer(t *testing.T) {
	s := newScene(t)
	p := s.relyingParty()
	s.mustSignIn()
	before := s.count("/jwks")
	flood := func() {
		var all sync.WaitGroup
		for i := range 100 {
			raw := jws(object{"alg": "RS256", "kid": fmt.Sprint("garbage", i)}, []byte(`{}`), otherRSA())
			all.Go(func() {
				_, err := p.LogoutToken(context.Background(), raw)
				var r *idp.Refusal
				if !errors.As(err, &r) || r.Reason != ReasonUnknownKey {
					t.Errorf("%v", err)
				}
			})
		}
		all.Wait()
	}
	flood()
	if n := s.count("/jwks") - before; n != 0 {
		t.Errorf("%d fetches right after one", n)
	}
	s.clock.advance(keysGap)
	flood()
	if n := s.count("/jwks") - before; n != 1 {
		t.Errorf("%d fetches in one gap, want 1", n)
	}
}

// TestKeysWhileProviderIsDown ensures that known keys serve through an outage, but not for ever.
func TestKeysWhileProviderIsDown(t *testing.T) {
	s := newScene(t)
	p := s.relyingParty()
	s.mustSignIn()
	s.answer["/jwks"] = status(503, "text/plain", "")
	token := func() string {
		now := s.clock.now()
		return s.logoutToken(func(c object) { c["iat"], c["exp"] = now.Unix(), now.Add(time.Minute).Unix() })
	}
	s.clock.advance(time.Hour)
	if _, err := p.LogoutToken(t.Context(), token()); err != nil {
		t.Fatal(err)
	}
	s.clock.advance(keysKept)
	_, err := p.LogoutToken(t.Context(), token())
	mustReason(t, err, idp.ReasonUnreachable)
}

// TestDiscoveryBacksOff ensures that a provider that is down is asked ever less often, and counts again once it is back.
func TestDiscoveryBacksOff(t *testing.T) {
	s := newScene(t)
	s.discover(status(500, "text/plain", ""))
	p := s.relyingParty()
	if n := s.count("/.well-known/openid-configuration"); n != 0 {
		t.Errorf("%d fetches before anything was needed", n)
	}
	asked := func() int {
		for range 20 {
			_, _, err := p.Begin(t.Context(), redirect, Flow{})
			mustReason(t, err, idp.ReasonUnreachable)
		}
		return s.count("/.well-known/openid-configuration")
	}
	for i, wait := range []time.Duration{0, time.Second, 2 * time.Second, 4 * time.Second} {
		s.clock.advance(wait)
		if n := asked(); n != i+1 {
			t.Fatalf("asked %d times after %s, want %d", n, wait, i+1)
		}
	}
	delete(s.answer, "/.well-known/openid-configuration")
	s.clock.advance(lastBackoff)
	s.mustSignIn()

	// Once known, the metadata serves through an outage.
	s.discover(status(500, "text/plain", ""))
	s.clock.advance(2 * metadataFresh)
	s.mustSignIn()
}

// TestOneFetchForMany ensures that parallel first sign-ins share a fetch, and that one who gives up doesn't spoil it.
func TestOneFetchForMany(t *testing.T) {
	s := newScene(t)
	p := New(s.cfg, clientSecret, client(), s.clock.now, rand.Reader)
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	_, _, err := p.Begin(gone, redirect, Flow{})
	if err != nil {
		mustReason(t, err, idp.ReasonUnreachable)
	}
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			if _, _, err := p.Begin(context.Background(), redirect, Flow{}); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if n := s.count("/.well-known/openid-configuration"); n != 1 {
		t.Errorf("%d fetches, want 1", n)
	}
}
