package console_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"ambit/server/caller"
	"ambit/server/identity/idp"
)

var local = &caller.Principal{Kind: caller.Local, Name: "root", Roles: []caller.Role{caller.Owner}}

// add puts people with direct groups and roles into the directory.
func (s *stack) add(people ...caller.Person) []caller.Person {
	s.t.Helper()
	must(s.t, s.identity.AddPeople(s.t.Context(), local, people))
	return people
}

// as is a browser that is signed in as somebody with a role.
func (s *stack) as(roles ...caller.Role) *client {
	s.t.Helper()
	name := "nobody"
	if len(roles) > 0 {
		name = string(roles[0])
	}
	p := s.identity.Person(name + "@roles.test")
	if p == nil {
		p = &s.add(caller.Person{Email: name + "@roles.test", Name: name, Direct: caller.Direct{Roles: roles}})[0]
	}
	return s.signedIn(p.ID)
}

func (s *stack) signedIn(personID string) *client {
	s.t.Helper()
	in, err := s.identity.OpenSession(s.t.Context(), &idp.Arrival{PersonID: personID, Claims: &idp.Claims{}}, "", "127.0.0.1")
	must(s.t, err)
	c := s.browser()
	c.csrf, c.extra = in.CSRF, http.Header{"Cookie": {s.identity.CookieName() + "=" + in.Cookie}}
	return c
}

type listedPeople struct {
	Total  int
	People []struct {
		ID, Email, Tier string
		Groups          []string
		Sessions        int
	}
}

func TestPeopleAreFoundPageByPage(t *testing.T) {
	s := start(t)
	s.setUp()
	many := make([]caller.Person, 0, 250)
	for i := range 250 {
		many = append(many, caller.Person{Email: fmt.Sprintf("p%03d@acme.test", i), Name: fmt.Sprintf("Person %03d", 249-i), Direct: caller.Direct{Groups: []string{[]string{"even", "odd"}[i%2]}}})
	}
	s.add(many...)
	admin := s.as(caller.IdentityAdmin)
	for query, want := range map[string]struct {
		total, shown int
		first        string
	}{
		"":                             {252, 100, "identity_admin@roles.test"},
		"q=PERSON":                     {250, 100, "p249@acme.test"},
		"q=person&offset=200":          {250, 50, "p049@acme.test"},
		"q=person&offset=250":          {250, 0, ""},
		"q=p007&limit=5":               {1, 1, "p007@acme.test"},
		"group=odd&limit=2":            {125, 2, "p249@acme.test"},
		"state=privileged":             {2, 2, "identity_admin@roles.test"},
		"state=disabled":               {0, 0, ""},
		"state=duplicate":              {0, 0, ""},
		"connection=okta":              {0, 0, ""},
		"q=" + strings.Repeat("x", 99): {0, 0, ""},
	} {
		var got listedPeople
		admin.call("GET", "/api/v1/people?"+query, nil, 200, &got)
		if got.Total != want.total || len(got.People) != want.shown || want.first != "" && got.People[0].Email != want.first {
			t.Errorf("%q: %d people, %d shown, first %+v; want %+v", query, got.Total, len(got.People), got.People[:min(1, len(got.People))], want)
		}
	}
	for _, query := range []string{"limit=0", "limit=501", "limit=x", "offset=-1", "offset=99999999999999999999", "state=boss", "q=" + strings.Repeat("x", 201)} {
		admin.refused("GET", "/api/v1/people?"+query, nil, 400, "invalid")
	}
}

func TestCuttingOffEndsEverythingAtOnce(t *testing.T) {
	s := start(t)
	s.setUp()
	ada := s.add(caller.Person{Email: "ada@acme.test", Name: "Ada", Direct: caller.Direct{Roles: []caller.Role{caller.Auditor}}})[0]
	admin := s.as(caller.SecurityAdmin)
	for _, act := range []struct{ name, method, path string }{
		{"cut off", "POST", "/api/v1/people/" + ada.ID + "/cut-off"},
		{"cut off everybody", "POST", "/api/v1/people/cut-off"},
		{"end the session", "DELETE", ""},
		{"disable", "POST", "/api/v1/people/" + ada.ID + "/disable"},
	} {
		hers := s.signedIn(ada.ID)
		hers.call("GET", "/api/v1/people", nil, 200, nil)
		if act.path == "" {
			var p struct{ Sessions []struct{ ID string } }
			admin.call("GET", "/api/v1/people/"+ada.ID, nil, 200, &p)
			act.path = "/api/v1/sessions/" + p.Sessions[0].ID
		}
		var body any
		if strings.HasSuffix(act.path, "cut-off") {
			body = object{"why": "left the company"}
		}
		admin.call(act.method, act.path, body, 204, nil)
		hers.refused("GET", "/api/v1/people", nil, 401, "unauthenticated")
		admin.call("GET", "/api/v1/people", nil, 200, nil)
	}
	admin.refused("POST", "/api/v1/people/"+ada.ID+"/enable", nil, 403, "forbidden") // letting in is the identity admin's
	s.as(caller.IdentityAdmin).call("POST", "/api/v1/people/"+ada.ID+"/enable", nil, 204, nil)
	s.signedIn(ada.ID).call("GET", "/api/v1/people", nil, 200, nil)
}

func TestNobodyCanLockTheOwnerOut(t *testing.T) {
	s := start(t)
	s.setUp()
	olga := s.identity.Person(email)
	admin := s.as(caller.IdentityAdmin)
	admin.refused("POST", "/api/v1/people/"+olga.ID+"/disable", nil, 409, "conflict")
	var me struct{ People []struct{ ID string } }
	admin.call("GET", "/api/v1/people?q=identity_admin", nil, 200, &me)
	admin.refused("POST", "/api/v1/people/"+me.People[0].ID+"/disable", nil, 409, "conflict")
}

func TestAPersonShowsWhereGroupsAndRolesComeFrom(t *testing.T) {
	s := start(t)
	o := s.setUp()
	_, _, err := s.policies.Publish(t.Context(), local, acme, "", 0)
	must(t, err)
	s.connect("okta", caller.StageLive)
	claims := &idp.Claims{Subject: "00u1", Email: "ada@acme.test", Name: "Ada", Groups: []string{"contractors", "admins"}, GroupsState: idp.GroupsKnown}
	in, err := s.identity.Arrive(t.Context(), "okta", claims, "")
	must(t, err)
	var rule struct{ ID string }
	o.call("POST", "/api/v1/role-rules", object{"group": "admins", "role": "identity_admin"}, 201, &rule)
	s.add(caller.Person{Email: "okta/twin@acme.test", Name: "Twin"})
	s.add(caller.Person{Email: "twin@acme.test", Name: "Twin"})
	var p struct {
		Email  string
		Groups []struct {
			Name string
			From []struct{ Kind, Connection string }
		}
		Roles []struct {
			Role, Rule, Group string
			Direct            bool
		}
		Rights   struct{ Tier string }
		Accounts []struct {
			ID     string
			Counts bool
		}
	}
	path := "/api/v1/people/" + in.PersonID
	o.call("GET", path, nil, 200, &p)
	if len(p.Groups) != 2 || p.Groups[0].Name != "admins" || p.Groups[0].From[0].Kind != "claims" || p.Groups[0].From[0].Connection != "okta" ||
		len(p.Roles) != 1 || p.Roles[0].Rule != rule.ID || p.Roles[0].Direct || p.Rights.Tier != "contractor" || !p.Accounts[0].Counts {
		t.Fatalf("%+v", p)
	}
	var groups struct {
		Groups []struct {
			Name, Tier string
			People     int
			Roles      []struct{ Role string }
		}
	}
	o.call("GET", "/api/v1/groups", nil, 200, &groups)
	if len(groups.Groups) != 2 || groups.Groups[0].People != 1 || groups.Groups[0].Roles[0].Role != "identity_admin" || groups.Groups[1].Tier != "contractor" {
		t.Fatalf("%+v", groups)
	}

	must(t, s.identity.StageConnection(t.Context(), local, "okta", caller.StageDisabled, ""))
	p.Groups, p.Roles, p.Accounts = nil, nil, nil
	o.call("GET", path, nil, 200, &p)
	if len(p.Groups) != 0 || len(p.Roles) != 0 || p.Accounts[0].Counts {
		t.Fatalf("a disabled connection still brings groups: %+v", p)
	}
	o.call("DELETE", "/api/v1/role-rules/"+rule.ID, nil, 204, nil)
	o.refused("DELETE", "/api/v1/role-rules/"+rule.ID, nil, 404, "not_found")

	twin := s.identity.Person("twin@acme.test")
	o.call("POST", "/api/v1/people/"+twin.ID+"/accounts", object{"account": p.Accounts[0].ID}, 204, nil)
	o.call("GET", "/api/v1/people/"+twin.ID, nil, 200, &p)
	if len(p.Accounts) != 1 || p.Email != "twin@acme.test" {
		t.Fatalf("the account was not linked: %+v", p)
	}
}

func TestPreviewShowsWhatGroupsWouldGive(t *testing.T) {
	s := start(t)
	o := s.setUp()
	var before struct {
		Rights struct{ Access bool }
		Roles  []struct{ Role string }
	}
	o.call("POST", "/api/v1/people/preview", object{"groups": []string{"contractors"}}, 200, &before)
	if before.Rights.Access {
		t.Error("access without a policy")
	}
	_, _, err := s.policies.Publish(t.Context(), local, acme, "", 0)
	must(t, err)
	_, err = s.identity.AddRoleRule(t.Context(), local, caller.RoleRule{Group: "leads", Role: caller.Manager, Repositories: []string{"github.com/acme/*"}}, "")
	must(t, err)
	for _, tc := range []struct {
		body  object
		tier  string
		roles int
	}{
		{object{"groups": []string{"contractors", "leads", "leads"}}, "contractor", 1},
		{object{"groups": []string{"x"}, "repository": "github.com/acme/app"}, "engineer", 0},
		{object{"groups": []string{}, "person": s.identity.Person(email).ID}, "engineer", 1}, // the owner's own role stays
	} {
		var got struct {
			Rights struct {
				Tier   string
				Layers []string
			}
			Roles []struct{ Role string }
		}
		o.call("POST", "/api/v1/people/preview", tc.body, 200, &got)
		if got.Rights.Tier != tc.tier || len(got.Roles) != tc.roles || !slices.Contains(got.Rights.Layers, "organisation") {
			t.Errorf("%v: %+v", tc.body, got)
		}
	}
	o.refused("POST", "/api/v1/people/preview", object{"groups": []string{}, "person": "per_none"}, 404, "not_found")
	o.refused("POST", "/api/v1/people/preview", object{"groups": "x"}, 400, "invalid")
}

func TestRoleRulesGiveNoMoreThanTheirAuthorHas(t *testing.T) {
	s := start(t)
	o := s.setUp()
	admin := s.as(caller.IdentityAdmin)
	admin.refused("POST", "/api/v1/role-rules", object{"group": "g", "role": "security_admin"}, 403, "forbidden")
	o.refused("POST", "/api/v1/role-rules", object{"group": "g", "role": "owner"}, 403, "forbidden")
	for _, bad := range []object{
		{"group": "", "role": "auditor"},
		{"group": "g", "role": "emperor"},
		{"group": "g", "role": "engineering_manager"},
		{"group": "g", "role": "auditor", "repositories": []string{"r"}},
		{"group": "g\x00", "role": "auditor"},
		{"group": "g", "role": "auditor", "id": "rule_1"},
	} {
		o.refused("POST", "/api/v1/role-rules", bad, 400, "invalid")
	}
	admin.call("POST", "/api/v1/role-rules", object{"group": "g", "role": "auditor"}, 201, nil)
	admin.refused("POST", "/api/v1/role-rules", object{"group": "g", "role": "auditor"}, 409, "exists")
	var rules struct{ Rules []struct{ Group string } }
	s.as(caller.Auditor).call("GET", "/api/v1/role-rules", nil, 200, &rules)
	if len(rules.Rules) != 1 {
		t.Fatalf("%+v", rules)
	}
}
