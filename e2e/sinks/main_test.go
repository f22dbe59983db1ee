//go:build e2e

package sinks

import (
	"bufio"
	"context"
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// long says whether the long forms run.
var long = os.Getenv("AMBIT_SINKS_LONG") != ""

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// program is a path from the environment, where .ci/sinks puts it.
func program(t *testing.T, variable string) string {
	t.Helper()
	path := os.Getenv(variable)
	if path == "" {
		t.Fatalf("%s names no program: run this by .ci/sinks", variable)
	}
	return path
}

// folder is one for this test's output: kept beside the repository's other output when the test fails.
func folder(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs(filepath.Join("..", "out", "sinks", strings.ReplaceAll(t.Name(), "/", "-")))
	must(t, err)
	must(t, os.RemoveAll(dir))
	must(t, os.MkdirAll(dir, 0o755))
	t.Cleanup(func() {
		if !t.Failed() {
			_ = os.RemoveAll(dir)
		}
	})
	return dir
}

// freePort is one that nobody listens on at the moment.
func freePort(t *testing.T) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer ln.Close()
	return strconv.Itoa(ln.Addr().(*net.TCPAddr).Port)
}

// process is a running program whose output goes to a file.
type process struct {
	*exec.Cmd
	ended chan struct{}
}

func run(t *testing.T, log, name string, args ...string) *process {
	t.Helper()
	out, err := os.OpenFile(log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	must(t, err)
	defer out.Close()
	p := &process{exec.Command(name, args...), make(chan struct{})}
	p.Stdout, p.Stderr = out, out
	must(t, p.Start())
	go func() {
		_ = p.Wait()
		close(p.ended)
	}()
	t.Cleanup(func() { p.stop(syscall.SIGTERM) })
	return p
}

// stop sends a signal and waits for the end, a while.
func (p *process) stop(sig syscall.Signal) {
	_ = p.Process.Signal(sig)
	select {
	case <-p.ended:
	case <-time.After(15 * time.Second):
		_ = p.Process.Kill()
		<-p.ended
	}
}

// reachable waits until somebody listens.
func reachable(t *testing.T, address string) {
	t.Helper()
	eventually(t, 30*time.Second, "somebody listens on "+address, func() bool {
		conn, err := net.DialTimeout("tcp", address, time.Second)
		if err == nil {
			_ = conn.Close()
		}
		return err == nil
	})
}

// eventually polls: what is waited for happens in other processes.
func eventually(t *testing.T, limit time.Duration, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(limit); !ok(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("waited %s in vain: %s", limit, what)
		}
	}
}

// residentKiB is how much memory a process holds.
func residentKiB(t *testing.T, p *process) int {
	t.Helper()
	f, err := os.Open("/proc/" + strconv.Itoa(p.Process.Pid) + "/status")
	must(t, err)
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if rest, ok := strings.CutPrefix(lines.Text(), "VmRSS:"); ok {
			n, err := strconv.Atoi(strings.Fields(rest)[0])
			must(t, err)
			return n
		}
	}
	must(t, errors.New("no VmRSS"))
	return 0
}

// dialer connects to a unix socket whatever address is asked for.
func dialer(path string) func(context.Context, string, string) (net.Conn, error) {
	return func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", path)
	}
}
