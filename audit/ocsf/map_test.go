package ocsf_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"ambit/audit/ocsf"
)

// mapped is the OCSF form of an audit event that is given without schema, id, seq and time.
func mapped(t *testing.T, members string) map[string]any {
	t.Helper()
	raw := `{"schema":"ambit.audit/v1","id":"evt_1","seq":7,"time":"2026-11-22T05:30:16.248Z",` + members + `}`
	out, err := ocsf.Map(json.RawMessage(raw))
	if err != nil {
		t.Fatal(err)
	}
	var v map[string]any
	if err := json.Unmarshal(out, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// at walks into nested objects: at(v, "metadata.uid"); an index is a number.
func at(v any, path string) any {
	for name := range strings.SplitSeq(path, ".") {
		switch have := v.(type) {
		case map[string]any:
			v = have[name]
		case []any:
			if len(have) == 0 {
				return nil
			}
			v = have[0] // only the first element is ever asked for
		default:
			return nil
		}
	}
	return v
}

const (
	who     = `"actor":{"user":"ada@acme.test","subject":"00u1","connection":"okta","groups":["staff"],"tier":"senior","credential":"cred_1","address":"192.0.2.7"},`
	denied  = `"decision":{"id":"dec_1","effect":"deny","enforced":true,"policy_version":7,"reason":"no","layers":[{"layer":"organisation","effect":"deny","mode":"enforce"}]},`
	watched = `"decision":{"id":"dec_1","effect":"deny","enforced":false,"policy_version":7,"reason":"no"},`
	held    = `"decision":{"id":"dec_1","effect":"hold","enforced":true,"policy_version":7,"reason":"wait"},`
	allowed = `"decision":{"id":"dec_1","effect":"allow","enforced":true,"policy_version":7,"reason":"yes"},`
	call    = `"correlation":{"tool_use_id":"toolu_1","prompt_id":"p1","request":"r1"},"session":"s1","agent":{"name":"claude-code","version":"2.1.330"},"cwd":"/src",`
	shell   = who + call + `"type":"shell.exec","action":{"name":"shell.exec","properties":{"command":"/usr/bin/git status && rm -rf /"}},`
)

// Numbers are float64 here because that is what JSON's numbers decode to.
func TestMap(t *testing.T) {
	for name, c := range map[string]struct {
		members string
		want    map[string]any
	}{
		"a refused command": {shell + denied + `"phase":"decision"`, map[string]any{
			"class_uid": 1007.0, "category_uid": 1.0, "activity_id": 1.0, "type_uid": 100701.0, "severity_id": 3.0, "status_id": 2.0,
			"action_id": 2.0, "disposition_id": 2.0, "process.cmd_line": "/usr/bin/git status && rm -rf /", "process.name": "git",
			"process.uid": "toolu_1", "process.working_directory": "/src", "metadata.uid": "evt_1", "metadata.sequence": 7.0,
			"metadata.version": "1.4.0", "metadata.event_code": "shell.exec", "metadata.correlation_uid": "toolu_1", "metadata.profiles.0": "security_control",
			"time": 1795325416248.0, "actor.user.uid": "00u1", "actor.user.email_addr": "ada@acme.test", "actor.user.groups.0.name": "staff",
			"actor.session.uid": "s1", "actor.app_name": "claude-code/2.1.330", "policy.version": "7", "authorizations.0.decision": "deny",
			"authorizations.0.policy.name": "organisation", "unmapped.tier": "senior", "unmapped.decision.id": "dec_1", "device.type_id": 0.0,
		}},
		"an allowed command":  {shell + allowed + `"phase":"decision"`, map[string]any{"severity_id": 1.0, "status_id": 1.0, "action_id": 1.0, "disposition_id": 1.0}},
		"a held command":      {shell + held + `"phase":"decision"`, map[string]any{"severity_id": 2.0, "status_id": 99.0, "status": "Held", "action_id": 99.0, "disposition_id": 14.0}},
		"monitored":           {shell + watched + `"phase":"decision"`, map[string]any{"severity_id": 2.0, "status_id": 1.0, "action_id": 3.0, "disposition_id": 15.0}},
		"a what-if":           {shell + denied + `"purpose":"query","phase":"decision"`, map[string]any{"severity_id": 1.0, "status": "What-if", "disposition_id": 17.0}},
		"a command's end":     {shell + `"outcome":{"exit":2,"ok":false,"error":"x"},"phase":"result"`, map[string]any{"activity_id": 2.0, "type_uid": 100702.0, "exit_code": 2.0, "status_id": 2.0, "status_code": "2", "status_detail": "x"}},
		"a command's success": {shell + `"outcome":{"exit":0,"ok":true},"phase":"result"`, map[string]any{"exit_code": 0.0, "status_id": 1.0}},
		"another's outcome":   {shell + `"outcome":{"exit":"two"},"phase":"result"`, map[string]any{"exit_code": nil, "status_id": 1.0}},
		"a file read": {who + `"type":"file.read","phase":"decision",` + allowed + `"action":{"name":"file.read","properties":{"path":"/src/a.go"}}`, map[string]any{
			"class_uid": 1001.0, "activity_id": 2.0, "type_uid": 100102.0, "file.name": "a.go", "file.path": "/src/a.go", "file.type_id": 0.0,
		}},
		"a file on Windows": {who + `"type":"file.write","phase":"decision",` + allowed + `"action":{"name":"file.write","properties":{"path":"C:\\src\\a.go"}}`, map[string]any{
			"activity_id": 3.0, "type_uid": 100103.0, "file.name": "a.go",
		}},
		"a sign-in": {who + `"type":"person.signed_in","phase":"admin","outcome":{"method":"totp"}`, map[string]any{
			"class_uid": 3002.0, "category_uid": 3.0, "activity_id": 1.0, "type_uid": 300201.0, "status_id": 1.0, "user.name": "ada@acme.test",
			"src_endpoint.ip": "192.0.2.7", "service.name": "Ambit",
		}},
		"a sign-out": {who + `"type":"person.signed_out","phase":"admin"`, map[string]any{"activity_id": 2.0, "type_uid": 300202.0}},
		"a refused sign-in": {`"actor":{"user":"unknown"},"type":"sign_in.refused","phase":"admin","outcome":{"reason":"password"}`, map[string]any{
			"class_uid": 3002.0, "activity_id": 1.0, "status_id": 2.0, "severity_id": 2.0, "status_detail": "password", "src_endpoint.name": "unknown",
		}},
		"a new token": {who + `"type":"token.created","phase":"admin","change":{"object":"token","id":"tok_1"}`, map[string]any{
			"class_uid": 6003.0, "category_uid": 6.0, "activity_id": 1.0, "type_uid": 600301.0, "api.operation": "token.created", "resources.0.uid": "tok_1",
			"unmapped.change.object": "token",
		}},
		"a policy":     {who + `"type":"policy.published","phase":"admin"`, map[string]any{"activity_id": 3.0, "type_uid": 600303.0}},
		"a revocation": {who + `"type":"token.revoked","phase":"admin"`, map[string]any{"activity_id": 4.0, "type_uid": 600304.0}},
		"a prompt":     {who + call + `"type":"prompt.submit","phase":"decision",` + allowed[:len(allowed)-1], map[string]any{"activity_id": 99.0, "type_uid": 600399.0, "activity_name": "prompt.submit"}},
		"an MCP call": {who + call + `"type":"mcp.call","phase":"decision",` + allowed + `"action":{"name":"mcp.call","properties":{"server":"github","tool":"create_issue"}}`, map[string]any{
			"api.service.name": "github", "api.request.uid": "r1",
		}},
		"a page":   {who + `"type":"web.fetch","phase":"decision",` + allowed + `"action":{"name":"web.fetch","properties":{"url":"https://go.dev"}}`, map[string]any{"activity_id": 2.0, "resources.0.name": "https://go.dev"}},
		"an alarm": {`"actor":{"user":"ambit"},"type":"ledger.recovered","phase":"integrity"`, map[string]any{"severity_id": 4.0, "actor.user.type_id": 3.0}},
	} {
		got := mapped(t, c.members)
		for path, want := range c.want {
			if have := at(got, path); have != want {
				t.Errorf("%s: %s is %v, want %v", name, path, have, want)
			}
		}
		conforms(t, name, got)
	}
}

// attributes are the names that OCSF 1.4 gives to the classes and objects used here, and which of them are required.
var attributes = map[string]string{
	"": `activity_id! activity_name category_uid! category_name class_uid! class_name type_uid! time! severity_id! severity status_id status status_code
		status_detail message metadata! actor unmapped action_id action disposition_id disposition policy authorizations`,
	"1001":             `actor! device! file!`,
	"1007":             `actor! device! process! exit_code`,
	"3002":             `user! service src_endpoint`,
	"6003":             `actor! api! src_endpoint! resources`,
	"metadata":         `version! product! profiles uid event_code sequence correlation_uid original_time log_name labels`,
	"metadata.product": `name vendor_name`,
	"actor":            `user session app_name app_uid`,
	"device":           `type_id! type name`,
	"file":             `name! type_id! type path`,
	"process":          `uid name cmd_line working_directory`,
	"service":          `name`,
	"api":              `operation! service request`,
	"src_endpoint":     `ip name`,
	"policy":           `name version desc uid`,
}

func conforms(t *testing.T, name string, v map[string]any) {
	t.Helper()
	class := map[float64]string{1001: "1001", 1007: "1007", 3002: "3002", 6003: "6003"}[v["class_uid"].(float64)]
	check(t, name, v, attributes[""]+" "+attributes[class])
	for path, list := range attributes {
		if o, there := at(v, path).(map[string]any); there && path != "" {
			check(t, name+" "+path, o, list)
		}
	}
	if v["type_uid"] != v["class_uid"].(float64)*100+v["activity_id"].(float64) {
		t.Errorf("%s: type_uid %v", name, v["type_uid"])
	}
}

func check(t *testing.T, name string, v map[string]any, list string) {
	t.Helper()
	words := strings.Fields(list)
	for member := range v {
		if !slices.Contains(words, member) && !slices.Contains(words, member+"!") {
			t.Errorf("%s: OCSF has no attribute %s", name, member)
		}
	}
	for _, w := range words {
		if required, yes := strings.CutSuffix(w, "!"); yes && v[required] == nil {
			t.Errorf("%s: %s is required", name, required)
		}
	}
}

func TestMapRefusesWhatIsNoEvent(t *testing.T) {
	for _, raw := range []string{``, `{}`, `[]`, `{"id":7}`, `{"id":"evt_1","type":"a.b"}`} {
		if out, err := ocsf.Map(json.RawMessage(raw)); err == nil {
			t.Errorf("%s became %s", raw, out)
		}
	}
}

// The ledger's golden events are what a sink really gets.
func TestMapTakesTheLedgersGoldenEvents(t *testing.T) {
	files, err := filepath.Glob("../testdata/*.json*")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, name := range files {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(raw)) {
			out, err := ocsf.Map(json.RawMessage(line))
			if err != nil {
				t.Errorf("%s: %v", line, err)
				continue
			}
			n++
			var v map[string]any
			if err := json.Unmarshal(out, &v); err != nil {
				t.Fatal(err)
			}
			conforms(t, line, v)
		}
	}
	if n < 50 {
		t.Fatalf("only %d golden events were read", n)
	}
}
