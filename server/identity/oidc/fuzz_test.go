package oidc

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"ambit/server/identity/idp"
)

// FuzzParsers ensures that no text from outside makes a parser panic, and that what they accept keeps what they promise.
func FuzzParsers(f *testing.F) {
	for _, seed := range []string{
		`{}`, `{"a":{"b":[1,2.5,"x",null,true]}}`, `{"a":1,"a":2}`, `{"keys":[{"kty":"RSA","n":"AQAB","e":"AQAB"}]}`, `{"keys":[{"kty":"OKP","crv":"Ed25519","x":"AA"}]}`,
		`{"iss":"https://a.test","sub":"x","aud":["a","b"],"exp":1e300,"groups":["a",""],"_claim_names":{"groups":"s"},"email":"A@b","email_verified":"true"}`,
		`{"issuer":"https://a.test","jwks_uri":"https://a.test/k"}`, `{"sub":"x","realm_access":{"roles":["dev"]},"https://acme/groups":["x"]}`,
		"eyJhbGciOiJSUzI1NiJ9.e30.AA", "a.b.c", "\x00\xff", `{"sub":"x","groups":"one"}`, strings.Repeat("[", 100),
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if h, err := parseHeader(s, asymmetric); err == nil && h.alg == "" {
			t.Error("a header without algorithm")
		}
		if set, err := parseKeys([]byte(s)); err == nil {
			for _, k := range set.keys {
				if k.key == nil || len(set.candidates(k.id, "HS256")) > 0 {
					t.Errorf("key %+v", k)
				}
			}
		}
		if m, err := parseMetadata([]byte(s), "https://a.test"); err == nil && secureURL(m.JWKSURI, false) != nil {
			t.Errorf("metadata %+v", m)
		}
		cleaned := clean(s, 50)
		if !utf8.ValidString(cleaned) || len(cleaned) > 53 || strings.ContainsFunc(cleaned, unicode.IsControl) {
			t.Errorf("clean: %q", cleaned)
		}
		glob(s, s)
		object, err := decodeObject([]byte(s))
		if err != nil {
			return
		}
		var loose map[string]any
		dec := json.NewDecoder(strings.NewReader(s))
		dec.UseNumber()
		if err := dec.Decode(&loose); err != nil || !reflect.DeepEqual(loose, object) {
			t.Errorf("read %v, encoding/json %v (%v)", object, loose, err)
		}
		fuzzClaims(t, object)
	})
}

func fuzzClaims(t *testing.T, object map[string]any) {
	_ = (audiences{accepted: []string{"a"}, party: []string{"a"}}).check(object)
	_, _ = newFuzzProvider.checkTimes(object)
	for _, c := range []Config{{}, {GroupsClaim: "realm_access.roles", GroupsString: true, SubjectClaim: "a.b"}} {
		c = c.withDefaults()
		for _, info := range []map[string]any{nil, object} {
			claims, _, err := c.read(object, info)
			if err != nil {
				if refusal(err) == nil {
					t.Errorf("%v is no refusal", err)
				}
				continue
			}
			if !goodSubject(claims.Subject) || claims.GroupsState == "" || claims.GroupsState != idp.GroupsKnown && claims.Groups != nil {
				t.Errorf("%+v", claims)
			}
		}
	}
}

var newFuzzProvider = New(Config{Issuer: "https://a.test"}, "", client(), newClock().now, constant{})
