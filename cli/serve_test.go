//go:build !client

package cli

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// running is a server in a process of its own.
type running struct {
	*exec.Cmd
	address string // "http://localhost:41234"
	link    string
	errors  *bytes.Buffer
}

// startServer starts `ambit serve` on a free port and waits for the address that it prints.
func startServer(t *testing.T, data string, args ...string) *running {
	t.Helper()
	s := &running{errors: &bytes.Buffer{}}
	s.Cmd = exec.CommandContext(t.Context(), os.Args[0], append([]string{"serve", "--data", data, "--listen", "127.0.0.1:0"}, args...)...)
	s.Env = append(os.Environ(), asAmbit+"=1")
	s.Stderr = s.errors
	out, err := s.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Process.Kill(); _ = s.Wait() })
	lines := bufio.NewScanner(out)
	for s.link == "" && lines.Scan() {
		if _, address, ok := strings.Cut(lines.Text(), "Console: "); ok {
			s.address = address
			if len(args) > 0 {
				break // a folder that was set up has no link
			}
		}
		if _, link, ok := strings.Cut(lines.Text(), "link: "); ok {
			s.link = link
		}
	}
	if s.address == "" {
		_ = s.Wait()
		t.Fatalf("the server printed no address: %s", s.errors)
	}
	return s
}

// stop sends a signal and returns the exit status.
func (s *running) stop(t *testing.T, sig os.Signal) int {
	t.Helper()
	if err := s.Process.Signal(sig); err != nil {
		t.Fatal(err)
	}
	_ = s.Wait() // the status says it
	return s.ProcessState.ExitCode()
}

// ambit runs one verb in this process.
func ambit(t *testing.T, args ...string) (status int, out, errs string) {
	t.Helper()
	var o, e bytes.Buffer
	status = run(testEnv(t, &o, &e), args)
	return status, o.String(), e.String()
}

func testEnv(t *testing.T, out, errs io.Writer) *Env {
	t.Helper()
	return &Env{
		Ctx: t.Context(), Stdio: Stdio{In: strings.NewReader(""), Out: out, Err: errs}, Now: time.Now, Rand: rand.Reader,
		Getenv: func(string) string { return "" }, Environ: func() []string { return nil },
	}
}

func mustAmbit(t *testing.T, args ...string) string {
	t.Helper()
	status, out, errs := ambit(t, args...)
	if status != 0 {
		t.Fatalf("ambit %v: status %d: %s", args, status, errs)
	}
	return out
}

// newInstallation is a folder with a policy that allows reading below the root.
func newInstallation(t *testing.T) (data, token string) {
	t.Helper()
	data = filepath.Join(t.TempDir(), "data")
	file := filepath.Join(t.TempDir(), "policy.yaml")
	if err := os.WriteFile(file, []byte(`{"version": 1, "mode": "enforce", "tiers": [{"name": "all", "groups": ["*"]}],
		"layers": [{"name": "organisation", "files": {"read": ["$REPO"], "write": []}}]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	mustAmbit(t, "policy", "apply", file, "--data", data)
	out := strings.Fields(mustAmbit(t, "token", "create", "--name", "load", "--scope", "decide", "--data", data))
	return data, out[len(out)-1]
}

func TestServeKeepsItsFolderToItself(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	s := startServer(t, data)
	for name, want := range map[string]os.FileMode{"": 0o700, "control.sock": 0o600, "ambit.db": 0o600, "key": 0o600, "lock": 0o600} {
		info, err := os.Stat(filepath.Join(data, name))
		if err != nil {
			t.Fatal(err)
		}
		if got := info.Mode().Perm(); got != want {
			t.Errorf("%q has mode %o, want %o", name, got, want)
		}
	}
	if !strings.HasPrefix(s.address, "http://localhost:") || strings.HasSuffix(s.address, ":0") || !strings.HasPrefix(s.link, s.address+"/setup?token=") {
		t.Errorf("address %q, link %q", s.address, s.link)
	}
	resp, err := http.Get(s.address + "/readyz")
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Errorf("not ready before set-up: %d", resp.StatusCode)
	}

	second := exec.CommandContext(t.Context(), os.Args[0], "serve", "--data", data, "--listen", "127.0.0.1:0")
	second.Env = append(os.Environ(), asAmbit+"=1")
	out, err := second.CombinedOutput()
	if err == nil || strings.Count(string(out), "\n") != 1 || !strings.Contains(string(out), fmt.Sprintf("process %d", s.Process.Pid)) {
		t.Errorf("a second server: %v: %s", err, out)
	}

	// Verbs go through the server while it holds the folder, and take the folder themselves afterwards.
	mustAmbit(t, "token", "create", "--name", "x", "--scope", "decide", "--data", data)
	if code := s.stop(t, syscall.SIGTERM); code != 0 {
		t.Errorf("SIGTERM: exit status %d: %s", code, s.errors)
	}
	if !strings.Contains(s.errors.String(), "stopped") {
		t.Errorf("the log doesn't say that it stopped: %s", s.errors)
	}
	if strings.Contains(s.errors.String(), "setup?token=") {
		t.Error("the log holds the set-up link's secret")
	}
	if list := mustAmbit(t, "token", "list", "--data", data); !strings.Contains(list, "x") {
		t.Errorf("the token that was created through the server is gone: %s", list)
	}
}

// TestKillLosesNoAnsweredDecision kills the server under load, again and again, and looks for every answered decision.
func TestKillLosesNoAnsweredDecision(t *testing.T) {
	data, token := newInstallation(t)
	answered := map[string]bool{}
	for round := range 3 {
		s := startServer(t, data)
		var mu sync.Mutex
		var wg sync.WaitGroup
		enough := make(chan struct{})
		seen := 0
		for worker := range 16 {
			wg.Go(func() {
				for i := 0; ; i++ {
					id, err := decideOnce(s.address, token, fmt.Sprintf("%d-%d-%d", round, worker, i))
					if err != nil {
						return // the server is gone
					}
					mu.Lock()
					answered[id] = true
					if seen++; seen == 200 {
						close(enough)
					}
					mu.Unlock()
				}
			})
		}
		select {
		case <-enough:
		case <-time.After(30 * time.Second):
			t.Fatalf("only %d answers in 30 s: %s", seen, s.errors)
		}
		s.stop(t, syscall.SIGKILL)
		wg.Wait()
	}
	recorded := decisionsIn(t, data)
	for id := range answered {
		if !recorded[id] {
			t.Errorf("decision %s was answered and is not in the ledger", id)
		}
	}
	if len(answered) < 600 {
		t.Errorf("only %d answers", len(answered))
	}
}

func decideOnce(address, token, call string) (id string, err error) {
	body := `{"subject":{"type":"user","id":"ada@acme.test"},"action":{"name":"file.read","properties":{"path":"/r/a"}},
		"resource":{"type":"repository","id":"r","properties":{"root":"/r","cwd":"/r"}},"context":{"tool_use_id":"` + call + `"}}`
	req, err := http.NewRequestWithContext(context.Background(), http.MethodPost, address+"/access/v1/evaluation", strings.NewReader(body))
	if err != nil {
		return "", err
	}
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	var a struct {
		Decision bool
		Context  struct{ ID, Reason string }
	}
	if err := json.NewDecoder(resp.Body).Decode(&a); err != nil {
		return "", err
	}
	if resp.StatusCode != http.StatusOK || !a.Decision {
		return "", fmt.Errorf("status %d, decision %v: %s", resp.StatusCode, a.Decision, a.Context.Reason)
	}
	return a.Context.ID, nil
}

// decisionsIn exports the ledger and collects the decisions in it.
func decisionsIn(t *testing.T, data string) map[string]bool {
	t.Helper()
	inst, err := openInstallation(testEnv(t, io.Discard, io.Discard), data, "")
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := inst.Close(); err != nil {
			t.Error(err)
		}
	}()
	events, err := inst.Client().stream(t.Context(), "/api/v1/audit/export")
	if err != nil {
		t.Fatal(err)
	}
	defer events.Close()
	ids := map[string]bool{}
	for dec := json.NewDecoder(events); ; {
		var e struct{ Decision struct{ ID string } }
		if err := dec.Decode(&e); err == io.EOF {
			return ids
		} else if err != nil {
			t.Fatal(err)
		}
		ids[e.Decision.ID] = true
	}
}
