package identity

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"ambit/server/caller"
	"ambit/server/identity/idp"
)

// provisioner is a connection's SCIM client, as its token says.
func (h *house) provisioner(connection string) *caller.Principal {
	h.t.Helper()
	_, secret, err := h.CreateSCIMToken(h.t.Context(), admin, connection, testAddress)
	must(h.t, err)
	p, err := h.Bearer(secret)
	must(h.t, err)
	return p
}

// scimUser is a user as the protocol hands it over.
func scimUser(userName, externalID, email string) *idp.User {
	return &idp.User{
		UserName: userName, ExternalID: externalID, Email: email, Name: "Name of " + userName, Active: true,
		Attributes: json.RawMessage(`{"userName":"` + userName + `"}`),
	}
}

func (h *house) provision(by *caller.Principal, u *idp.User) idp.User {
	h.t.Helper()
	made, err := h.AddUser(h.t.Context(), by, testAddress, u)
	must(h.t, err)
	h.consistent()
	return made
}

func (h *house) setActive(by *caller.Principal, id string, active bool) {
	h.t.Helper()
	_, err := h.ChangeUser(h.t.Context(), by, testAddress, id, func(u *idp.User) error { u.Active = active; return nil })
	must(h.t, err)
	h.consistent()
}

func (h *house) group(by *caller.Principal, name string, members ...string) string {
	h.t.Helper()
	g, err := h.AddGroup(h.t.Context(), by, testAddress, &idp.Group{Name: name}, members)
	must(h.t, err)
	h.consistent()
	return g.ID
}

// consistent ensures that memory, which is not read anew after a provisioned change, is what reading it anew would give.
func (h *house) consistent() {
	h.t.Helper()
	h.mu.Lock()
	defer h.mu.Unlock()
	have, st := h.people.Load(), h.stored
	want, err := h.readDirectory(h.t.Context())
	must(h.t, err)
	h.stored = st
	if diff := cmp.Diff(want, have, cmp.AllowUnexported(directory{}), cmpopts.EquateEmpty()); diff != "" {
		h.t.Fatalf("memory is not what the database says: database(-) memory(+):\n%s", diff)
	}
}

func (h *house) signedIn(cookie string) bool {
	_, err := h.Cookie(cookie)
	return err == nil
}

func (h *house) openSession(a *idp.Arrival) string {
	h.t.Helper()
	signed, err := h.OpenSession(h.t.Context(), a, "", testAddress)
	must(h.t, err)
	return signed.Cookie
}

// TestDeactivationIsNow ensures that when SCIM has deactivated or removed a user, nothing of theirs works any more (P5).
func TestDeactivationIsNow(t *testing.T) {
	for name, end := range map[string]func(h *house, by *caller.Principal, id string){
		"deactivated": func(h *house, by *caller.Principal, id string) { h.setActive(by, id, false) },
		"removed": func(h *house, by *caller.Principal, id string) {
			must(h.t, h.RemoveUser(h.t.Context(), by, testAddress, id, func(*idp.User) error { return nil }))
			h.consistent()
		},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			h.connect("okta", caller.StageLive, nil)
			by := h.provisioner("okta")
			u := h.provision(by, scimUser("Ada@acme.test", "00u1", "ada@acme.test"))
			h.group(by, "engineers", u.ID)
			cookie := h.openSession(h.arrive("okta", said("00u1", "ada@acme.test")))
			a := agentsIn(h)
			agent := a.signIn(a.family())
			hook, ok := h.HookToken(agent.Family)
			if !ok {
				t.Fatal("no hook token")
			}
			a.mustCount(agent.Access)
			a.mustCount(hook)
			token := h.token(caller.NewToken{Name: "laptop", Scopes: []caller.Scope{caller.ScopeDecide}, Person: "ada@acme.test"})
			if p, err := h.Bearer(token); err != nil || !slices.Equal(p.Groups, []string{"engineers"}) || !h.signedIn(cookie) {
				t.Fatalf("before: %+v, %v", p, err)
			}
			end(h, by, u.ID)
			if h.signedIn(cookie) {
				t.Error("the session outlives the user")
			}
			a.mustNotCount(agent.Access, hook, agent.Refresh)
			a.mustSignInAgain(agent.Refresh)
			if _, err := h.Bearer(token); err == nil {
				t.Error("the person's token outlives the user")
			}
			if p := h.Person("ada@acme.test"); !p.Disabled || p.Barred || len(p.Groups) != 0 {
				t.Errorf("the person is %+v", p)
			}
			h.turnedAway("okta", said("00u1", "ada@acme.test"), "deactivated")
			h.turnedAway("okta", said("00u1", "other@acme.test"), "deactivated")
			if e := h.events("user.deprovisioned"); len(e) != 1 || !strings.Contains(string(e[0].Change.Before), `"sessions":1`) && !strings.Contains(string(e[0].Change.After), `"sessions":1`) {
				t.Errorf("the ledger says %s %s", e[0].Change.Before, e[0].Change.After)
			}
		})
	}
}

func TestReactivationWorks(t *testing.T) {
	h := newHouse(t)
	h.connect("okta", caller.StageLive, nil)
	by := h.provisioner("okta")
	u := h.provision(by, scimUser("ada", "00u1", "ada@acme.test"))
	token := h.token(caller.NewToken{Name: "laptop", Scopes: []caller.Scope{caller.ScopeDecide}, Person: "ada@acme.test"})
	h.setActive(by, u.ID, false)
	h.setActive(by, u.ID, true)
	if _, err := h.Bearer(token); err == nil {
		t.Error("a token that was revoked by the deactivation counts again")
	}
	h.arrive("okta", said("00u1", "ada@acme.test", "engineers"))

	// What an admin barred, the provider doesn't open.
	p := h.Person("ada@acme.test")
	h.setActive(by, u.ID, false)
	must(t, h.SetDisabled(t.Context(), admin, p.ID, true, testAddress))
	h.setActive(by, u.ID, true)
	h.turnedAway("okta", said("00u1", "ada@acme.test"), "disabled")
	// And what the provider deactivated, an admin doesn't open.
	must(t, h.SetDisabled(t.Context(), admin, p.ID, false, testAddress))
	h.setActive(by, u.ID, false)
	mustRefuse(t, h.SetDisabled(t.Context(), admin, p.ID, false, testAddress), "conflict")
}

// TestDeactivationEndsAllThatThePersonHas ensures that a deactivation ends what was opened through other accounts, too, and leaves
// those as ways to come back.
func TestDeactivationEndsAllThatThePersonHas(t *testing.T) {
	h := newHouse(t)
	h.connect("okta", caller.StageLive, nil)
	h.connect("entra", caller.StageLive, nil)
	by := h.provisioner("okta")
	u := h.provision(by, scimUser("ada", "00u1", "ada@acme.test"))
	first := h.openSession(h.arrive("okta", said("00u1", "ada@acme.test", "engineers")))
	a := agentsIn(h)
	here := a.signIn(a.family())
	elsewhere := func() (string, caller.AgentCredentials, string) {
		cookie := h.openSession(h.arrive("entra", said("e1", "ada@acme.test", "staff")))
		other := a.family()
		other.Connection, other.AccountID = "entra", h.people.Load().bySubject[[2]string{"entra", "e1"}]
		return cookie, a.signIn(other), h.token(caller.NewToken{Name: "laptop", Scopes: decide, Person: "ada@acme.test"})
	}
	second, there, token := elsewhere()
	ben := h.token(caller.NewToken{Name: "ben", Scopes: decide, Person: "ben@acme.test"})
	h.setActive(by, u.ID, false)
	if h.signedIn(first) || h.signedIn(second) || h.Person("ada@acme.test").Disabled {
		t.Errorf("okta %v, entra %v, person %+v", h.signedIn(first), h.signedIn(second), h.Person("ada@acme.test"))
	}
	a.mustNotCount(here.Access, there.Access, token)
	a.mustCount(ben)
	for kind, want := range map[string]int{"session.revoked": 2, "credential.revoked": 2, "token.revoked": 1} {
		if e := h.events(kind); len(e) != want || e[0].Actor.User != "scim:okta" {
			t.Errorf("%d events %s, want %d by the SCIM client", len(e), kind, want)
		}
	}
	// The other account lets the person in again, and a further change of the one that is off ends nothing.
	second, there, token = elsewhere()
	_, err := h.ChangeUser(t.Context(), by, testAddress, u.ID, func(u *idp.User) error { u.Name = "Ada P."; return nil })
	must(t, err)
	must(t, h.RemoveUser(t.Context(), by, testAddress, u.ID, func(*idp.User) error { return nil }))
	a.mustCount(there.Access)
	a.mustCount(token)
	if !h.signedIn(second) {
		t.Error("the session through the other account has ended")
	}
	// A way in that is closed is none.
	must(t, h.StageConnection(t.Context(), admin, "entra", caller.StageDisabled, testAddress))
	if !h.Person("ada@acme.test").Disabled {
		t.Error("nobody vouches for the person any more")
	}
}

func TestAnOwnerStays(t *testing.T) {
	h := newHouse(t)
	o := h.setUp()
	h.connect("okta", caller.StageLive, nil)
	by := h.provisioner("okta")
	u := h.provision(by, scimUser("olga", "00u9", testEmail))
	through := h.openSession(h.arrive("okta", said("00u9", testEmail)))
	h.token(caller.NewToken{Name: "script", Scopes: []caller.Scope{caller.ScopeDecide}, Person: testEmail})
	h.setActive(by, u.ID, false)
	if list := h.Tokens(); len(list) != 1 || !list[0].RevokedAt.IsZero() {
		t.Errorf("the owner's tokens: %+v", list)
	}
	if h.signedIn(through) {
		t.Error("the session through the connection stays")
	}
	if !h.signedIn(o.cookie) || h.Person(testEmail).Disabled {
		t.Error("SCIM locked the owner out")
	}
}

// TestLinking goes through the ways in which a provisioned user meets accounts and people who are there already.
func TestLinking(t *testing.T) {
	type user struct{ userName, externalID, email string }
	for name, tc := range map[string]struct {
		kind      string
		domains   []string
		before    *idp.Claims // signed in before
		elsewhere bool        // at another connection
		user      user
		account   bool   // it is the same account
		person    string // by which the person is known afterwards
	}{
		"subject is the external id":           {before: said("00u1", "x@other.test", "g"), user: user{"ada", "00u1", "ada@other.test"}, account: true, person: "okta/00u1"},
		"proven address, other subject":        {before: said("pairwise", "ada@acme.test", "g"), user: user{"ada", "00u1", "ada@acme.test"}, account: true, person: "ada@acme.test"},
		"user name is the proven address":      {before: said("pairwise", "ada@acme.test", "g"), user: user{"Ada@acme.test", "00u1", "x@other.test"}, account: true, person: "ada@acme.test"},
		"unproven address":                     {before: said("pairwise", "ada@other.test", "g"), user: user{"ada", "00u1", "ada@other.test"}, person: "okta/ada"},
		"OIDC subject is the user name":        {before: said("ada", "x@other.test", "g"), user: user{"ada", "00u1", "y@other.test"}, person: ""}, // a new person, whose name is taken: known by the account
		"SAML subject is the user name":        {kind: caller.KindSAML, before: said("ada", "x@other.test", "g"), user: user{"ada", "00u1", "y@other.test"}, account: true, person: "okta/ada"},
		"person of another connection, proven": {elsewhere: true, before: said("e1", "ada@acme.test", "g"), user: user{"ada", "00u1", "ada@acme.test"}, person: "ada@acme.test"},
		"person of another connection, not":    {elsewhere: true, domains: []string{"okta.test"}, before: said("e1", "ada@acme.test", "g"), user: user{"ada", "00u1", "ada@acme.test"}, person: "okta/ada"},
		"nobody yet, proven":                   {user: user{"ada", "00u1", "ada@acme.test"}, person: "ada@acme.test"},
		"nobody yet, no address":               {user: user{"ada", "", ""}, person: "okta/ada"},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			h.connect("okta", caller.StageLive, func(c *caller.Connection) {
				if tc.kind != "" {
					c.Kind = tc.kind
				}
				if tc.domains != nil {
					c.Domains = tc.domains
				}
			})
			h.connect("entra", caller.StageLive, nil)
			var a *idp.Arrival
			if tc.before != nil {
				at := "okta"
				if tc.elsewhere {
					at = "entra"
				}
				a = h.arrive(at, tc.before)
			}
			u := h.provision(h.provisioner("okta"), scimUser(tc.user.userName, tc.user.externalID, tc.user.email))
			if a != nil && (u.ID == a.AccountID) != tc.account {
				t.Errorf("the same account: %v, want %v", u.ID == a.AccountID, tc.account)
			}
			person := tc.person
			if person == "" {
				person = "okta/" + u.ID
			}
			p := h.Person(person)
			if p == nil || !slices.ContainsFunc(p.Accounts, func(a caller.Account) bool { return a.ID == u.ID && a.Provisioned }) {
				t.Fatalf("nobody called %s has the account: %+v", person, h.People())
			}
			if tc.elsewhere && (len(p.Accounts) == 2) != (person == "ada@acme.test") {
				t.Errorf("accounts %+v", p.Accounts)
			}
		})
	}
}

// TestTwoUsersWithOneAddressAreTwoPeople ensures that an address gives nobody what belongs to somebody else.
func TestTwoUsersWithOneAddressAreTwoPeople(t *testing.T) {
	h := newHouse(t)
	h.connect("okta", caller.StageLive, nil)
	by := h.provisioner("okta")
	h.provision(by, scimUser("ada", "1", "ada@acme.test"))
	h.provision(by, scimUser("ada-admin", "2", "ada@acme.test"))
	first, second := h.Person("ada@acme.test"), h.Person("okta/ada-admin")
	if first == nil || second == nil || first.ID == second.ID || len(second.Duplicates) == 0 {
		t.Errorf("%+v, %+v", first, second)
	}
}

// TestAUserNameGivenToSomebodyElse ensures that a new holder of a user name or address gets nothing of the old one's.
func TestAUserNameGivenToSomebodyElse(t *testing.T) {
	h := newHouse(t)
	h.connect("okta", caller.StageLive, nil)
	by := h.provisioner("okta")
	old := h.provision(by, scimUser("ada@acme.test", "1", "ada@acme.test"))
	h.arrive("okta", said("1", "ada@acme.test"))
	must(t, h.RemoveUser(t.Context(), by, testAddress, old.ID, func(*idp.User) error { return nil }))
	next := h.provision(by, scimUser("ada@acme.test", "2", "ada@acme.test"))
	if next.ID == old.ID || h.Person("okta/ada@acme.test") == nil {
		t.Errorf("the new Ada is the old one: %+v", h.People())
	}
	h.turnedAway("okta", said("1", "ada@acme.test"), "deactivated")
	if a := h.arrive("okta", said("2", "ada@acme.test")); a.AccountID != next.ID {
		t.Errorf("the new Ada arrived as %+v", a)
	}
	// The same one, removed and provisioned again, is the same.
	must(t, h.RemoveUser(t.Context(), by, testAddress, next.ID, func(*idp.User) error { return nil }))
	if again := h.provision(by, scimUser("ada.new@acme.test", "2", "ada@acme.test")); again.ID != next.ID || !again.Active {
		t.Errorf("provisioned again as %+v", again)
	}
	h.arrive("okta", said("2", "ada@acme.test"))
}

func TestUniqueness(t *testing.T) {
	h := newHouse(t)
	h.connect("okta", caller.StageLive, nil)
	by := h.provisioner("okta")
	h.provision(by, scimUser("ada", "1", ""))
	ben := h.provision(by, scimUser("ben", "2", ""))
	for _, u := range []*idp.User{scimUser("ADA", "3", ""), scimUser("eve", "1", "")} {
		_, err := h.AddUser(t.Context(), by, testAddress, u)
		mustRefuse(t, err, "conflict")
	}
	for _, change := range []func(*idp.User){func(u *idp.User) { u.UserName = "Ada" }, func(u *idp.User) { u.ExternalID = "1" }} {
		_, err := h.ChangeUser(t.Context(), by, testAddress, ben.ID, func(u *idp.User) error { change(u); return nil })
		mustRefuse(t, err, "conflict")
	}
	h.group(by, "eng")
	_, err := h.AddGroup(t.Context(), by, testAddress, &idp.Group{Name: "ENG"}, nil)
	mustRefuse(t, err, "conflict")
	h.consistent()
}

// TestUsersWithoutGroupsAreNotInNone ensures that a SCIM client which sends users alone takes nobody out of the groups that restrict
// them.
func TestUsersWithoutGroupsAreNotInNone(t *testing.T) {
	for source, tc := range map[string]struct {
		fixed           string
		before, claimed []string // groups that count once the user is provisioned, and after a sign-in
		again           []string // and provisioned anew
		unknown, doubt  bool     // whether they are unknown, at first and in the end
		absent          string   // the reason where claims bring no groups
	}{
		GroupsFromClaims: {before: []string{"contractors"}, claimed: []string{"contractors", "night"}, absent: "groups_absent", doubt: true},
		GroupsFromSCIM:   {unknown: true, absent: "groups_unknown", doubt: true},
		GroupsFromNone:   {fixed: `"staff"`, before: []string{"staff"}, claimed: []string{"staff"}, again: []string{"staff"}},
	} {
		t.Run(source, func(t *testing.T) {
			h := newHouse(t)
			h.connect("okta", caller.StageLive, nil)
			h.arrive("okta", said("1", "carl@acme.test", "contractors"))
			c := *h.Connection("okta")
			c.Config = json.RawMessage(`{"accounts":{"groups_from":"` + source + `","fixed_groups":[` + tc.fixed + `]}}`)
			must(t, h.UpdateConnection(t.Context(), admin, &c, nil, testAddress))
			by := h.provisioner("okta")
			u := h.provision(by, scimUser("carl", "1", "carl@acme.test"))
			groups := func(unknown bool, want ...string) {
				t.Helper()
				if p := h.Person("carl@acme.test"); p.GroupsUnknown != unknown || !slices.Equal(p.Groups, want) {
					t.Errorf("groups %v, unknown %v; want %v, %v", p.Groups, p.GroupsUnknown, want, unknown)
				}
			}
			groups(tc.unknown, tc.before...)
			absent := said("1", "carl@acme.test")
			absent.GroupsState = idp.GroupsAbsent
			if tc.absent != "" {
				h.turnedAway("okta", absent, tc.absent)
			}
			if source != GroupsFromSCIM {
				h.arrive("okta", said("1", "carl@acme.test", "contractors", "night"))
				groups(false, tc.claimed...)
			}
			h.group(by, "engineers") // from now on the provider's groups are all that count, and Carl is in none
			groups(false)
			h.arrive("okta", absent)
			// Removed and provisioned again after the groups went: what claims once said is no word about today.
			must(t, h.RemoveGroup(t.Context(), by, testAddress, h.people.Load().groupsAt["okta"][0].ID, func(*idp.Group) error { return nil }))
			if source == GroupsFromClaims {
				groups(true)
			}
			must(t, h.RemoveUser(t.Context(), by, testAddress, u.ID, func(*idp.User) error { return nil }))
			h.provision(by, scimUser("carl", "1", "carl@acme.test"))
			groups(tc.doubt, tc.again...)
		})
	}
}

// TestGroupsCountAtOnce ensures that the directory, and whoever is signed in, follow every change of a group.
func TestGroupsCountAtOnce(t *testing.T) {
	h := newHouse(t)
	h.connect("okta", caller.StageLive, nil)
	by := h.provisioner("okta")
	var ids []string
	for i := range 3 {
		ids = append(ids, h.provision(by, scimUser(fmt.Sprint("u", i), fmt.Sprint(i), fmt.Sprintf("u%d@acme.test", i))).ID)
	}
	cookie := h.openSession(h.arrive("okta", said("0", "u0@acme.test", "claimed")))
	groups := func(want ...string) {
		t.Helper()
		h.consistent()
		p, err := h.Cookie(cookie)
		must(t, err)
		if !slices.Equal(p.Groups, want) {
			t.Errorf("groups %v, want %v", p.Groups, want)
		}
	}
	groups("claimed") // no group is provisioned yet
	b := h.group(by, "b", ids[0], ids[1])
	groups("b") // now claims don't count for a provisioned user any more
	a := h.group(by, "a", ids...)
	groups("a", "b")
	change := func(group string, m idp.Membership, name string) {
		t.Helper()
		_, err := h.ChangeGroup(t.Context(), by, testAddress, group, func(g *idp.Group, _ func() ([]idp.Ref, error)) (idp.Membership, error) {
			if name != "" {
				g.Name = name
			}
			return m, nil
		})
		must(t, err)
	}
	change(b, idp.Membership{}, "z")
	groups("a", "z")
	change(b, idp.Membership{Remove: []string{ids[0]}, Add: []string{ids[2]}}, "y")
	groups("a")
	change(b, idp.Membership{Replace: true, Add: ids[:1]}, "")
	groups("a", "y")
	must(t, h.RemoveGroup(t.Context(), by, testAddress, a, func(*idp.Group) error { return nil }))
	groups("y")
	must(t, h.RemoveUser(t.Context(), by, testAddress, ids[1], func(*idp.User) error { return nil }))
	groups("y")
	n := len(h.events("group.membership"))
	change(b, idp.Membership{Add: ids[:1], Remove: ids[2:]}, "") // who is in stays in, who is out stays out
	if got := len(h.events("group.membership")); got != n {
		t.Error("nothing changed, and the ledger says otherwise")
	}
}

// TestARestartChangesNothing ensures that users, groups and tokens are the same after one.
func TestARestartChangesNothing(t *testing.T) {
	h := newHouse(t)
	h.connect("okta", caller.StageLive, nil)
	_, secret, err := h.CreateSCIMToken(t.Context(), admin, "okta", testAddress)
	must(t, err)
	by, err := h.Bearer(secret)
	must(t, err)
	ada := h.provision(by, scimUser("ada", "1", "ada@acme.test"))
	h.provision(by, scimUser("ben", "2", "ben@acme.test"))
	h.group(by, "eng", ada.ID)
	h.setActive(by, ada.ID, false)
	before := h.people.Load()
	h.close()
	again := open(t, h.dir, h.clock, "http://localhost:8420")
	if diff := cmp.Diff(before, again.people.Load(), cmp.AllowUnexported(directory{}), cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("before(-) after(+):\n%s", diff)
	}
	if p, err := again.Bearer(secret); err != nil || p.Connection != "okta" {
		t.Errorf("the token: %+v, %v", p, err)
	}
	if tokens := again.SCIMTokens("okta"); len(tokens) != 1 || tokens[0].LastUsed.IsZero() {
		t.Errorf("tokens %+v", tokens)
	}
}
