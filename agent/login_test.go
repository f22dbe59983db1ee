package agent

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// authority is a server's sign-in as a test wants it.
type authority struct {
	*httptest.Server
	mu      sync.Mutex
	polls   []string // answers to the device's questions, in order; "" is the credential
	dead    bool     // refresh credentials count no more
	slow    time.Duration
	asked   int // refreshes
	revoked []string
	change  func(doc, device map[string]any)
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	a := &authority{}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/oauth-authorization-server", func(w http.ResponseWriter, _ *http.Request) {
		doc := map[string]any{
			"issuer": a.URL, "device_authorization_endpoint": a.URL + "/oauth/device_authorization", "token_endpoint": a.URL + "/oauth/token", "gateway_protocol_version": 1,
		}
		if a.change != nil {
			a.change(doc, map[string]any{})
		}
		reply(w, 200, doc)
	})
	mux.HandleFunc("POST /oauth/device_authorization", func(w http.ResponseWriter, _ *http.Request) {
		d := map[string]any{
			"device_code": "dc", "user_code": "BCDF-GHJK", "verification_uri": a.URL + "/device", "verification_uri_complete": a.URL + "/device?user_code=BCDF-GHJK",
			"expires_in": 600, "interval": 5,
		}
		if a.change != nil {
			a.change(map[string]any{}, d)
		}
		reply(w, 200, d)
	})
	mux.HandleFunc("POST /oauth/token", a.token)
	mux.HandleFunc("POST /oauth/revoke", func(_ http.ResponseWriter, r *http.Request) {
		a.mu.Lock()
		defer a.mu.Unlock()
		a.revoked = append(a.revoked, r.FormValue("token"))
	})
	a.Server = httptest.NewServer(mux)
	t.Cleanup(a.Close)
	return a
}

func (a *authority) token(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if r.FormValue("grant_type") == "refresh_token" {
		time.Sleep(a.slow) // so that others come meanwhile
		a.asked++
		if a.dead || r.FormValue("refresh_token") != fmt.Sprintf("ambit_refresh_%d", a.asked-1) {
			reply(w, 401, map[string]any{"error": "invalid_grant", "error_description": "This sign-in has ended."})
			return
		}
	} else {
		next := ""
		if len(a.polls) > 0 {
			next, a.polls = a.polls[0], a.polls[1:]
		}
		if next != "" {
			reply(w, 400, map[string]any{"error": next, "error_description": "no"})
			return
		}
	}
	reply(w, 200, map[string]any{
		"access_token": fmt.Sprintf("ambit_cred_%d", a.asked), "refresh_token": fmt.Sprintf("ambit_refresh_%d", a.asked), "token_type": "Bearer", "expires_in": 3600, "email": "ada@acme.test",
	})
}

func reply(w http.ResponseWriter, status int, body map[string]any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

// desk is an engineer's machine with a clock of its own.
type desk struct {
	Machine
	dir    string
	at     time.Time
	waited []time.Duration
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	d := &desk{dir: t.TempDir(), at: time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)}
	d.Machine = Machine{Version: "test", Now: func() time.Time { return d.at }, Getenv: func(name string) string {
		if name == "XDG_CONFIG_HOME" {
			return d.dir
		}
		return ""
	}}
	return d
}

func (d *desk) file() string { return filepath.Join(d.dir, "ambit", "credentials.json") }

func (d *desk) login(t *testing.T, server string) (Credentials, error) {
	t.Helper()
	u, err := ParseServer(server)
	if err != nil {
		t.Fatal(err)
	}
	l := Login{Machine: d.Machine, Server: u, Name: "desk", Show: func(page, complete, code string) {
		if page != server+"/device" || complete != server+"/device?user_code=BCDF-GHJK" || code != "BCDF-GHJK" {
			t.Errorf("shown: %s %s %s", page, complete, code)
		}
	}, Wait: func(_ context.Context, every time.Duration) error {
		d.waited = append(d.waited, every)
		d.at = d.at.Add(every)
		return nil
	}}
	return l.Run(t.Context())
}

func mustLogin(t *testing.T, d *desk, a *authority) Credentials {
	t.Helper()
	c, err := d.login(t, a.URL)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestLogin(t *testing.T) {
	a, d := newAuthority(t), newDesk(t)
	a.polls = []string{"authorization_pending", "slow_down", "authorization_pending"}
	c := mustLogin(t, d, a)
	if c.Token != "ambit_cred_0" || c.Person != "ada@acme.test" || fmt.Sprint(d.waited) != "[5s 5s 10s 10s]" {
		t.Fatalf("%+v after %v", c, d.waited)
	}
	info, err := os.Stat(d.file())
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("%v, %v", info, err)
	}
	to, err := FindConnection("", d.Getenv)
	if err != nil || to.Token != "ambit_cred_0" || !to.SignedIn() || to.Server.String() != a.URL {
		t.Fatalf("%+v, %v", to, err)
	}
	mustLogin(t, d, a)
	if fmt.Sprint(a.revoked) != "[ambit_cred_0 ambit_refresh_0]" {
		t.Errorf("the earlier sign-in did not end: %v", a.revoked)
	}
	server, err := d.Logout(t.Context())
	if err != nil || server != a.URL || len(a.revoked) != 4 {
		t.Fatalf("%s, %v, %v", server, err, a.revoked)
	}
	if _, err := os.Stat(d.file()); !os.IsNotExist(err) {
		t.Error("the credential stayed")
	}
	if server, err := d.Logout(t.Context()); server != "" || err != nil {
		t.Errorf("signing out twice: %s, %v", server, err)
	}
}

func TestLoginThatComesToNothing(t *testing.T) {
	for name, tc := range map[string]struct {
		polls  []string
		change func(doc, device map[string]any)
		want   string
	}{
		"denied":               {polls: []string{"access_denied"}, want: "was refused"},
		"expired":              {polls: []string{"expired_token"}, want: "in time"},
		"nobody comes":         {polls: strings.Split(strings.Repeat("authorization_pending ", 200), " "), want: "in time"},
		"unknown error":        {polls: []string{"invalid_request"}, want: "sign-in failed"},
		"another issuer":       {change: func(doc, _ map[string]any) { doc["issuer"] = "https://evil.test" }, want: "calls itself https://evil.test"},
		"endpoints elsewhere":  {change: func(doc, _ map[string]any) { doc["token_endpoint"] = "https://evil.test/oauth/token" }, want: "doesn't know"},
		"another protocol":     {change: func(doc, _ map[string]any) { doc["gateway_protocol_version"] = 2 }, want: "doesn't know"},
		"page elsewhere":       {change: func(_, d map[string]any) { d["verification_uri_complete"] = "https://evil.test/device" }, want: "no usable code"},
		"page that is a shell": {change: func(_, d map[string]any) { d["verification_uri"] = "http://127.0.0.1/`id`" }, want: "no usable code"},
		"code with escapes":    {change: func(_, d map[string]any) { d["user_code"] = "\x1b[31mX" }, want: "no usable code"},
	} {
		t.Run(name, func(t *testing.T) {
			a, d := newAuthority(t), newDesk(t)
			a.polls, a.change = tc.polls, tc.change
			_, err := d.login(t, a.URL)
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Fatalf("got %v", err)
			}
			if _, err := os.Stat(d.file()); !os.IsNotExist(err) {
				t.Error("a credential was written")
			}
		})
	}
}

func TestCredentialStaysOutOfRepositories(t *testing.T) {
	a, d := newAuthority(t), newDesk(t)
	if err := os.MkdirAll(filepath.Join(d.dir, ".git", "objects"), 0o755); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"HEAD": "ref: refs/heads/main\n", "config": "[core]\n\trepositoryformatversion = 0\n", "refs/x": ""} {
		file := filepath.Join(d.dir, ".git", name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := d.login(t, a.URL); err == nil || !strings.Contains(err.Error(), "in the repository") {
		t.Fatalf("got %v", err)
	}
	if len(a.revoked) != 2 {
		t.Error("a sign-in that nobody can use goes on")
	}
}

// Parallel processes with one expired credential ask once between them.
func TestRenewedOnceForAll(t *testing.T) {
	a, d := newAuthority(t), newDesk(t)
	mustLogin(t, d, a)
	d.at = d.at.Add(2 * time.Hour)
	a.slow = 30 * time.Millisecond
	var wg sync.WaitGroup
	got, errs := make([]Credentials, 6), make([]error, 6)
	for i := range got {
		wg.Go(func() { got[i], errs[i] = d.Signed(t.Context(), 5*time.Minute) })
	}
	wg.Wait()
	for i := range got {
		if errs[i] != nil || got[i].Token != "ambit_cred_1" {
			t.Errorf("%+v, %v", got[i], errs[i])
		}
	}
	if a.asked != 1 {
		t.Errorf("the server was asked %d times", a.asked)
	}
}

func TestRenewing(t *testing.T) {
	a, d := newAuthority(t), newDesk(t)
	mustLogin(t, d, a)
	if c, err := d.Signed(t.Context(), 5*time.Minute); err != nil || c.Token != "ambit_cred_0" || a.asked != 0 {
		t.Fatalf("renewed too early: %+v, %v", c, err)
	}
	d.at = d.at.Add(56 * time.Minute)
	if c, err := d.Signed(t.Context(), 5*time.Minute); err != nil || c.Token != "ambit_cred_1" {
		t.Fatalf("%+v, %v", c, err)
	}
	d.at = d.at.Add(56 * time.Minute)
	a.dead = true
	if c, err := d.Signed(t.Context(), 5*time.Minute); err == nil {
		t.Fatalf("a dead sign-in goes on: %+v", c)
	}
	_, err := d.Signed(t.Context(), 0)
	if err == nil || !strings.Contains(failureText(err), "run `ambit login --server "+a.URL+"`") {
		t.Fatalf("got %v", err)
	}
	if a.asked != 2 {
		t.Errorf("a dead refresh credential was presented again: %d", a.asked)
	}
	a.Close()
	d = newDesk(t)
	b := newAuthority(t)
	mustLogin(t, d, b)
	b.Close()
	d.at = d.at.Add(58 * time.Minute)
	if c, err := d.Signed(t.Context(), 5*time.Minute); err != nil || c.Token != "ambit_cred_0" {
		t.Fatalf("what still counts must do while the server is away: %+v, %v", c, err)
	}
	d.at = d.at.Add(time.Hour)
	if _, err := d.Signed(t.Context(), 5*time.Minute); err == nil || !strings.Contains(err.Error(), "can't be reached") {
		t.Fatalf("got %v", err)
	}
}

// The hook renews the sign-in by itself, also where only the server knows that it ran out, and says what to do when it is dead.
func TestHookUsesTheSignIn(t *testing.T) {
	a, d := newAuthority(t), newDesk(t)
	mux := http.NewServeMux()
	bearers := []string{}
	mux.HandleFunc("POST /hooks/claude-code", func(w http.ResponseWriter, r *http.Request) {
		bearers = append(bearers, r.Header.Get("Authorization"))
		reply(w, 401, map[string]any{"detail": "Your sign-in has ended.", "hint": "Sign in again."})
	})
	mux.Handle("/", a.Config.Handler)
	front := httptest.NewServer(mux)
	defer front.Close()
	a.URL = front.URL
	mustLogin(t, d, a)
	var stdout, stderr bytes.Buffer
	k := Hook{Machine: d.Machine, Timeout: 5 * time.Second, In: strings.NewReader(preToolUse), Out: &stdout, Err: &stderr}
	if status := finish(t.Context(), &k); status != exitBlocked || !strings.Contains(stderr.String(), "sign in again") {
		t.Fatalf("%d %s", status, stderr.String())
	}
	if fmt.Sprint(bearers) != "[Bearer ambit_cred_0 Bearer ambit_cred_1]" {
		t.Errorf("asked with %v", bearers)
	}
	a.dead = true
	stderr.Reset()
	k = Hook{Machine: d.Machine, Timeout: 5 * time.Second, In: strings.NewReader(preToolUse), Out: &stdout, Err: &stderr}
	if status := finish(t.Context(), &k); status != exitBlocked || !strings.Contains(stderr.String(), "ambit login") || stdout.Len() != 0 {
		t.Fatalf("%d %s", status, stderr.String())
	}
}

func failureText(err error) string {
	var f *failure
	if !errors.As(err, &f) {
		return err.Error()
	}
	return f.sentence("PreToolUse")
}
