package console_test

import (
	"bytes"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ambit/audit"
	"ambit/server/caller"
)

// canaries are secrets that are put wherever text goes in; put together here, so that secret scanners leave this file alone.
var canaries = map[string]string{
	"aws":      "AKIA" + "CANARYCANARY2345",
	"github":   "ghp_" + strings.Repeat("cAn4", 9),
	"slack":    "xoxb-" + "123456789012-cAnArYcAnArY",
	"stripe":   "sk_live_" + strings.Repeat("cn4r", 6),
	"model":    "sk-ant-" + "api03-" + strings.Repeat("cAn4rY", 6),
	"jwt":      "eyJ" + "jYW5hcnkiOiJ5ZXMifQ" + ".eyJ" + "jYW5hcnkiOiJ5ZXMifQ" + ".c2lnbmVkY2FuYXJ5",
	"key":      "MIIcanarycanarycanarycanary",
	"url":      "canary-hunter2-url",
	"flag":     "canary-hunter2-flag",
	"variable": "canary-hunter2-variable",
	"basic":    "canary-hunter2-basic",
}

// planted is a command line with all of them.
func planted() string {
	c := canaries
	return strings.Join([]string{
		"echo " + c["aws"], "GITHUB_TOKEN=" + c["github"] + " gh pr list", "curl -H 'Authorization: Bearer " + c["jwt"] + "' h.test",
		"curl -d token=" + c["slack"] + " h.test", "stripe --api-key " + c["stripe"], "x " + c["model"], "git clone https://ada:" + c["url"] + "@h.test/r",
		"mysql --password=" + c["flag"], "DB_PASSWORD=" + c["variable"] + " ./run", "curl -u ada:" + c["basic"] + " h.test",
		"cat <<E\n-----BEGIN RSA PRIVATE KEY-----\n" + c["key"] + "\n-----END RSA PRIVATE KEY-----\nE",
	}, " && ")
}

// TestCanariesAreNowhere plants secrets in every kind of text that reaches the ledger and looks for them in every file of the
// data folder, in the log, in every form of export, and in what search and tail show.
func TestCanariesAreNowhere(t *testing.T) {
	s := start(t)
	o := s.setUp()
	s.publish(acme)
	agent := s.scriptOf("ada@acme.test", caller.ScopeDecide, caller.ScopeAuditWrite)
	text := planted()
	shell := func(place string, change func(object)) {
		q := use("TodoWrite")
		q["action"] = object{"name": "shell.exec", "properties": object{"command": "git status", "shell": "bash"}}
		change(q)
		resp := agent.send("POST", "/access/v1/evaluation", q)
		raw, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		must(t, err)
		if resp.StatusCode != 200 {
			t.Fatalf("%s: %d %s", place, resp.StatusCode, raw)
		}
	}
	properties := func(q object) object { return q["action"].(object)["properties"].(object) }
	shell("command", func(q object) { properties(q)["command"] = text })
	shell("prompt", func(q object) { q["context"].(object)["prompt"] = "please run " + text })
	shell("cwd", func(q object) {
		q["resource"].(object)["properties"] = object{"cwd": "/home/ada/" + canaries["github"]}
	})
	shell("repository", func(q object) { q["resource"].(object)["id"] = "https://ada:" + canaries["url"] + "@h.test/r" })
	shell("content", func(q object) {
		q["action"] = object{"name": "file.write", "properties": object{"path": "/proj/x", "content": text, "diff": "+" + text}}
	})
	shell("arguments", func(q object) {
		q["action"] = object{"name": "mcp.call", "properties": object{"server": "db", "tool": "query", "arguments": object{"password": canaries["flag"], "nested": []string{text}}}}
	})
	shell("url", func(q object) {
		q["action"] = object{"name": "web.fetch", "properties": object{"url": "https://ada:" + canaries["url"] + "@h.test/?x=" + canaries["stripe"]}}
	})
	shell("ids", func(q object) {
		c := q["context"].(object)
		c["session_id"], c["tool_use_id"], c["prompt_id"], c["agent"] = canaries["github"], canaries["stripe"], canaries["model"], "claude-code/"+canaries["slack"]
		c["prompt"] = "a session of another name"
	})
	shell("names", func(q object) {
		q["action"] = object{"name": "mcp.call", "properties": object{"server": canaries["github"], "tool": canaries["stripe"], "arguments": object{canaries["model"]: 1}}}
	})
	agent.call("POST", "/api/v1/audit/events", object{"events": []object{{
		"client_id": "c1", "type": "deploy.finished", "cwd": "/home/" + canaries["github"], "outcome": object{"output": text, "password": canaries["flag"]},
		"action": object{"name": "shell.exec", "properties": object{"command": text}},
	}}}, 200, nil)
	agent.hook("PreToolUse.Bash", "t-canary")
	o.call("POST", "/api/v1/holds", object{"name": "canary " + canaries["github"], "reason": text}, 201, nil)
	o.call("POST", "/api/v1/saved-searches", object{"name": "canary", "search": object{"q": canaries["github"]}}, 201, nil)
	// Refused requests must not leave their bodies in the log.
	o.send("POST", "/api/v1/holds", object{"name": "", "reason": text}).Body.Close()
	o.send("POST", "/api/v1/policy/check", object{"source": text}).Body.Close()
	s.browser().send("POST", "/api/v1/sign-in", object{"email": canaries["flag"], "password": canaries["flag"]}).Body.Close()

	for deadline := time.Now().Add(10 * time.Second); ; {
		left, err := s.ledger.Backlog(t.Context())
		must(t, err)
		if left == 0 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("not projected")
		}
		time.Sleep(10 * time.Millisecond) // polls a condition, with a deadline
	}
	places := map[string][]byte{"log": []byte(s.logged.String())}
	must(t, filepath.WalkDir(s.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		places[filepath.Base(path)], err = os.ReadFile(path)
		return err
	}))
	for _, name := range []string{"ambit.db", "ambit.db-wal", "index.db", "index.db-wal"} {
		if places[name] == nil {
			t.Fatalf("%s was not looked at", name)
		}
	}
	reader := s.script(caller.ScopeAuditRead)
	for _, path := range []string{"/api/v1/audit/export?format=jsonl", "/api/v1/audit/export?format=csv", "/api/v1/audit/export?format=ocsf", "/api/v1/audit/events?limit=500", "/api/v1/audit/facets"} {
		resp := reader.send("GET", path, nil)
		raw, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		must(t, err)
		places[path] = raw
	}
	var prompts bytes.Buffer
	page, err := s.ledger.Search(t.Context(), audit.Query{Limit: 500})
	must(t, err)
	for _, e := range page.Events {
		id := string(e[bytes.Index(e, []byte(`"id":"evt_`))+6:])
		id = id[:strings.IndexByte(id, '"')]
		if text, err := s.ledger.ReadPrompt(t.Context(), id); err == nil {
			prompts.WriteString(text)
		}
	}
	if !strings.Contains(prompts.String(), "please run") {
		t.Fatal("the prompt was not recorded, so this shows nothing")
	}
	places["vault"] = prompts.Bytes()
	for place, content := range places {
		for name, secret := range canaries {
			// The index holds words in lower case.
			if bytes.Contains(bytes.ToLower(content), []byte(strings.ToLower(secret))) {
				t.Errorf("the secret %q is in %s", name, place)
			}
		}
	}
	if !bytes.Contains(places["/api/v1/audit/export?format=jsonl"], []byte(`"masked":`)) {
		t.Error("no event says that secrets were masked")
	}
}
