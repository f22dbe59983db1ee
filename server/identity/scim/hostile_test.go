package scim_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"ambit/server/caller"
)

// TestWhatIsNotSCIM ensures that bodies which aren't what they should be are refused, each with its keyword, and change nothing.
func TestWhatIsNotSCIM(t *testing.T) {
	c := start(t).connect("okta", nil)
	u := c.addUser("ada")
	g := c.addGroup("eng", u)
	before := c.want(200, "GET", "/Users/"+u, nil).raw
	deep := strings.Repeat(`{"a":`, 5000) + `1` + strings.Repeat(`}`, 5000)
	big := strings.Repeat(`{"value":"acc_0000000000000000"},`, 50_001)
	for _, tc := range []struct {
		method, path, body string
		status             int
		scimType           string
	}{
		{"POST", "/Users", ``, 400, "invalidSyntax"},
		{"POST", "/Users", `[]`, 400, "invalidSyntax"},
		{"POST", "/Users", `"x"`, 400, "invalidSyntax"},
		{"POST", "/Users", `null`, 400, "invalidSyntax"},
		{"POST", "/Users", `{"userName":"x"`, 400, "invalidSyntax"},
		{"POST", "/Users", `{"userName":"x"}{}`, 400, "invalidSyntax"},
		{"POST", "/Users", `{"userName":"x","username":"y"}`, 400, "invalidSyntax"},
		{"POST", "/Users", `{"userName":"x","userName":"y"}`, 400, "invalidSyntax"},
		{"POST", "/Users", "{\"userName\":\"\xff\"}", 400, "invalidSyntax"},
		{"POST", "/Users", `{"userName":"x","a":` + deep + `}`, 400, "invalidSyntax"},
		{"POST", "/Users", `{}`, 400, "invalidValue"},
		{"POST", "/Users", `{"userName":null}`, 400, "invalidValue"},
		{"POST", "/Users", `{"userName":["x"]}`, 400, "invalidValue"},
		{"POST", "/Users", `{"userName":"x","active":"maybe"}`, 400, "invalidValue"},
		{"POST", "/Users", `{"userName":"x","emails":"not an object"}`, 201, ""}, // a bare text is a value
		{"POST", "/Users", `{"userName":"y","emails":[[]]}`, 400, "invalidValue"},
		{"POST", "/Users", `{"userName":"y","name":7}`, 400, "invalidValue"},
		{"POST", "/Users", `{"userName":"y","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":7}`, 400, "invalidValue"},
		{"POST", "/Users", `{"userName":"y","note":"` + strings.Repeat("x", 70_000) + `"}`, 400, "tooMany"},
		{"POST", "/Users", `{"userName":"y","emails":[` + strings.Repeat(`{"value":"a"},`, 1000) + `{"value":"a"}]}`, 400, "tooMany"},
		{"POST", "/Users", `{"userName":"y","note":"` + strings.Repeat("x", 1<<20) + `"}`, 413, ""},
		{"PUT", "/Users/" + u, `{"displayName":"x"}`, 400, "invalidValue"},
		{"PUT", "/Users/nobody", `{"userName":"z"}`, 404, ""},
		{"PATCH", "/Users/nobody", `{"Operations":[{"op":"add","path":"title","value":"x"}]}`, 404, ""},
		{"PATCH", "/Users/" + u, `{"Operations":[{"op":"add","path":"title","value":"x"},{"op":"add","path":"id","value":"x"}]}`, 400, "mutability"}, // all or nothing
		{"PATCH", "/Users/" + u, `{"title":"x"}`, 400, "invalidSyntax"},
		{"GET", "/Users?filter=userName", "", 400, "invalidFilter"},
		{"GET", "/Users?filter=" + strings.Repeat("%28", 2000), "", 400, "invalidFilter"},
		{"GET", "/Users?startIndex=one", "", 400, "invalidValue"},
		{"GET", "/Users?count=99999999999999999999", "", 400, "invalidValue"},
		{"GET", "/Users/" + strings.Repeat("x", 3000), "", 404, ""},
		{"GET", "/Users/..%2f..%2fetc", "", 404, ""},
		{"GET", "/Users/%27%20OR%201=1", "", 404, ""},
		{"POST", "/Groups", `{"displayName":" "}`, 400, "invalidValue"},
		{"POST", "/Groups", `{"displayName":"ENG"}`, 409, "uniqueness"},
		{"POST", "/Groups", `{"displayName":"x","members":[{"value":"nobody"}]}`, 400, "invalidValue"},
		{"POST", "/Groups", `{"displayName":"x","members":[{"value":"` + g + `"}]}`, 400, "invalidValue"},
		{"POST", "/Groups", `{"displayName":"x","members":[{"value":"` + g + `","type":"Group"}]}`, 400, "invalidValue"},
		{"POST", "/Groups", `{"displayName":"x","members":[` + strings.TrimSuffix(big, ",") + `]}`, 400, "tooMany"},
		{"PATCH", "/Groups/" + g, `{"Operations":[{"op":"add","path":"members","value":[{"value":"nobody"}]}]}`, 400, "invalidValue"},
		{"PATCH", "/Groups/" + g, `{"Operations":[{"op":"remove","path":"members","value":[{"value":"nobody"}]}]}`, 204, ""},
	} {
		if tc.status < 400 {
			c.want(tc.status, tc.method, tc.path, tc.body)
			continue
		}
		r := c.do(tc.method, tc.path, tc.body)
		if got, _ := r.body["scimType"].(string); r.status != tc.status || got != tc.scimType || r.body["detail"] == nil {
			t.Errorf("%s %.60s %.80s: %d %s, want %d %s", tc.method, tc.path, tc.body, r.status, r.raw, tc.status, tc.scimType)
		}
	}
	c.header = http.Header{"Content-Type": {"text/plain"}}
	c.refuse(415, "", "POST", "/Users", `{"userName":"z"}`)
	c.header = http.Header{"Content-Type": {"application/json"}}
	c.want(201, "POST", "/Users", `{"userName":"z"}`)
	c.header = http.Header{}
	if got := c.want(200, "GET", "/Users/"+u, nil).raw; got != before {
		t.Errorf("the user became %s", got)
	}
	expect(t, c.members(g), []string{u})
}

// TestConnectionsAreApart ensures that a token sees and touches nothing of another connection, and that what is there can't be told
// from what isn't.
func TestConnectionsAreApart(t *testing.T) {
	s := start(t)
	a, b := s.connect("okta", nil), s.connect("entra", nil)
	u := a.addUser("ada@acme.test", "externalId", "1")
	g := a.addGroup("eng", u)
	own := b.addUser("ben@acme.test")
	mine := b.addGroup("ops", own)
	title := patch(object{"op": "add", "path": "title", "value": "x"})
	for _, r := range []struct {
		method, path string
		body         any
	}{
		{"GET", "/Users/" + u, nil},
		{"PUT", "/Users/" + u, user("x")},
		{"PATCH", "/Users/" + u, title},
		{"DELETE", "/Users/" + u, nil},
		{"GET", "/Groups/" + g, nil},
		{"PUT", "/Groups/" + g, object{"displayName": "x"}},
		{"DELETE", "/Groups/" + g, nil},
		{"PATCH", "/Groups/" + g, patch(object{"op": "remove", "path": "members"})},
	} {
		theirs := b.refuse(404, "", r.method, r.path, r.body)
		nobodys := b.refuse(404, "", r.method, strings.NewReplacer(u, "acc_0000000000000000", g, "grp_0000000000000000").Replace(r.path), r.body)
		if strings.NewReplacer(u, "ID", g, "ID").Replace(theirs.raw) != strings.NewReplacer("acc_0000000000000000", "ID", "grp_0000000000000000", "ID").Replace(nobodys.raw) {
			t.Errorf("%s %s tells that the other connection has it: %s, %s", r.method, r.path, theirs.raw, nobodys.raw)
		}
	}
	for _, f := range []string{`userName eq "ada@acme.test"`, `externalId eq "1"`, `id eq "` + u + `"`, `userName sw "ada"`, `groups.display eq "eng"`} {
		expect(t, b.want(200, "GET", "/Users"+query(f), nil).body["totalResults"], 0.0)
	}
	for _, f := range []string{`displayName eq "eng"`, `id eq "` + g + `"`, `members eq "` + u + `"`, `displayName sw "e"`} {
		expect(t, b.want(200, "GET", "/Groups"+query(f), nil).body["totalResults"], 0.0)
	}
	b.refuse(400, "invalidValue", "PATCH", "/Groups/"+mine, patch(object{"op": "add", "path": "members", "value": []string{u}}))
	b.refuse(400, "invalidValue", "POST", "/Groups", object{"displayName": "x", "members": []string{u}})
	b.want(204, "PATCH", "/Groups/"+mine, patch(object{"op": "remove", "path": "members", "value": []string{u}}))
	expect(t, b.want(200, "GET", "/Users", nil).body["totalResults"], 1.0)
	b.addGroup("eng")                   // names are a connection's own
	other := b.addUser("ada@acme.test") // and so are user names; the proven address makes it the same person
	if p := s.identity.Person("ada@acme.test"); len(p.Accounts) != 2 {
		t.Errorf("accounts %+v", p.Accounts)
	}
	b.want(200, "PATCH", "/Users/"+other, patch(object{"op": "replace", "path": "active", "value": false}))
	expect(t, a.want(200, "GET", "/Users/"+u, nil).body["active"], true)
	expect(t, a.members(g), []string{u})
}

// TestWhoMayProvision ensures that nobody but a connection's own token gets in, whatever else they hold.
func TestWhoMayProvision(t *testing.T) {
	s := start(t)
	c := s.connect("okta", nil)
	c.want(200, "GET", "/Users", nil)
	_, api, err := s.identity.CreateToken(t.Context(), admin, caller.NewToken{Name: "x", Scopes: []caller.Scope{caller.ScopeTokens}})
	must(t, err)
	for token, status := range map[string]int{"": 401, "ambit_scim_" + strings.Repeat("x", 43): 401, c.token + "x": 401, "garbage": 401, api: 403} {
		other := &client{stack: s, token: token}
		for _, path := range []string{"/Users", "/Groups", "/Users/x", "/ServiceProviderConfig", "/Schemas", "/Me"} {
			other.refuse(status, "", "GET", path, nil)
		}
	}
	(&client{stack: s}).refuse(401, "", "GET", "/nothing/here", nil)
	req, err := http.NewRequestWithContext(t.Context(), "POST", s.url+"/access/v1/evaluation", strings.NewReader("{}"))
	must(t, err)
	req.Header.Set("Authorization", "Bearer "+c.token)
	resp, err := http.DefaultClient.Do(req)
	must(t, err)
	resp.Body.Close()
	if resp.StatusCode != 403 {
		t.Errorf("a SCIM token asked for a decision: %d", resp.StatusCode)
	}
	tokens := s.identity.SCIMTokens("okta")
	must(t, s.identity.RevokeSCIMToken(t.Context(), admin, tokens[0].ID, ""))
	c.refuse(401, "", "GET", "/Users", nil)
}

// TestDeactivationBeforeTheAnswer ensures that when the provider reads the answer, the next request of the user is refused (P5).
func TestDeactivationBeforeTheAnswer(t *testing.T) {
	for name, end := range map[string]func(c *client, u string){
		"Entra, unassigned": func(c *client, u string) {
			c.want(200, "PATCH", "/Users/"+u, patch(object{"op": "Replace", "path": "active", "value": "False"}))
		},
		"Okta, deactivated": func(c *client, u string) {
			c.want(200, "PATCH", "/Users/"+u, patch(object{"op": "replace", "value": object{"active": false}}))
		},
		"Okta, replaced": func(c *client, u string) { c.want(200, "PUT", "/Users/"+u, user("ada", "active", false)) },
		"deleted":        func(c *client, u string) { c.want(204, "DELETE", "/Users/"+u, nil) },
	} {
		t.Run(name, func(t *testing.T) {
			c := start(t).connect("okta", nil)
			u := c.addUser("ada", "externalId", "00u1", "emails", []object{{"value": "ada@acme.test"}})
			c.addGroup("eng", u)
			cookie := c.signIn("okta", "00u1", "ada@acme.test")
			end(c, u)
			if c.signedIn(cookie) {
				t.Error("still signed in")
			}
			if _, err := c.trySignIn("okta", "00u1", "ada@acme.test"); err == nil {
				t.Error("signed in again")
			}
		})
	}
}

// TestMembershipRaces ensures that members added and removed at the same time are all in or out as each request said.
func TestMembershipRaces(t *testing.T) {
	c := start(t).connect("okta", nil)
	const n = 24
	var ids []string
	for i := range n {
		ids = append(ids, c.addUser(fmt.Sprint("u", i), "emails", []object{{"value": fmt.Sprintf("u%d@acme.test", i)}}))
	}
	g := c.addGroup("eng", ids[:n/2]...)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			op := object{"op": "Add", "path": "members", "value": []object{{"value": ids[i]}}}
			if i < n/2 {
				op = object{"op": "Remove", "path": "members", "value": []object{{"value": ids[i]}}}
			}
			if r := c.do("PATCH", "/Groups/"+g, patch(op)); r.status != 204 {
				t.Errorf("%d: %s", r.status, r.raw)
			}
			c.do("GET", "/Groups", nil)
			c.identity.Person(fmt.Sprintf("u%d@acme.test", i))
		})
	}
	wg.Wait()
	got := c.members(g)
	slices.Sort(got)
	want := slices.Sorted(slices.Values(ids[n/2:]))
	expect(t, got, want)
	for i := range n {
		if p := c.identity.Person(fmt.Sprintf("u%d@acme.test", i)); slices.Contains(p.Groups, "eng") != (i >= n/2) {
			t.Errorf("u%d is in %v", i, p.Groups)
		}
	}
}
