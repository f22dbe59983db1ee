package oauth

import (
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
)

// TestFlowsAreBounded ensures that starting many sign-ins takes no memory without end, and keeps nobody from theirs: not from another
// site, and least of all somebody who has entered the code.
func TestFlowsAreBounded(t *testing.T) {
	var f flows
	f.init(rand.Reader)
	now := time.Unix(1_800_000_000, 0)
	start := func(address string) (fl *flow, deviceCode string) {
		t.Helper()
		now = now.Add(time.Millisecond)
		fl, deviceCode, err := f.start(rand.Reader, address, "agent", now)
		if err != nil {
			t.Fatal(err)
		}
		return fl, deviceCode
	}
	office, officeCode := start("192.0.2.1")
	if _, ok := f.ofCode(office.userCode, now); !ok {
		t.Fatal("the code is not found")
	}
	other, otherCode := start("192.0.2.2")
	for i := range 2 * maxAtOne {
		start(fmt.Sprintf("2001:db8:1:%x::1", i)) // one /48
	}
	if f.sites["2001:db8:1::/48"] != maxAtOne || len(f.byDevice) != maxAtOne+2 {
		t.Errorf("%v held, %d in all", f.sites, len(f.byDevice))
	}
	for _, code := range []string{officeCode, otherCode} {
		if _, err := f.poll(code, now); !errors.Is(err, errPending) {
			t.Errorf("pushed out by one site: %v", err)
		}
	}
	codes := map[string]bool{}
	for i := range maxFlows {
		fl, _ := start(fmt.Sprintf("10.%d.%d.1", i/250, i%250))
		codes[fl.userCode] = true
	}
	if len(codes) != maxFlows || len(f.byDevice) != maxFlows || len(f.byCode) != maxFlows || len(f.byHandle) != maxFlows {
		t.Errorf("%d codes; %d, %d, %d held", len(codes), len(f.byDevice), len(f.byCode), len(f.byHandle))
	}
	if _, ok := f.ofHandle(office.handle, now); !ok {
		t.Error("a sign-in whose code was entered was pushed out by others that nobody turned to")
	}
	if _, ok := f.ofHandle(other.handle, now); ok {
		t.Error("the oldest was kept")
	}
	now = now.Add(flowLife + lateAnswer + time.Second)
	if start("192.0.2.1"); len(f.byDevice) != 1 || len(f.byCode) != 1 || len(f.byHandle) != 1 || len(f.sites) != 1 {
		t.Errorf("%d, %d, %d of %d sites held", len(f.byDevice), len(f.byCode), len(f.byHandle), len(f.sites))
	}
}

func TestReadCode(t *testing.T) {
	for typed, want := range map[string]string{
		"BCDF-GHJK": "BCDF-GHJK", "bcdfghjk": "BCDF-GHJK", "bcdf ghjk": "BCDF-GHJK", "BCDF–GHJK": "BCDF-GHJK",
		"": "", "BCDF-GHJ": "", "BCDF-GHJKL": "", "ABCD-EFGH": "", "BCDF-GHJ\x00": "", "ßCDF-GHJK": "", strings.Repeat("-", 100): "",
	} {
		if got, ok := readCode(typed); got != want || ok != (want != "") {
			t.Errorf("%q: %q, %v", typed, got, ok)
		}
	}
}

func FuzzReadCode(f *testing.F) {
	f.Add("BCDF-GHJK")
	f.Add("bcdf–ghjk\u00a0")
	f.Fuzz(func(t *testing.T, typed string) {
		code, ok := readCode(typed)
		if again, same := readCode(code); ok != same || code != again {
			t.Fatalf("%q is read as %q and that as %q", typed, code, again)
		}
	})
}

func TestAgentName(t *testing.T) {
	for in, want := range map[[2]string]string{
		{"claude-code/2.1.330", ""}:                "Claude Code 2.1.330",
		{"claude-cli/2.1.330 (external, cli)", ""}: "Claude Code 2.1.330",
		{"ambit/1.0", "ada-laptop"}:                "ambit command line on ada-laptop",
		{"", ""}:                                   "An unnamed program",
		{"curl/8", "x\u202e\ny\x00\xff"}:           "curl 8 on xy",
		{strings.Repeat("a", 500) + "/1", ""}:      strings.Repeat("a", 60) + "…",
	} {
		if got := agentName(in[0], in[1]); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}
