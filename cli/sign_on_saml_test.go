//go:build !client

package cli

import (
	"bytes"
	"compress/flate"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ambit/server/caller"
)

// samlMetadata describes an identity provider that nobody asks.
func samlMetadata(t *testing.T) string {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	must(t, err)
	return `<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://idp.acme.test">` +
		`<md:IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"><md:KeyDescriptor use="signing">` +
		`<ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:X509Data><ds:X509Certificate>` + base64.StdEncoding.EncodeToString(der) +
		`</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>` +
		`<md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://idp.acme.test/sso"/>` +
		`</md:IDPSSODescriptor></md:EntityDescriptor>`
}

// connectSAML adds a live SAML connection.
func (h *house) connectSAML(id string, settings map[string]any) {
	h.t.Helper()
	config, err := json.Marshal(map[string]any{"saml": settings, "accounts": map[string]any{}})
	must(h.t, err)
	c := &caller.Connection{ID: id, Kind: caller.KindSAML, Name: "Entra", Domains: []string{"acme.test"}, Config: config}
	must(h.t, h.sso.Create(h.t.Context(), theOwner, c, ""))
	must(h.t, h.identity.StageConnection(h.t.Context(), theOwner, id, caller.StageLive, ""))
}

// toProvider starts a sign-in and stops before the identity provider: the query that the browser was sent there with.
func (b *browser) toProvider(path string) url.Values {
	b.h.t.Helper()
	stays := *b.Client
	stays.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	resp, err := stays.Get(b.h.url + path)
	must(b.h.t, err)
	resp.Body.Close()
	to, err := url.Parse(resp.Header.Get("Location"))
	must(b.h.t, err)
	if resp.StatusCode != http.StatusSeeOther || to.Host == "" {
		b.h.t.Fatalf("%s: %d to %q", path, resp.StatusCode, to)
	}
	return to.Query()
}

// answer posts a response as a browser at the identity provider's page does: without cookies, and without going on.
func (h *house) answer(connection, relay, response string) (status int, to string) {
	h.t.Helper()
	c := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }, Timeout: 20 * time.Second}
	form := url.Values{"SAMLResponse": {response}, "RelayState": {relay}}
	resp, err := c.PostForm(h.url+"/sso/"+connection+"/saml/acs", form)
	must(h.t, err)
	resp.Body.Close()
	return resp.StatusCode, resp.Header.Get("Location")
}

// TestForgedAnswersAreRecordedWhereTheyArrive ensures that whoever forges a response can't keep it out of the ledger by not going on,
// and that a flood of forgeries can't fill it unseen.
func TestForgedAnswersAreRecordedWhereTheyArrive(t *testing.T) {
	h := newHouse(t)
	h.connectSAML("entra", map[string]any{"metadata": samlMetadata(t), "allow_idp_initiated": true})
	b := h.browser()
	relay := b.toProvider("/sso/entra/login").Get("RelayState")
	if status, _ := h.answer("entra", relay, "bm9uc2Vuc2U="); status != 401 {
		t.Fatalf("a forged answer: %d", status)
	}
	e := h.events("sign_in.refused")
	if len(e) != 1 || e[0].Actor.Connection != "entra" || e[0].Actor.Address == "" {
		t.Fatalf("the ledger says %+v", e)
	}
	if status, _, _ := b.visit("/sso/entra/finish?flow=" + url.QueryEscape(relay)); status != 401 {
		t.Errorf("the flow goes on: %d", status)
	}
	recorded := len(h.events("sign_in.refused"))
	limited := 0
	for range 60 {
		if status, _ := h.answer("entra", "", "bm9uc2Vuc2U="); status == http.StatusTooManyRequests {
			limited++
		}
	}
	if got := len(h.events("sign_in.refused")) - recorded; limited == 0 || got != 60-limited {
		t.Errorf("%d of 60 were turned away, %d recorded", limited, got)
	}
}

// TestDevicesAreApprovedByAFreshSignIn ensures that a browser that was left open approves no device: the provider is asked to have
// the person sign in again.
func TestDevicesAreApprovedByAFreshSignIn(t *testing.T) {
	h, p := newHouse(t), newOpenID(t)
	h.connect(p, "acme", caller.StageLive)
	h.connectSAML("entra", map[string]any{"metadata": samlMetadata(t)})
	b := h.browser()
	for path, want := range map[string]bool{"login": false, "login?for=device&flow=x": true} {
		q := b.toProvider("/sso/acme/" + path)
		if got := q.Get("prompt") == "login" && q.Get("max_age") == "0"; got != want {
			t.Errorf("OpenID, %s: asked with %v", path, q)
		}
		raw, err := base64.StdEncoding.DecodeString(b.toProvider("/sso/entra/" + path).Get("SAMLRequest"))
		must(t, err)
		request, err := io.ReadAll(flate.NewReader(bytes.NewReader(raw)))
		must(t, err)
		if got := strings.Contains(string(request), `ForceAuthn="true"`); got != want {
			t.Errorf("SAML, %s: asked with %s", path, request)
		}
	}
}

// TestTestSignInShowsARefusedAnswer ensures that an admin sees what is wrong with a response, and that it counts as no attempt.
func TestTestSignInShowsARefusedAnswer(t *testing.T) {
	h := newHouse(t)
	h.connectSAML("entra", map[string]any{"metadata": samlMetadata(t)})
	admin := h.signIn("ina@acme.test", caller.IdentityAdmin)
	relay := admin.toProvider("/sso/entra/login?for=test").Get("RelayState")
	status, to := h.answer("entra", relay, "bm9uc2Vuc2U=")
	if status != http.StatusSeeOther {
		t.Fatalf("%d", status)
	}
	_, at, _ := admin.visit(to)
	back, err := url.Parse(at)
	must(t, err)
	r := h.sso.TestResult(h.identity.Person("ina@acme.test").ID, "entra", back.Query().Get("test"))
	if r == nil || r.Refused == nil || len(h.events("sign_in.refused")) != 0 {
		t.Fatalf("at %s: %+v", at, r)
	}
}

// TestSAMLOutlastsARestart ensures that people can sign in after a restart while the provider's metadata can't be fetched, and that
// what was kept counts for the address that it came from only.
func TestSAMLOutlastsARestart(t *testing.T) {
	text, dir := samlMetadata(t), filepath.Join(t.TempDir(), "data")
	idp := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, text) }))
	defer idp.Close()
	h := openHouse(t, dir)
	h.connectSAML("entra", map[string]any{"metadata_url": idp.URL})
	h.browser().toProvider("/sso/entra/login")
	h.stop()
	idp.Close()
	h = openHouse(t, dir)
	if h.browser().toProvider("/sso/entra/login").Get("SAMLRequest") == "" {
		t.Error("nobody can sign in")
	}
	c := *h.identity.Connection("entra")
	c.Secrets, c.Config = nil, json.RawMessage(`{"saml": {"metadata_url": "http://127.0.0.1:1/other"}, "accounts": {}}`)
	must(t, h.sso.Update(t.Context(), theOwner, &c, ""))
	if status, _, _ := h.browser().visit("/sso/entra/login"); status != 503 {
		t.Errorf("another address goes by what the first one said: %d", status)
	}
}
