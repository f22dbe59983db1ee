package sso

import (
	"encoding/json"
	"errors"
	"testing"

	"ambit/server/caller"
)

func TestKeepsIdentity(t *testing.T) {
	for name, tc := range map[string]struct{ kind, have, next, field string }{
		"nothing":                    {"oidc", `{"oidc":{"issuer":"https://a.test"}}`, `{"oidc":{"issuer":"https://a.test"}}`, ""},
		"issuer":                     {"oidc", `{"oidc":{"issuer":"https://a.test"}}`, `{"oidc":{"issuer":"https://b.test"}}`, "oidc.issuer"},
		"subject claim":              {"oidc", `{"oidc":{"issuer":"https://a.test"}}`, `{"oidc":{"issuer":"https://a.test","subject_claim":"oid"}}`, "oidc.subject_claim"},
		"subject claim spelt out":    {"oidc", `{"oidc":{"issuer":"https://a.test"}}`, `{"oidc":{"issuer":"https://a.test","subject_claim":"sub"}}`, ""},
		"client, groups":             {"oidc", `{"oidc":{"issuer":"https://a.test","client_id":"x"}}`, `{"oidc":{"issuer":"https://a.test","client_id":"y","groups_claim":"g"}}`, ""},
		"workload issuer":            {"workload", `{"workload":{"issuer":"https://a.test"}}`, `{"workload":{"issuer":"https://b.test"}}`, "workload.issuer"},
		"workload subject":           {"workload", `{"workload":{"issuer":"https://a.test"}}`, `{"workload":{"issuer":"https://a.test","subject_claim":"job"}}`, "workload.subject_claim"},
		"same address":               {"saml", `{"saml":{"metadata_url":"https://a.test"}}`, `{"saml":{"metadata_url":"https://a.test","groups_attribute":"g"}}`, ""},
		"another address":            {"saml", `{"saml":{"metadata_url":"https://a.test"}}`, `{"saml":{"metadata_url":"https://b.test"}}`, "saml.metadata_url"},
		"entity id added":            {"saml", `{"saml":{"metadata_url":"https://a.test"}}`, `{"saml":{"metadata_url":"https://a.test","entity_id":"urn:a"}}`, ""},
		"address of the same entity": {"saml", `{"saml":{"metadata_url":"https://a.test","entity_id":"urn:a"}}`, `{"saml":{"metadata_url":"https://b.test","entity_id":"urn:a"}}`, ""},
		"entity id":                  {"saml", `{"saml":{"metadata_url":"https://a.test","entity_id":"urn:a"}}`, `{"saml":{"metadata_url":"https://a.test","entity_id":"urn:b"}}`, "saml.entity_id"},
		"subject attribute":          {"saml", `{"saml":{"metadata_url":"https://a.test"}}`, `{"saml":{"metadata_url":"https://a.test","subject":"uid"}}`, "saml.subject"},
		"one that can't be read":     {"oidc", `{"oidc":`, `{"oidc":{"issuer":"https://b.test"}}`, ""},
		"subject spelt out":          {"saml", `{"saml":{"metadata_url":"https://a.test"}}`, `{"saml":{"metadata_url":"https://a.test","subject":"name_id"}}`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			err := keepsIdentity(&caller.Connection{Kind: tc.kind, Config: json.RawMessage(tc.have)}, &caller.Connection{Kind: tc.kind, Config: json.RawMessage(tc.next)})
			var found Problems
			if (err == nil) != (tc.field == "") || err != nil && (!errors.As(err, &found) || found[0].Field != tc.field || found[0].Remedy == "") {
				t.Errorf("got %v, want the field %q", err, tc.field)
			}
		})
	}
}
