package oauth

import (
	"crypto/rand"
	"errors"
	"strings"
	"testing"
	"time"
)

func TestFlowsAreBounded(t *testing.T) {
	var f flows
	f.init(rand.Reader)
	now := time.Unix(1_800_000_000, 0)
	codes := map[string]bool{}
	for range maxFlows {
		fl, _, err := f.start(rand.Reader, "192.0.2.1", "agent", now)
		if err != nil {
			t.Fatal(err)
		}
		codes[fl.userCode] = true
	}
	if len(codes) != maxFlows {
		t.Fatal("two flows share a code")
	}
	if _, _, err := f.start(rand.Reader, "192.0.2.1", "agent", now); !errors.Is(err, errFull) {
		t.Fatalf("got %v", err)
	}
	now = now.Add(flowLife + lateAnswer + time.Second)
	if _, _, err := f.start(rand.Reader, "192.0.2.1", "agent", now); err != nil || len(f.byDevice) != 1 || len(f.byCode) != 1 || len(f.byHandle) != 1 {
		t.Fatalf("%v; %d, %d, %d held", err, len(f.byDevice), len(f.byCode), len(f.byHandle))
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
