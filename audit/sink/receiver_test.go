package sink

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// far is a webhook's receiver: it keeps what it accepts, and misbehaves as told.
type far struct {
	t      *testing.T
	server *httptest.Server

	mu       sync.Mutex
	got      []got
	requests int
	refuse   func(n int, events []json.RawMessage) (status int, header map[string]string, body string) // 0 accepts
	lie      func(n int) bool                                                                          // answers 200 and stores nothing
	sleep    func(n int) time.Duration
}

type got struct {
	ID   string `json:"id"`
	Seq  int64  `json:"seq"`
	Type string `json:"type"`
}

func listen(t *testing.T) *far {
	t.Helper()
	f := &far{t: t}
	f.server = httptest.NewServer(http.HandlerFunc(f.serve))
	t.Cleanup(f.server.Close)
	return f
}

// spec is a webhook to it, one event a line.
func (f *far) spec() Spec {
	return Spec{Kind: Webhook, Webhook: &WebhookSpec{URL: f.server.URL, Format: FormatNDJSON}}
}

func (f *far) serve(w http.ResponseWriter, r *http.Request) {
	var events []json.RawMessage
	for _, line := range bytes.Split(unzip(f.t, r), []byte("\n")) {
		if len(line) > 0 {
			events = append(events, line)
		}
	}
	f.mu.Lock()
	f.requests++
	n, refuse, lie, sleep := f.requests, f.refuse, f.lie, f.sleep
	f.mu.Unlock()
	if sleep != nil {
		select {
		case <-time.After(sleep(n)): // a receiver that hangs
		case <-r.Context().Done():
			return
		}
	}
	if refuse != nil {
		if status, header, body := refuse(n, events); status != 0 {
			for k, v := range header {
				w.Header().Set(k, v)
			}
			w.WriteHeader(status)
			_, _ = io.WriteString(w, body)
			return
		}
	}
	if lie != nil && lie(n) {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, raw := range events {
		var g got
		if err := json.Unmarshal(raw, &g); err != nil {
			f.t.Errorf("not JSON: %s", raw)
		}
		f.got = append(f.got, g)
	}
}

func unzip(t *testing.T, r *http.Request) []byte {
	t.Helper()
	body := io.Reader(r.Body)
	if r.Header.Get("Content-Encoding") == "gzip" {
		z, err := gzip.NewReader(bufio.NewReader(body))
		if err != nil {
			t.Error(err)
			return nil
		}
		body = z
	}
	text, err := io.ReadAll(body)
	if err != nil {
		return nil // cut off
	}
	return text
}

func (f *far) has() []got {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.got)
}

func (f *far) set(change func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	change()
}

// complete checks what arrived: every event up to last without those in except, first arrivals in order, repetitions only of
// what was there. It gives the number of repetitions.
func complete(t *testing.T, arrived []got, last int64, except ...int64) int {
	t.Helper()
	seen := map[string]int64{}
	expect, repeated := int64(1), 0
	for _, g := range arrived {
		if g.Seq == 0 {
			continue // checkpoints and tests
		}
		if was, ok := seen[g.ID]; ok {
			if was != g.Seq {
				t.Fatalf("id %s has seq %d and %d", g.ID, was, g.Seq)
			}
			repeated++
			continue
		}
		for slices.Contains(except, expect) {
			expect++
		}
		if g.Seq != expect {
			t.Fatalf("seq %d arrived where %d was due", g.Seq, expect)
		}
		seen[g.ID] = g.Seq
		expect++
	}
	for slices.Contains(except, expect) {
		expect++
	}
	if expect != last+1 {
		t.Fatalf("the last to arrive is seq %d of %d", expect-1, last)
	}
	return repeated
}

func number(text string) int {
	n, _ := strconv.Atoi(strings.TrimSpace(text))
	return n
}
