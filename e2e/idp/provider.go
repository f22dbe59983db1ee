package idp

import (
	"bufio"
	"bytes"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// Provider is a running OpenID provider. Its clients are console (secret console-secret) and spa (public); its people alice
// (admins, eng), bob (eng) and carol (no group), with any password.
type Provider struct {
	Issuer string

	process *exec.Cmd
	gone    chan struct{}
	once    sync.Once
	log     locked
}

// Options says what the provider is told about its clients.
type Options struct {
	Redirects   []string // redirect URIs; at least one
	Backchannel string   // back-channel logout URI; "" for none
}

// Start starts a provider on a free loopback port and ends it with the test. Without Node the test is skipped, but fails under CI.
func Start(t testing.TB, o Options) *Provider {
	t.Helper()
	node, err := exec.LookPath("node")
	if err != nil {
		missing(t, "node is missing: install Node 20.19 or newer")
	}
	dir := install(t)
	args := []string{"op.mjs", "0", strings.Join(o.Redirects, ",")}
	if o.Backchannel != "" {
		args = append(args, o.Backchannel)
	}
	p := &Provider{process: exec.Command(node, args...), gone: make(chan struct{})}
	p.process.Dir = dir
	p.process.Env = append(os.Environ(), "OP_WATCH_STDIN=1")
	p.process.Stderr = &p.log
	if _, err := p.process.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := p.process.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.process.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Stop)
	ready := make(chan string, 1)
	go func() {
		for lines := bufio.NewScanner(out); lines.Scan(); {
			fmt.Fprintln(&p.log, lines.Text())
			if issuer, ok := strings.CutPrefix(lines.Text(), "listening "); ok {
				ready <- issuer
			}
		}
		_ = p.process.Wait()
		close(p.gone)
	}()
	select {
	case p.Issuer = <-ready:
	case <-p.gone:
		t.Fatalf("the provider ended at once:\n%s", p.Log())
	case <-time.After(time.Minute):
		t.Fatalf("the provider did not start within a minute:\n%s", p.Log())
	}
	return p
}

// Stop ends the provider; a second call does nothing.
func (p *Provider) Stop() {
	p.once.Do(func() { _ = p.process.Process.Kill() })
	<-p.gone
}

// Log is what the provider printed so far.
func (p *Provider) Log() string { return p.log.String() }

// Rotate makes the provider sign with a new key. With drop it withdraws the old one at once.
func (p *Provider) Rotate(t testing.TB, drop bool) {
	t.Helper()
	query := url.Values{}
	if drop {
		query.Set("drop", "1")
	}
	p.tell(t, "/test/rotate", query)
}

// SetActive lets a person go, or come back.
func (p *Provider) SetActive(t testing.TB, person string, active bool) {
	t.Helper()
	p.tell(t, "/test/person", url.Values{"name": {person}, "active": {map[bool]string{true: "1", false: "0"}[active]}})
}

// SetGroups changes a person's groups.
func (p *Provider) SetGroups(t testing.TB, person string, groups ...string) {
	t.Helper()
	p.tell(t, "/test/person", url.Values{"name": {person}, "groups": {strings.Join(groups, ",")}})
}

func (p *Provider) tell(t testing.TB, path string, query url.Values) {
	t.Helper()
	resp, err := http.Post(p.Issuer+path+"?"+query.Encode(), "", nil)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusNoContent {
		t.Fatalf("%s: %s", path, resp.Status)
	}
}

// missing skips a test where a tool is missing; under CI that is a failure.
func missing(t testing.TB, why string) {
	t.Helper()
	if os.Getenv("CI") != "" {
		t.Fatal(why)
	}
	t.Skip(why)
}

// install has npm install the provider once, also when several test programs want it at the same time.
func install(t testing.TB) string {
	t.Helper()
	_, here, _, _ := runtime.Caller(0)
	if !filepath.IsAbs(here) { // built with -trimpath: tests run in their own package's folder
		wd, err := os.Getwd()
		if err != nil {
			t.Fatal(err)
		}
		here = filepath.Join(root(t, wd), "e2e", "idp", "provider.go")
	}
	dir := filepath.Join(filepath.Dir(here), "oidc-provider")
	lock, err := os.OpenFile(filepath.Join(dir, "package-lock.json"), os.O_RDONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer lock.Close()
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX); err != nil {
		t.Fatal(err)
	}
	script := filepath.Join(root(t, dir), ".ci", "npm-ci")
	if out, err := exec.Command(script, dir).CombinedOutput(); err != nil {
		missing(t, fmt.Sprintf("npm can't install the OpenID provider of the tests: %v\n%s", err, out))
	}
	return dir
}

// root is the folder of go.mod above dir.
func root(t testing.TB, dir string) string {
	t.Helper()
	for at := dir; ; at = filepath.Dir(at) {
		if _, err := os.Stat(filepath.Join(at, "go.mod")); err == nil {
			return at
		}
		if at == filepath.Dir(at) {
			t.Fatalf("no go.mod above %s", dir)
		}
	}
}

// locked is a buffer that two streams write to.
type locked struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *locked) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(b)
}

func (l *locked) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}
