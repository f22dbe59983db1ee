package decision

import (
	"strings"
	"testing"
)

// TestSearchIsJudgedAndRecorded ensures that what a search takes in reaches the policy and the ledger, through the hook and the decision
// request.
func TestSearchIsJudgedAndRecorded(t *testing.T) {
	const search = `"search":{"globs":["*.go",".env"],"type":"go","names_only":false}`
	grep := `{"session_id":"s","hook_event_name":"PreToolUse","cwd":"/r","tool_name":"Grep","tool_use_id":"t",
		"tool_input":{"pattern":"x","glob":"*.go,.env","type":"go","output_mode":"content"}}`
	ask := `{"subject":{"type":"user","id":"ada@acme.test"},"action":{"name":"file.read","properties":{"path":"/r",` + search + `}},"resource":{"type":"repository","id":"r"}}`
	for path, body := range map[string]string{hookPath: grep, "/access/v1/evaluation": ask} {
		w := newHookWorld(t)
		if status, answer, _ := w.post(t, path, body); status != 200 {
			t.Fatalf("%s: %d %s", path, status, answer)
		}
		if got := string(w.ledger.all()[0].Action.Properties); !strings.Contains(got, search) {
			t.Errorf("%s: the ledger has %s", path, got)
		}
	}
}

// TestSandboxIsRecorded ensures that the ledger says that a command was to run outside the agent's sandbox.
func TestSandboxIsRecorded(t *testing.T) {
	bash := `{"session_id":"s","hook_event_name":"PreToolUse","cwd":"/r","tool_name":"Bash","tool_use_id":"t","tool_input":{"command":"ls","dangerouslyDisableSandbox":true}}`
	ask := `{"subject":{"type":"user","id":"ada@acme.test"},"action":{"name":"shell.exec","properties":{"command":"ls","unsandboxed":true}},"resource":{"type":"repository","id":"r"}}`
	for path, body := range map[string]string{hookPath: bash, "/access/v1/evaluation": ask} {
		w := newHookWorld(t)
		if status, answer, _ := w.post(t, path, body); status != 200 {
			t.Fatalf("%s: %d %s", path, status, answer)
		}
		if got := string(w.ledger.all()[0].Action.Properties); !strings.Contains(got, `"unsandboxed":true`) {
			t.Errorf("%s: the ledger has %s", path, got)
		}
	}
}

// TestFilesKeepTheirRepository ensures that what a client says about a file's repository is judged, and stands in the ledger, whether
// it comes through the hook or the decision request.
func TestFilesKeepTheirRepository(t *testing.T) {
	const file = `{"path":"/p/x","resolved":"/p/x","kind":"file","repository":"github.com/acme/payments"}`
	read := `{"session_id":"s","hook_event_name":"PreToolUse","cwd":"/r","tool_name":"Read","tool_use_id":"t","tool_input":{"file_path":"/p/x"},
		"ambit":{"client":"ambit/1","platform":"linux","root":"/r","resolved_root":"/data/r","files":[` + file + `],"case_sensitive":true}}`
	ask := `{"subject":{"type":"user","id":"ada@acme.test"},"action":{"name":"file.read","properties":{"path":"/p/x","files":[` + file + `]}},"resource":{"type":"repository","id":"r"}}`
	for path, body := range map[string]string{hookPath: read, "/access/v1/evaluation": ask} {
		w := newHookWorld(t)
		if status, answer, _ := w.post(t, path, body); status != 200 {
			t.Fatalf("%s: %d %s", path, status, answer)
		}
		if got := string(w.ledger.all()[0].Action.Properties); !strings.Contains(got, file) {
			t.Errorf("%s: the ledger has %s", path, got)
		}
	}
}
