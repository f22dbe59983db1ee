package console_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"ambit/server/caller"
)

const clientSecret = "s3cret-of-the-client"

// oidcRequest is a connection to a provider that isn't there: nothing is fetched before somebody asks for it.
func oidcRequest(id string) object {
	return object{
		"id": id, "kind": "oidc", "name": "Acme " + id, "domains": []string{"acme.test"},
		"config":  object{"oidc": object{"issuer": "http://127.0.0.1:1", "client_id": "ambit"}, "accounts": object{}},
		"secrets": object{"client_secret": clientSecret},
	}
}

// connect adds a connection in a stage.
func (s *stack) connect(id, stage string) {
	s.t.Helper()
	config := json.RawMessage(`{"oidc":{"issuer":"http://127.0.0.1:1","client_id":"ambit"},"accounts":{}}`)
	c := caller.Connection{ID: id, Kind: caller.KindOIDC, Name: "Acme " + id, Domains: []string{"acme.test"}, Config: config, Secrets: map[string]string{"client_secret": clientSecret}}
	must(s.t, s.sso.Create(s.t.Context(), local, &c, ""))
	must(s.t, s.sso.Stage(s.t.Context(), local, id, stage, ""))
}

type shownConnection struct {
	ID, Stage  string
	SecretsSet []string          `json:"secrets_set"`
	URLs       map[string]string `json:"urls"`
	Departure  struct {
		Console int      `json:"console_s"`
		Agents  int      `json:"agents_s"`
		Shorten []string `json:"shorten"`
	} `json:"departure"`
	Config struct {
		OIDC struct{ Issuer string }
	}
}

func TestAConnectionFromDraftToLiveAndBack(t *testing.T) {
	s := start(t)
	o := s.setUp()
	anon := s.browser()
	choices := func(query string) string {
		var got struct{ Choices []struct{ ID string } }
		anon.call("GET", "/api/v1/sign-in/choices"+query, nil, 200, &got)
		ids := []string{}
		for _, c := range got.Choices {
			ids = append(ids, c.ID)
		}
		return strings.Join(ids, " ")
	}
	var c shownConnection
	o.call("POST", "/api/v1/connections", oidcRequest("okta"), 201, &c)
	if c.Stage != "draft" || len(c.SecretsSet) != 1 || c.URLs["callback"] != s.url+"/sso/okta/callback" || c.URLs["acs"] != "" || c.Departure.Console == 0 || len(c.Departure.Shorten) == 0 {
		t.Fatalf("%+v", c)
	}
	if got := choices(""); got != "" {
		t.Fatalf("a draft is offered: %s", got)
	}
	o.refused("POST", "/api/v1/connections", oidcRequest("okta"), 409, "exists")
	change := oidcRequest("okta")
	delete(change, "id")
	delete(change, "kind")
	delete(change, "secrets")
	change["testers"] = []string{"Ada@acme.test"}
	o.call("PUT", "/api/v1/connections/okta", change, 200, &c)
	if len(c.SecretsSet) != 1 || s.identity.Connection("okta").Secrets["client_secret"] != clientSecret {
		t.Fatal("a change without secrets lost them")
	}
	o.call("POST", "/api/v1/connections/okta/stage", object{"stage": "staging"}, 200, &c)
	if got := choices(""); got != "" || choices("?email=ada@acme.test") != "okta" || choices("?email=ben@acme.test") != "" {
		t.Fatalf("staging is offered to %q", got)
	}
	o.call("POST", "/api/v1/connections/okta/stage", object{"stage": "live"}, 200, &c)
	s.connect("other", caller.StageLive)
	if choices("") != "okta other" || choices("?email=ben@elsewhere.test") != "okta other" {
		t.Fatal("live connections are not offered")
	}
	o.refused("DELETE", "/api/v1/connections/okta", nil, 409, "conflict")
	o.refused("POST", "/api/v1/connections/okta/stage", object{"stage": "production"}, 400, "invalid")
	o.call("POST", "/api/v1/connections/okta/stage", object{"stage": "disabled"}, 200, &c)
	o.call("DELETE", "/api/v1/connections/okta", nil, 204, nil)
	for _, path := range []string{"/api/v1/connections/okta", "/api/v1/connections/..%2f..", "/api/v1/connections/okta/tests/x"} {
		o.refused("GET", path, nil, 404, "not_found")
	}
}

func TestProblemsOfAConfigurationNameTheirField(t *testing.T) {
	s := start(t)
	o := s.setUp()
	for field, config := range map[string]object{
		"issuer":               {"oidc": object{"issuer": "", "client_id": "x"}},
		"client_id":            {"oidc": object{"issuer": "https://idp.test"}},
		"scopes":               {"oidc": object{"issuer": "https://idp.test", "client_id": "x", "scopes": []string{"email"}}},
		"accounts.groups_from": {"oidc": object{"issuer": "https://idp.test", "client_id": "x"}, "accounts": object{"groups_from": "rumour"}},
		"oidc":                 {"saml": object{"metadata_url": "https://idp.test"}},
		"config":               {"oidc": object{"isuer": "https://idp.test"}},
		"oidc.issuer":          {"oidc": object{"issuer": "https://10.0.0.1", "client_id": "x"}}, // a private network that `--egress` doesn't open
	} {
		r := oidcRequest("x")
		r["config"] = config
		var p struct {
			Code     string
			Problems []struct{ Field, Message, Hint string }
		}
		o.call("POST", "/api/v1/connections", r, 422, &p)
		if p.Code != "unprocessable" || len(p.Problems) == 0 || p.Problems[0].Field != field || p.Problems[0].Message == "" {
			t.Errorf("%s: %+v", field, p)
		}
	}
	for _, bad := range []object{
		{"id": "../x"},
		{"id": "X"},
		{"kind": "ldap"},
		{"name": ""},
		{"name": "a\nb"},
		{"domains": []string{"*"}},
		{"domains": []string{"a@b.test"}},
		{"testers": []string{""}},
		{"config": "x"},
		{"secrets": object{"saml_keys": "{}"}},
		{"stage": "live"},
		{"domains": []string{strings.Repeat("a", 300)}},
	} {
		r := oidcRequest("x")
		for k, v := range bad {
			r[k] = v
		}
		resp := o.send("POST", "/api/v1/connections", r)
		raw, err := io.ReadAll(resp.Body)
		must(t, err)
		resp.Body.Close()
		if resp.StatusCode != 400 && resp.StatusCode != 422 {
			t.Errorf("%v: %d %s", bad, resp.StatusCode, raw)
		}
	}
	if n := len(s.identity.Connections()); n != 0 {
		t.Fatalf("%d connections were made", n)
	}
}

func TestSecretsAreNeverShown(t *testing.T) {
	s := start(t)
	o := s.setUp()
	s.connect("okta", caller.StageLive)
	saml := caller.Connection{ID: "adfs", Kind: caller.KindSAML, Name: "AD FS", Config: json.RawMessage(`{"saml":{"metadata_url":"http://127.0.0.1:1/metadata"},"accounts":{}}`)}
	must(t, s.sso.Create(t.Context(), local, &saml, ""))
	var c struct {
		KeysRolling bool `json:"keys_rolling"`
	}
	o.call("POST", "/api/v1/connections/adfs/roll-keys", nil, 200, &c)
	if !c.KeysRolling {
		t.Error("new keys are not published beside the old")
	}
	o.call("POST", "/api/v1/connections/adfs/roll-keys", nil, 200, &c)
	if c.KeysRolling {
		t.Error("the old keys are still published")
	}
	for _, path := range []string{"/api/v1/connections", "/api/v1/connections/okta", "/api/v1/connections/adfs", "/api/v1/sign-in/choices", "/api/v1/audit/events"} {
		resp := o.send("GET", path, nil)
		raw, err := io.ReadAll(resp.Body)
		must(t, err)
		resp.Body.Close()
		if text := string(raw); strings.Contains(text, clientSecret) || strings.Contains(text, "PRIVATE KEY") || strings.Contains(text, `"Key"`) {
			t.Errorf("%s shows a secret: %s", path, text)
		}
	}
}

func TestAnUnreachableProviderIsAFindingNotAFailure(t *testing.T) {
	s := start(t)
	o := s.setUp()
	s.connect("okta", caller.StageDraft)
	var p struct {
		Problems []struct{ Field, Hint string }
	}
	o.call("POST", "/api/v1/connections/okta/inspect", nil, 422, &p)
	if len(p.Problems) != 1 || p.Problems[0].Field != "issuer" || p.Problems[0].Hint == "" {
		t.Fatalf("%+v", p)
	}
	o.refused("POST", "/api/v1/connections/none/inspect", nil, 404, "not_found")
}

// TestTheDirectoryForEachRole calls every route of the directory over the real stack: who may not is told so before anything
// happens, and who may gets past the door.
func TestTheDirectoryForEachRole(t *testing.T) {
	s := start(t)
	s.setUp()
	browsers := map[caller.Role]*client{"": s.as()}
	for _, r := range []caller.Role{caller.IdentityAdmin, caller.SecurityAdmin, caller.PlatformAdmin, caller.Manager, caller.Reviewer, caller.Auditor} {
		browsers[r] = s.as(r)
	}
	anon := s.browser()
	agent := s.script(caller.ScopeDecide, caller.ScopePolicyWrite)
	fill := strings.NewReplacer(":id", "none", ":test", "none", ":token", "none")
	walked := 0
	for _, r := range caller.Routes() {
		if !strings.HasPrefix(r.Path, "/api/v1/") || !ofTheDirectory(r.Path) {
			continue
		}
		walked++
		path := fill.Replace(r.Path)
		var body any
		if r.Method == http.MethodPost || r.Method == http.MethodPut {
			body = object{"unknown": true} // enough to get past the door, and no further
		}
		if r.ID == "cutOffEverybody" {
			body = object{"why": 1}
		}
		anon.refused(r.Method, path, body, 401, "unauthenticated")
		agent.refused(r.Method, path, body, 403, "forbidden")
		for role, c := range browsers {
			resp := c.send(r.Method, path, body)
			resp.Body.Close()
			may := c.mayCall(&r, role)
			if in := resp.StatusCode != 401 && resp.StatusCode != 403; in != may {
				t.Errorf("%s as %q: %d, admitted should be %v", r.Key(), role, resp.StatusCode, may)
			}
		}
	}
	if walked < 20 {
		t.Fatalf("only %d routes were walked", walked)
	}
}

func ofTheDirectory(path string) bool {
	for _, part := range []string{"connections", "people", "groups", "role-rules", "credentials", "sessions"} {
		if strings.HasPrefix(path, "/api/v1/"+part) {
			return true
		}
	}
	return false
}

// mayCall is the brief of the roles in its own words: three roles read, the identity admin writes, and the security admin may
// take access away and give roles that it has.
func (c *client) mayCall(r *caller.Route, role caller.Role) bool {
	switch role {
	case caller.IdentityAdmin:
		return true
	case caller.SecurityAdmin:
		taking := strings.Contains(r.Path, "cut-off") || strings.HasSuffix(r.Path, "/disable") || strings.Contains(r.Path, "credentials") ||
			strings.Contains(r.Path, "sessions") || strings.Contains(r.Path, "role-rules")
		return r.Method == http.MethodGet && r.ID != "getTestSignIn" || taking || r.ID == "previewPerson"
	case caller.Auditor:
		return r.Method == http.MethodGet && r.ID != "getTestSignIn" || r.ID == "previewPerson"
	default:
		return false
	}
}

func TestChangesOfTheDirectoryCannotBeForged(t *testing.T) {
	s := start(t)
	o := s.setUp()
	csrf := o.csrf
	for _, path := range []string{"/api/v1/connections", "/api/v1/people/cut-off", "/api/v1/role-rules", "/api/v1/people/" + s.identity.Person(email).ID + "/disable"} {
		o.csrf = ""
		o.refused("POST", path, object{}, 403, "csrf")
		o.csrf = csrf
		o.extra.Set("Origin", "https://evil.test")
		o.refused("POST", path, object{}, 403, "csrf")
		o.extra.Del("Origin")
	}
}

func TestSignOutNeedsNoProvider(t *testing.T) {
	s := start(t)
	o := s.setUp()
	s.connect("okta", caller.StageLive)
	o.call("POST", "/api/v1/sign-out", nil, 204, nil) // the owner's own sign-in came from nowhere
	o.refused("GET", "/api/v1/connections", nil, 401, "unauthenticated")
}

func TestChoicesTakeAnyText(t *testing.T) {
	s := start(t)
	s.setUp()
	s.connect("okta", caller.StageLive)
	b := s.browser()
	for _, email := range []string{"", "@", "%00", "a@b@c", "%ff%fe", "ada@ACME.test", strings.Repeat("a", 254)} {
		b.call("GET", "/api/v1/sign-in/choices?email="+email, nil, 200, nil)
	}
	b.refused("GET", fmt.Sprintf("/api/v1/sign-in/choices?email=%0255d", 1), nil, 400, "invalid")
}

func TestSCIMTokensAreShownOnceAndEndAtOnce(t *testing.T) {
	s := start(t)
	o := s.setUp()
	s.connect("okta", caller.StageLive)
	s.connect("other", caller.StageLive)
	const path = "/api/v1/connections/okta/scim-tokens"
	var made struct {
		Token  struct{ ID string }
		Secret string
	}
	o.call("POST", path, nil, 201, &made)
	if _, err := s.identity.Bearer(made.Secret); err != nil {
		t.Fatalf("the new token is refused: %v", err)
	}
	var listed struct {
		Tokens []map[string]any
	}
	o.call("GET", path, nil, 200, &listed)
	if text := fmt.Sprint(listed); len(listed.Tokens) != 1 || strings.Contains(text, made.Secret) {
		t.Fatalf("%s", text)
	}
	o.refused("DELETE", "/api/v1/connections/other/scim-tokens/"+made.Token.ID, nil, 404, "not_found")
	o.call("DELETE", path+"/"+made.Token.ID, nil, 204, nil)
	if _, err := s.identity.Bearer(made.Secret); err == nil {
		t.Fatal("a revoked token still works")
	}
	o.refused("DELETE", path+"/"+made.Token.ID, nil, 404, "not_found")
	o.refused("POST", "/api/v1/connections/none/scim-tokens", nil, 404, "not_found")
}
