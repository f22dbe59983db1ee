package scim_test

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// step is one request that a real identity provider sends.
type step struct {
	IDP, Name, Method, Path string
	Body                    json.RawMessage
	Expect                  json.RawMessage // a status or a list of them
}

func (s *step) expects(t *testing.T) []int {
	t.Helper()
	var one int
	if json.Unmarshal(s.Expect, &one) == nil {
		return []int{one}
	}
	var many []int
	must(t, json.Unmarshal(s.Expect, &many))
	return many
}

// TestReplay sends what Entra ID and Okta really send, in their order, and checks the state after each step.
func TestReplay(t *testing.T) {
	raw, err := os.ReadFile("testdata/replay.json")
	must(t, err)
	var steps []step
	must(t, json.Unmarshal(raw, &steps))
	c := start(t).connect("entra", nil)
	var u, g string
	// What must be true after a step; every step has one.
	checks := map[string]func(t *testing.T, r reply){
		"entra/test connection": func(t *testing.T, r reply) {
			expect(t, r.body["totalResults"], 0.0)
			expect(t, r.body["Resources"], []any{})
		},
		"okta/exists?":            func(t *testing.T, r reply) { expect(t, r.body["totalResults"], 0.0) },
		"entra/create same again": func(t *testing.T, r reply) { expect(t, r.body["scimType"], "uniqueness") },
		"entra/find group": func(t *testing.T, r reply) {
			expect(t, at(r.body, "Resources", 0, "id"), g)
			expect(t, at(r.body, "Resources", 0, "members"), nil)
		},
		"entra/add member":         func(t *testing.T, _ reply) { expect(t, c.members(g), []string{u}) },
		"entra/remove ONE member":  func(t *testing.T, _ reply) { expect(t, len(c.members(g)), 0) },
		"okta/remove + add":        func(t *testing.T, _ reply) { expect(t, c.members(g), []string{u}) },
		"okta/push now, empty":     func(t *testing.T, _ reply) { expect(t, len(c.members(g)), 0) },
		"entra/hard delete":        func(t *testing.T, _ reply) { c.refuse(404, "", "GET", "/Users/"+u, nil) },
		"okta/deactivate, no path": func(t *testing.T, r reply) { expect(t, r.body["active"], false) },
		"entra/disable (string)":   func(t *testing.T, r reply) { expect(t, r.body["active"], false) },
		"okta/group rename, no path": func(t *testing.T, _ reply) {
			expect(t, c.want(200, "GET", "/Groups/"+g, nil).body["displayName"], "eng2")
		},
		"entra/create user": func(t *testing.T, r reply) {
			u = id(r)
			expect(t, at(r.body, "emails", 0, "value"), "dale@example.test")
			expect(t, r.body["externalId"], "ext-1")
			expect(t, at(r.body, "meta", "location"), c.url+"/scim/v2/Users/"+u)
			expect(t, r.header.Get("Location"), c.url+"/scim/v2/Users/"+u)
		},
		"entra/multi replace with created email": func(t *testing.T, r reply) {
			expect(t, at(r.body, "emails"), []any{object{"primary": true, "type": "work", "value": "d2@example.test"}})
			expect(t, at(r.body, "name"), object{"formatted": "Dale D", "familyName": "Dee", "givenName": "Dale"})
			expect(t, at(r.body, "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User", "department"), "R&D")
			expect(t, at(r.body, "schemas", 1), "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User")
		},
		"entra/create group": func(t *testing.T, r reply) { g = id(r); expect(t, r.body["members"], nil) },
		"okta/create": func(t *testing.T, r reply) {
			u = id(r)
			if strings.Contains(r.raw, "1mz050nq") || r.body["password"] != nil {
				t.Errorf("the password came back: %s", r.raw)
			}
			expect(t, r.body["locale"], "en-US")
		},
	}
	for _, s := range steps {
		name := s.IDP + "/" + s.Name
		fill := strings.NewReplacer("{u}", u, "{g}", g)
		var body any
		if s.Body != nil {
			body = fill.Replace(string(s.Body))
		}
		r := c.do(s.Method, fill.Replace(s.Path), body)
		if !slices.Contains(s.expects(t), r.status) {
			t.Fatalf("%s: %d %s, want %s", name, r.status, r.raw, s.Expect)
		}
		if checks[name] == nil {
			t.Fatalf("%s has no check", name)
		}
		checks[name](t, r)
	}
	for kind, n := range map[string]int{
		"user.provisioned": 2, "user.updated": 1, "user.deprovisioned": 3, "group.created": 1, "group.updated": 1, "group.membership": 4,
	} {
		if got := c.events(kind); len(got) != n {
			t.Errorf("%d events %s, want %d", len(got), kind, n)
		} else if got[0].Actor.User != "scim:entra" || got[0].Actor.Connection != "entra" || !strings.HasPrefix(got[0].Actor.Credential, "scim_") || got[0].Actor.Address == "" {
			t.Errorf("%s was done by %+v", kind, got[0].Actor)
		}
	}
}

func expect(t *testing.T, got, want any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("want(-) got(+):\n%s", diff)
	}
}
