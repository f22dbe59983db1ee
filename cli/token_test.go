//go:build !client

package cli

import (
	"bytes"
	"crypto/rand"
	"strings"
	"testing"
	"time"
)

func ambitAt(t *testing.T, now time.Time, args ...string) (stdout string, status int) {
	t.Helper()
	var out, errs bytes.Buffer
	env := &Env{
		Ctx: t.Context(), Stdio: Stdio{In: strings.NewReader(""), Out: &out, Err: &errs}, Now: func() time.Time { return now }, Rand: rand.Reader,
		Getenv: func(string) string { return "" }, Environ: func() []string { return nil },
	}
	status = run(env, args)
	if status != 0 {
		t.Logf("ambit %v: %s", args, errs.String())
	}
	return out.String(), status
}

// A token counts until it is revoked or its time has come, and then no longer.
func TestTokenLife(t *testing.T) {
	dir, now := t.TempDir()+"/data", time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	secret, status := ambitAt(t, now, "token", "create", "--data", dir, "--name", "a", "--scope", "policy:read", "--expires", "2d")
	if status != 0 {
		t.Fatal("no token was created")
	}
	find := func(at time.Time) string {
		list, status := ambitAt(t, at, "token", "list", "--data", dir)
		if status != 0 {
			t.Fatal("no list")
		}
		_, line, _ := strings.Cut(strings.TrimSpace(list), "\n")
		return line
	}
	line := find(now)
	if !strings.Contains(line, "until 2026-11-24") || strings.Contains(line, strings.TrimSpace(secret)) {
		t.Fatalf("listed as %q", line)
	}
	if line := find(now.Add(49 * time.Hour)); !strings.Contains(line, "expired") {
		t.Fatalf("after its time: %q", line)
	}
	if _, status := ambitAt(t, now, "token", "revoke", "--data", dir, strings.Fields(line)[0]); status != 0 {
		t.Fatal("the token was not revoked")
	}
	if line := find(now); !strings.Contains(line, "revoked") {
		t.Fatalf("after it was revoked: %q", line)
	}
	if _, status := ambitAt(t, now, "token", "revoke", "--data", dir, strings.Fields(line)[0]); status == 0 {
		t.Fatal("a token was revoked twice")
	}
}

func TestParseSpan(t *testing.T) {
	for text, want := range map[string]time.Duration{"90d": 90 * 24 * time.Hour, "2w": 14 * 24 * time.Hour, "1y": 365 * 24 * time.Hour, "36h": 36 * time.Hour, "90m": 90 * time.Minute} {
		if got, err := parseSpan(text); err != nil || got != want {
			t.Errorf("%s: %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "d", "0d", "-1d", "1.5d", "99999d", "101y", "-3h", "5", "soon", " 1d"} {
		if got, err := parseSpan(text); err == nil {
			t.Errorf("%q was read as %v", text, got)
		}
	}
}
