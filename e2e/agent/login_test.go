//go:build e2e

package agent

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// gate stands where the agents' traffic arrives: it answers the Messages API itself, notes with which bearer it was asked, and
// hands everything else to Ambit.
type gate struct {
	*httptest.Server
	model *model

	mu      sync.Mutex
	bearers []string
	paths   []string
}

func startGate(t *testing.T, ambit string) *gate {
	t.Helper()
	to, err := url.Parse(ambit)
	if err != nil {
		t.Fatal(err)
	}
	g := &gate{model: startModel(t, nil)}
	proxy := httputil.NewSingleHostReverseProxy(to)
	direct := proxy.Director
	proxy.Director = func(r *http.Request) { host := r.Host; direct(r); r.Host = host }
	g.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		g.mu.Lock()
		g.paths = append(g.paths, r.Method+" "+r.URL.Path)
		g.mu.Unlock()
		switch {
		case strings.HasPrefix(r.URL.Path, "/v1/messages"):
			g.mu.Lock()
			g.bearers = append(g.bearers, strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "))
			g.mu.Unlock()
			g.model.serve(w, r)
		case strings.HasPrefix(r.URL.Path, "/v1/"), r.URL.Path == "/api/hello":
			_, _ = io.WriteString(w, "{}")
		case r.URL.Path == "/managed/settings":
			http.NotFound(w, r)
		default:
			proxy.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(g.Close)
	return g
}

func (g *gate) seen() (bearers, paths []string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return append([]string{}, g.bearers...), append([]string{}, g.paths...)
}

// browser is a person's browser, as far as the pages need one: cookies, forms, no script.
type browser struct {
	t    *testing.T
	base string
	http *http.Client
	csrf string
}

func newBrowser(t *testing.T, base string) *browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &browser{t: t, base: base, http: &http.Client{Jar: jar}}
}

// signInDemo signs in as one of the sample organisation's people and returns the address.
func (b *browser) signInDemo() string {
	b.t.Helper()
	var who struct {
		People []struct{ Email string } `json:"demo_people"`
	}
	if err := json.Unmarshal([]byte(b.get("/api/v1/session")), &who); err != nil || len(who.People) == 0 {
		b.t.Fatalf("no demo people: %v", err)
	}
	body, _ := json.Marshal(map[string]string{"email": who.People[0].Email})
	res, err := b.http.Post(b.base+"/api/v1/demo/sign-in", "application/json", strings.NewReader(string(body)))
	if err != nil {
		b.t.Fatal(err)
	}
	defer res.Body.Close()
	var in struct{ CSRF string }
	if err := json.NewDecoder(res.Body).Decode(&in); err != nil || res.StatusCode != http.StatusOK {
		b.t.Fatalf("demo sign-in: %s, %v", res.Status, err)
	}
	b.csrf = in.CSRF
	return who.People[0].Email
}

func (b *browser) get(path string) string {
	b.t.Helper()
	res, err := b.http.Get(b.base + path)
	return b.page(res, err)
}

func (b *browser) post(path string, form url.Values) string {
	b.t.Helper()
	form.Set("csrf", b.csrf)
	req, err := http.NewRequestWithContext(b.t.Context(), http.MethodPost, b.base+path, strings.NewReader(form.Encode()))
	if err != nil {
		b.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Origin", b.base)
	res, err := b.http.Do(req)
	return b.page(res, err)
}

func (b *browser) page(res *http.Response, err error) string {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		b.t.Fatalf("%s: %s, %v\n%s", res.Request.URL, res.Status, err, text)
	}
	return string(text)
}

var flowField = regexp.MustCompile(`name="flow" value="([^"]+)"`)

// approve enters a code and approves what the page shows.
func (b *browser) approve(code string) (shown string) {
	b.t.Helper()
	if page := b.get("/device?user_code=" + code); !strings.Contains(page, `value="`+code+`"`) || strings.Contains(page, `name="flow"`) {
		b.t.Fatalf("the page for a pre-filled code is\n%s", page)
	}
	shown = b.post("/device", url.Values{"user_code": {code}})
	flow := flowField.FindStringSubmatch(shown)
	if flow == nil {
		b.t.Fatalf("there is nothing to approve on\n%s", shown)
	}
	if done := b.post("/device", url.Values{"flow": {flow[1]}, "action": {"approve"}}); !strings.Contains(done, "Signed in") {
		b.t.Fatalf("after approval the page is\n%s", done)
	}
	return shown
}

// startDemo runs the sample organisation.
func startDemo(t *testing.T) string {
	t.Helper()
	const address = "127.0.0.1:8421"
	cmd := exec.Command(os.Getenv("AMBIT"), "serve", "--demo", "--data", filepath.Join(t.TempDir(), "demo"), "--listen", address)
	log, err := os.Create(filepath.Join(os.Getenv("OUT"), "demo-server.log"))
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_ = cmd.Wait()
	})
	for deadline := time.Now().Add(time.Minute); ; {
		res, err := http.Get("http://" + address + "/readyz")
		if err == nil {
			_ = res.Body.Close()
			if res.StatusCode == http.StatusOK {
				return "http://" + address
			}
		}
		if time.Now().After(deadline) {
			t.Fatalf("the sample organisation is not ready: %v", err)
		}
		time.Sleep(50 * time.Millisecond) // another process: there is nothing to wait on but its answer
	}
}

var userCode = regexp.MustCompile(`\b[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}\b`)

// TestLogin ensures that the unmodified agent's /login works: it finds the server by its managed settings, shows the code, a
// person approves in the browser, and from then on its requests carry our credential. /logout ends it on the server.
func TestLogin(t *testing.T) {
	w := newWorld(t)
	if err := os.Remove(w.in(".claude/settings.json")); err != nil { // it would start hooks of its own
		t.Fatal(err)
	}
	g := startGate(t, startDemo(t))
	settings, _ := json.Marshal(map[string]any{
		"forceLoginMethod": "gateway", "forceLoginGatewayUrl": g.URL, "allowedProviders": []string{"gateway"},
	})
	mustWrite(t, managedFile, string(settings))
	config := filepath.Join(w.home, ".claude")
	tt := startTerminal(t, "login", w.repo, []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + w.home, "USER=ada", "LANG=C.UTF-8", "TERM=xterm-256color", "CLAUDE_CONFIG_DIR=" + config,
		"CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC=1", "DISABLE_AUTOUPDATER=1", "BROWSER=/bin/true",
	}, os.Getenv("CLAUDE"))
	screen := tt.until("the code", 60*time.Second, func(s string) bool { return userCode.MatchString(s) })
	tt.keep("code")
	b := newBrowser(t, g.URL)
	who := b.signInDemo()
	if shown := b.approve(userCode.FindString(screen)); !strings.Contains(shown, "Claude Code") || !strings.Contains(shown, who) {
		t.Errorf("the page does not say who asks, and whose name it is:\n%s", shown)
	}
	tt.until("the prompt", 60*time.Second, func(s string) bool {
		return strings.Contains(s, "? for shortcuts") || strings.Contains(s, "shift+tab to cycle")
	})
	tt.keep("signed-in")
	tt.write("please say done")
	tt.key("Enter")
	tt.until("a request to the model", 60*time.Second, func(string) bool { bearers, _ := g.seen(); return len(bearers) > 0 })
	bearers, paths := g.seen()
	for _, bearer := range bearers {
		if !strings.HasPrefix(bearer, "ambit_cred_") {
			t.Fatalf("the model was asked with the bearer %q; paths: %v", bearer, paths)
		}
	}
	if me := whoHas(t, g.URL, bearers[0]); me != who {
		t.Errorf("the credential is that of %q, want %s", me, who)
	}
	tt.write("/logout")
	tt.key("Enter")
	tt.until("the end of the sign-in", 60*time.Second, func(string) bool { return whoHas(t, g.URL, bearers[0]) == "" })
	t.Logf("requests: %v", paths)
}

// whoHas is the person whose credential this is; "" where it doesn't count.
func whoHas(t *testing.T, base, bearer string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, base+"/api/v1/whoami", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+bearer)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var me struct{ Person string }
	if res.StatusCode != http.StatusOK || json.NewDecoder(res.Body).Decode(&me) != nil {
		return ""
	}
	return me.Person
}
