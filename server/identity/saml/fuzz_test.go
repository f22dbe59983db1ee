package saml

import (
	"encoding/base64"
	"net/url"
	"testing"
)

// FuzzFinish ensures that nothing but what the identity provider signed is accepted, and that nothing panics. The seeds are
// good responses and every attack.
func FuzzFinish(f *testing.F) {
	for _, attacks := range [][]attack{wrappingAttacks(), referenceAttacks(), nameAttacks(), encryptionAttacks(), subjectAttacks()} {
		for _, a := range attacks {
			g := newForge()
			a.make(g)
			f.Add([]byte(g.xml()))
		}
	}
	good := newForge()
	good.signResponse = true
	f.Add([]byte(good.xml()))
	encrypted := newForge()
	encrypted.encrypt = aes128gcm
	f.Add([]byte(encrypted.xml()))
	p := good.provider(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		form := url.Values{"SAMLResponse": {base64.StdEncoding.EncodeToString(data)}}
		claims, _, err := p.Finish(t.Context(), good.flow, form, &memory{})
		if err == nil && claims.Subject != "ada" {
			t.Fatalf("accepted %+v from %q", claims, data)
		}
		if err != nil && reasonOf(err) == "" {
			t.Fatalf("no refusal: %v", err)
		}
	})
}

// FuzzMetadata ensures that no metadata panics, and that what is accepted can be used.
func FuzzMetadata(f *testing.F) {
	c := theCast()
	f.Add([]byte(idpMetadata(c.idp, c.idpNext)))
	f.Add([]byte(`<md:EntitiesDescriptor xmlns:md="` + nsMetadata + `" validUntil="2030-01-01T00:00:00Z">` + idpMetadata(c.idp) + `</md:EntitiesDescriptor>`))
	f.Fuzz(func(t *testing.T, data []byte) {
		p, refusal := parseProvider(data, "")
		if refusal == nil && (p.entityID == "" || len(p.certificates) == 0 || p.redirect+p.post == "") {
			t.Fatalf("accepted %+v", p)
		}
	})
}
