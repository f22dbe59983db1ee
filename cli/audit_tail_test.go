//go:build !client

package cli

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// What is asked of the server is what was typed, words included; what it sends is printed.
func TestAuditTailPassesItsFiltersOn(t *testing.T) {
	var asked string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = r.URL.Path + " " + r.FormValue("effect") + " " + r.FormValue("q")
		w.Header().Set("Content-Type", "text/event-stream")
		fmt.Fprint(w, ": still here\nid: 6\n\nevent: audit\nid: 7\ndata: {\"id\":\"evt_7\"}\n\n")
	}))
	defer server.Close()
	var out, errs bytes.Buffer
	env := &Env{
		Ctx: t.Context(), Stdio: Stdio{In: strings.NewReader(""), Out: &out, Err: &errs}, Now: time.Now, Rand: rand.Reader,
		Getenv:  func(name string) string { return map[string]string{"AMBIT_TOKEN": "t"}[name] },
		Environ: func() []string { return nil },
	}
	if status := run(env, []string{"audit", "tail", "--server", server.URL, "--effect", "deny", "--json", `"git push"`, "main"}); status != 0 {
		t.Fatalf("status %d: %s", status, errs.String())
	}
	if want := `/api/v1/audit/tail deny "git push" main`; asked != want {
		t.Errorf("asked %q, want %q", asked, want)
	}
	if want := "{\"id\":\"evt_7\"}\n"; out.String() != want {
		t.Errorf("printed %q, want %q", out.String(), want)
	}
}
