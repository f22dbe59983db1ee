//go:build !client

package cli

import (
	"fmt"
	"net"
	"net/http"
	"net/url"
	"syscall"
	"testing"
	"time"
)

// hold opens a connection whose request never ends, so that a graceful stop has something to wait for.
func hold(t *testing.T, s *running) net.Conn {
	t.Helper()
	u, err := url.Parse(s.address)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := net.Dial("tcp", "127.0.0.1:"+u.Port())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	if _, err := fmt.Fprint(conn, "POST /api/v1/session HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nhalf"); err != nil {
		t.Fatal(err)
	}
	return conn
}

// eventually polls, because another process gives no signal when it has got somewhere.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !ok(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%s did not happen within 20 s", what)
		}
	}
}

// TestSecondSignalEndsAtOnce ensures that whoever is in a hurry needn't wait for what is running.
func TestSecondSignalEndsAtOnce(t *testing.T) {
	s := startServer(t, t.TempDir())
	hold(t, s)
	if err := s.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	eventually(t, "closing the listener", func() bool {
		resp, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Get(s.address + "/healthz")
		if err == nil {
			_ = resp.Body.Close()
		}
		return err != nil
	})
	start := time.Now()
	if code := s.stop(t, syscall.SIGINT); code == 0 {
		t.Error("the second signal was taken for a graceful stop")
	}
	if took := time.Since(start); took > drainTimeout/2 {
		t.Errorf("it took %s", took)
	}
	// What was recorded is whole, and the folder is free again.
	mustAmbit(t, "token", "list", "--data", folderOf(s))
}

func folderOf(s *running) string { return s.Args[3] }
