package console_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ambit/audit"
	"ambit/audit/bundle"
	"ambit/server/caller"
)

// events searches as the owner does and says how many there are.
func (o *owner) events(query string) int {
	o.t.Helper()
	var page struct{ Events []audit.Event }
	o.call("GET", "/api/v1/audit/events?limit=500&"+query, nil, 200, &page)
	return len(page.Events)
}

// TestABundleIsCheckedWithThePublicKeyAlone takes the archive as a browser saves it, opens it and checks it offline.
func TestABundleIsCheckedWithThePublicKeyAlone(t *testing.T) {
	s := start(t)
	s.setUp()
	s.publish(acme)
	agent := s.script(caller.ScopeDecide, caller.ScopeAuditRead)
	for range 20 {
		agent.decide(use("TodoWrite"))
		agent.decide(use("Teleport"))
	}
	for format, file := range map[string]string{"": "events.jsonl", "csv": "events.csv", "ocsf": "events.ocsf.jsonl"} {
		resp := agent.send("GET", "/api/v1/audit/bundle?effect=deny&q=Teleport&unknown=x&format="+format, nil)
		raw, err := io.ReadAll(resp.Body)
		must(t, errors.Join(err, resp.Body.Close()))
		if typ, named := resp.Header.Get("Content-Type"), resp.Header.Get("Content-Disposition"); typ != "application/zip" || !strings.Contains(named, "ambit-evidence.zip") {
			t.Fatalf("%q: %s, %s", format, typ, named)
		}
		z, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
		must(t, err)
		dir := t.TempDir()
		must(t, os.CopyFS(dir, z))
		m, cp, err := bundle.Check(filepath.Join(dir, "ambit-evidence"), s.ledger.PublicKey())
		must(t, err)
		want := map[string]string{"effect": "deny", "q": "Teleport"}
		if m.Events != 20 || m.Through != cp.Size || m.Files[file].Bytes == 0 || !maps.Equal(m.Filter, want) || m.Ambit == "" {
			t.Errorf("%q: %+v under %d entries", format, m, cp.Size)
		}
	}
	agent.refused("GET", "/api/v1/audit/bundle?format=xml", nil, 400, "invalid")
	agent.refused("GET", "/api/v1/audit/bundle?effect=maybe", nil, 400, "invalid")
	s.script(caller.ScopeDecide).refused("GET", "/api/v1/audit/bundle", nil, 403, "forbidden")
}

func TestRetentionRulesHoldsAndDryRun(t *testing.T) {
	s := start(t)
	o := s.setUp()
	s.publish(acme)
	agent := s.script(caller.ScopeDecide)
	for range 300 {
		agent.decide(use("TodoWrite"))
	}
	var rules struct {
		Rules []struct {
			Class string
			Days  int
		}
		Holds int
	}
	o.call("GET", "/api/v1/retention", nil, 200, &rules)
	if len(rules.Rules) != 6 || rules.Rules[0].Days != 0 {
		t.Fatalf("before any rule: %+v", rules)
	}
	o.call("PUT", "/api/v1/retention", object{"rules": []object{{"class": "decision", "days": 30}}}, 200, &rules)
	for name, rule := range map[string]object{"unknown": {"class": "integrity", "days": 3}, "negative": {"class": "result", "days": -1}, "too long": {"class": "result", "days": 99999}} {
		t.Run(name, func(t *testing.T) {
			o.refused("PUT", "/api/v1/retention", object{"rules": []object{rule}}, 400, "invalid")
		})
	}
	o.refused("PUT", "/api/v1/retention", object{"rules": []object{}}, 400, "invalid")

	var hold struct{ ID, Name string }
	o.call("POST", "/api/v1/holds", object{"name": "case 7", "reason": "a dispute", "search": object{"person": "ada@acme.test", "q": "TodoWrite"}}, 201, &hold)
	o.refused("POST", "/api/v1/holds", object{"name": "case 7"}, 409, "conflict")
	o.refused("POST", "/api/v1/holds", object{"name": "x", "search": object{"effect": "maybe"}}, 400, "invalid")
	o.refused("POST", "/api/v1/holds", object{"name": "x", "search": object{"unknown": "maybe"}}, 400, "invalid")

	s.pass(31 * 24 * time.Hour)
	o.signInAgain()
	var plan struct {
		Classes []struct {
			Class            string
			Due, Held, Waits int64
		}
	}
	o.call("GET", "/api/v1/retention/plan", nil, 200, &plan)
	if len(plan.Classes) != 1 || plan.Classes[0].Held != 300 || plan.Classes[0].Due != 0 {
		t.Fatalf("plan under the hold: %+v", plan)
	}
	var run struct {
		Events, Held, Waits int64
		Complete            bool
	}
	o.call("POST", "/api/v1/retention/run", nil, 200, &run)
	if run.Events != 0 || run.Held != 300 || !run.Complete {
		t.Fatalf("run under the hold: %+v", run)
	}
	o.call("DELETE", "/api/v1/holds/"+hold.ID, nil, 200, nil)
	o.refused("DELETE", "/api/v1/holds/"+hold.ID, nil, 404, "not_found")
	o.call("GET", "/api/v1/holds", nil, 200, nil)
	// The projection follows in the background, and what it hasn't taken in waits.
	for deadline := time.Now().Add(10 * time.Second); run.Events < 200 && time.Now().Before(deadline); {
		o.call("POST", "/api/v1/retention/run", nil, 200, &run)
	}
	if run.Events < 200 {
		t.Fatalf("after the release: %+v", run)
	}
	var report struct {
		OK      bool
		Removed int64
	}
	o.call("POST", "/api/v1/audit/verify", nil, 200, &report)
	if !report.OK || report.Removed < 200 {
		t.Fatalf("verify: %+v", report)
	}
	for _, kind := range []string{"retention.changed", "hold.added", "hold.released", audit.TypeRemoved} {
		if o.events("type="+kind) == 0 {
			t.Errorf("%s is not on record", kind)
		}
	}
}

// signInAgain replaces a session that has run out.
func (o *owner) signInAgain() {
	o.t.Helper()
	var ch struct{ Challenge string }
	o.csrf = ""
	o.call("POST", "/api/v1/sign-in", object{"email": email, "password": password}, 200, &ch)
	var session struct{ CSRF string }
	o.call("POST", "/api/v1/sign-in/verify", object{"challenge": ch.Challenge, "code": o.code(o.secret)}, 200, &session)
	o.csrf = session.CSRF
}

func TestPurgingPromptsIsOnRecord(t *testing.T) {
	s := start(t)
	o := s.setUp()
	s.publish(acme)
	agent := s.script(caller.ScopeDecide)
	id := agent.decide(use("TodoWrite"))
	o.refused("POST", "/api/v1/prompts/purge", object{}, 400, "invalid")
	var answer struct{ Purged, Held int64 }
	o.call("POST", "/api/v1/prompts/purge", object{"person": "nobody@acme.test"}, 200, &answer)
	if answer.Purged != 0 {
		t.Fatalf("%+v", answer)
	}
	o.call("POST", "/api/v1/prompts/purge", object{"person": "ada@acme.test"}, 200, &answer)
	if answer.Purged != 1 {
		t.Fatalf("%+v", answer)
	}
	o.refused("POST", "/api/v1/audit/events/"+id+"/prompt", nil, 404, "not_found")
	if o.events("type=prompts.purged") != 2 {
		t.Fatal("a purge is not on record")
	}
}

func TestProofsOverTheAPI(t *testing.T) {
	s := start(t)
	o := s.setUp()
	s.publish(acme)
	agent := s.script(caller.ScopeDecide)
	id := agent.decide(use("TodoWrite"))
	var first struct {
		Note string
		Key  string `json:"public_key"`
		Size int64
	}
	o.call("POST", "/api/v1/audit/checkpoint", nil, 200, &first)
	if first.Size != s.ledger.Seq() {
		t.Fatalf("signed over %d of %d", first.Size, s.ledger.Seq())
	}
	var p audit.Proof
	o.call("GET", "/api/v1/audit/events/"+id+"/proof", nil, 200, &p)
	if _, err := p.Check(first.Key); err != nil || !strings.Contains(p.Event, id) {
		t.Fatalf("%v in %s", err, p.Event)
	}
	o.refused("GET", "/api/v1/audit/events/evt_none/proof", nil, 404, "not_found")
	agent.decide(use("Teleport"))
	var later struct{ Note string }
	o.call("POST", "/api/v1/audit/checkpoint", nil, 200, &later)
	var tree audit.TreeProof
	o.call("POST", "/api/v1/audit/consistency", object{"from": first.Note}, 200, &tree)
	if _, _, err := tree.Check(first.Key); err != nil || tree.To != later.Note {
		t.Fatal(err)
	}
	o.refused("POST", "/api/v1/audit/consistency", object{"from": later.Note, "to": first.Note}, 409, "conflict")
	o.refused("POST", "/api/v1/audit/consistency", object{"from": "x"}, 400, "invalid")
	var many struct{ Hashes [][]audit.Hash }
	o.call("POST", "/api/v1/audit/proofs", object{"checkpoint": first.Note, "seqs": []int64{1, first.Size}}, 200, &many)
	if len(many.Hashes) != 2 {
		t.Fatalf("%d proofs", len(many.Hashes))
	}
	o.refused("POST", "/api/v1/audit/proofs", object{"checkpoint": first.Note, "seqs": []int64{first.Size + 1}}, 404, "not_found")
	o.refused("POST", "/api/v1/audit/proofs", object{"checkpoint": "x", "seqs": []int64{1}}, 400, "invalid")
	// A backup is the machine's administrator's alone.
	o.refused("POST", "/api/v1/audit/backups", object{}, 403, "forbidden")
}

func TestSavedSearchesArePrivateUnlessShared(t *testing.T) {
	s := start(t)
	o := s.setUp()
	var mine struct {
		ID, Name     string
		Shared, Mine bool
		Search       struct{ Person string }
	}
	o.call("POST", "/api/v1/saved-searches", object{"name": "Ada's refusals", "search": object{"person": "ada@acme.test", "effect": "deny"}}, 201, &mine)
	o.refused("POST", "/api/v1/saved-searches", object{"name": "Ada's refusals"}, 409, "conflict")
	o.refused("POST", "/api/v1/saved-searches", object{"name": "x", "search": object{"phase": "x"}}, 400, "invalid")
	o.refused("POST", "/api/v1/saved-searches", object{"search": object{}}, 400, "invalid")
	o.refused("POST", "/api/v1/saved-searches", object{"name": "x", "last": "2h"}, 400, "invalid")
	o.refused("POST", "/api/v1/saved-searches", object{"name": "x", "last": "1h", "search": object{"since": "2026-01-01T00:00:00Z"}}, 400, "invalid")
	reader := s.script(caller.ScopeAuditRead)
	var all struct{ Searches []struct{ ID, Last string } }
	reader.call("GET", "/api/v1/saved-searches", nil, 200, &all)
	if len(all.Searches) != 0 {
		t.Fatal("somebody else's search is shown")
	}
	id := mine.ID
	mine.Search.Person = ""
	o.call("PUT", "/api/v1/saved-searches/"+id, object{"name": "Refusals", "shared": true, "last": "24h", "search": object{"effect": "deny"}}, 200, &mine)
	if mine.Name != "Refusals" || !mine.Shared || !mine.Mine || mine.Search.Person != "" {
		t.Fatalf("%+v", mine)
	}
	reader.call("GET", "/api/v1/saved-searches", nil, 200, &all)
	if len(all.Searches) != 1 || all.Searches[0].Last != "24h" {
		t.Fatalf("a shared search isn't shown: %+v", all)
	}
	reader.refused("DELETE", "/api/v1/saved-searches/"+mine.ID, nil, 403, "forbidden")
	o.call("DELETE", "/api/v1/saved-searches/"+mine.ID, nil, 204, nil)
	o.refused("DELETE", "/api/v1/saved-searches/"+mine.ID, nil, 404, "not_found")
	for _, kind := range []string{"created", "changed", "deleted"} {
		if o.events("type=saved_search."+kind) != 1 {
			t.Errorf("saved_search.%s is not on record", kind)
		}
	}
}

func TestFacetsAndFormats(t *testing.T) {
	s := start(t)
	o := s.setUp()
	s.publish(acme)
	agent := s.script(caller.ScopeDecide)
	for range 3 {
		agent.decide(use("TodoWrite"))
	}
	agent.decide(use("Teleport"))
	var f struct {
		Of       int
		Complete bool
		Effect   []struct {
			Value string
			Count int
		}
	}
	o.call("GET", "/api/v1/audit/facets?phase=decision", nil, 200, &f)
	if f.Of != 4 || !f.Complete || len(f.Effect) != 2 || f.Effect[0].Value != "allow" || f.Effect[0].Count != 3 {
		t.Fatalf("%+v", f)
	}
	for format, want := range map[string]struct{ typ, text string }{
		"jsonl": {"application/x-ndjson", `"schema":"ambit.audit/v1"`},
		"csv":   {"text/csv; charset=utf-8; header=present", "seq,time,id,type,"},
		"ocsf":  {"application/x-ndjson", `"class_uid":6003`},
	} {
		resp := o.send("GET", "/api/v1/audit/export?phase=decision&format="+format, nil)
		raw, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		must(t, err)
		lines := strings.Count(string(raw), "\n")
		if resp.StatusCode != http.StatusOK || resp.Header.Get("Content-Type") != want.typ || !strings.Contains(string(raw), want.text) || lines < 4 || lines > 5 {
			t.Errorf("%s: %d %s\n%s", format, resp.StatusCode, resp.Header.Get("Content-Type"), raw)
		}
	}
	o.refused("GET", "/api/v1/audit/export?format=xml", nil, 400, "invalid")
}
