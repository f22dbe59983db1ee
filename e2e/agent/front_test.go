//go:build e2e

package agent

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"sync"
	"testing"
)

// fault is a way in which the server could fail the hook.
type fault string

const (
	healthy  fault = ""
	hanging  fault = "hanging"
	failing  fault = "500"
	garbage  fault = "garbage"
	cutOff   fault = "cut off"
	noAnswer fault = "closed without an answer"
	empty    fault = "empty"
	wrong    fault = "an answer without a decision"
)

// front stands before the real server and breaks it for the events it is told to break, and only for those: so that the
// prompt gets through and the tool call is what meets the failure.
type front struct {
	*httptest.Server
	mu    sync.Mutex
	fault fault
	event string
	hit   int
	quit  chan struct{}
}

func startFront(t *testing.T, server string) *front {
	t.Helper()
	to, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	f := &front{quit: make(chan struct{})}
	proxy := httputil.NewSingleHostReverseProxy(to)
	f.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		if b := f.breaks(body); b != healthy {
			f.fail(w, r, b)
			return
		}
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(func() { close(f.quit); f.Close() })
	return f
}

// breakFor makes every call of the event fail from now on.
func (f *front) breakFor(event string, how fault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.fault, f.event, f.hit = how, event, 0
}

func (f *front) breaks(body []byte) fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.fault == healthy || !bytes.Contains(body, []byte(`"hook_event_name":"`+f.event+`"`)) {
		return healthy
	}
	f.hit++
	return f.fault
}

// hits is how often a call met the failure.
func (f *front) hits() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.hit
}

func (f *front) fail(w http.ResponseWriter, r *http.Request, how fault) {
	w.Header().Set("Content-Type", "application/json")
	switch how {
	case hanging:
		select {
		case <-f.quit:
		case <-r.Context().Done():
		}
	case failing:
		w.WriteHeader(http.StatusInternalServerError)
	case garbage:
		_, _ = io.WriteString(w, "<html>It works!</html>")
	case cutOff:
		_, _ = io.WriteString(w, `{"hookSpecificOutput":{"hookEventName":"PreToolUse","permissionDec`)
	case wrong:
		_, _ = io.WriteString(w, `{"status":"ok"}`)
	case noAnswer:
		panic(http.ErrAbortHandler)
	case empty:
	}
}
