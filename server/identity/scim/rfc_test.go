package scim_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

func query(filter string) string { return "?filter=" + url.QueryEscape(filter) }

// TestRetrieving is RFC 7644, section 3.4: resources, lists, pages and parts of resources.
func TestRetrieving(t *testing.T) {
	c := start(t).connect("okta", nil)
	var ids []string
	for i := range 5 {
		ids = append(ids, c.addUser(fmt.Sprintf("user%d", i), "displayName", fmt.Sprint("User ", i), "emails", []object{{"value": fmt.Sprintf("u%d@acme.test", i), "type": "work"}}))
		c.pass(1e6)
	}
	group := c.addGroup("eng", ids[0], ids[1])

	r := c.want(200, "GET", "/Users/"+ids[0], nil)
	expect(t, r.body["groups"], []any{object{"value": group, "display": "eng", "type": "direct", "$ref": c.url + "/scim/v2/Groups/" + group}})
	expect(t, at(r.body, "meta", "resourceType"), "User")
	expect(t, at(r.body, "meta", "version"), r.header.Get("ETag"))
	expect(t, at(r.body, "schemas"), []any{"urn:ietf:params:scim:schemas:core:2.0:User"})
	r = c.want(200, "GET", "/Groups/"+group, nil)
	expect(t, at(r.body, "members", 0, "type"), "User")
	if ref, _ := at(r.body, "members", 0, "$ref").(string); !strings.HasPrefix(ref, c.url+"/scim/v2/Users/acc_") {
		t.Errorf("$ref %q", ref)
	}

	pages := map[string][]float64{ // total, start, length
		"":                                {5, 1, 5},
		"?startIndex=1&count=2":           {5, 1, 2},
		"?startIndex=5&count=2":           {5, 5, 1},
		"?startIndex=6":                   {5, 6, 0},
		"?startIndex=0&count=2":           {5, 1, 2}, // below the least is the least
		"?startIndex=-7&count=-1":         {5, 1, 0},
		"?count=0":                        {5, 1, 0},
		"?count=1000000000":               {5, 1, 5},
		"?startIndex=9223372036854775807": {5, 9223372036854775807, 0},
		query(`displayName sw "user"`) + "&count=2&startIndex=2": {5, 2, 2},
		query(`displayName sw "user"`) + "&count=0":              {5, 1, 0},
		query(`userName eq "USER3"`):                             {1, 1, 1},
		query(`userName eq "user3" and title pr`):                {0, 1, 0},
		query(`groups.value eq "` + group + `"`):                 {2, 1, 2},
		query(`id eq "` + ids[2] + `"`):                          {1, 1, 1},
		query(`id eq "` + group + `"`):                           {0, 1, 0},
		"?filter=":                                               {5, 1, 5},
		"?sortBy=userName&sortOrder=descending":                  {5, 1, 5}, // passed over, as the configuration says
		"?aadOptscim062020":                                      {5, 1, 5},
	}
	for q, want := range pages {
		r := c.want(200, "GET", "/Users"+q, nil)
		list, _ := r.body["Resources"].([]any)
		got := []float64{r.body["totalResults"].(float64), r.body["startIndex"].(float64), r.body["itemsPerPage"].(float64)}
		if fmt.Sprint(got) != fmt.Sprint(want) || len(list) != int(want[2]) || list == nil {
			t.Errorf("%s: %v with %d, want %v", q, got, len(list), want)
		}
	}
	var walked []string
	for start := 1; start <= 5; start += 2 {
		r := c.want(200, "GET", fmt.Sprintf("/Users?count=2&startIndex=%d", start), nil)
		for _, u := range r.body["Resources"].([]any) {
			walked = append(walked, at(u, "id").(string))
		}
	}
	expect(t, walked, ids)

	for q, want := range map[string]float64{
		query(`displayName eq "ENG"`) + "&excludedAttributes=members":  1,
		query(`displayName eq "other"`):                                0,
		query(`members eq "` + ids[0] + `"`):                           1,
		query(`id eq "` + group + `" and members eq "` + ids[1] + `"`): 1,
		query(`id eq "` + group + `" and members eq "` + ids[2] + `"`): 0,
		query(`members[value eq "` + ids[0] + `"]`):                    1,
		query(`not (members[display eq "User 4"])`):                    1,
	} {
		expect(t, c.want(200, "GET", "/Groups"+q, nil).body["totalResults"], want)
	}
}

// TestProjection is RFC 7644, section 3.4.2.5.
func TestProjection(t *testing.T) {
	c := start(t).connect("okta", nil)
	u := c.addUser("ada", "title", "T", "name", object{"givenName": "Ada", "familyName": "Park"},
		"emails", []object{{"value": "a@x.test", "type": "work"}, {"value": "b@x.test", "type": "home"}},
		"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User", object{"department": "R", "division": "D"})
	g := c.addGroup("eng", u)
	const ent = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
	for q, want := range map[string]object{
		"attributes=userName":                            {"userName": "ada"},
		"attributes=USERNAME,%20name.givenname":          {"userName": "ada", "name": object{"givenName": "Ada"}},
		"attributes=name.givenName,name.familyName":      {"name": object{"givenName": "Ada", "familyName": "Park"}},
		"attributes=emails.value":                        {"emails": []any{object{"value": "a@x.test"}, object{"value": "b@x.test"}}},
		"attributes=" + ent + ":department":              {ent: object{"department": "R"}},
		"attributes=" + ent + "&excludedAttributes=x":    {ent: object{"department": "R", "division": "D"}},
		"attributes=department":                          {ent: object{"department": "R"}},
		"attributes=nothing,name.nothing,urn:x:1.0:User": {"name": object{}},
		"attributes=id":                                  {},
	} {
		r := c.want(200, "GET", "/Users/"+u+"?"+q, nil)
		expect(t, r.body["id"], u)
		delete(r.body, "id")
		delete(r.body, "schemas")
		expect(t, r.body, want)
	}
	r := c.want(200, "GET", "/Users/"+u+"?excludedAttributes=id,schemas,name,emails.type,groups,meta,title,active,displayName,"+ent+":department", nil)
	delete(r.body, "schemas")
	expect(t, r.body, object{"id": u, "userName": "ada", "emails": []any{object{"value": "a@x.test"}, object{"value": "b@x.test"}}, ent: object{"division": "D"}})
	expect(t, c.want(200, "GET", "/Groups/"+g+"?attributes=displayName", nil).body["members"], nil)
	expect(t, c.want(200, "GET", "/Groups?excludedAttributes=members", nil).body["totalResults"], 1.0)
	expect(t, c.want(200, "PATCH", "/Groups/"+g+"?attributes=displayName", patch(object{"op": "add", "path": "members", "value": []string{u}})).body["displayName"], "eng")
	expect(t, c.want(201, "POST", "/Users?attributes=userName", user("eve", "title", "x")).body["title"], nil)
	c.refuse(400, "invalidValue", "GET", "/Users?attributes=a%5Bb", nil)
	c.refuse(400, "invalidValue", "GET", "/Users?attributes="+strings.Repeat("a,", 101), nil)
}

// TestCreatingAndReplacing is RFC 7644, sections 3.3 and 3.5.1, with what providers send along.
func TestCreatingAndReplacing(t *testing.T) {
	c := start(t).connect("okta", nil)
	r := c.want(201, "POST", "/Users", object{
		"USERNAME": "Ada", "ExternalId": "00u1", "active": "True", "id": "mine", "meta": object{"version": "x"}, "groups": []object{{"value": "g"}}, "password": "secret-word",
		"schemas": []string{"urn:whatever"}, "nickName": nil, "roles": []object{}, "favouriteTea": object{"kind": "green"}, "urn:acme:1.0:User": object{"badge": 7},
		"phoneNumbers": []object{{"value": "1", "type": "work", "primary": "true"}}, "emails": object{"value": "ada@acme.test"},
	})
	u := id(r)
	for _, path := range []string{"/Users/" + u, "/Users/" + u} {
		r = c.want(200, "GET", path, nil)
		expect(t, r.body["userName"], "Ada")
		expect(t, r.body["externalId"], "00u1")
		expect(t, r.body["active"], true)
		expect(t, r.body["favouriteTea"], object{"kind": "green"})
		expect(t, r.body["urn:acme:1.0:User"], object{"badge": 7.0})
		expect(t, r.body["schemas"], []any{"urn:ietf:params:scim:schemas:core:2.0:User", "urn:acme:1.0:User"})
		expect(t, at(r.body, "phoneNumbers", 0, "primary"), true)
		expect(t, at(r.body, "emails"), []any{object{"value": "ada@acme.test"}})
	}
	if u == "mine" || r.body["groups"] != nil || r.body["nickName"] != nil || r.body["roles"] != nil || strings.Contains(r.raw, "secret-word") || strings.Contains(r.raw, "USERNAME") {
		t.Errorf("read-only, secret or empty attributes were kept: %s", r.raw)
	}
	created := at(r.body, "meta", "created")

	// Okta replaces whole users, and leaves out what it doesn't know.
	r = c.want(200, "PUT", "/Users/"+u, object{"schemas": []string{"urn:ietf:params:scim:schemas:core:2.0:User"}, "id": u, "userName": "ada", "active": false, "displayName": "Ada"})
	expect(t, r.body["active"], false)
	expect(t, r.body["favouriteTea"], nil)
	expect(t, r.body["externalId"], nil)
	expect(t, at(r.body, "meta", "created"), created)
	r = c.want(200, "PUT", "/Users/"+u, object{"userName": "ada", "title": "T"})
	if r.body["active"] != false {
		t.Error("a replacement that leaves active out brought somebody back")
	}
	r = c.want(200, "PUT", "/Users/"+u, object{"userName": "ada", "title": "T", "active": true})
	expect(t, r.body["active"], true)
	n := len(c.events("user.updated"))
	again := c.want(200, "PUT", "/Users/"+u, object{"userName": "ada", "title": "T", "active": true})
	if len(c.events("user.updated")) != n || again.header.Get("ETag") != r.header.Get("ETag") {
		t.Error("a replacement by the same was recorded as a change")
	}

	g := c.addGroup("eng", u)
	r = c.want(200, "PUT", "/Groups/"+g, object{"displayName": "eng2"})
	if len(c.members(g)) != 1 {
		t.Error("members that nobody named are gone")
	}
	c.want(200, "PUT", "/Groups/"+g, object{"displayName": "eng2", "externalId": "x", "members": []object{}})
	if len(c.members(g)) != 0 || r.body["displayName"] != "eng2" {
		t.Errorf("after an empty list: %v", c.members(g))
	}
	c.want(204, "DELETE", "/Groups/"+g, nil)
	c.refuse(404, "", "DELETE", "/Groups/"+g, nil)
	c.want(204, "DELETE", "/Users/"+u, nil)
	c.refuse(404, "", "DELETE", "/Users/"+u, nil)
	expect(t, c.want(200, "GET", "/Users", nil).body["totalResults"], 0.0)
	if again := c.addUser("ada"); again != u {
		t.Errorf("removed and provisioned again: %s, then %s", u, again)
	}
}

// TestVersions is RFC 7644, section 3.14.
func TestVersions(t *testing.T) {
	c := start(t).connect("okta", nil)
	u := c.addUser("ada")
	first := c.want(200, "GET", "/Users/"+u, nil).header.Get("ETag")
	c.header = http.Header{"If-None-Match": {first}}
	c.want(304, "GET", "/Users/"+u, nil)
	c.header = http.Header{"If-Match": {first}}
	c.want(200, "PATCH", "/Users/"+u, patch(object{"op": "add", "path": "title", "value": "x"}))
	for method, body := range map[string]any{"PATCH": patch(object{"op": "add", "path": "title", "value": "y"}), "PUT": user("ada"), "DELETE": nil} {
		c.refuse(412, "", method, "/Users/"+u, body)
	}
	c.header = http.Header{"If-None-Match": {first}}
	c.want(200, "GET", "/Users/"+u, nil)
	c.header = http.Header{"If-Match": {"*"}}
	c.want(204, "DELETE", "/Users/"+u, nil)
	c.header = http.Header{}
	g := c.addGroup("eng")
	c.header = http.Header{"If-Match": {`W/"stale"`}}
	c.refuse(412, "", "PATCH", "/Groups/"+g, patch(object{"op": "replace", "path": "displayName", "value": "x"}))
	c.refuse(412, "", "DELETE", "/Groups/"+g, nil)
}

// TestDiscovery is RFC 7644, section 4.
func TestDiscovery(t *testing.T) {
	c := start(t).connect("okta", nil)
	r := c.want(200, "GET", "/ServiceProviderConfig", nil)
	for feature, want := range map[string]bool{"patch": true, "bulk": false, "filter": true, "changePassword": false, "sort": false, "etag": true} {
		expect(t, at(r.body, feature, "supported"), want)
	}
	expect(t, at(r.body, "authenticationSchemes", 0, "type"), "oauthbearertoken")
	expect(t, c.want(200, "GET", "/ResourceTypes", nil).body["totalResults"], 2.0)
	r = c.want(200, "GET", "/ResourceTypes/User", nil)
	expect(t, r.body["endpoint"], "/Users")
	expect(t, at(r.body, "schemaExtensions", 0, "schema"), "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User")
	r = c.want(200, "GET", "/Schemas", nil)
	expect(t, r.body["totalResults"], 3.0)
	for i := range 3 {
		s := at(r.body, "Resources", i)
		one := c.want(200, "GET", "/Schemas/"+at(s, "id").(string), nil)
		expect(t, any(one.body), s)
		for _, a := range at(s, "attributes").([]any) {
			for _, member := range []string{"name", "type", "multiValued", "description", "required", "mutability", "returned"} {
				if at(a, member) == nil {
					t.Errorf("%v says nothing about %s", at(a, "name"), member)
				}
			}
		}
	}
	c.refuse(404, "", "GET", "/Schemas/urn:nothing", nil)
	c.refuse(404, "", "GET", "/ResourceTypes/Device", nil)
	for _, path := range []string{"/Schemas", "/ResourceTypes", "/ServiceProviderConfig"} {
		c.refuse(403, "", "GET", path+query(`id eq "x"`), nil)
	}
	for _, method := range []string{"GET", "POST", "PUT", "PATCH", "DELETE"} {
		c.refuse(501, "", method, "/Me", nil)
	}
	c.refuse(501, "", "POST", "/Bulk", object{"Operations": []object{}})
	c.refuse(404, "", "GET", "/Devices", nil)
	c.refuse(405, "", "DELETE", "/Users", nil)
}
