package console_test

import (
	"testing"

	"ambit/audit"
	"ambit/server/caller"
)

func TestPublishCheckAndVersions(t *testing.T) {
	s := start(t)
	o := s.setUp()
	var current struct {
		Version  int64
		Source   string
		Document map[string]any
	}
	o.call("GET", "/api/v1/policy", nil, 200, &current)
	if current.Version != 0 || current.Document != nil {
		t.Fatalf("before the first policy: %+v", current)
	}
	var check struct {
		Problems []struct {
			Line     int
			Severity string
		}
	}
	o.call("POST", "/api/v1/policy/check", object{"source": acme}, 200, &check)
	for _, p := range check.Problems {
		if p.Severity != "warning" {
			t.Fatalf("problems %+v", check.Problems)
		}
	}
	o.call("POST", "/api/v1/policy/check", object{"source": "version: 1\nlayres: []\n"}, 200, &check)
	if len(check.Problems) == 0 || check.Problems[0].Line == 0 {
		t.Fatalf("a bad document has problems %+v", check.Problems)
	}
	var bad struct {
		Code     string
		Problems []any
	}
	o.call("POST", "/api/v1/policy/publish", object{"source": "version: 1\nlayres: []\n", "base_version": 0}, 422, &bad)
	if bad.Code != "policy_invalid" || len(bad.Problems) == 0 {
		t.Fatalf("publishing a bad document: %+v", bad)
	}
	o.refused("POST", "/api/v1/policy/publish", object{"source": acme}, 400, "invalid")
	o.call("POST", "/api/v1/policy/publish", object{"source": acme, "base_version": 0, "comment": "first"}, 200, nil)
	o.refused("POST", "/api/v1/policy/publish", object{"source": acme, "base_version": 0}, 409, "conflict")
	o.call("GET", "/api/v1/policy", nil, 200, &current)
	if current.Version != 1 || current.Source != acme || current.Document["layers"] == nil {
		t.Fatalf("published: %+v", current)
	}
	var versions struct {
		Versions []struct {
			Version     int64
			By, Comment string
			Current     bool
		}
	}
	o.call("GET", "/api/v1/policy/versions", nil, 200, &versions)
	if len(versions.Versions) != 1 || versions.Versions[0].By != email || versions.Versions[0].Comment != "first" || !versions.Versions[0].Current {
		t.Fatalf("versions: %+v", versions)
	}
	o.call("GET", "/api/v1/policy/versions/1", nil, 200, nil)
	o.refused("GET", "/api/v1/policy/versions/2", nil, 404, "not_found")
	o.refused("GET", "/api/v1/policy/versions/x", nil, 404, "not_found")
	s.script(caller.ScopePolicyRead).refused("POST", "/api/v1/policy/publish", object{"source": acme, "base_version": 1}, 403, "forbidden")
}

type tried struct {
	ID, Effect, Reason, Tier string
	Draft, Permits           bool
	PolicyVersion            int64 `json:"policy_version"`
	Layers                   []struct{ Layer, Effect string }
	Findings                 []struct{ Layer, Control string }
	Problems                 []any
}

func TestTryExplainsDraftsAndRecordsQueries(t *testing.T) {
	s := start(t)
	o := s.setUp()
	s.publish(acme)
	before := s.ledger.Seq()
	var a tried
	o.call("POST", "/api/v1/policy/try", object{"request": use("Teleport"), "source": acme}, 200, &a)
	if a.Effect != "deny" || !a.Draft || a.ID != "" || a.PolicyVersion != 0 || a.Permits || a.Reason == "" || a.Tier != "engineer" || len(a.Layers) != 1 || len(a.Findings) != 1 || a.Findings[0].Control != "tools" {
		t.Fatalf("draft: %+v", a)
	}
	if s.ledger.Seq() != before {
		t.Fatal("a try against a draft was recorded")
	}
	o.call("POST", "/api/v1/policy/try", object{"request": use("TodoWrite")}, 200, &a)
	if a.Effect != "allow" || a.Draft || a.ID == "" || a.PolicyVersion != 1 || !a.Permits {
		t.Fatalf("published: %+v", a)
	}
	page, err := s.ledger.Search(t.Context(), audit.Query{Limit: 1})
	must(t, err)
	if s.ledger.Seq() != before+1 {
		t.Fatalf("a query left %s", page.Events)
	}
	o.call("POST", "/api/v1/policy/try", object{"request": use("TodoWrite"), "source": "nonsense: 1"}, 422, &a)
	if len(a.Problems) == 0 {
		t.Fatal("a bad draft has no problems")
	}
	o.refused("POST", "/api/v1/policy/try", object{"request": object{"subject": 1}}, 400, "invalid")
	o.refused("POST", "/api/v1/policy/try", object{}, 400, "invalid")
}

func TestTokensAndPeople(t *testing.T) {
	s := start(t)
	o := s.setUp()
	s.publish(acme)
	var made struct {
		Token  struct{ ID, Person string }
		Secret string
	}
	o.call("POST", "/api/v1/tokens", object{"name": "ivan", "scopes": []string{"decide"}, "person": "ivan@acme.test", "groups": []string{"contractors"}, "expires_at": "2027-01-01T00:00:00Z"}, 201, &made)
	o.refused("POST", "/api/v1/tokens", object{"name": "x", "scopes": []string{"root"}}, 400, "invalid")
	o.refused("POST", "/api/v1/tokens", object{"name": "x", "scopes": []string{}}, 400, "invalid")
	var people struct {
		People []struct{ Email, Tier string }
	}
	o.call("GET", "/api/v1/people", nil, 200, &people)
	if len(people.People) != 2 || people.People[0].Email != "ivan@acme.test" || people.People[0].Tier != "contractor" || people.People[1].Tier != "engineer" {
		t.Fatalf("people: %+v", people)
	}
	ivan := &client{stack: s, http: o.http, token: made.Secret}
	ivan.http = s.browser().http
	ivan.refused("GET", "/api/v1/tokens", nil, 403, "forbidden")
	o.call("GET", "/api/v1/tokens", nil, 200, nil)
	o.call("DELETE", "/api/v1/tokens/"+made.Token.ID, nil, 204, nil)
	o.refused("DELETE", "/api/v1/tokens/"+made.Token.ID, nil, 404, "not_found")
	ivan.refused("GET", "/api/v1/tokens", nil, 401, "unauthenticated")

	var who struct{ Kind, Person string }
	o.call("GET", "/api/v1/whoami", nil, 200, &who)
	if who.Kind != "browser" || who.Person != email {
		t.Fatalf("who am I: %+v", who)
	}
	manager := s.scriptOf("ada@acme.test", caller.ScopeTokens)
	var seen struct{ Tokens []struct{ Person string } }
	manager.call("GET", "/api/v1/tokens", nil, 200, &seen)
	if len(seen.Tokens) != 1 || seen.Tokens[0].Person != "ada@acme.test" {
		t.Fatalf("a person's token sees %+v", seen)
	}
}
