package policy

import (
	"strings"
	"testing"
)

func benchRequest(a Action) *Request {
	return &Request{
		Subject: Subject{ID: "ada@acme.test", Groups: []string{"engineers", "staff"}, GroupsKnown: true}, Resource: packResource, Action: a,
		Agent: "claude-code/2.1.330", At: testNow,
	}
}

func BenchmarkDecide(b *testing.B) {
	p := mustLoad(b, string(mustRead(b, "../assets/packs/standard.yaml")))
	for _, c := range []struct {
		name   string
		action Action
	}{
		{"file.read", Action{Name: ActionFileRead, Path: "/home/ada/src/app/internal/server/server.go"}},
		{"file.write", Action{Name: ActionFileWrite, Path: "/home/ada/src/app/internal/server/server.go"}},
		{"shell short", Action{Name: ActionShellExec, Command: "git status"}},
		{"shell typical", Action{Name: ActionShellExec, Command: "go test ./... 2>&1 | tail -n 20"}},
		{"shell refused", Action{Name: ActionShellExec, Command: "git status && rm -rf /"}},
		{"longest spellings", Action{Name: ActionFileRead, Path: "/" + strings.Repeat("a/", 1500) + strings.Repeat("{a,b}", 100)}},
		{"longest mentions", Action{Name: ActionPromptSubmit, Prompt: manyLong()}},
		{"most mentions", Action{Name: ActionPromptSubmit, Prompt: strings.Repeat("@. ", maxAtSigns)}},
		{"mcp.call", Action{Name: ActionMCPCall, Server: "github", Tool: "list_issues"}},
		{"model.select", Action{Name: ActionModelSelect, Model: "claude-sonnet-4-5"}},
	} {
		b.Run(c.name, func(b *testing.B) {
			r := benchRequest(c.action)
			b.ReportAllocs()
			for b.Loop() {
				p.Decide(r)
			}
		})
	}
}

func BenchmarkLoad(b *testing.B) {
	src := mustRead(b, "../assets/packs/standard.yaml")
	b.ReportAllocs()
	for b.Loop() {
		if p, problems := Load("standard.yaml", src); p == nil {
			b.Fatal(problems)
		}
	}
}
