package saml

import (
	"bytes"
	"compress/flate"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/xml"
	"io"
	"net/url"
	"strings"
	"testing"

	crewjam "github.com/crewjam/saml"

	"ambit/server/identity/idp"
)

type request struct {
	XMLName      xml.Name `xml:"urn:oasis:names:tc:SAML:2.0:protocol AuthnRequest"`
	ID           string   `xml:",attr"`
	Destination  string   `xml:",attr"`
	ACS          string   `xml:"AssertionConsumerServiceURL,attr"`
	Binding      string   `xml:"ProtocolBinding,attr"`
	ForceAuthn   bool     `xml:",attr"`
	Issuer       string   `xml:"urn:oasis:names:tc:SAML:2.0:assertion Issuer"`
	NameIDPolicy *struct {
		Format string `xml:",attr"`
	}
}

func inflate(t *testing.T, s string) []byte {
	t.Helper()
	raw, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	out, err := io.ReadAll(flate.NewReader(bytes.NewReader(raw)))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestBeginRedirect ensures that a signed request by redirect says who asks and what for, and that its signature holds.
func TestBeginRedirect(t *testing.T) {
	f := newForge()
	f.cfg.SignRequests, f.cfg.NameIDFormat, f.cfg.MaxAuthenticationAgeSeconds = true, "persistent", 3600
	start, flow, err := f.provider(t).Begin(t.Context(), "relay1", false)
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(start.Redirect)
	if err != nil || !strings.HasPrefix(start.Redirect, "https://idp.acme.test/sso?SAMLRequest=") || start.Post != "" {
		t.Fatalf("%q, %v", start.Redirect, err)
	}
	q := u.Query()
	var r request
	if err := xml.Unmarshal(inflate(t, q.Get("SAMLRequest")), &r); err != nil {
		t.Fatal(err)
	}
	if r.ID != flow.RequestID || len(r.ID) != 41 || r.Destination != "https://idp.acme.test/sso" || r.ACS != testURLs.ACS || !r.ForceAuthn ||
		r.Binding != crewjam.HTTPPostBinding || r.Issuer != testURLs.EntityID || r.NameIDPolicy == nil || r.NameIDPolicy.Format != formatPersistent {
		t.Errorf("request: %+v", r)
	}
	if q.Get("RelayState") != "relay1" || flow.Relay != "relay1" || !flow.Begun.Equal(testNow) || q.Get("SigAlg") != rsa256 {
		t.Errorf("relay %q, flow %+v, algorithm %q", q.Get("RelayState"), flow, q.Get("SigAlg"))
	}
	if flow.Fresh {
		t.Error("a fresh sign-in was not asked for")
	}
	content, _, _ := strings.Cut(u.RawQuery, "&Signature=")
	sig, err := base64.StdEncoding.DecodeString(q.Get("Signature"))
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256([]byte(content))
	if err := rsa.VerifyPKCS1v15(&f.sp.Current.Key.PublicKey, crypto.SHA256, sum[:], sig); err != nil {
		t.Errorf("the signature doesn't hold: %v", err)
	}
}

// TestBeginFresh ensures that a fresh sign-in is asked for where the caller wants one, and only there.
func TestBeginFresh(t *testing.T) {
	p := newForge().provider(t)
	for _, fresh := range []bool{false, true} {
		start, flow, err := p.Begin(t.Context(), "", fresh)
		if err != nil {
			t.Fatal(err)
		}
		u, err := url.Parse(start.Redirect)
		if err != nil {
			t.Fatal(err)
		}
		var r request
		if err := xml.Unmarshal(inflate(t, u.Query().Get("SAMLRequest")), &r); err != nil {
			t.Fatal(err)
		}
		if r.ForceAuthn != fresh || flow.Fresh != fresh {
			t.Errorf("want %v: asked %v, flow %+v", fresh, r.ForceAuthn, flow)
		}
	}
}

// TestBeginPost ensures that a provider without redirect gets a form, signed inside because its metadata asks for it.
func TestBeginPost(t *testing.T) {
	f := newForge()
	f.cfg.Metadata = strings.NewReplacer("HTTP-Redirect", "HTTP-POST", "<md:IDPSSODescriptor ", `<md:IDPSSODescriptor WantAuthnRequestsSigned="true" `).Replace(f.cfg.Metadata)
	start, flow, err := f.provider(t).Begin(t.Context(), "relay1", false)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := base64.StdEncoding.DecodeString(start.Fields["SAMLRequest"])
	if err != nil || start.Post != "https://idp.acme.test/sso" || start.Fields["RelayState"] != "relay1" {
		t.Fatalf("%+v, %v", start, err)
	}
	root, err := parse(raw, map[string]bool{})
	if err != nil {
		t.Fatal(err)
	}
	signed, err := verify(root, trusted{f.sp.Current.Certificate}, testNow)
	if err != nil || value(signed, "ID") != flow.RequestID {
		t.Errorf("the signature doesn't hold: %v", err)
	}
	if child(root, nsProtocol, "NameIDPolicy") != nil {
		t.Error("asks for a NameID format that nobody chose")
	}
}

// TestBeginIsUnlike ensures that no two requests have the same id, and that a long relay state is the caller's mistake.
func TestBeginIsUnlike(t *testing.T) {
	p := newForge().provider(t)
	_, one, err1 := p.Begin(t.Context(), "", false)
	_, two, err2 := p.Begin(t.Context(), "", false)
	if err1 != nil || err2 != nil || one.RequestID == two.RequestID {
		t.Errorf("%v, %v: %q, %q", err1, err2, one.RequestID, two.RequestID)
	}
	if _, _, err := p.Begin(t.Context(), strings.Repeat("x", 81), false); err == nil {
		t.Error("takes a relay state of 81 bytes")
	}
}

// TestOwnMetadata ensures that what we publish has both certificates for both uses, and is the same each time.
func TestOwnMetadata(t *testing.T) {
	f := newForge()
	p := f.provider(t)
	out, err := p.Metadata()
	if err != nil {
		t.Fatal(err)
	}
	again, err := p.Metadata()
	if err != nil || !bytes.Equal(out, again) {
		t.Errorf("another time it is different: %v", err)
	}
	var md crewjam.EntityDescriptor
	if err := xml.Unmarshal(out, &md); err != nil {
		t.Fatal(err)
	}
	role := md.SPSSODescriptors[0]
	if md.EntityID != testURLs.EntityID || !md.ValidUntil.IsZero() || len(role.AssertionConsumerServices) != 1 ||
		role.AssertionConsumerServices[0].Location != testURLs.ACS || role.AssertionConsumerServices[0].Binding != crewjam.HTTPPostBinding ||
		!*role.WantAssertionsSigned || *role.AuthnRequestsSigned {
		t.Errorf("%s", out)
	}
	uses := map[string]int{}
	for i, k := range role.KeyDescriptors {
		uses[k.Use]++
		want := f.sp.all()[i%2].Certificate.Raw
		if k.KeyInfo.X509Data.X509Certificates[0].Data != base64.StdEncoding.EncodeToString(want) {
			t.Errorf("certificate %d is another", i)
		}
	}
	if uses["signing"] != 2 || uses["encryption"] != 2 {
		t.Errorf("uses: %v", uses)
	}
}

// TestInspect ensures that the wizard shows the provider, its bindings and alarms at certificates that end soon.
func TestInspect(t *testing.T) {
	f := newForge()
	soon := newSigner(f.idp.key, testNow.AddDate(0, -11, 0), testNow.AddDate(0, 0, 20))
	f.cfg.Metadata = idpMetadata(soon, f.idpOld, f.idpNext)
	f.cfg.NameIDFormat = "persistent"
	notes, err := f.provider(t).Inspect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []struct{ message, hint string }{
		{"The identity provider is " + testIDP, ""},
		{"HTTP-Redirect (https://idp.acme.test/sso)", ""},
		{"not signed", ""},
		{"valid until 12 December 2026", "less than 30 days"},
		{"expired on 22 November 2026", "Nothing signed with it"},
		{"valid until 22 November 2027", ""},
		{"Our certificate", ""},
		{"Our next certificate", ""},
	} {
		if !hasNote(notes, want.message, want.hint) {
			t.Errorf("no note %q with hint %q in %+v", want.message, want.hint, notes)
		}
	}
}

func hasNote(notes []idp.Note, message, hint string) bool {
	for _, n := range notes {
		if strings.Contains(n.Message, message) && strings.Contains(n.Hint, hint) {
			return true
		}
	}
	return false
}

// TestInResponseTo ensures that the claimed request is found in a readable response only.
func TestInResponseTo(t *testing.T) {
	f := newForge()
	if got := InResponseTo(f.values()); got != "_request1" {
		t.Errorf("got %q", got)
	}
	if got := InResponseTo(url.Values{"SAMLResponse": {"%%%"}}); got != "" {
		t.Errorf("got %q", got)
	}
}
