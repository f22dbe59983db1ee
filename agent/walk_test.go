package agent

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"ambit/agent/claudecode"
	"ambit/policy"
	"ambit/policy/paths"
)

// open is a policy that has nothing to say about files by itself, so that what remains is what the walk finds missing.
const open = `{version: 1, models: {tiers: [{name: all, models: ["*"]}]}, tiers: [{name: all, groups: ["*"]}],
	layers: [{name: base, shell: {allow: ["cat **"]}, files: {read: ["/"], write: ["/"]}}]}`

func mustLoad(t *testing.T, source string) *policy.Policy {
	t.Helper()
	p, problems := policy.Load("policy.yaml", []byte(source))
	if p == nil {
		t.Fatal(problems)
	}
	return p
}

// asServer reads what the client would send as the server does.
func asServer(t interface{ Fatal(...any) }, m Machine, raw string) (*claudecode.Hook, []policy.Action) {
	h, err := claudecode.Parse([]byte(raw))
	if err != nil {
		t.Fatal(err)
	}
	body, err := withFacts([]byte(raw), m.facts(h))
	if err != nil {
		t.Fatal(err)
	}
	if h, err = claudecode.Parse(body); err != nil {
		t.Fatal(err)
	}
	actions, err := h.Actions()
	if err != nil {
		t.Fatal(err)
	}
	return h, actions
}

// hidden lists the files that the policy finds in an action and the client did not send. refused reports whether it refuses one
// by its name alone: then it doesn't matter where that leads.
func hidden(p *policy.Policy, h *claudecode.Hook, a policy.Action) (out []string, refused bool) {
	d := p.Decide(&policy.Request{Subject: policy.Subject{ID: "ada", GroupsKnown: true}, Action: a, Resource: h.Resource(), Agent: "claude-code/1"})
	for _, f := range d.Findings {
		refused = refused || strings.HasPrefix(f.Message, "the file name ")
		if strings.HasPrefix(f.Message, "the client did not resolve") {
			out = append(out, f.Message)
		}
	}
	return out, refused
}

// mustCover ensures that the client sent every file that the policy demands, and that each one it sent is demanded.
func mustCover(t interface {
	Fatal(...any)
	Errorf(string, ...any)
}, p *policy.Policy, m Machine, raw string,
) (files int) {
	h, actions := asServer(t, m, raw)
	for _, a := range actions {
		missing, refused := hidden(p, h, a)
		if len(missing) > 0 {
			t.Errorf("%s\nhidden: %q", raw, missing)
		}
		for i, f := range a.Files {
			if refused || f.Resolved == "" || paths.Stream(f.Resolved) || paths.Stream(filepath.Clean(f.Path)) {
				continue // refused already, or a standard stream: nobody asks where it leads
			}
			files++
			less := a
			less.Files = append(append([]policy.File{}, a.Files[:i]...), a.Files[i+1:]...)
			if missing, _ := hidden(p, h, less); len(missing) == 0 {
				t.Errorf("%s\nsent though nobody asks for it: %+v", raw, f)
			}
		}
	}
	return files
}

// TestClientCoversCapturedHooks ensures that for every call captured from the real client all files are sent that the
// server will ask for.
func TestClientCoversCapturedHooks(t *testing.T) {
	names, err := filepath.Glob("claudecode/testdata/hooks/*.json")
	if err != nil || len(names) < 45 {
		t.Fatalf("%d hooks, %v", len(names), err)
	}
	p, m := mustLoad(t, open), machine(map[string]string{"HOME": "/home/dev"})
	files := 0
	for _, name := range names {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if h := mustParse(t, string(raw)); h.Gates() && h.Known() {
			files += mustCover(t, p, m, string(raw))
		}
	}
	if files < 3 {
		t.Errorf("only %d files in all of them", files)
	}
}

// TestClientCoversWhateverIsAsked does the same for actions nobody thought of.
func TestClientCoversWhateverIsAsked(t *testing.T) {
	base := tempDir(t)
	mustWrite(t, filepath.Join(base, "app", "a.txt"), "x")
	mustWrite(t, filepath.Join(base, "home", "b.txt"), "x")
	if err := os.Symlink("../home", filepath.Join(base, "app", "out")); err != nil {
		t.Fatal(err)
	}
	p, m := mustLoad(t, open), machine(map[string]string{"HOME": filepath.Join(base, "home"), "USER": "somebody"})
	file := rapid.SampledFrom([]string{
		"a.txt", "./a.txt", "out/b.txt", "out/../a.txt", "../home", "/etc/hosts", "~/b.txt", "~", "~root/x", "~home/x", "$HOME/b.txt", "'sp ace'", "*.txt",
		"{a,b}.txt", "{/etc,out}/x", "a.txt#L1-2", "/dev/null", "-", "-x", "ü.txt", "out//b.txt", ".", "..", "@a.txt", "C:\\x", "a:b", "",
	})
	shape := rapid.SampledFrom([]string{
		"cat F", "cat F F", "rm -rf F", "cp F F", "cp -t F F", "mv F F", "ln -s F F", "ls F", "cd F && cat F", "cd F; git diff F", "git add F", "git -C F status", "echo x > F",
		"sort -o F F", "grep -r x F", "find F -name '*.go'", "sed -i s/a/b/ F", "tee F < F", "cat F | xargs rm", "tar cf F F", "(cd F && rm F)", "for f in F F; do cat $f; done",
		"X=F cat F", "cat <<E\nF\nE", "sudo cat F", "time cat F", "unknown F F", "if cat F; then rm F; fi", "test -f F && . F", "pushd F; cat F; popd; cat F",
	})
	sentence := rapid.SampledFrom([]string{"look at @F", "@\"F\" and @F, please", "(@F)", "x@F", "@F\n@F", "no file", "<task-notification>@F"})
	tool := rapid.SampledFrom([]string{"Bash", "Read", "Write", "Edit", "Grep", "Glob", "LS", "prompt"})
	rapid.Check(t, func(t *rapid.T) {
		fill := func(s string) string {
			for strings.Contains(s, "F") {
				s = strings.Replace(s, "F", file.Draw(t, "file"), 1)
			}
			return s
		}
		cwd := rapid.SampledFrom([]string{filepath.Join(base, "app"), filepath.Join(base, "app", "out"), "/", filepath.Join(base, "gone")}).Draw(t, "cwd")
		call := map[string]any{"session_id": "s", "cwd": cwd, "hook_event_name": "PreToolUse", "tool_use_id": "t"}
		name := tool.Draw(t, "tool")
		input := map[string]any{}
		switch call["tool_name"] = name; name {
		case "prompt":
			call["hook_event_name"], call["prompt"] = "UserPromptSubmit", fill(sentence.Draw(t, "sentence"))
		case "Bash":
			input["command"] = fill(shape.Draw(t, "shape"))
		case "Grep", "LS":
			input["path"], input["pattern"] = "x"+file.Draw(t, "file"), "x"
		case "Glob":
			input["path"], input["pattern"] = file.Draw(t, "file"), "x"+file.Draw(t, "pattern")
		default:
			input["file_path"], input["content"] = file.Draw(t, "file"), "x"
			if input["file_path"] == "" {
				input["file_path"] = "x"
			}
		}
		call["tool_input"] = input
		mustCover(t, p, m, mustJSON(t, call))
	})
}

func mustJSON(t interface{ Fatal(...any) }, v any) string {
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}
