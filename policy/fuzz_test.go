package policy

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
)

// FuzzParse: whatever the bytes, Load ends without a panic, every problem has a place and a sentence, and a policy that
// loads can be asked.
func FuzzParse(f *testing.F) {
	for _, pattern := range []string{"../assets/packs/*.yaml", "testdata/problems/*.txtar", "testdata/suites/policy.yaml"} {
		files, _ := filepath.Glob(pattern)
		for _, file := range files {
			if src, err := os.ReadFile(file); err == nil {
				f.Add(src)
			}
		}
	}
	f.Add([]byte("a: &x [*x]"))
	f.Add([]byte("? [a, b]\n: c\n---\n!!map {}"))
	f.Fuzz(func(t *testing.T, src []byte) {
		p, problems := Load("f", src)
		for _, problem := range problems {
			if problem.Message == "" || problem.Line < 0 || problem.Column < 0 {
				t.Fatalf("a problem without a sentence or a place: %+v", problem)
			}
		}
		if (p == nil) != problems.Errors() {
			t.Fatalf("policy %v with problems %v", p != nil, problems)
		}
		if p == nil {
			return
		}
		if d := p.Decide(&Request{Action: Action{Name: ActionFileRead, Path: "a"}}); d.Reason == "" {
			t.Fatal("no reason")
		}
		text, err := json.Marshal(p.Document())
		if err != nil {
			t.Fatal(err)
		}
		if _, again := Load("again", text); again.Errors() {
			t.Fatalf("the document as JSON doesn't load: %v\n%s", again, text)
		}
	})
}

// FuzzDecide: whatever the request, there is an answer with a reason, and what can't be a file, host or name isn't allowed.
func FuzzDecide(f *testing.F) {
	src, err := os.ReadFile("testdata/suites/policy.yaml")
	if err != nil {
		f.Fatal(err)
	}
	p, problems := Load("policy.yaml", src)
	if p == nil {
		f.Fatal(problems)
	}
	actions := Actions()
	f.Add(3, "git status && rm -rf /", "/proj/app", "/home/dev", "linux", false)
	f.Add(4, "../../etc/passwd", "/proj/app", "/home/dev", "windows", true)
	f.Add(16, "*.go", "/proj/app", "/home/dev", "", true)
	f.Add(2, `see @"a b" and @~/x`, "", "", "darwin", false)
	f.Fuzz(func(t *testing.T, action int, text, root, home, platform string, resolves bool) {
		a := Action{
			Name: actions[(action%len(actions)+len(actions))%len(actions)], Command: text, Path: text, Prompt: text, URL: text, Model: text,
			Skill: text, Source: text, Server: text, Tool: text,
		}
		if action%2 == 0 {
			a.Search, a.Shell = &Search{Globs: []string{text}, Type: platform}, BashOrZsh
		}
		r := &Request{
			Subject: Subject{ID: "bob", Groups: []string{"engineers"}, GroupsKnown: true}, Action: a, At: testNow,
			Resource: Resource{Root: root, Cwd: root, Home: home, Tmp: text, Platform: platform, Resolves: resolves},
		}
		d := p.Decide(r)
		if d.Reason == "" || d.Effect != Allow && d.Effect != Deny && d.Effect != Hold {
			t.Fatalf("%+v", d)
		}
		named := NamedPaths(&a, &r.Resource)
		if d.Effect == Allow && resolves && len(named) > 0 && len(d.Effects.Reads)+len(d.Effects.Writes) > 0 {
			t.Fatalf("%s of %q is allowed, and nobody resolved %q", a.Name, text, named)
		}
	})
}
