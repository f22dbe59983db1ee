package identity

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"ambit/server/caller"
)

// TestFamiliarNetworksAreThoseUsedLast ensures that a network from which the owner signs in stays familiar, however many there were
// before.
func TestFamiliarNetworksAreThoseUsedLast(t *testing.T) {
	l, now := newLimits(), time.Unix(1_800_000_000, 0)
	for i := range maxFamiliar {
		l.succeeded(testEmail, fmt.Sprintf("10.0.%d.%d", i/256, i%256))
	}
	l.succeeded(testEmail, "10.0.0.0") // again
	l.succeeded(testEmail, testAddress)
	for address, want := range map[string]bool{"10.0.0.0": true, "10.0.0.1": false, "10.0.0.2": true, testAddress: true} {
		if _, got := l.known[[2]string{testEmail, address}]; got != want {
			t.Errorf("%s is familiar: %v", address, got)
		}
	}
	if len(l.known) != maxFamiliar {
		t.Errorf("%d are kept", len(l.known))
	}
	for i := range 50 {
		_ = l.take(testEmail, fmt.Sprintf("198.51.100.%d", i), now)
	}
	if err := l.take(testEmail, testAddress, now); err != nil {
		t.Error("strangers' guesses lock the owner out")
	}
}

// TestSignOnForgivesNoGuesses ensures that somebody who signs in through a connection neither forgives what is guessed at their
// address nor takes the place of a network that the owner uses.
func TestSignOnForgivesNoGuesses(t *testing.T) {
	h := newHouse(t)
	h.connect("okta", caller.StageLive, nil)
	guess := func() error {
		_, err := h.SignIn(t.Context(), "nobody@acme.test", "wrong", testAddress)
		return err
	}
	for !errors.Is(guess(), errLimited) {
	}
	_, err := h.OpenSession(t.Context(), h.arrive("okta", said("00u1", "ada@acme.test", "engineers")), "", testAddress)
	must(t, err)
	if err := guess(); !errors.Is(err, errLimited) {
		t.Errorf("guessing goes on: %v", err)
	}
	if len(h.limits.known) != 0 {
		t.Errorf("familiar: %v", h.limits.known)
	}
}
