//go:build e2e

package agent

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// installation is a data folder of Ambit with a policy and tokens, and the server while it runs.
type installation struct {
	data, address       string
	hookToken, auditKey string
	cmd                 *exec.Cmd
}

func (s *installation) url() string { return "http://" + s.address }

// ambit runs the real program and returns its standard output.
func ambit(t *testing.T, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Getenv("AMBIT"), args...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("ambit %s: %v\n%s", strings.Join(args, " "), err, stderr.String())
	}
	return string(out)
}

func lastLine(s string) string {
	lines := strings.Split(strings.TrimSpace(s), "\n")
	return lines[len(lines)-1]
}

// newInstallation sets up a data folder by the commands that an administrator would use.
func newInstallation(t *testing.T, dir, policy string) *installation {
	t.Helper()
	s := &installation{data: filepath.Join(dir, "ambit-data"), address: "127.0.0.1:8420"}
	file := filepath.Join(dir, "policy.yaml")
	mustWrite(t, file, policy)
	ambit(t, "policy", "apply", "--data", s.data, file)
	s.hookToken = lastLine(ambit(t, "token", "create", "--data", s.data, "--name", "ada-laptop", "--scope", "decide", "--user", "ada@acme.test", "--group", "engineers"))
	s.auditKey = lastLine(ambit(t, "token", "create", "--data", s.data, "--name", "audit", "--scope", "audit:read"))
	return s
}

// start runs the server until stop, or until the test ends.
func (s *installation) start(t *testing.T) {
	t.Helper()
	s.cmd = exec.Command(os.Getenv("AMBIT"), "serve", "--data", s.data, "--listen", s.address)
	log, err := os.OpenFile(filepath.Join(os.Getenv("OUT"), "server.log"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		t.Fatal(err)
	}
	s.cmd.Stdout, s.cmd.Stderr = log, log
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	_ = log.Close()
	for deadline := time.Now().Add(15 * time.Second); ; {
		res, err := http.Get(s.url() + "/readyz")
		if err == nil {
			_ = res.Body.Close()
			if res.StatusCode == http.StatusOK {
				return
			}
		}
		if time.Now().After(deadline) {
			t.Fatalf("the server is not ready: %v", err)
		}
		time.Sleep(20 * time.Millisecond) // another process: there is nothing to wait on but its answer
	}
}

// stop ends the server and waits until it has gone.
func (s *installation) stop(t *testing.T) {
	t.Helper()
	if s.cmd == nil {
		return
	}
	_ = s.cmd.Process.Signal(syscall.SIGTERM)
	done := make(chan struct{})
	go func() { _ = s.cmd.Wait(); close(done) }()
	select {
	case <-done:
	case <-time.After(10 * time.Second):
		_ = s.cmd.Process.Kill()
		t.Error("the server did not stop within 10 s")
		<-done
	}
	s.cmd = nil
}

// entry is what the tests look at in an event of the ledger.
type entry struct {
	Type       string `json:"type"`
	Phase      string `json:"phase"`
	Session    string `json:"session"`
	Repository string `json:"repository"`
	Actor      struct {
		User string `json:"user"`
	} `json:"actor"`
	Decision struct {
		ID     string `json:"id"`
		Effect string `json:"effect"`
		Reason string `json:"reason"`
	} `json:"decision"`
	Correlation struct {
		ToolUseID string `json:"tool_use_id"`
		PromptID  string `json:"prompt_id"`
	} `json:"correlation"`
}

// ledger reads the events of one session from the running server.
func (s *installation) ledger(t *testing.T, session string) []entry {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.url()+"/api/v1/audit/export?session="+session, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+s.auditKey)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		b, _ := io.ReadAll(res.Body)
		t.Fatalf("export: %s: %s", res.Status, b)
	}
	var all []entry
	lines := bufio.NewScanner(res.Body)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var e entry
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			t.Fatalf("export: %v: %s", err, lines.Bytes())
		}
		if e.Session == session {
			all = append(all, e)
		}
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

func mustWrite(t *testing.T, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func exists(name string) bool {
	_, err := os.Stat(name)
	return err == nil
}
