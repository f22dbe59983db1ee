//go:build e2e

package sinks

import (
	"bytes"
	"compress/gzip"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"
)

// trouble is what the proxy does to whoever comes.
type trouble string

const (
	none      trouble = ""
	outage    trouble = "outage"    // resets every connection
	hang      trouble = "hang"      // takes everything and answers nothing
	slow      trouble = "slow"      // reads one byte a second
	busy      trouble = "busy"      // 503 with Retry-After
	forbidden trouble = "forbidden" // 403
	picky     trouble = "picky"     // 400 for requests that hold the marker
	reset     trouble = "reset"     // cuts the connection in the middle of the body
	lying     trouble = "lying"     // says 200 and stores nothing
)

// marker stands in the command that a picky receiver refuses.
const marker = "refuse-me"

// proxy stands between a sink and its receiver. For HTTP it understands requests; for syslog it passes bytes on.
type proxy struct {
	net.Listener
	target string
	http   bool

	mu      sync.Mutex
	mode    trouble
	changed chan struct{} // closed when the mode changes
	met     map[trouble]int
}

func faulty(t *testing.T, target string, isHTTP bool) *proxy {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	p := &proxy{Listener: ln, target: target, http: isHTTP, changed: make(chan struct{}), met: map[trouble]int{}}
	t.Cleanup(func() { p.set(none); _ = ln.Close() })
	if isHTTP {
		pass := httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "http", Host: target})
		pass.ErrorHandler = func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusBadGateway) }
		srv := &http.Server{Handler: p.requests(pass)}
		go func() { _ = srv.Serve(faultyListener{ln, p}) }()
		t.Cleanup(func() { _ = srv.Close() })
		return p
	}
	go p.bytes()
	return p
}

func (p *proxy) address() string { return p.Addr().String() }

func (p *proxy) set(mode trouble) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.mode = mode
	close(p.changed)
	p.changed = make(chan struct{})
}

func (p *proxy) now() (trouble, chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.met[p.mode]++
	return p.mode, p.changed
}

// times says how often somebody met a trouble.
func (p *proxy) times(mode trouble) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.met[mode]
}

func abort(conn net.Conn) {
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // a reset rather than an end
	}
	_ = conn.Close()
}

// requests makes trouble with whole HTTP requests.
func (p *proxy) requests(pass http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mode, changed := p.now()
		acks := strings.HasSuffix(r.URL.Path, "/ack")
		switch {
		case mode == hang:
			select {
			case <-changed:
			case <-r.Context().Done():
			}
			panic(http.ErrAbortHandler)
		case mode == busy:
			w.Header().Set("Retry-After", "1")
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		case mode == forbidden:
			w.WriteHeader(http.StatusForbidden)
			return
		case mode == lying && !acks:
			_, _ = io.Copy(io.Discard, r.Body)
			_, _ = io.WriteString(w, `{"text":"Success","code":0,"ackId":987654321}`)
			return
		case mode == picky:
			body, err := io.ReadAll(r.Body)
			if err != nil {
				panic(http.ErrAbortHandler)
			}
			if holds(body, r.Header.Get("Content-Encoding")) {
				w.WriteHeader(http.StatusBadRequest)
				_, _ = io.WriteString(w, "I don't take this")
				return
			}
			r.Body = io.NopCloser(bytes.NewReader(body))
		}
		pass.ServeHTTP(w, r)
	})
}

func holds(body []byte, encoding string) bool {
	if encoding == "gzip" {
		z, err := gzip.NewReader(bytes.NewReader(body))
		if err != nil {
			return false
		}
		if body, err = io.ReadAll(z); err != nil {
			return false
		}
	}
	return bytes.Contains(body, []byte(marker))
}

// faultyListener makes trouble with connections.
type faultyListener struct {
	net.Listener
	p *proxy
}

func (l faultyListener) Accept() (net.Conn, error) {
	for {
		conn, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if mode, _ := l.p.now(); mode == outage {
			abort(conn)
			continue
		}
		return &faultyConn{Conn: conn, p: l.p}, nil
	}
}

// faultyConn reads slowly, or is reset after some bytes.
type faultyConn struct {
	net.Conn
	p    *proxy
	read int
}

// cutAfter is how many bytes pass before a reset: the middle of most bodies.
const cutAfter = 3000

func (c *faultyConn) Read(b []byte) (int, error) {
	c.p.mu.Lock()
	mode := c.p.mode
	c.p.met[mode]++
	c.p.mu.Unlock()
	switch mode {
	case slow:
		time.Sleep(time.Second) // one byte a second is what this is about
		b = b[:1]
	case outage:
		abort(c.Conn)
	case reset:
		if c.read > cutAfter {
			abort(c.Conn)
			break
		}
		b = b[:min(len(b), 512)]
	}
	n, err := c.Conn.Read(b)
	c.read += n
	return n, err
}

func (c *faultyConn) CloseWrite() error { return c.Conn.(*net.TCPConn).CloseWrite() }

// bytes passes connections on without understanding them; an end on one side is an end on the other.
func (p *proxy) bytes() {
	for {
		conn, err := faultyListener{p.Listener, p}.Accept()
		if err != nil {
			return
		}
		go p.pass(conn)
	}
}

func (p *proxy) pass(in net.Conn) {
	defer in.Close()
	mode, changed := p.now()
	if mode == hang {
		<-changed
		abort(in.(*faultyConn).Conn)
		return
	}
	out, err := net.Dial("tcp", p.target)
	if err != nil {
		return
	}
	defer out.Close()
	done := make(chan struct{})
	go func() {
		defer close(done)
		if _, err := io.Copy(out, in); err != nil {
			abort(out) // what was cut on one side is cut on the other
			return
		}
		_ = out.(*net.TCPConn).CloseWrite()
	}()
	_, _ = io.Copy(in, out)
	<-done
}
