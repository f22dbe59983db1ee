//go:build e2e

package idp

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/pem"
	"errors"
	"net/http"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ambit/server/identity/idp"
	"ambit/server/identity/saml"
)

var urls = saml.URLs{
	EntityID: "http://localhost:8420/sso/test/saml/metadata",
	ACS:      "http://localhost:8420/sso/test/saml/acs",
	Metadata: "http://localhost:8420/sso/test/saml/metadata",
}

// ownKeys are those of our side, with a second pair as during a roll-over.
var ownKeys = sync.OnceValue(func() saml.Keys {
	current, err := saml.GenerateKeys(rand.Reader, time.Now())
	if err != nil {
		panic(err)
	}
	next, err := saml.GenerateKeys(rand.Reader, time.Now())
	if err != nil {
		panic(err)
	}
	return saml.Keys{Current: current, Next: &next}
})

type used map[string]bool

func (u used) Seen(_ context.Context, id string, _ time.Time) (bool, error) {
	was := u[id]
	u[id] = true
	return was, nil
}

func newProvider(t *testing.T, cfg saml.Config) *saml.Provider {
	t.Helper()
	p, err := saml.New(cfg, ownKeys(), urls, &http.Client{Timeout: 10 * time.Second}, time.Now, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func options(t *testing.T) SAMLOptions {
	t.Helper()
	metadata, err := newProvider(t, saml.Config{MetadataURL: "https://unused.test"}).Metadata()
	if err != nil {
		t.Fatal(err)
	}
	cert := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: ownKeys().Current.Certificate.Raw})
	return SAMLOptions{Dir: t.TempDir(), ACS: urls.ACS, SPMetadata: metadata, SPCertificate: cert}
}

// arrive signs a person in at a provider and returns what it would have the browser post to us.
func arrive(t *testing.T, p *saml.Provider, name string) (saml.Flow, url.Values) {
	t.Helper()
	start, flow, err := p.Begin(t.Context(), "relay1", true)
	if err != nil {
		t.Fatalf("begin: %v", err)
	}
	action, form, err := SAMLSignIn(t.Context(), start.Redirect, name, name)
	if err != nil {
		t.Fatalf("sign in at the provider: %v", err)
	}
	if action != urls.ACS || form.Get("RelayState") != "relay1" || saml.InResponseTo(form) != flow.RequestID {
		t.Fatalf("posts to %s with relay state %q", action, form.Get("RelayState"))
	}
	return flow, url.Values{"SAMLResponse": form["SAMLResponse"], "RelayState": form["RelayState"]}
}

// content makes our metadata say that we don't insist on signed assertions, which SimpleSAMLphp would heed.
func content(o *SAMLOptions) {
	o.SPMetadata = bytes.Replace(o.SPMetadata, []byte(`WantAssertionsSigned="true"`), []byte(`WantAssertionsSigned="false"`), 1)
}

type scenario struct {
	name   string
	change func(o *SAMLOptions)
	cfg    saml.Config
	reason string // "": signs in
}

func run(t *testing.T, start func(context.Context, SAMLOptions) (*SAMLProvider, error), subject string, cfg saml.Config, scenarios []scenario) {
	for _, s := range scenarios {
		t.Run(s.name, func(t *testing.T) {
			o := options(t)
			s.change(&o)
			at, err := start(t.Context(), o)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(at.Close)
			c := cfg
			c.MetadataURL, c.SignRequests, c.WantEncrypted = at.MetadataURL, s.cfg.SignRequests, s.cfg.WantEncrypted
			p := newProvider(t, c)
			flow, form := arrive(t, p, "alice")
			seen := used{}
			claims, _, err := p.Finish(t.Context(), &flow, form, seen)
			if s.reason != "" {
				var r *idp.Refusal
				if !errors.As(err, &r) || r.Reason != s.reason {
					t.Fatalf("want a refusal for %s, got %v (%v)", s.reason, err, errors.Unwrap(err))
				}
				return
			}
			if err != nil {
				t.Fatalf("refused: %v (%v)", err, errors.Unwrap(err))
			}
			want := &idp.Claims{Subject: subject, Email: "alice@example.test", Name: "Alice Admin", Groups: []string{"admins", "eng"}, GroupsState: idp.GroupsKnown}
			if claims.AuthTime.IsZero() {
				t.Error("no time of authentication")
			}
			want.SessionID, want.AuthTime, want.Raw = claims.SessionID, claims.AuthTime, claims.Raw
			if diff := cmp.Diff(want, claims); diff != "" {
				t.Error(diff)
			}
			if _, _, err := p.Finish(t.Context(), &flow, form, seen); err == nil {
				t.Error("the same response signs in twice")
			}
			if notes, err := p.Inspect(t.Context()); err != nil || len(notes) < 5 {
				t.Errorf("inspect: %v, %v", notes, err)
			}
		})
	}
}

// TestSAMLSimpleSAMLphp ensures that people of SimpleSAMLphp sign in, in each way that it can sign and encrypt.
func TestSAMLSimpleSAMLphp(t *testing.T) {
	cfg := saml.Config{EmailAttribute: "mail", NameAttribute: "displayName", GroupsAttribute: "groups", NameIDFormat: "persistent"}
	run(t, StartSimpleSAMLphp, "alice", cfg, []scenario{
		{name: "signed assertion", change: func(o *SAMLOptions) { o.SignAssertion = true }},
		{name: "signed response", change: func(o *SAMLOptions) { o.SignResponse = true; content(o) }},
		{name: "both signed, signed request", change: func(o *SAMLOptions) { o.SignAssertion, o.SignResponse, o.WantSigned = true, true, true }, cfg: saml.Config{SignRequests: true}},
		{name: "encrypted", change: func(o *SAMLOptions) { o.SignAssertion, o.SignResponse, o.Encrypt = true, true, "aes128-cbc" }, cfg: saml.Config{WantEncrypted: true}},
		{name: "encrypted, response not signed", change: func(o *SAMLOptions) { o.SignAssertion, o.Encrypt = true, "aes128-cbc" }},
		{name: "nothing signed", change: content, reason: "unsigned"},
		{name: "plain where encryption is required", change: func(o *SAMLOptions) { o.SignAssertion = true }, cfg: saml.Config{WantEncrypted: true}, reason: "not_encrypted"},
	})
}

// TestSAMLSamlp ensures that people of samlp sign in, with each cipher, and that SHA-1 is refused.
func TestSAMLSamlp(t *testing.T) {
	cfg := saml.Config{EmailAttribute: "email", NameAttribute: "displayName", GroupsAttribute: "groups"}
	list := []scenario{
		{name: "signed assertion", change: func(*SAMLOptions) {}},
		{name: "signed response", change: func(o *SAMLOptions) { o.SignResponse = true }},
		{name: "sha1", change: func(o *SAMLOptions) { o.SHA1 = true }, reason: "algorithm"},
	}
	for _, cipher := range []string{"aes128-cbc", "aes256-cbc", "aes128-gcm", "aes256-gcm"} {
		list = append(list, scenario{name: cipher, change: func(o *SAMLOptions) { o.Encrypt, o.SignResponse = cipher, true }, cfg: saml.Config{WantEncrypted: true}})
	}
	list = append(list, scenario{name: "aes256-cbc, response not signed", change: func(o *SAMLOptions) { o.Encrypt = "aes256-cbc" }})
	run(t, StartSamlp, "id-alice", cfg, list)
}
