package sso

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"ambit/server/identity/idp"
)

// recorder keeps the refusals that are recorded.
type recorder struct {
	Directory
	messages []string
	broken   error
}

func (r *recorder) RefusedAt(_ context.Context, _, _, _ string, refusal *idp.Refusal) error {
	if r.broken != nil {
		return r.broken
	}
	r.messages = append(r.messages, refusal.Message)
	return refusal
}

// TestRefusalsThatAreLeftOutAreCounted ensures that a flood of nonsense is bounded by network and shows in the ledger with its size,
// also where an entry between could not be written.
func TestRefusalsThatAreLeftOutAreCounted(t *testing.T) {
	now, r := time.Unix(1_800_000_000, 0), &recorder{}
	s := &Service{Options: Options{Directory: r, Now: func() time.Time { return now }, Log: slog.New(slog.DiscardHandler)}, refusals: newRefusals()}
	refuse := func(address string) error { return s.refuse(t.Context(), "okta", address, errLost) }
	for i := range 100 {
		_ = refuse(fmt.Sprintf("2001:db8::%x", i)) // one network
	}
	if len(r.messages) != 30 {
		t.Fatalf("%d of 100 were recorded", len(r.messages))
	}
	r.broken = errors.New("the disk is full")
	if err := refuse("192.0.2.1"); !errors.Is(err, r.broken) {
		t.Errorf("not recorded, and yet %v", err)
	}
	r.broken = nil
	err := refuse("192.0.2.1")
	if last := r.messages[len(r.messages)-1]; !errors.Is(err, errLost) || !strings.Contains(last, "and 70 refusals before this one") {
		t.Errorf("recorded %q, returned %v", last, err)
	}
	_ = refuse("192.0.2.1")
	if last := r.messages[len(r.messages)-1]; last != errLost.Message {
		t.Errorf("counted twice: %q", last)
	}
}
