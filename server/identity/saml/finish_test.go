package saml

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/crewjam/saml/xmlenc"
	"github.com/google/go-cmp/cmp"

	"ambit/server/identity/idp"
)

func reasonOf(err error) string {
	var r *idp.Refusal
	if errors.As(err, &r) {
		return r.Reason
	}
	return ""
}

// TestGoodResponses ensures that what honest identity providers send is accepted, and read right.
func TestGoodResponses(t *testing.T) {
	both := func(f *forge) { f.signResponse = true }
	cases := map[string]func(f *forge){
		"signed assertion":     func(*forge) {},
		"signed response only": func(f *forge) { f.signResponse, f.signAssertion = true, false },
		"both signed":          both,
		"sha-512": func(f *forge) {
			f.onAssertion.method, f.onAssertion.digest = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512", "http://www.w3.org/2001/04/xmlenc#sha512"
		},
		"elliptic curve": func(f *forge) {
			f.cfg.Metadata, f.onAssertion.by, f.onAssertion.method = idpMetadata(f.idpEC), &f.idpEC, "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256"
		},
		"without KeyInfo":                   func(f *forge) { f.onAssertion.keyInfo = " " },
		"prefixes kept by canonicalization": func(f *forge) { f.onAssertion.prefixes = "xs" },
		"prefixes kept, both signed":        func(f *forge) { f.signResponse, f.onAssertion.prefixes, f.onResponse.prefixes = true, "xs", "xs" },
		"indented signature value": func(f *forge) {
			f.onAssertion.value = func(s string) string { return "\n  " + s[:60] + "\r\n\t" + s[60:] + "\n" }
		},
		"XML declaration": func(f *forge) {
			f.final = func(s string) string { return `<?xml version="1.0" encoding="UTF-8"?>` + "\n" + s }
		},
		"aes128-cbc in a signed response":     func(f *forge) { f.signResponse, f.encrypt = true, xmlenc.AES128CBC.Algorithm() },
		"aes256-cbc":                          func(f *forge) { f.encrypt = xmlenc.AES256CBC.Algorithm() },
		"aes128-gcm":                          func(f *forge) { f.encrypt = xmlenc.AES128GCM.Algorithm() },
		"aes256-gcm":                          func(f *forge) { f.encrypt = xmlenc.AES256GCM.Algorithm() },
		"encrypted, only the response signed": func(f *forge) { f.signResponse, f.signAssertion, f.encrypt = true, false, xmlenc.AES128GCM.Algorithm() },
		"encrypted for our next key":          func(f *forge) { f.encrypt, f.encryptFor = xmlenc.AES128GCM.Algorithm(), f.sp.Next.Certificate },
		"encrypted with OAEP 1.1":             func(f *forge) { e := xmlenc.OAEP_SHA256(); f.encrypt, f.encrypter = xmlenc.AES128GCM.Algorithm(), &e },
		"encryption required":                 func(f *forge) { f.encrypt, f.cfg.WantEncrypted = xmlenc.AES128GCM.Algorithm(), true },
		"roll-over: the old certificate":      func(f *forge) { f.cfg.Metadata = idpMetadata(f.idp, f.idpNext) },
		"roll-over: the new certificate":      func(f *forge) { f.cfg.Metadata, f.onAssertion.by = idpMetadata(f.idp, f.idpNext), &f.idpNext },
		"roll-over: new one without KeyInfo": func(f *forge) {
			f.cfg.Metadata, f.onAssertion.by, f.onAssertion.keyInfo = idpMetadata(f.idp, f.idpNext), &f.idpNext, " "
		},
		"roll-over: one signs each": func(f *forge) {
			f.signResponse, f.cfg.Metadata, f.onAssertion.by = true, idpMetadata(f.idp, f.idpNext), &f.idpNext
		},
		"one expired, one valid":            func(f *forge) { f.cfg.Metadata = idpMetadata(f.idpOld, f.idp) },
		"extra trusted certificate":         func(f *forge) { f.cfg.Certificates, f.onAssertion.by = []string{pemOf(f.idpNext)}, &f.idpNext },
		"clock of the provider 50 s ahead":  func(f *forge) { f.now = testNow.Add(-50 * time.Second); f.flow.Begun = f.now },
		"clock 4 minutes behind, tolerated": func(f *forge) { f.now, f.cfg.ClockSkewSeconds = testNow.Add(8*time.Minute), 300 },
		"several audiences, ours among them": func(f *forge) {
			f.conditions = strings.Replace(f.conditions, "<saml:Audience>", "<saml:Audience>https://other.test</saml:Audience><saml:Audience>", 1)
		},
		"one time use": func(f *forge) {
			f.conditions = strings.Replace(f.conditions, "</saml:Conditions>", "<saml:OneTimeUse/></saml:Conditions>", 1)
		},
		"attributes before the authentication": func(f *forge) {
			i := strings.Index(f.statements, "<saml:AttributeStatement>")
			f.statements = f.statements[i:] + f.statements[:i]
		},
		"ADFS says who issued an attribute": func(f *forge) {
			f.statements = strings.Replace(f.statements, `Name="displayName"`, `xmlns:a="http://schemas.xmlsoap.org/ws/2009/09/identity/claims" a:OriginalIssuer="x" Name="displayName"`, 1)
		},
	}
	for name, change := range cases {
		t.Run(name, func(t *testing.T) {
			f := newForge()
			change(f)
			got, _, err := f.provider(t).Finish(t.Context(), f.flow, f.values(), f.seen)
			if err != nil {
				t.Fatalf("refused: %v (%v)", err, errors.Unwrap(err))
			}
			want := &idp.Claims{
				Subject: "ada", Email: "ada@acme.test", Name: "Ada Lovelace", Groups: []string{"eng-senior", "staff"}, GroupsState: idp.GroupsKnown,
				SessionID: "_session1", AuthTime: testNow.Add(-time.Minute), Raw: got.Raw,
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}
