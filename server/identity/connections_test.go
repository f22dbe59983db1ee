package identity

import (
	"errors"
	"testing"

	"ambit/server/caller"
)

// through is somebody who came in through a connection with a console session and an agent.
type through struct {
	cookie string
	agent  caller.AgentCredentials
}

func (a *agents) through(connection, subject, email string) through {
	a.t.Helper()
	arrived := a.arrive(connection, said(subject, email, "engineers"))
	f := a.family()
	f.PersonID, f.AccountID, f.Connection = arrived.PersonID, arrived.AccountID, connection
	return through{a.openSession(arrived), a.signIn(f)}
}

func (a *agents) mustBeOut(in through) {
	a.t.Helper()
	if a.signedIn(in.cookie) {
		a.t.Error("the session goes on")
	}
	a.mustNotCount(in.agent.Access)
	a.mustSignInAgain(in.agent.Refresh)
}

func (a *agents) mustBeIn(in through) {
	a.t.Helper()
	if !a.signedIn(in.cookie) {
		a.t.Error("the session has ended")
	}
	a.mustCount(in.agent.Access)
}

// TestAClosedConnectionRevokes ensures that what a connection signs nobody in to any more is revoked: taking the change back brings
// none of it back.
func TestAClosedConnectionRevokes(t *testing.T) {
	for _, stage := range []string{caller.StageDisabled, caller.StageDraft, caller.StageStaging} {
		t.Run(stage, func(t *testing.T) {
			h := newHouse(t)
			h.connect("entra", caller.StageLive, func(c *caller.Connection) { c.Testers = []string{"tess@acme.test"} })
			h.connect("partner", caller.StageLive, func(c *caller.Connection) { c.Domains = []string{"partner.test"} })
			a := agentsIn(h)
			amy, tess, pia := a.through("entra", "1", "amy@acme.test"), a.through("entra", "2", "tess@acme.test"), a.through("partner", "3", "pia@partner.test")
			must(t, h.StageConnection(t.Context(), admin, "entra", stage, testAddress))
			h.consistent()
			ended := 2
			if stage == caller.StageStaging {
				ended = 1
				a.mustBeIn(tess)
			} else {
				a.mustBeOut(tess)
			}
			a.mustBeOut(amy)
			a.mustBeIn(pia)
			sessions, families := h.events("session.revoked"), h.events("credential.revoked")
			if len(sessions) != ended || len(families) != ended || sessions[0].Actor.User != admin.Person || families[0].Actor.User != admin.Person {
				t.Errorf("%d sessions and %d credentials are in the ledger, want %d of each by the admin", len(sessions), len(families), ended)
			}
			must(t, h.StageConnection(t.Context(), admin, "entra", caller.StageLive, testAddress))
			a.mustBeOut(amy)
			a.mustBeIn(pia)
		})
	}
}

func TestATesterWhoIsStruckOffIsOut(t *testing.T) {
	h := newHouse(t)
	h.connect("entra", caller.StageStaging, func(c *caller.Connection) { c.Testers = []string{"tess@acme.test"} })
	a := agentsIn(h)
	tess := a.through("entra", "2", "tess@acme.test")
	c := *h.Connection("entra")
	c.Testers = nil
	must(t, h.UpdateConnection(t.Context(), admin, &c, nil, testAddress))
	a.mustBeOut(tess)
	c.Testers = []string{"tess@acme.test"}
	must(t, h.UpdateConnection(t.Context(), admin, &c, nil, testAddress))
	a.mustBeOut(tess)
}

// TestASlowChangeUndoesNothing ensures that a change which was prepared before another one keeps what the other did.
func TestASlowChangeUndoesNothing(t *testing.T) {
	h := newHouse(t)
	h.connect("okta", caller.StageLive, func(c *caller.Connection) { c.Secrets = map[string]string{"keys": "1"} })
	c := *h.Connection("okta")
	c.Name, c.Secrets = "Okta", nil
	must(t, h.StageConnection(t.Context(), admin, "okta", caller.StageDisabled, testAddress))
	must(t, h.UpdateConnection(t.Context(), admin, &c, nil, testAddress))
	must(t, h.ReplaceSecret(t.Context(), admin, "okta", "keys", func(now string) (string, error) { return now + "2", nil }, testAddress))
	h.consistent()
	if got := h.Connection("okta"); got.Stage != caller.StageDisabled || got.Name != "Okta" || got.Secrets["keys"] != "12" {
		t.Errorf("the connection is %+v", got)
	}
	other := c
	other.Kind = caller.KindSAML
	mustRefuse(t, h.UpdateConnection(t.Context(), admin, &other, nil, testAddress), "conflict")
	mustRefuse(t, h.ReplaceSecret(t.Context(), admin, "none", "keys", nil, testAddress), "not_found")
}

func TestWhoPeopleAreIsKeptOnceThereAreAccounts(t *testing.T) {
	h := newHouse(t)
	h.connect("okta", caller.StageLive, nil)
	kept := errors.New("kept")
	refuse := func(*caller.Connection) error { return kept }
	c := *h.Connection("okta")
	must(t, h.UpdateConnection(t.Context(), admin, &c, refuse, testAddress))
	h.arrive("okta", said("1", "amy@acme.test"))
	if err := h.UpdateConnection(t.Context(), admin, &c, refuse, testAddress); !errors.Is(err, kept) {
		t.Errorf("the change gave %v", err)
	}
}

// TestADeletedConnectionLeavesNoWayIn ensures that a connection under the same id, to whomever it leads, begins with nobody.
func TestADeletedConnectionLeavesNoWayIn(t *testing.T) {
	h := newHouse(t)
	h.connect("entra", caller.StageLive, nil)
	a := agentsIn(h)
	by := h.provisioner("entra")
	_, secret, err := h.CreateSCIMToken(t.Context(), admin, "entra", testAddress)
	must(t, err)
	amy := a.through("entra", "1", "amy@acme.test")
	gone := h.provision(by, scimUser("ben", "2", "ben@acme.test"))
	h.group(by, "engineers", gone.ID)
	h.setActive(by, gone.ID, false)
	must(t, h.StageConnection(t.Context(), admin, "entra", caller.StageDraft, testAddress))
	must(t, h.DeleteConnection(t.Context(), admin, "entra", testAddress))
	h.consistent()
	a.mustBeOut(amy)
	if p := h.Person("amy@acme.test"); p == nil || p.Disabled || len(p.Accounts) != 0 {
		t.Errorf("Amy is %+v", p)
	}
	if p := h.Person("ben@acme.test"); p == nil || !p.Disabled {
		t.Errorf("whom the provider had deactivated is %+v", p)
	}
	for kind, want := range map[string]int{"account.removed": 2, "group.deleted": 1, "scim_token.revoked": 2, "person.disabled": 1, "connection.deleted": 1} {
		if got := len(h.events(kind)); got != want {
			t.Errorf("%d events %s, want %d", got, kind, want)
		}
	}
	h.connect("entra", caller.StageLive, func(c *caller.Connection) { c.Domains = []string{"elsewhere.test"} })
	a.mustBeOut(amy)
	if _, err := h.Bearer(secret); err == nil {
		t.Error("a SCIM token of the old connection provisions the new one")
	}
	if n, err := h.CountGroups(t.Context(), "entra"); err != nil || n != 0 {
		t.Errorf("%d groups are left, %v", n, err)
	}
	stranger := h.arrive("entra", said("1", "eve@elsewhere.test", "engineers"))
	if stranger.User != "eve@elsewhere.test" || len(h.Person("amy@acme.test").Accounts) != 0 {
		t.Errorf("an equal subject of another provider arrived as %+v", stranger)
	}
}

// TestASubjectThatWasSomebodyElsesMakesANewName ensures that whom nothing but connection and subject names isn't taken for whoever had
// both before.
func TestASubjectThatWasSomebodyElsesMakesANewName(t *testing.T) {
	h := newHouse(t)
	unproven := func(c *caller.Connection) { c.Domains = nil }
	h.connect("entra", caller.StageLive, unproven)
	before := h.arrive("entra", said("1", "amy@acme.test", "engineers"))
	must(t, h.StageConnection(t.Context(), admin, "entra", caller.StageDisabled, testAddress))
	must(t, h.DeleteConnection(t.Context(), admin, "entra", testAddress))
	h.connect("entra", caller.StageLive, unproven)
	after := h.arrive("entra", said("1", "eve@acme.test", "engineers"))
	if before.User != "entra/1" || after.PersonID == before.PersonID || after.User != "entra/"+after.AccountID {
		t.Errorf("before %+v, after %+v", before, after)
	}
}

// TestALateSessionIsNotRevived ensures that a sign-in which ended just after its connection was disabled stays out.
func TestALateSessionIsNotRevived(t *testing.T) {
	h := newHouse(t)
	h.connect("entra", caller.StageLive, nil)
	arrived := h.arrive("entra", said("1", "amy@acme.test", "engineers"))
	must(t, h.StageConnection(t.Context(), admin, "entra", caller.StageDisabled, testAddress))
	signed, _ := h.OpenSession(t.Context(), arrived, "", testAddress) // refused or not, it must not count
	must(t, h.StageConnection(t.Context(), admin, "entra", caller.StageLive, testAddress))
	if h.signedIn(signed.Cookie) {
		t.Error("the session counts after all")
	}
}
