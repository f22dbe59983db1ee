package claudecode

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ambit/policy"
)

func call(tool, input string) string {
	return `{"session_id":"s","cwd":"/proj/app","hook_event_name":"PreToolUse","tool_use_id":"t","prompt_id":"p","tool_name":"` + tool + `","tool_input":` + input + `}`
}

func mustActions(t *testing.T, body string) []policy.Action {
	t.Helper()
	h, err := Parse([]byte(body))
	if err != nil {
		t.Fatal(err)
	}
	actions, err := h.Actions()
	if err != nil {
		t.Fatal(err)
	}
	return actions
}

// TestToolsNameTheirActions ensures that each tool is judged as what it does.
func TestToolsNameTheirActions(t *testing.T) {
	for _, c := range []struct {
		tool, input string
		want        []string // name and what counts
	}{
		{"Bash", `{"command":"ls","timeout":5000}`, []string{"shell.exec ls bash or zsh"}},
		{"PowerShell", `{"command":"ls"}`, []string{"shell.exec ls powershell"}},
		{"Monitor", `{"command":"tail -f x","description":"d"}`, []string{"shell.exec tail -f x bash or zsh"}},
		{"Monitor", `{"ws":{"url":"wss://example.com/x"}}`, []string{"web.fetch wss://example.com/x"}},
		{"Monitor", `{"command":"ls","ws":{"url":"wss://example.com/x"}}`, []string{"shell.exec ls bash or zsh", "web.fetch wss://example.com/x"}},
		{"Read", `{"file_path":"a.go"}`, []string{"file.read /proj/app/a.go"}},
		{"Read", `{"file_path":"/etc/passwd"}`, []string{"file.read /etc/passwd"}},
		{"Read", `{"file_path":"~/.ssh/id"}`, []string{"file.read ~/.ssh/id"}},
		{"Read", `{"file_path":"a/../../b"}`, []string{"file.read /proj/app/a/../../b"}},
		{"Write", `{"file_path":"a.go","content":"x"}`, []string{"file.write /proj/app/a.go"}},
		{"MultiEdit", `{"file_path":"/proj/app/a.go","edits":[{"old_string":"a","new_string":"b"}]}`, []string{"file.write /proj/app/a.go"}},
		{"NotebookEdit", `{"notebook_path":"n.ipynb","new_source":"1"}`, []string{"file.write /proj/app/n.ipynb"}},
		{"LS", `{"path":"/proj"}`, []string{"file.read /proj"}},
		{"Grep", `{"pattern":"x"}`, []string{"file.read /proj/app"}},
		{"Grep", `{"pattern":"x","path":"../other"}`, []string{"file.read /proj/app/../other"}},
		{"Glob", `{"pattern":"**/*.go"}`, []string{"file.read /proj/app"}},
		{"Glob", `{"pattern":"/etc/*"}`, []string{"file.read /etc/"}},
		{"Glob", `{"pattern":"../x/*.go"}`, []string{"file.read /proj/app/../x/"}},
		{"Glob", `{"pattern":"*/../../etc/*"}`, []string{"file.read /"}},
		{"Glob", `{"pattern":"{/etc,x}/*"}`, []string{"file.read /"}},
		{"Glob", `{"pattern":"*.go","path":"/etc"}`, []string{"file.read /etc"}},
		{"Glob", `{"pattern":"[.][.]/*"}`, []string{"file.read /"}},
		{"Glob", `{"pattern":".*/*"}`, []string{"file.read /"}},
		{"Glob", `{"pattern":"src/{a,..}/*"}`, []string{"file.read /"}},
		{"Glob", `{"pattern":"src/{.,x}{.,y}/*"}`, []string{"file.read /"}},
		{"Glob", `{"pattern":"src/@(..|x)/*"}`, []string{"file.read /"}},
		{"Glob", `{"pattern":"[[:punct:]][[:punct:]]/*"}`, []string{"file.read /"}},
		{"Glob", `{"pattern":"[!a][!b]/*"}`, []string{"file.read /"}},
		{"Glob", `{"pattern":"\\.\\./*"}`, []string{"file.read /"}},
		{"Glob", `{"pattern":"src/.@(.)/*"}`, []string{"file.read /"}},
		{"Glob", `{"pattern":"src/{a,/etc}/*"}`, []string{"file.read /"}},
		{"Glob", `{"pattern":"src/{a/*"}`, []string{"file.read /"}},
		{"Glob", `{"pattern":"{secrets,src}/*"}`, []string{"file.read /proj/app/{secrets,src}/"}},
		{"Glob", `{"pattern":"src/{a,b}/{c,d}.go"}`, []string{"file.read /proj/app/src/{a,b}/{c,d}.go"}},
		{"Glob", `{"pattern":"src/x{a,b*}/c"}`, []string{"file.read /proj/app/src/"}},
		{"Glob", `{"pattern":"app/[...slug]/**/*.tsx"}`, []string{"file.read /proj/app/app/"}},
		{"Glob", `{"pattern":"app/[[...slug]]/page.tsx"}`, []string{"file.read /proj/app/app/"}},
		{"Glob", `{"pattern":"**/*..snap"}`, []string{"file.read /proj/app"}},
		{"Glob", `{"pattern":"src/**/[id]..ts"}`, []string{"file.read /proj/app/src/"}},
		{"Glob", `{"pattern":"src/**/*.{ts,d.ts}"}`, []string{"file.read /proj/app/src/"}},
		{"Glob", `{"pattern":"app/(..)photo/*.@(ts|tsx)"}`, []string{"file.read /proj/app/app/"}},
		{"Glob", `{"pattern":".github/*.yml"}`, []string{"file.read /proj/app/.github/"}},
		{"Skill", `{"skill":"/demo"}`, []string{"skill.invoke demo"}},
		{"WebFetch", `{"url":"https://a/","prompt":"x"}`, []string{"web.fetch https://a/"}},
		{"WebSearch", `{"query":"x"}`, []string{"tool.use WebSearch"}},
		{"Task", `{"subagent_type":"Explore","prompt":"x","model":"opus"}`, []string{"agent.spawn Explore opus"}},
		{"Agent", `{"prompt":"x"}`, []string{"agent.spawn general-purpose"}},
		{"Agent", `{"prompt":"x","isolation":"worktree"}`, []string{"agent.spawn general-purpose"}},
		{"Agent", `{"prompt":"x","cwd":"/etc"}`, []string{"agent.spawn general-purpose", "file.read /etc"}},
		{"Task", `{"prompt":"x","cwd":"../x","isolation":null}`, []string{"agent.spawn general-purpose", "file.read /proj/app/../x"}},
		{"mcp__git_hub__create_issue", `{}`, []string{"mcp.call git_hub create_issue"}},
		{"mcp__git_hub__create__issue", `{}`, []string{"mcp.call git_hub create__issue", "mcp.call git_hub__create issue"}},
		{"mcp__git___hub", `{}`, []string{"mcp.call git _hub", "mcp.call git_ hub"}},
		{"mcp__github", `{}`, []string{"mcp.call github"}},
		{"KillShell", `{"shell_id":"1"}`, []string{"tool.use KillShell"}},
		{"NeverSeenBefore", `{"x":1}`, []string{"tool.use NeverSeenBefore"}},
	} {
		var got []string
		for _, a := range mustActions(t, call(c.tool, c.input)) {
			got = append(got, strings.Join(strings.Fields(strings.Join([]string{a.Name, a.Command, a.Shell, a.Path, a.Skill, a.Server, a.Tool, a.URL, a.Model}, " ")), " "))
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s %s: -want +got\n%s", c.tool, c.input, diff)
		}
	}
}

// TestGrepTellsWhatItReads ensures that what Grep hands to ripgrep is what is judged.
func TestGrepTellsWhatItReads(t *testing.T) {
	for input, want := range map[string]policy.Search{
		`{"pattern":"x"}`:                         {NamesOnly: true},
		`{"pattern":"x","output_mode":"count"}`:   {NamesOnly: true},
		`{"pattern":"x","output_mode":"content"}`: {},
		`{"pattern":"x","output_mode":"other"}`:   {},
		`{"pattern":"x","glob":"*.go,.env  !a\u00a0*.{ts,tsx},b","type":"go"}`: {
			Globs: []string{"*.go", ".env", "!a", "*.{ts,tsx},b"}, Type: "go", NamesOnly: true,
		},
		`{"pattern":"x","glob":"#.env ,"}`: {NamesOnly: true},
	} {
		a := mustActions(t, call("Grep", input))
		if len(a) != 1 || a[0].Search == nil {
			t.Fatalf("%s: %+v", input, a)
		}
		if diff := cmp.Diff(want, *a[0].Search); diff != "" {
			t.Errorf("%s: -want +got\n%s", input, diff)
		}
	}
	if a := mustActions(t, call("Grep", `{"pattern":"x","path":"e\u0301"}`)); len(a) != 2 || a[0].Path != "/proj/app/e\u0301" || a[1].Path != "/proj/app/\u00e9" {
		t.Errorf("both forms of a name are not judged: %+v", a)
	}
}

// TestKeysAreMatchedExactly ensures that a second spelling of a key can't show the policy another command than the client runs.
func TestKeysAreMatchedExactly(t *testing.T) {
	a := mustActions(t, call("Bash", `{"command":"rm -rf x","Command":"ls","COMMAND":"ls"}`))
	if a[0].Command != "rm -rf x" {
		t.Errorf("judges %q", a[0].Command)
	}
	h, err := Parse([]byte(`{"session_id":"s","hook_event_name":"PreToolUse","Hook_Event_Name":"Stop","tool_use_id":"t","tool_name":"Bash","Tool_Name":"Read","tool_input":{}}`))
	if err != nil || h.Event != PreToolUse || h.ToolName != "Bash" {
		t.Errorf("got %+v, %v", h, err)
	}
}

// TestMCPServerNamedByClient ensures that a server whose name holds two underscores is not cut in the wrong place.
func TestMCPServerNamedByClient(t *testing.T) {
	body := strings.TrimSuffix(call("mcp__my__srv__do", `{}`), "}") + `,"mcp_server":{"name":"my  srv"}}`
	if a := mustActions(t, body); len(a) != 1 || a[0].Server != "my  srv" || a[0].Tool != "do" {
		t.Errorf("got %q %q", a[0].Server, a[0].Tool)
	}
	body = strings.TrimSuffix(call("mcp__evil__do", `{}`), "}") + `,"mcp_server":{"name":"good"}}`
	h, err := Parse([]byte(body))
	if err != nil {
		t.Fatal(err)
	}
	if a, err := h.Actions(); err == nil {
		t.Errorf("a server that is not the tool's was believed: %+v", a)
	}
}

// TestWhatCannotBeReadIsAnError ensures that no half-read call gets through.
func TestWhatCannotBeReadIsAnError(t *testing.T) {
	for name, body := range map[string]string{
		"empty": "", "space": " \n", "text": "hello", "list": "[]", "cut off": call("Bash", `{"command":"ls"`)[:80],
		"two objects":       call("Bash", `{"command":"ls"}`) + "{}",
		"event twice":       strings.TrimSuffix(call("Bash", `{"command":"ls"}`), "}") + `,"hook_event_name":"Stop"}`,
		"input twice":       strings.TrimSuffix(call("Bash", `{"command":"rm -rf x"}`), "}") + `,"tool_input":{"command":"ls"}}`,
		"command twice":     call("Bash", `{"command":"rm -rf x","command":"ls"}`),
		"escaped twice":     call("Bash", `{"command":"rm -rf x","c\u006fmmand":"ls"}`),
		"no event":          `{"session_id":"s"}`,
		"no session":        `{"hook_event_name":"Stop"}`,
		"event no string":   `{"hook_event_name":1,"session_id":"s"}`,
		"no tool":           `{"session_id":"s","hook_event_name":"PreToolUse","tool_use_id":"t","tool_input":{}}`,
		"no tool use id":    `{"session_id":"s","hook_event_name":"PreToolUse","tool_name":"Bash","tool_input":{}}`,
		"input no object":   call("Bash", `"ls"`),
		"facts no object":   strings.TrimSuffix(call("Bash", `{}`), "}") + `,"ambit":3}`,
		"server no object":  strings.TrimSuffix(call("Bash", `{}`), "}") + `,"mcp_server":"x"}`,
		"facts wrong types": strings.TrimSuffix(call("Bash", `{}`), "}") + `,"ambit":{"files":3}}`,
	} {
		if h, err := Parse([]byte(body)); err == nil {
			t.Errorf("%s: read as %+v", name, h)
		}
	}
	for _, body := range []string{
		call("Bash", `{}`), call("Bash", `{"command":""}`), call("Bash", `{"command":["ls"]}`), call("Read", `{}`), call("Write", `{"content":"x"}`),
		call("Write", `{"file_path":"a","content":{}}`), call("Skill", `{}`), call("WebFetch", `{"url":null}`), call("Monitor", `{}`), call("Monitor", `{"ws":{}}`),
		call("MultiEdit", `{"file_path":"a","edits":"x"}`), call("Glob", `{"pattern":7}`), call("Agent", `{"isolation":"remote"}`), call("Agent", `{"isolation":true}`), call("Task", `{"cwd":["/etc"]}`), call("Agent", `{"cwd":" /etc"}`), call("Grep", `{"glob":7}`), call("Grep", `{"output_mode":7}`),
		call("Grep", `{"path":" /etc"}`), call("Grep", `{"path":"~/.ssh\u00a0"}`), call("Glob", `{"pattern":"*","path":"\ufeff/etc"}`), call("Glob", `{"pattern":"\u2028/etc/*"}`),
		call("Read", `{"file_path":"/proj/app/.env "}`), call("Write", `{"file_path":"\t/etc/x","content":""}`), call("LS", `{"path":"/etc\n"}`),
		call("NotebookEdit", `{"file_path":"a.ipynb","notebook_path":"/etc/x","new_source":"1"}`), call("Skill", `{"skill":"init","command":"evil"}`),
		call("mcp__"+strings.Repeat("a__", 10)+"x", `{}`),
		`{"session_id":"s","hook_event_name":"UserPromptSubmit"}`, `{"session_id":"s","hook_event_name":"PreModelSwitch"}`,
		`{"session_id":"s","hook_event_name":"UserPromptExpansion"}`, `{"session_id":"s","hook_event_name":"SomethingNew"}`,
		`{"session_id":"s","hook_event_name":"WorktreeCreate"}`,
	} {
		h, err := Parse([]byte(body))
		if err != nil {
			t.Errorf("%s: %v", body, err)
			continue
		}
		if actions, err := h.Actions(); err == nil {
			t.Errorf("%s: actions %+v without an error", body, actions)
		}
	}
}

// TestFactsReachTheRequest ensures that what the installed client found is what the policy is asked about.
func TestFactsReachTheRequest(t *testing.T) {
	body := strings.TrimSuffix(call("Read", `{"file_path":"docs/x"}`), "}") +
		`,"ambit":{"client":"ambit/1","agent":"claude-code/2.1.330","platform":"linux","home":"/home/ada","tmp":"/tmp","root":"/proj/app","resolved_root":"/data/app","resolved_home":"/data/ada","resolved_tmp":"/private/tmp","repository":"github.com/acme/app","case_sensitive":true,` +
		`"files":[{"path":"/proj/app/docs/x","resolved":"/etc/x","kind":"file","repository":"none"}]}}`
	h, err := Parse([]byte(body))
	if err != nil {
		t.Fatal(err)
	}
	want := policy.Resource{
		Repository: "github.com/acme/app", Root: "/proj/app", Cwd: "/proj/app", Home: "/home/ada", Tmp: "/tmp", Platform: "linux", CaseSensitive: true,
		ResolvedRoot: "/data/app", ResolvedHome: "/data/ada", ResolvedTmp: "/private/tmp", Resolves: true,
	}
	if diff := cmp.Diff(want, h.Resource()); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	actions, err := h.Actions()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]policy.File{{Path: "/proj/app/docs/x", Resolved: "/etc/x", Kind: "file", Repository: policy.NoRepository}}, actions[0].Files); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if h.AgentName() != "claude-code/2.1.330" {
		t.Errorf("agent %q", h.AgentName())
	}
}

// TestShellOfTheMachine ensures that a line is judged as the shell that the client found, and as both where that is not known.
func TestShellOfTheMachine(t *testing.T) {
	for facts, want := range map[string]string{
		`{"shell":"bash"}`: "bash", `{"shell":"zsh"}`: "zsh", `{"shell":""}`: policy.BashOrZsh, `{"shell":"fish"}`: policy.BashOrZsh, `{}`: policy.BashOrZsh,
	} {
		body := strings.TrimSuffix(call("Bash", `{"command":"ls"}`), "}") + `,"ambit":` + facts + "}"
		if got := mustActions(t, body)[0].Shell; got != want {
			t.Errorf("%s: judged as %q", facts, got)
		}
	}
}

// TestSandboxSwitchedOff ensures that the wish to run a command outside the client's sandbox is told.
func TestSandboxSwitchedOff(t *testing.T) {
	for value, want := range map[string]bool{"true": true, "false": false, "null": false, `"true"`: true, "1": true} {
		if a := mustActions(t, call("Bash", `{"command":"ls","dangerouslyDisableSandbox":`+value+`}`)); a[0].Unsandboxed != want {
			t.Errorf("%s: %v", value, a[0].Unsandboxed)
		}
	}
}

// TestReportsHoldNoOutput ensures that what a tool printed or a file held never gets into a report.
func TestReportsHoldNoOutput(t *testing.T) {
	const secret = "correct-horse-battery"
	for _, body := range []string{
		`{"session_id":"s","hook_event_name":"PostToolUse","tool_name":"Bash","tool_use_id":"t","tool_input":{"command":"cat x"},"tool_response":{"stdout":"` + secret + `","stderr":""},"duration_ms":3}`,
		`{"session_id":"s","hook_event_name":"PostToolUse","tool_name":"Edit","tool_use_id":"t","tool_input":{"file_path":"a","old_string":"` + secret + `","new_string":"b"},"tool_response":{"originalFile":"` + secret + `"}}`,
		`{"session_id":"s","hook_event_name":"PostToolUse","tool_name":"Write","tool_use_id":"t","tool_input":{"file_path":"a","content":"` + secret + `"},"tool_response":{}}`,
		`{"session_id":"s","hook_event_name":"PostToolUseFailure","tool_name":"Bash","tool_use_id":"t","tool_input":{"command":"x"},"error":"Exit code 3\n` + secret + `"}`,
		`{"session_id":"s","hook_event_name":"Stop","last_assistant_message":"` + secret + `"}`,
	} {
		h, err := Parse([]byte(body))
		if err != nil {
			t.Fatal(err)
		}
		r, ok := h.Report()
		if !ok {
			t.Fatalf("%s is not reported", h.Event)
		}
		var all strings.Builder
		all.Write(r.Outcome)
		for _, a := range r.Actions {
			all.WriteString(plain(t, a))
		}
		if strings.Contains(all.String(), secret) {
			t.Errorf("%s %s reports %s", h.Event, h.ToolName, all.String())
		}
		reduced, err := h.Reduced()
		if err != nil {
			t.Fatal(err)
		}
		if h.Event != PostToolUseFailure && strings.Contains(string(reduced), secret) {
			t.Errorf("%s %s sends %s", h.Event, h.ToolName, reduced)
		}
	}
}

// FuzzParse ensures that no input makes the adapter panic, and that what it reads it can answer.
func FuzzParse(f *testing.F) {
	f.Add([]byte(call("Bash", `{"command":"ls"}`)))
	f.Add([]byte(call("Monitor", `{"ws":{"url":"x"}}`)))
	f.Add([]byte(`{"session_id":"s","hook_event_name":"UserPromptSubmit","prompt":"@a @\"b c\" @"}`))
	f.Add([]byte(`{"session_id":"s","hook_event_name":"PostToolUse","tool_name":"Bash","tool_response":{"stdout":"x"},"ambit":{}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		SniffEvent(body)
		h, err := Parse(body)
		if err != nil {
			return
		}
		actions, err := h.Actions()
		if err == nil && h.Gates() && len(actions) == 0 {
			t.Errorf("gates without an action: %s", body)
		}
		h.Report()
		if _, err := h.Reduced(); err != nil {
			t.Errorf("reduce: %v", err)
		}
		if h.Known() && h.Event != WorktreeCreate && h.Facts != nil {
			if _, err := Check(h, Reply(h, Verdict{ID: "dec_1", Effect: policy.Deny, Enforced: true, Reason: "no"})); err != nil {
				t.Errorf("own reply is refused: %v", err)
			}
		}
	})
}
