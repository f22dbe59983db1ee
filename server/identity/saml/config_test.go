package saml

import (
	"encoding/json"
	"strings"
	"testing"

	"ambit/server/identity/idp"
)

// TestConfigCheck ensures that each slip is told with its field and a remedy, and that good configurations pass.
func TestConfigCheck(t *testing.T) {
	c := theCast()
	good := idpMetadata(c.idp)
	weak := newSigner(newRSA(1024), testNow, testNow.AddDate(1, 0, 0))
	two := `<md:EntitiesDescriptor xmlns:md="` + nsMetadata + `">` + good + strings.Replace(good, testIDP, "https://second.test", 1) + `</md:EntitiesDescriptor>`
	cases := []struct {
		name, field string
		cfg         Config
	}{
		{"metadata", "", Config{Metadata: good}},
		{"metadata address", "", Config{MetadataURL: "https://idp.acme.test/metadata"}},
		{"metadata address on this machine", "", Config{MetadataURL: "http://127.0.0.1:8080/metadata"}},
		{"one of two providers", "", Config{Metadata: two, EntityID: "https://second.test"}},
		{"all options", "", Config{
			Metadata: good, Certificates: []string{pemOf(c.idpNext)}, NameIDFormat: "transient", Subject: "uid", GroupsSeparator: "; ",
			ClockSkewSeconds: 300, MaxAuthenticationAgeSeconds: 28800,
		}},
		{"nothing", "metadata_url", Config{}},
		{"address without TLS", "metadata_url", Config{MetadataURL: "http://idp.acme.test/metadata"}},
		{"address with a password", "metadata_url", Config{MetadataURL: "https://user:secret@idp.acme.test/metadata"}},
		{"address of a file", "metadata_url", Config{MetadataURL: "file:///etc/passwd"}},
		{"address that is none", "metadata_url", Config{MetadataURL: "idp.acme.test"}},
		{"metadata that is HTML", "metadata", Config{Metadata: "<html></html>"}},
		{"metadata that is no XML", "metadata", Config{Metadata: "https://idp"}},
		{"metadata with a DOCTYPE", "metadata", Config{Metadata: "<!DOCTYPE x>" + good}},
		{"metadata nested deeply", "metadata", Config{Metadata: strings.Repeat("<a>", 100) + strings.Repeat("</a>", 100)}},
		{"metadata of 3 MiB", "metadata", Config{Metadata: good + strings.Repeat(" ", 3<<20)}},
		{"metadata of a service provider", "metadata", Config{Metadata: strings.ReplaceAll(good, "IDPSSODescriptor", "SPSSODescriptor")}},
		{"metadata without a certificate", "metadata", Config{Metadata: idpMetadata()}},
		{"metadata with a weak key", "metadata", Config{Metadata: idpMetadata(weak)}},
		{"metadata without an address for sign-in", "metadata", Config{Metadata: strings.ReplaceAll(good, "HTTP-Redirect", "SOAP")}},
		{"metadata of SAML 1.1", "metadata", Config{Metadata: strings.Replace(good, `"`+nsProtocol, `"urn:oasis:names:tc:SAML:1.1:protocol`, 1)}},
		{"two providers", "entity_id", Config{Metadata: two}},
		{"a provider that isn't there", "entity_id", Config{Metadata: good, EntityID: "https://third.test"}},
		{"certificate that is none", "certificates", Config{Metadata: good, Certificates: []string{"hello"}}},
		{"certificate with a weak key", "certificates", Config{Metadata: good, Certificates: []string{pemOf(weak)}}},
		{"two certificates in one", "certificates", Config{Metadata: good, Certificates: []string{pemOf(c.idp) + pemOf(c.idp)}}},
		{"NameID format", "name_id_format", Config{Metadata: good, NameIDFormat: "windows"}},
		{"transient subject", "name_id_format", Config{Metadata: good, NameIDFormat: "transient"}},
		{"subject with spaces", "subject", Config{Metadata: good, Subject: "uid "}},
		{"attribute with a line break", "email_attribute", Config{Metadata: good, EmailAttribute: "ma\nil"}},
		{"long separator", "groups_separator", Config{Metadata: good, GroupsSeparator: "-----"}},
		{"clock skew of ten minutes", "clock_skew_seconds", Config{Metadata: good, ClockSkewSeconds: 600}},
		{"clock skew below zero", "clock_skew_seconds", Config{Metadata: good, ClockSkewSeconds: -1}},
		{"authentication of ten seconds", "max_authentication_age_seconds", Config{Metadata: good, MaxAuthenticationAgeSeconds: 10}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			refusals := c.cfg.Check()
			if c.field == "" {
				if len(refusals) > 0 {
					t.Fatalf("refused: %v (%v)", refusals[0], refusals[0].Cause)
				}
				return
			}
			if len(refusals) != 1 {
				t.Fatalf("%d refusals: %v", len(refusals), refusals)
			}
			r := refusals[0]
			if r.Field != c.field || r.Reason != idp.ReasonConfiguration || r.Message == "" || r.Remedy == "" {
				t.Errorf("got %+v", r)
			}
			if strings.Contains(r.Error(), "secret") {
				t.Errorf("quotes a secret: %v", r)
			}
			if _, err := New(c.cfg, theCast().sp, testURLs, nil, nil, nil); err == nil {
				t.Error("New takes it")
			}
		})
	}
}

// TestConfigCheckTellsAll ensures that an admin sees every slip at once.
func TestConfigCheckTellsAll(t *testing.T) {
	cfg := Config{Certificates: []string{"x"}, NameIDFormat: "x", ClockSkewSeconds: 9999, MaxAuthenticationAgeSeconds: 1}
	if got := len(cfg.Check()); got != 5 {
		t.Errorf("%d refusals, want 5", got)
	}
}

// TestKeysAreKept ensures that a generated pair survives storage, and that what doesn't belong together is refused.
func TestKeysAreKept(t *testing.T) {
	pair, err := GenerateKeys(newForge().provider(t).rand, testNow)
	if err != nil {
		t.Fatal(err)
	}
	if bits := pair.Key.N.BitLen(); bits != keyBits || !pair.Certificate.NotBefore.Before(testNow) || !pair.Certificate.NotAfter.After(testNow.AddDate(4, 0, 0)) {
		t.Errorf("%d bits, valid %v to %v", bits, pair.Certificate.NotBefore, pair.Certificate.NotAfter)
	}
	stored, err := json.Marshal(pair)
	if err != nil {
		t.Fatal(err)
	}
	var back KeyPair
	if err := json.Unmarshal(stored, &back); err != nil || !back.Key.Equal(pair.Key) || !back.Certificate.Equal(pair.Certificate) {
		t.Errorf("read back: %v", err)
	}
	var swapped, other storedPair
	mustJSON(t, stored, &swapped)
	otherStored, err := json.Marshal(theCast().sp.Current)
	if err != nil {
		t.Fatal(err)
	}
	mustJSON(t, otherStored, &other)
	swapped.Certificate = other.Certificate
	mixed, err := json.Marshal(swapped)
	if err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{string(mixed), `{}`, `[]`, `{"key":"AAAA","certificate":"AAAA"}`} {
		if err := json.Unmarshal([]byte(bad), &back); err == nil {
			t.Errorf("takes %.40s", bad)
		}
	}
	if _, err := json.Marshal(KeyPair{}); err == nil {
		t.Error("stores a pair without a key")
	}
}

func mustJSON(t *testing.T, data []byte, v any) {
	t.Helper()
	if err := json.Unmarshal(data, v); err != nil {
		t.Fatal(err)
	}
}
