//go:build !client

package cli

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"ambit/server/caller"
	"ambit/server/identity/idp"
	"ambit/server/identity/sso"
)

func reason(err error) string {
	var r *idp.Refusal
	if errors.As(err, &r) {
		return r.Reason
	}
	return ""
}

// TestMistakesInAConnectionNameTheField ensures that a wrong configuration is refused with the field and what to do.
func TestMistakesInAConnectionNameTheField(t *testing.T) {
	h := newHouse(t)
	for name, tc := range map[string]struct{ kind, config, field string }{
		"no JSON":             {"oidc", `{`, "config"},
		"unknown member":      {"oidc", `{"oidc": {"issuer": "https://127.0.0.1", "client_id": "x", "clientid": "y"}}`, "config"},
		"another kind's":      {"oidc", `{"saml": {}}`, "oidc"},
		"no issuer":           {"oidc", `{"oidc": {"client_id": "x"}}`, "issuer"},
		"no client":           {"oidc", `{"oidc": {"issuer": "https://127.0.0.1"}}`, "client_id"},
		"metadata address":    {"oidc", `{"oidc": {"issuer": "https://169.254.169.254", "client_id": "x"}}`, "oidc.issuer"},
		"groups from nowhere": {"oidc", `{"oidc": {"issuer": "https://127.0.0.1", "client_id": "x"}, "accounts": {"groups_from": "ldap"}}`, "accounts.groups_from"},
		"any job of a CI":     {"workload", `{"workload": {"issuer": "https://127.0.0.1", "audiences": ["x"], "claims": {"sub": "*"}}}`, "workload.claims"},
		"no SAML metadata":    {"saml", `{"saml": {}}`, ""},
	} {
		c := &caller.Connection{ID: "x", Kind: tc.kind, Name: "x", Config: json.RawMessage(tc.config)}
		if tc.kind == "oidc" {
			c.Secrets = map[string]string{"client_secret": "s"}
		}
		err := h.sso.Create(t.Context(), theOwner, c, "")
		var found sso.Problems
		if !errors.As(err, &found) {
			t.Errorf("%s: %v", name, err)
			continue
		}
		fields := make([]string, len(found))
		for i, r := range found {
			fields[i] = r.Field
			if r.Remedy == "" || r.Message == "" {
				t.Errorf("%s: %+v", name, r)
			}
		}
		if tc.field != "" && !strings.Contains(" "+strings.Join(fields, " ")+" ", tc.field) {
			t.Errorf("%s: fields %v", name, fields)
		}
	}
	if len(h.identity.Connections()) != 0 {
		t.Error("a wrong connection was kept")
	}
}

// TestUnreachableProviderStopsNothing ensures that a connection whose provider is away neither keeps the server from working nor
// hangs: the person reads what to do.
func TestUnreachableProviderStopsNothing(t *testing.T) {
	h, p := newHouse(t), newOpenID(t)
	h.connect(p, "acme", caller.StageLive)
	p.Close()
	status, _, body := h.browser().visit("/sso/acme/login")
	if status != 503 || !strings.Contains(body, "Ambit") || strings.Contains(body, "goroutine") {
		t.Errorf("%d %s", status, body)
	}
	if e := h.events("sign_in.refused"); len(e) != 1 || !strings.Contains(string(e[0].Outcome), "unreachable") {
		t.Errorf("the ledger says %+v", e)
	}
}
