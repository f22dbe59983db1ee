//go:build e2e

package sinks

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

const policy = `
version: 1
tiers: [{name: engineer, groups: ["*"]}]
layers:
  - name: organisation
    shell: {allow: ["echo **"]}
    files: {read: ["$REPO"], write: ["$REPO"]}
`

// installation is the real server on a data folder.
type installation struct {
	t              *testing.T
	dir, data      string
	address, token string
	server         *process
	control        *http.Client
	client         *http.Client
	asked          atomic.Int64
}

func install(t *testing.T) *installation {
	t.Helper()
	dir := folder(t)
	s := &installation{t: t, dir: dir, data: filepath.Join(dir, "data"), address: "127.0.0.1:" + freePort(t)}
	file := filepath.Join(dir, "policy.yaml")
	must(t, os.WriteFile(file, []byte(policy), 0o600))
	s.ambit("policy", "apply", "--data", s.data, file)
	words := strings.Fields(s.ambit("token", "create", "--data", s.data, "--name", "load", "--scope", "decide"))
	s.token = words[len(words)-1]
	s.control = &http.Client{Timeout: 40 * time.Second, Transport: &http.Transport{DialContext: dialer(filepath.Join(s.data, "control.sock"))}}
	s.client = &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 64}}
	s.start()
	return s
}

func (s *installation) ambit(args ...string) string {
	s.t.Helper()
	out, err := exec.CommandContext(s.t.Context(), program(s.t, "AMBIT"), args...).Output()
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			s.t.Fatalf("ambit %s: %v %s", args[0], err, exit.Stderr)
		}
		s.t.Fatal(err)
	}
	return string(out)
}

func (s *installation) start() {
	s.t.Helper()
	s.server = run(s.t, filepath.Join(s.dir, "server.log"), program(s.t, "AMBIT"), "serve", "--data", s.data, "--listen", s.address)
	eventually(s.t, 30*time.Second, "the server is ready", func() bool {
		resp, err := http.Get("http://" + s.address + "/readyz")
		if err != nil {
			return false
		}
		_ = resp.Body.Close()
		return resp.StatusCode == http.StatusOK
	})
}

// kill ends the server as a power cut would, and starts it again.
func (s *installation) kill() {
	s.t.Helper()
	s.server.stop(syscall.SIGKILL)
	s.control.CloseIdleConnections()
	s.client.CloseIdleConnections()
	s.start()
}

// api calls the console's API as the person at the machine.
func (s *installation) api(method, path string, body, into any) {
	s.t.Helper()
	var text bytes.Buffer
	if body != nil {
		must(s.t, json.NewEncoder(&text).Encode(body))
	}
	req, err := http.NewRequestWithContext(s.t.Context(), method, "http://localhost/api/v1"+path, &text)
	must(s.t, err)
	req.Header.Set("Content-Type", "application/json")
	resp, err := s.control.Do(req)
	must(s.t, err)
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	must(s.t, err)
	if resp.StatusCode >= 300 {
		s.t.Fatalf("%s %s: %d %s", method, path, resp.StatusCode, raw)
	}
	if into != nil {
		must(s.t, json.Unmarshal(raw, into))
	}
}

// decide asks for n decisions over some connections and says how many were answered. Those that a kill cut off don't matter:
// what counts is the ledger.
func (s *installation) decide(n, connections int) int64 {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), 20*time.Minute)
	defer cancel()
	return s.decideUntil(ctx, int64(n), connections)
}

func (s *installation) decideUntil(ctx context.Context, n int64, connections int) int64 {
	var left, answered atomic.Int64
	left.Store(n)
	var wg sync.WaitGroup
	for range connections {
		wg.Go(func() {
			for left.Add(-1) >= 0 && ctx.Err() == nil {
				if s.ask(ctx, fmt.Sprintf("echo %d", s.asked.Add(1))) == nil {
					answered.Add(1)
				}
			}
		})
	}
	wg.Wait()
	return answered.Load()
}

func (s *installation) ask(ctx context.Context, command string) error {
	body := fmt.Sprintf(`{"subject":{"type":"user","id":"ada@acme.test"},"action":{"name":"shell.exec","properties":{"command":%q,"shell":"bash"}},
		"resource":{"type":"repository","id":"github.com/acme/app","properties":{"root":"/home/ada/app","cwd":"/home/ada/app"}},
		"context":{"agent":"claude-code/2.1.330","session_id":"s1"}}`, command)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+s.address+"/access/v1/evaluation", strings.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+s.token)
	resp, err := s.client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("status %d", resp.StatusCode)
	}
	return nil
}

// ledger is what the ledger holds: id by seq, from 1.
func (s *installation) ledger() []string {
	s.t.Helper()
	cmd := exec.CommandContext(s.t.Context(), program(s.t, "AMBIT"), "audit", "export", "--data", s.data)
	out, err := cmd.StdoutPipe()
	must(s.t, err)
	must(s.t, cmd.Start())
	ids := []string{""}
	lines := bufio.NewReaderSize(out, 1<<20)
	for {
		line, err := lines.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			break
		}
		must(s.t, err)
		var e arrival
		must(s.t, json.Unmarshal(line, &e))
		if e.Seq != int64(len(ids)) {
			s.t.Fatalf("the ledger has seq %d where %d was due", e.Seq, len(ids))
		}
		ids = append(ids, e.ID)
	}
	must(s.t, cmd.Wait())
	return ids
}

type sinkState struct {
	ID   string
	Spec struct{ Name string }

	Status struct {
		State     string
		Cursor    int64
		LagEvents int64  `json:"lag_events"`
		SetAside  int64  `json:"set_aside"`
		LastError string `json:"last_error"`
		Delivered int64
	}
}

type object = map[string]any

// addSink makes a sink that takes the ledger from its beginning.
func (s *installation) addSink(name, kind string, part, more, secrets object) string {
	s.t.Helper()
	spec := object{"name": name, "kind": kind, kind: part, "beginning": true, "batch": object{"age_ms": 100}}
	for k, v := range more {
		spec[k] = v
	}
	var made struct{ Sink sinkState }
	s.api("POST", "/sinks", object{"spec": spec, "secrets": secrets}, &made)
	return made.Sink.ID
}

func (s *installation) sinks() []sinkState {
	s.t.Helper()
	var all struct{ Sinks []sinkState }
	s.api("GET", "/sinks", nil, &all)
	return all.Sinks
}

// drained waits until no sink has anything left.
func (s *installation) drained(limit time.Duration) {
	s.t.Helper()
	var all []sinkState
	defer func() {
		if s.t.Failed() {
			s.t.Logf("%+v", all)
		}
	}()
	eventually(s.t, limit, "the sinks are drained", func() bool {
		all = s.sinks()
		for _, one := range all {
			if one.Status.LagEvents > 0 {
				return false
			}
		}
		return true
	})
}
