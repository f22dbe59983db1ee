//go:build e2e

package idp

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"encoding/pem"
	"encoding/xml"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ambit/cli"
)

// product is the whole server as `ambit serve` runs it, in this process.
type product struct {
	t     *testing.T
	url   string
	owner *http.Client // speaks over the control socket
}

func startProduct(t *testing.T) *product {
	t.Helper()
	data := filepath.Join(t.TempDir(), "data")
	out, in := io.Pipe()
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan int, 1)
	go func() {
		ended <- cli.Main(ctx, []string{"serve", "--data", data, "--listen", "127.0.0.1:0", "--log-level", "error"}, cli.Stdio{In: strings.NewReader(""), Out: in, Err: io.Discard})
	}()
	t.Cleanup(func() {
		stop()
		if status := <-ended; status != 0 {
			t.Errorf("the server ended with status %d", status)
		}
	})
	p := &product{t: t}
	lines := bufio.NewScanner(out)
	for p.url == "" && lines.Scan() {
		_, p.url, _ = strings.Cut(lines.Text(), "Console: ")
	}
	go func() { _, _ = io.Copy(io.Discard, out) }()
	p.owner = &http.Client{Timeout: time.Minute, Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", filepath.Join(data, "control.sock"))
	}}}
	return p
}

// api calls the console's API as the owner.
func (p *product) api(method, path string, body any) []byte {
	p.t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		p.t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(p.t.Context(), method, "http://ambit"+path, bytes.NewReader(text))
	if err != nil {
		p.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := p.owner.Do(req)
	if err != nil {
		p.t.Fatal(err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode >= 300 {
		p.t.Fatalf("%s %s: %d %s %v", method, path, resp.StatusCode, answer, err)
	}
	return answer
}

// connect makes a SAML connection to a provider that is started with the connection's own metadata, and puts it live.
func (p *product) connect(start func(context.Context, SAMLOptions) (*SAMLProvider, error), o SAMLOptions, config map[string]any) {
	p.t.Helper()
	connection := func(metadata string) map[string]any {
		config["metadata_url"] = metadata
		return map[string]any{"name": "Acme", "domains": []string{"example.test"}, "testers": []string{}, "config": map[string]any{"saml": config, "accounts": map[string]any{}}}
	}
	first := connection("http://127.0.0.1:9/metadata")
	first["id"], first["kind"] = "acme", "saml"
	p.api("POST", "/api/v1/connections", first)
	o.Dir, o.ACS = p.t.TempDir(), p.url+"/sso/acme/saml/acs"
	o.SPMetadata = p.metadata()
	o.SPCertificate = certificate(p.t, o.SPMetadata)
	at, err := start(p.t.Context(), o)
	if err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(at.Close)
	p.api("PUT", "/api/v1/connections/acme", connection(at.MetadataURL))
	p.api("POST", "/api/v1/connections/acme/stage", map[string]string{"stage": "live"})
}

func (p *product) metadata() []byte {
	p.t.Helper()
	resp, err := http.Get(p.url + "/sso/acme/saml/metadata")
	if err != nil {
		p.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		p.t.Fatalf("metadata: %d %s %v", resp.StatusCode, body, err)
	}
	return body
}

// certificate is the first one in our metadata, as PEM.
func certificate(t *testing.T, metadata []byte) []byte {
	t.Helper()
	var doc struct {
		Certificates []string `xml:"SPSSODescriptor>KeyDescriptor>KeyInfo>X509Data>X509Certificate"`
	}
	if err := xml.Unmarshal(metadata, &doc); err != nil || len(doc.Certificates) == 0 {
		t.Fatalf("no certificate in %s: %v", metadata, err)
	}
	block, _ := pem.Decode([]byte("-----BEGIN CERTIFICATE-----\n" + strings.TrimSpace(doc.Certificates[0]) + "\n-----END CERTIFICATE-----\n"))
	if block == nil {
		t.Fatal("the metadata's certificate is not base64")
	}
	return pem.EncodeToMemory(block)
}

// visitor is a browser that keeps our cookies and, as browsers do, sends none of them along with a post from another site.
type visitor struct {
	*product
	own, elsewhere *http.Client
}

func (p *product) visitor() *visitor {
	jar, err := cookiejar.New(nil)
	if err != nil {
		p.t.Fatal(err)
	}
	stay := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &visitor{p, &http.Client{Jar: jar, CheckRedirect: stay, Timeout: time.Minute}, &http.Client{CheckRedirect: stay, Timeout: time.Minute}}
}

// send sends a request and returns the status and where it leads.
func (v *visitor) send(client *http.Client, method, address string, form url.Values) (status int, location string) {
	v.t.Helper()
	req, err := http.NewRequestWithContext(v.t.Context(), method, address, strings.NewReader(form.Encode()))
	if err != nil {
		v.t.Fatal(err)
	}
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("Origin", "https://idp.example.test")
	}
	resp, err := client.Do(req)
	if err != nil {
		v.t.Fatal(err)
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, resp.Body)
	location = resp.Header.Get("Location")
	if strings.HasPrefix(location, "/") {
		location = v.url + location
	}
	return resp.StatusCode, location
}

// atProvider starts a sign-in and returns the form that the provider would have the browser post.
func (v *visitor) atProvider(person string) url.Values {
	v.t.Helper()
	status, location := v.send(v.own, "GET", v.url+"/sso/acme/login?return=/audit", nil)
	if status != http.StatusSeeOther {
		v.t.Fatalf("login: %d to %s", status, location)
	}
	action, form, err := SAMLSignIn(v.t.Context(), location, person, person)
	if err != nil {
		v.t.Fatal(err)
	}
	if action != v.url+"/sso/acme/saml/acs" {
		v.t.Fatalf("the provider posts to %s", action)
	}
	return form
}

func (v *visitor) user() string {
	v.t.Helper()
	resp, err := v.own.Get(v.url + "/api/v1/session")
	if err != nil {
		v.t.Fatal(err)
	}
	defer resp.Body.Close()
	var session struct{ User struct{ Email string } }
	if err := json.NewDecoder(resp.Body).Decode(&session); err != nil {
		v.t.Fatal(err)
	}
	return session.User.Email
}

// TestSAMLSignsInToTheProduct ensures that a person gets from the sign-in page through two independent identity providers into the
// console, that an answer counts once and only in the browser that asked, and that the ledger has all of it.
func TestSAMLSignsInToTheProduct(t *testing.T) {
	attributes := map[string]any{"email_attribute": "mail", "name_attribute": "displayName", "groups_attribute": "groups", "name_id_format": "persistent"}
	samlpAttributes := map[string]any{"email_attribute": "email", "name_attribute": "displayName", "groups_attribute": "groups"}
	for name, tc := range map[string]struct {
		start  func(context.Context, SAMLOptions) (*SAMLProvider, error)
		o      SAMLOptions
		config map[string]any
	}{
		"SimpleSAMLphp, signed":    {StartSimpleSAMLphp, SAMLOptions{SignAssertion: true, SignResponse: true}, attributes},
		"SimpleSAMLphp, encrypted": {StartSimpleSAMLphp, SAMLOptions{SignAssertion: true, SignResponse: true, Encrypt: "aes128-cbc", WantSigned: true}, attributes},
		"samlp, signed":            {StartSamlp, SAMLOptions{SignResponse: true}, samlpAttributes},
		"samlp, encrypted":         {StartSamlp, SAMLOptions{SignResponse: true, Encrypt: "aes128-gcm"}, samlpAttributes},
	} {
		t.Run(name, func(t *testing.T) {
			p := startProduct(t)
			config := map[string]any{"sign_requests": tc.o.WantSigned, "want_encrypted": tc.o.Encrypt != ""}
			for k, v := range tc.config {
				config[k] = v
			}
			p.connect(tc.start, tc.o, config)
			ada, thief := p.visitor(), p.visitor()
			form := ada.atProvider("alice")
			status, next := ada.send(ada.elsewhere, "POST", p.url+"/sso/acme/saml/acs", form)
			if status != http.StatusSeeOther {
				t.Fatalf("assertion consumer: %d", status)
			}
			if status, _ := thief.send(thief.own, "GET", next, nil); status != http.StatusUnauthorized || thief.user() != "" {
				t.Fatalf("another browser finished the sign-in: %d %q", status, thief.user())
			}
			form = ada.atProvider("alice")
			_, next = ada.send(ada.elsewhere, "POST", p.url+"/sso/acme/saml/acs", form)
			if status, to := ada.send(ada.own, "GET", next, nil); status != http.StatusSeeOther || to != p.url+"/audit" {
				t.Fatalf("finish: %d to %s", status, to)
			}
			if got := ada.user(); got != "alice@example.test" {
				t.Fatalf("signed in as %q", got)
			}
			if status, _ := thief.send(thief.elsewhere, "POST", p.url+"/sso/acme/saml/acs", form); status != http.StatusUnauthorized {
				t.Errorf("the same answer counts twice: %d", status)
			}
			events := p.api("GET", "/api/v1/audit/events?type=sign_in.refused", nil)
			if n := bytes.Count(events, []byte(`"sign_in.refused"`)); n < 2 {
				t.Errorf("%d refusals in the ledger: %s", n, events)
			}
			if in := p.api("GET", "/api/v1/audit/events?type=person.signed_in", nil); !bytes.Contains(in, []byte(`"connection":"acme"`)) {
				t.Errorf("the sign-in in the ledger: %s", in)
			}
		})
	}
}
