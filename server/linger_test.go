package server

import (
	"bufio"
	"context"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// TestRefusalArrivesWhileTheBodyIsStillSent ensures that a client which sends its whole request before it reads anything gets the
// answer that its body is too long, rather than a reset connection.
func TestRefusalArrivesWhileTheBodyIsStillSent(t *testing.T) {
	s := newTestServer(t, nil)
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = s.Serve(ln) }()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		_ = s.Shutdown(ctx)
	})
	for range 20 {
		conn, err := net.Dial("tcp", ln.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		body := strings.Repeat("b", 6<<20)
		head := "POST /api/v1/sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 6291456\r\n\r\n"
		if _, err := conn.Write([]byte(head + body)); err != nil {
			t.Fatalf("send the request: %v", err)
		}
		resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			t.Fatalf("read the refusal: %v", err)
		}
		if resp.StatusCode != http.StatusRequestEntityTooLarge {
			t.Fatalf("got %d", resp.StatusCode)
		}
		_ = resp.Body.Close()
		_ = conn.Close()
	}
}
