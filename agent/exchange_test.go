package agent

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func newReader(b []byte) *bufio.Reader { return bufio.NewReaderSize(bytes.NewReader(b), 4<<10) }

// TestUntrustedCertificateBlocks ensures that a server which can't prove who it is gets neither token nor obedience.
func TestUntrustedCertificateBlocks(t *testing.T) {
	reached := false
	s := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached = true }))
	defer s.Close()
	got := runHook(t, strings.NewReader(preToolUse), 5*time.Second, connected(s.URL))
	mustFail(t, got, true, "is not safe")
	if reached {
		t.Error("the request was sent")
	}
}

// TestTrustedCertificate ensures that https works with a certificate authority that the machine trusts.
func TestTrustedCertificate(t *testing.T) {
	if dir := os.Getenv("AMBIT_TEST_HTTPS"); dir != "" { // the child: Go reads SSL_CERT_FILE once per process
		got := runHook(t, strings.NewReader(preToolUse), 5*time.Second, connected(dir))
		if got.status != 0 {
			t.Fatalf("got %+v", got)
		}
		return
	}
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(allowed))
	}))
	s.TLS = &tls.Config{MinVersion: tls.VersionTLS13}
	s.StartTLS()
	defer s.Close()
	file := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run", "^TestTrustedCertificate$")
	cmd.Env = append(os.Environ(), "SSL_CERT_FILE="+file, "AMBIT_TEST_HTTPS="+s.URL)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// TestServerThatAnswersEarly ensures that the answer of a server which refuses a large call before reading it is shown.
func TestServerThatAnswersEarly(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/problem+json")
		w.WriteHeader(http.StatusServiceUnavailable)
		_, _ = w.Write([]byte(`{"detail":"The ledger can't be written.","hint":"Make room on the server's disk."}`))
	}))
	defer s.Close()
	body := strings.Replace(preToolUse, `"ls"`, `"`+strings.Repeat("x", maxGate-4096)+`"`, 1)
	mustFail(t, runHook(t, strings.NewReader(body), 5*time.Second, connected(s.URL)), true, "The ledger can't be written: make room")
}
