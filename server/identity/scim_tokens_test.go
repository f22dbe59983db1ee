package identity

import (
	"strings"
	"testing"
	"time"

	"ambit/server/caller"
)

func TestSCIMTokens(t *testing.T) {
	h := newHouse(t)
	h.connect("okta", caller.StageLive, nil)
	h.connect("ci", caller.StageLive, func(c *caller.Connection) { c.Kind = caller.KindWorkload })
	first, secret, err := h.CreateSCIMToken(t.Context(), admin, "okta", testAddress)
	must(t, err)
	if !strings.HasPrefix(secret, "ambit_scim_") || len(secret) != len("ambit_scim_")+43 {
		t.Fatalf("token %q", secret)
	}
	p, err := h.Bearer(secret)
	must(t, err)
	if p.Kind != caller.Provisioner || p.Connection != "okta" || !p.HasScope(caller.ScopeSCIM) || len(p.Scopes) != 1 || p.Credential != first.ID || p.Who() != "scim:okta" {
		t.Errorf("principal %+v", p)
	}
	for _, wrong := range []string{secret[:len(secret)-1], secret + "x", strings.ToUpper(secret), "ambit_" + secret[len("ambit_scim_"):], "ambit_scim_"} {
		if _, err := h.Bearer(wrong); err == nil {
			t.Errorf("%q was taken", wrong)
		}
	}
	if used := h.SCIMTokens("okta")[0].LastUsed; used != h.clock.now().Truncate(time.Minute) {
		t.Errorf("last used %v", used)
	}

	second, next, err := h.CreateSCIMToken(t.Context(), admin, "okta", testAddress)
	must(t, err)
	_, _, err = h.CreateSCIMToken(t.Context(), admin, "okta", testAddress)
	mustRefuse(t, err, "conflict")
	must(t, h.RevokeSCIMToken(t.Context(), admin, first.ID, testAddress))
	mustRefuse(t, h.RevokeSCIMToken(t.Context(), admin, first.ID, testAddress), "not_found")
	_, err = h.Bearer(secret)
	mustRefuse(t, err, "unauthenticated")
	if _, err := h.Bearer(next); err != nil {
		t.Errorf("the second token ended with the first: %v", err)
	}
	if all := h.SCIMTokens("okta"); len(all) != 2 || all[0].ID != second.ID && all[1].ID != second.ID || len(h.SCIMTokens("ci")) != 0 {
		t.Errorf("tokens %+v", all)
	}
	_, _, err = h.CreateSCIMToken(t.Context(), admin, "nowhere", testAddress)
	mustRefuse(t, err, "not_found")
	_, _, err = h.CreateSCIMToken(t.Context(), admin, "ci", testAddress)
	mustRefuse(t, err, "invalid")

	must(t, h.StageConnection(t.Context(), admin, "okta", caller.StageDisabled, testAddress))
	if _, err := h.Bearer(next); err == nil {
		t.Error("the token of a disabled connection works")
	}
	if _, err := h.AddUser(t.Context(), p, testAddress, scimUser("ada", "1", "")); err == nil {
		t.Error("a request that was on its way provisioned a disabled connection")
	}
	must(t, h.DeleteConnection(t.Context(), admin, "okta", testAddress))
	if _, err := h.Bearer(next); err == nil {
		t.Error("the token of a deleted connection works")
	}
	created, revoked := h.events("scim_token.created"), h.events("scim_token.revoked")
	if len(created) != 2 || len(revoked) != 2 || strings.Contains(string(created[0].Change.After), next) || created[0].Actor.User != admin.Person {
		t.Errorf("the ledger says %+v, %+v", created, revoked)
	}
}
