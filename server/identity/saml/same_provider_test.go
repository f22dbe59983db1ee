package saml

import (
	"strings"
	"testing"
)

// TestSameProvider ensures that new certificates and addresses keep a connection its provider, and that doubt doesn't.
func TestSameProvider(t *testing.T) {
	c := theCast()
	first, renewed := idpMetadata(c.idp), idpMetadata(c.idp, c.idpNext)
	other := strings.ReplaceAll(first, testIDP, "https://second.test")
	for name, tc := range map[string]struct {
		have, next Config
		want       bool
	}{
		"new certificates":              {Config{Metadata: first}, Config{Metadata: renewed}, true},
		"another provider's metadata":   {Config{Metadata: first}, Config{Metadata: other}, false},
		"an address for it":             {Config{Metadata: first}, Config{Metadata: first, MetadataURL: "https://a.test"}, true},
		"an address that may be any":    {Config{Metadata: first}, Config{MetadataURL: "https://a.test"}, false},
		"an address for a named one":    {Config{Metadata: first}, Config{MetadataURL: "https://a.test", EntityID: testIDP}, true},
		"a copy beside the address":     {Config{MetadataURL: "https://a.test"}, Config{MetadataURL: "https://a.test", Metadata: first}, true},
		"another's copy beside it":      {Config{MetadataURL: "https://a.test", Metadata: first}, Config{MetadataURL: "https://a.test", Metadata: other}, false},
		"a copy in place of an address": {Config{MetadataURL: "https://a.test"}, Config{Metadata: first}, false},
	} {
		t.Run(name, func(t *testing.T) {
			if got := tc.have.SameProvider(&tc.next); got != tc.want {
				t.Errorf("the same: %v, want %v", got, tc.want)
			}
		})
	}
}
