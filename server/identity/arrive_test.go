package identity

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"ambit/db"
	"ambit/server/caller"
	"ambit/server/identity/idp"
)

// admin is an identity admin in the console.
var admin = &caller.Principal{Kind: caller.Browser, ID: "per_admin", Person: "ina@acme.test", Roles: []caller.Role{caller.IdentityAdmin}}

// connect adds a connection in a stage.
func (h *house) connect(id, stage string, change func(*caller.Connection)) {
	h.t.Helper()
	c := &caller.Connection{ID: id, Kind: caller.KindOIDC, Name: id, Domains: []string{"acme.test"}}
	if change != nil {
		change(c)
	}
	must(h.t, h.CreateConnection(h.t.Context(), admin, c, testAddress))
	if stage != caller.StageDraft {
		must(h.t, h.StageConnection(h.t.Context(), admin, id, stage, testAddress))
	}
}

func said(subject, email string, groups ...string) *idp.Claims {
	return &idp.Claims{Subject: subject, Email: email, Name: "Name of " + subject, Groups: groups, GroupsState: idp.GroupsKnown, SessionID: "sid-" + subject}
}

func (h *house) arrive(connection string, claims *idp.Claims) *idp.Arrival {
	h.t.Helper()
	a, err := h.Arrive(h.t.Context(), connection, claims, testAddress)
	must(h.t, err)
	return a
}

func (h *house) turnedAway(connection string, claims *idp.Claims, reason string) {
	h.t.Helper()
	_, err := h.Arrive(h.t.Context(), connection, claims, testAddress)
	var r *idp.Refusal
	if !errors.As(err, &r) || r.Reason != reason {
		h.t.Fatalf("got %v, want a refusal for %s", err, reason)
	}
	if r.Remedy == "" {
		h.t.Errorf("%s names no remedy", reason)
	}
	events := h.events("sign_in.refused")
	last := events[0] // the newest
	var outcome struct{ Reason string }
	must(h.t, json.Unmarshal(last.Outcome, &outcome))
	if outcome.Reason != reason || last.Actor.Connection != connection {
		h.t.Errorf("the ledger says %+v %s", last.Actor, last.Outcome)
	}
}

func TestAccountsAreKeyedBySubject(t *testing.T) {
	h := newHouse(t)
	h.connect("okta", caller.StageLive, nil)
	first := h.arrive("okta", said("00u1", "ada@acme.test", "engineers"))
	if first.User != "ada@acme.test" {
		t.Fatalf("known as %s", first.User)
	}
	h.turnedAway("okta", said("00u2", "ada@acme.test", "engineers"), "address_taken") // a recycled address is somebody else
	again := h.arrive("okta", said("00u1", "ada.park@acme.test", "eng-senior"))
	p := h.Person("ada.park@acme.test")
	if again.PersonID != first.PersonID || p == nil || !slices.Equal(p.Groups, []string{"eng-senior"}) || h.Person("ada@acme.test") != nil {
		t.Fatalf("after a change of address: %+v, %+v", again, p)
	}
}

func TestOnlyAProvenAddressLinks(t *testing.T) {
	h := newHouse(t)
	h.connect("okta", caller.StageLive, nil)
	h.connect("partner", caller.StageLive, func(c *caller.Connection) { c.Domains = []string{"partner.test"} })
	h.connect("entra", caller.StageLive, nil)
	ada := h.arrive("okta", said("00u1", "ada@acme.test", "engineers"))
	stranger := h.arrive("partner", said("p1", "ada@acme.test", "engineers"))
	if stranger.PersonID == ada.PersonID || stranger.User != "partner/p1" {
		t.Fatalf("another domain's address was believed: %+v", stranger)
	}
	unverified := said("e1", "ada@acme.test", "engineers")
	unverified.EmailVerified = new(bool)
	if a := h.arrive("entra", unverified); a.PersonID == ada.PersonID || a.User != "entra/e1" {
		t.Fatalf("an unverified address was believed: %+v", a)
	}
	if d := h.Person("partner/p1").Duplicates; !slices.Contains(d, "ada@acme.test") {
		t.Errorf("the possible duplicate isn't shown: %v", d)
	}
	if a := h.arrive("entra", said("e2", "ada@acme.test", "staff")); a.PersonID != ada.PersonID {
		t.Fatalf("a proven address didn't link: %+v", a)
	}
	if p := h.Person("ada@acme.test"); !slices.Equal(p.Groups, []string{"engineers", "staff"}) || len(p.Accounts) != 2 {
		t.Errorf("the accounts don't add up: %+v", p)
	}
}

func TestUnknownGroupsAreNotEmpty(t *testing.T) {
	h := newHouse(t)
	h.connect("okta", caller.StageLive, nil)
	h.connect("google", caller.StageLive, func(c *caller.Connection) {
		c.Config = json.RawMessage(`{"accounts":{"groups_from":"none","fixed_groups":["staff"]}}`)
	})
	for state, reason := range map[idp.GroupsState]string{idp.GroupsAbsent: "groups_absent", idp.GroupsTruncated: "groups_truncated", "": "groups_absent"} {
		claims := said("00u1", "ada@acme.test")
		claims.GroupsState = state
		h.turnedAway("okta", claims, reason)
	}
	claims := said("g1", "gus@acme.test", "owners")
	claims.GroupsState = idp.GroupsAbsent
	h.arrive("google", claims)
	if p := h.Person("gus@acme.test"); !slices.Equal(p.Groups, []string{"staff"}) || p.GroupsUnknown {
		t.Errorf("an admin's word for the groups: %+v", p)
	}
}

func TestStages(t *testing.T) {
	h := newHouse(t)
	h.connect("draft", caller.StageDraft, nil)
	h.connect("staging", caller.StageStaging, func(c *caller.Connection) { c.Testers = []string{"Ada@acme.test"} })
	h.turnedAway("draft", said("1", "ada@acme.test"), "stage")
	h.turnedAway("staging", said("2", "ben@acme.test"), "staging")
	h.turnedAway("nowhere", said("2", "ben@acme.test"), "connection")
	a := h.arrive("staging", said("1", "ada@acme.test", "engineers"))
	signed, err := h.OpenSession(t.Context(), a, "", testAddress)
	must(t, err)
	p, err := h.Cookie(signed.Cookie)
	must(t, err)
	if p.Connection != "staging" || p.Subject != "1" || !slices.Equal(p.Groups, []string{"engineers"}) {
		t.Errorf("principal %+v", p)
	}
	must(t, h.StageConnection(t.Context(), admin, "staging", caller.StageDisabled, testAddress))
	if _, err := h.Cookie(signed.Cookie); err == nil {
		t.Error("a session outlives its connection")
	}
	if p := h.Person("ada@acme.test"); len(p.Groups) != 0 {
		t.Errorf("groups of a disabled connection count: %v", p.Groups)
	}
}

func TestPreviewChangesNothing(t *testing.T) {
	h := newHouse(t)
	h.connect("okta", caller.StageDraft, nil)
	_, err := h.AddRoleRule(t.Context(), olga(), caller.RoleRule{Group: "sec", Role: caller.SecurityAdmin}, "")
	must(t, err)
	seq := h.ledger.Seq()
	p := h.Preview("okta", said("1", "ada@acme.test", "sec"))
	if !p.NewPerson || !p.EmailProven || p.User != "ada@acme.test" || !slices.Equal(p.Roles, []caller.Role{caller.SecurityAdmin}) || len(p.Problems) != 0 {
		t.Errorf("preview %+v", p)
	}
	absent := said("1", "ada@elsewhere.test")
	absent.GroupsState = idp.GroupsAbsent
	if p := h.Preview("okta", absent); len(p.Problems) != 1 || p.User != "okta/1" || p.GroupsKnown {
		t.Errorf("preview %+v", p)
	}
	if h.ledger.Seq() != seq || len(h.People()) != 0 {
		t.Error("a preview left traces")
	}
}

func olga() *caller.Principal {
	return &caller.Principal{Kind: caller.Browser, ID: "per_owner", Person: testEmail, Roles: []caller.Role{caller.Owner}}
}

func TestRolesComeFromGroupsAndNeverTheOwners(t *testing.T) {
	h := newHouse(t)
	h.setUp()
	h.connect("okta", caller.StageLive, nil)
	_, err := h.AddRoleRule(t.Context(), admin, caller.RoleRule{Group: "sec", Role: caller.SecurityAdmin}, "")
	mustRefuse(t, err, "forbidden") // an identity admin doesn't have that role
	_, err = h.AddRoleRule(t.Context(), olga(), caller.RoleRule{Group: "sec", Role: caller.Owner}, "")
	mustRefuse(t, err, "forbidden")
	_, err = h.AddRoleRule(t.Context(), olga(), caller.RoleRule{Group: "leads", Role: caller.Manager}, "")
	mustRefuse(t, err, "invalid")
	rule, err := h.AddRoleRule(t.Context(), olga(), caller.RoleRule{Group: "sec", Role: caller.SecurityAdmin}, "")
	must(t, err)
	_, err = h.AddRoleRule(t.Context(), olga(), caller.RoleRule{Group: "leads", Role: caller.Manager, Repositories: []string{"github.com/acme/*"}}, "")
	must(t, err)
	// The owner's own address, proven by a connection: the same person, and not the owner.
	a := h.arrive("okta", said("00u9", testEmail, "sec", "leads"))
	signed, err := h.OpenSession(t.Context(), a, "", testAddress)
	must(t, err)
	p, err := h.Cookie(signed.Cookie)
	must(t, err)
	if p.HasRole(caller.PlatformAdmin) || !slices.Equal(p.Roles, []caller.Role{caller.Manager, caller.SecurityAdmin}) || len(p.Repositories) != 1 {
		t.Errorf("roles %v for %v", p.Roles, p.Repositories)
	}
	must(t, h.DeleteRoleRule(t.Context(), olga(), rule.ID, ""))
	if p, err := h.Cookie(signed.Cookie); err != nil || p.HasRole(caller.SecurityAdmin) {
		t.Errorf("a role that was taken away still counts: %v %v", p, err)
	}
}

func TestNoProviderRenamesTheOwner(t *testing.T) {
	h := newHouse(t)
	o := h.setUp()
	h.connect("okta", caller.StageLive, nil)
	h.arrive("okta", said("00u9", testEmail, "staff"))
	h.arrive("okta", said("00u9", "mallory@acme.test", "staff"))
	by := h.provisioner("okta")
	u := h.provision(by, scimUser("olga", "00u9", "eve@acme.test"))
	_, err := h.ChangeUser(t.Context(), by, testAddress, u.ID, func(u *idp.User) error { u.Email, u.Name = "trudy@acme.test", "Trudy"; return nil })
	must(t, err)
	if p := h.Person(testEmail); p == nil || p.Name != "Olga Owner" || p.Contact != "" {
		t.Fatalf("the owner is %+v", p)
	}
	_, err = h.VerifySignIn(t.Context(), h.challenge(), caller.Proof{Code: h.code(o.secret)}, "", testAddress)
	must(t, err)
}

func TestRevokedMeansNow(t *testing.T) {
	h := newHouse(t)
	h.setUp()
	h.connect("okta", caller.StageLive, nil)
	signIn := func() string {
		signed, err := h.OpenSession(t.Context(), h.arrive("okta", said("00u1", "ada@acme.test", "engineers")), "", testAddress)
		must(t, err)
		_, err = h.Cookie(signed.Cookie)
		must(t, err)
		return signed.Cookie
	}
	out := func(how, cookie string) {
		t.Helper()
		if _, err := h.Cookie(cookie); err == nil {
			t.Errorf("%s: still signed in", how)
		}
	}
	ada := h.arrive("okta", said("00u1", "ada@acme.test", "engineers"))
	cookie := signIn()
	must(t, h.CutOff(t.Context(), olga(), ada.PersonID, "lost laptop", ""))
	out("cut off", cookie)
	cookie = signIn()
	must(t, h.CutOffEverybody(t.Context(), olga(), "drill", ""))
	out("everybody cut off", cookie)
	cookie = signIn()
	must(t, h.LogOutAt(t.Context(), "okta", idp.Logout{Subject: "00u1", SessionID: "another"}, ""))
	if _, err := h.Cookie(cookie); err != nil {
		t.Error("logging out another session of the provider ended this one")
	}
	must(t, h.LogOutAt(t.Context(), "okta", idp.Logout{Subject: "00u1", SessionID: "sid-00u1"}, ""))
	out("logged out at the provider", cookie)
	cookie = signIn()
	must(t, h.LogOutAt(t.Context(), "okta", idp.Logout{Subject: "00u1"}, ""))
	out("subject logged out at the provider", cookie)
	cookie = signIn()
	token := h.token(caller.NewToken{Name: "laptop", Scopes: decide, Person: "ada@acme.test"})
	must(t, h.SetDisabled(t.Context(), olga(), ada.PersonID, true, ""))
	out("disabled", cookie)
	if _, err := h.Bearer(token); err == nil {
		t.Error("a disabled person's token counts")
	}
	h.turnedAway("okta", said("00u1", "ada@acme.test", "engineers"), "disabled")
	must(t, h.SetDisabled(t.Context(), olga(), ada.PersonID, false, ""))
	signIn()
	mustRefuse(t, h.SetDisabled(t.Context(), admin, h.Person(testEmail).ID, true, ""), "conflict")
}

func TestConnectionSecretsAreSealed(t *testing.T) {
	h := newHouse(t)
	h.connect("okta", caller.StageDraft, func(c *caller.Connection) { c.Secrets = map[string]string{"client_secret": "hunter2-hunter2"} })
	c := *h.Connection("okta")
	c.Name, c.Secrets = "Okta", nil
	must(t, h.UpdateConnection(t.Context(), admin, &c, nil, ""))
	if got := h.Connection("okta"); got.Secrets["client_secret"] != "hunter2-hunter2" || got.Name != "Okta" {
		t.Errorf("a secret that was left out is gone: %+v", got)
	}
	rows, err := db.Connections(t.Context(), h.db.Read())
	must(t, err)
	if bytes.Contains(rows[0].Sealed, []byte("hunter2")) || strings.Contains(rows[0].Config, "hunter2") {
		t.Error("the secret lies in the database in clear")
	}
	for _, e := range append(h.events("connection.created"), h.events("connection.changed")...) {
		if bytes.Contains(e.Change.After, []byte("hunter2")) {
			t.Error("the secret is in the ledger")
		}
	}
	mustRefuse(t, h.CreateConnection(t.Context(), admin, &caller.Connection{ID: "okta", Kind: "oidc", Name: "x"}, ""), "exists")
	mustRefuse(t, h.CreateConnection(t.Context(), admin, &caller.Connection{ID: "../x", Kind: "oidc", Name: "x"}, ""), "invalid")
	mustRefuse(t, h.CreateConnection(t.Context(), admin, &caller.Connection{ID: "x", Kind: "oidc", Name: "x", Domains: []string{"*.acme.test"}}, ""), "invalid")
}

func TestLinkingEndsWhatWasOpened(t *testing.T) {
	h := newHouse(t)
	h.connect("okta", caller.StageLive, nil)
	h.connect("partner", caller.StageLive, func(c *caller.Connection) { c.Domains = nil })
	ada := h.arrive("okta", said("00u1", "ada@acme.test", "engineers"))
	other := h.arrive("partner", said("p1", "ada@acme.test", "contractors"))
	signed, err := h.OpenSession(t.Context(), other, "", testAddress)
	must(t, err)
	must(t, h.LinkAccount(t.Context(), admin, other.AccountID, ada.PersonID, ""))
	if _, err := h.Cookie(signed.Cookie); err == nil {
		t.Error("a session of the old person goes on")
	}
	p := h.Person("ada@acme.test")
	if !slices.Equal(p.Groups, []string{"contractors", "engineers"}) || len(p.Duplicates) != 0 || !h.Person("partner/p1").Disabled {
		t.Errorf("after linking: %+v", p)
	}
}
