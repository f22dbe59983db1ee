package identity

import (
	"encoding/json"
	"testing"
	"time"

	"ambit/server/caller"
)

// TestWatch ensures that SCIM counts as telling only while its client can come in.
func TestWatch(t *testing.T) {
	a := newAgents(t)
	watch := func(when string, want Watch) {
		t.Helper()
		if got := a.Watch("okta"); got != want || got.SCIM != a.SCIMActive("okta") {
			t.Errorf("%s: %+v, active %v; want %+v", when, got, a.SCIMActive("okta"), want)
		}
	}
	watch("at first", Watch{Strangers: true})
	_, _, err := a.CreateSCIMToken(t.Context(), admin, "okta", "")
	must(t, err)
	watch("a token that nobody used", Watch{Strangers: true})
	by, seen := a.provisioner("okta"), a.clock.now()
	watch("no users yet", Watch{Strangers: true, SCIMSeen: seen})
	a.house.provision(by, scimUser("ada", "00u1", "ada@acme.test"))
	c := *a.Connection("okta")
	c.Config = json.RawMessage(`{"accounts":{"provisioned_only":true}}`)
	must(t, a.UpdateConnection(t.Context(), admin, &c, nil, ""))
	watch("everybody is provisioned", Watch{Provisioned: true, SCIM: true, SCIMSeen: seen})
	without := a.family()
	without.RefreshToken = ""
	a.signIn(without)
	watch("an agent without a refresh token", Watch{Provisioned: true, SCIM: true, SCIMSeen: seen, Unasked: true})
	must(t, a.StageConnection(t.Context(), admin, "okta", caller.StageDisabled, ""))
	watch("disabled", Watch{Provisioned: true})
	must(t, a.StageConnection(t.Context(), admin, "okta", caller.StageLive, ""))
	a.clock.add(100 * 24 * time.Hour)
	watch("long ago", Watch{Provisioned: true, SCIM: true, SCIMSeen: seen})
	must(t, a.RevokeSCIMToken(t.Context(), admin, by.ID, ""))
	watch("revoked", Watch{Provisioned: true})
}
