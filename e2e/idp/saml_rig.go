// Package idp starts real identity providers on loopback and signs people in there, for tests that want to know whether
// Ambit gets along with software that isn't its own.
package idp

import (
	"bufio"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"time"
)

// SAMLOptions say how an identity provider answers.
type SAMLOptions struct {
	Dir           string // of the caller's, for keys and state; emptied by the caller
	ACS           string // where responses go
	SPMetadata    []byte // our metadata
	SPCertificate []byte // our certificate, PEM: for samlp, which reads no metadata

	SignResponse  bool
	SignAssertion bool   // samlp always does
	Encrypt       string // "" or a cipher such as aes128-cbc; SimpleSAMLphp encrypts with aes128-cbc whatever it says
	WantSigned    bool   // SimpleSAMLphp only: refuse requests without a signature
	SHA1          bool   // samlp only: sign as nobody should
}

// SAMLProvider is a running identity provider.
type SAMLProvider struct {
	EntityID    string
	MetadataURL string
	cmd         *exec.Cmd
	log         *os.File
}

// here is the folder of this file: scripts are started from there, whatever the caller's working directory.
func here() string {
	_, file, _, _ := runtime.Caller(0)
	return filepath.Dir(file)
}

// StartSimpleSAMLphp starts SimpleSAMLphp; Close ends it.
func StartSimpleSAMLphp(ctx context.Context, o SAMLOptions) (*SAMLProvider, error) {
	port, err := prepare(o)
	if err != nil {
		return nil, err
	}
	if err := os.WriteFile(filepath.Join(o.Dir, "sp.xml"), o.SPMetadata, 0o600); err != nil {
		return nil, err
	}
	base := "http://127.0.0.1:" + port
	p := &SAMLProvider{EntityID: base + "/idp", MetadataURL: base + "/saml2/idp/metadata.php"}
	return p.start(ctx, o, []string{filepath.Join(here(), "simplesamlphp", "start")},
		"IDP_DIR="+o.Dir, "IDP_PORT="+port, "IDP_SIGN_RESPONSE="+flag(o.SignResponse), "IDP_SIGN_ASSERTION="+flag(o.SignAssertion),
		"IDP_ENCRYPT="+flag(o.Encrypt != ""), "IDP_WANT_SIGNED="+flag(o.WantSigned))
}

// StartSamlp starts samlp; Close ends it.
func StartSamlp(ctx context.Context, o SAMLOptions) (*SAMLProvider, error) {
	port, err := prepare(o)
	if err != nil {
		return nil, err
	}
	if err := os.WriteFile(filepath.Join(o.Dir, "sp.crt"), o.SPCertificate, 0o600); err != nil {
		return nil, err
	}
	env := []string{"PORT=" + port, "DIR=" + o.Dir, "ACS=" + o.ACS, "SIGN_RESPONSE=" + flag(o.SignResponse), "ENCRYPT=" + o.Encrypt}
	if o.SHA1 {
		env = append(env, "SIGNATURE=rsa-sha1", "DIGEST=sha1")
	}
	base := "http://127.0.0.1:" + port
	p := &SAMLProvider{EntityID: base + "/idp", MetadataURL: base + "/metadata"}
	return p.start(ctx, o, []string{"node", filepath.Join(here(), "samlp", "idp.js")}, env...)
}

func flag(on bool) string {
	if on {
		return "1"
	}
	return "0"
}

// prepare makes the provider's key pair and finds a free port.
func prepare(o SAMLOptions) (port string, err error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return "", err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test identity provider"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(365 * 24 * time.Hour),
	}
	cert, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return "", err
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return "", err
	}
	for name, block := range map[string]*pem.Block{"idp.key": {Type: "PRIVATE KEY", Bytes: private}, "idp.crt": {Type: "CERTIFICATE", Bytes: cert}} {
		if err := os.WriteFile(filepath.Join(o.Dir, name), pem.EncodeToMemory(block), 0o600); err != nil {
			return "", err
		}
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return strconv.Itoa(l.Addr().(*net.TCPAddr).Port), nil
}

// start runs the command and waits until the provider serves its metadata.
func (p *SAMLProvider) start(ctx context.Context, o SAMLOptions, command []string, env ...string) (*SAMLProvider, error) {
	log, err := os.Create(filepath.Join(o.Dir, "process.log"))
	if err != nil {
		return nil, err
	}
	p.log = log
	p.cmd = exec.CommandContext(ctx, command[0], command[1:]...)
	p.cmd.Env = append([]string{"PATH=" + os.Getenv("PATH"), "LANG=C.UTF-8", "HOME=" + o.Dir}, env...)
	p.cmd.Stdout, p.cmd.Stderr = log, log
	if err := p.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", command[0], err)
	}
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) { // another process: nothing to wait on
		if p.answers(ctx) {
			return p, nil
		}
	}
	p.Close()
	return nil, fmt.Errorf("%s doesn't answer: %s", command[0], p.lastLine())
}

func (p *SAMLProvider) answers(ctx context.Context) bool {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, p.MetadataURL, nil)
	if err != nil {
		return false
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return false
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, resp.Body)
	return resp.StatusCode == http.StatusOK
}

func (p *SAMLProvider) lastLine() string {
	f, err := os.Open(p.log.Name())
	if err != nil {
		return err.Error()
	}
	defer f.Close()
	last := "no output"
	for s := bufio.NewScanner(f); s.Scan(); {
		last = s.Text()
	}
	return last
}

// Close ends the process and waits for it.
func (p *SAMLProvider) Close() {
	_ = p.cmd.Process.Kill()
	_ = p.cmd.Wait()
	p.log.Close()
}
