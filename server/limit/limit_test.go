package limit

import (
	"fmt"
	"testing"
	"time"
)

func TestBurstThenInterval(t *testing.T) {
	l, now := New(64, 3, time.Minute), time.Unix(1_800_000_000, 0)
	for i := range 3 {
		if !l.Take("a", now) {
			t.Fatalf("attempt %d of the burst was refused", i)
		}
	}
	if l.Take("a", now) {
		t.Fatal("an attempt past the burst was let through")
	}
	if !l.Take("a", now.Add(time.Minute)) || l.Take("a", now.Add(time.Minute)) {
		t.Fatal("after one interval exactly one more attempt counts")
	}
	l.Forgive("a")
	if !l.Take("a", now.Add(time.Minute)) {
		t.Fatal("forgiven attempts still count")
	}
}

// A clock set back by an hour must not shut a key out for that hour.
func TestClockSetBack(t *testing.T) {
	l, now := New(64, 2, time.Minute), time.Unix(1_800_000_000, 0)
	for l.Take("a", now) {
	}
	if !l.Take("a", now.Add(-time.Hour)) {
		t.Fatal("shut out by a clock that was ahead")
	}
}

func TestFloodOfKeysKeepsMemoryAndCounts(t *testing.T) {
	l, now := New(1<<16, 2, time.Minute), time.Unix(1_800_000_000, 0)
	for l.Take("victim", now) {
	}
	for i := range 5000 {
		l.Take(fmt.Sprint(i), now)
	}
	if l.Take("victim", now) || len(l.slots) != 1<<16 {
		t.Fatal("a flood of keys pushed a count out")
	}
}

func TestNetwork(t *testing.T) {
	for address, want := range map[string]string{
		"192.0.2.7": "192.0.2.7", "::ffff:192.0.2.7": "192.0.2.7", "2001:db8::1": "2001:db8::/64", "2001:db8::2": "2001:db8::/64", "fe80::1%eth0": "fe80::/64", "nonsense": "nonsense", "": "",
	} {
		if got := Network(address); got != want {
			t.Errorf("%s: %s, want %s", address, got, want)
		}
	}
}

func TestSite(t *testing.T) {
	for address, want := range map[string]string{
		"192.0.2.7": "192.0.2.7", "2001:db8:1:2::1": "2001:db8:1::/48", "2001:db8:1:ffff::1": "2001:db8:1::/48", "2001:db8:2::1": "2001:db8:2::/48", "": "",
	} {
		if got := Site(address); got != want {
			t.Errorf("%s: %s, want %s", address, got, want)
		}
	}
}
