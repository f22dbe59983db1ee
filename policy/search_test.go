package policy

import (
	"strings"
	"testing"
)

const searchPolicy = `version: 1
tiers: [{name: all, groups: ["*"]}]
layers:
  - name: organisation
    files: {read: [$REPO, ~/notes], write: [], deny: ["**/.env", "**/.env.local", "**/*.pem", ~/.ssh, $REPO/secrets, $REPO/pkg/.private], protect: []}
`

// TestSearch ensures that a search counts as reading what its globs and type let ripgrep read, and nothing else.
func TestSearch(t *testing.T) {
	p, problems := Load("p", []byte(searchPolicy))
	if p == nil {
		t.Fatal(problems)
	}
	globs := func(globs ...string) Search { return Search{Globs: globs} }
	for _, c := range []struct {
		path   string
		search Search
		link   string // where the path leads; "" is itself
		want   Effect
	}{
		{"/proj/app/src", Search{}, "", Allow},
		{"/proj/app/src", Search{NamesOnly: true}, "", Allow},
		{"/proj/app", Search{}, "", Deny},
		{"/proj/app", Search{NamesOnly: true}, "", Deny}, // holds $REPO/secrets
		{"/proj/app", globs("*.go"), "", Deny},           // so does this
		{"/proj/app", globs("src/**/*.go"), "", Allow},
		{"/proj/app/pkg", globs("*.go"), "", Deny},
		{"/proj/app/src", globs(".env"), "", Deny},
		{"/proj/app/src", globs("**/.env*"), "", Deny},
		{"/proj/app/src", Search{Globs: []string{".env"}, NamesOnly: true}, "", Deny},
		{"/proj/app/src", globs("*.{ts,env}"), "", Deny},
		{"/proj/app/src", globs("*.{ts,tsx}"), "", Allow},
		{"/proj/app/src", globs("*.go", ".en[v]"), "", Deny},
		{"/proj/app/src", globs("!.env", "*.go"), "", Allow},
		{"/proj/app/src", globs("*"), "", Deny},
		{"/proj/app/src", globs("*.go"), "", Allow},
		{"/proj/app/src", globs("it's.go"), "", Allow},
		{"/proj/app/src", globs("secrets/**"), "", Deny}, // from the working directory
		{"/proj/app/pkg", globs(".private/x"), "", Deny}, // from the searched one
		{"/proj/app/src", Search{Type: "go"}, "", Allow},
		{"/proj/app/pkg", Search{Type: "go"}, "", Deny},
		{"/proj/app/secrets", Search{NamesOnly: true}, "", Deny},
		{"/proj/app/secrets/x.go", Search{}, "", Deny},
		{"/proj/app/.env", Search{}, "", Deny},
		{"/etc", globs("*.go"), "", Deny},
		{"~/notes", Search{}, "", Deny}, // a folder of that name, or the one in the home
		{"/proj/app/docs", globs("x.go"), "/proj/app/secrets", Deny},
		{"/proj/app/docs", globs("x.go"), "/proj/app/lib", Allow},
		{"/proj/app/docs", globs(".private/x"), "/proj/app/pkg", Deny},
		{"/dev/null", globs("x"), "", Allow},
		{"/proj/app/[id]", globs("*.go"), "", Allow},
		{"/proj/app/a b'c", globs("*.go"), "", Allow},
		{"/proj/app/src\u200b", globs("*.go"), "", Deny},
		{"/proj/app/src", globs(strings.Repeat("x", 40<<10)), "", Deny},
	} {
		search := c.search
		r := &Request{
			Action:   Action{Name: ActionFileRead, Path: c.path, Search: &search},
			Resource: Resource{Root: "/proj/app", Cwd: "/proj/app", Home: "/home/dev", CaseSensitive: true, Resolves: true},
		}
		for _, name := range NamedPaths(&r.Action, &r.Resource) {
			f := File{Path: name, Resolved: strings.TrimSuffix(strings.TrimSuffix(name, "/."), "/")}
			if c.link != "" {
				f.Resolved = strings.Replace(f.Resolved, c.path, c.link, 1)
			}
			r.Action.Files = append(r.Action.Files, f)
		}
		if d := p.Decide(r); d.Effect != c.want {
			t.Errorf("%s %+v: %s: %s", c.path, c.search, d.Effect, d.Reason)
		}
	}
}

// TestSearchOnWindows ensures that drives and backslashes are no obstacle to a search.
func TestSearchOnWindows(t *testing.T) {
	p, problems := Load("p", []byte(searchPolicy))
	if p == nil {
		t.Fatal(problems)
	}
	const root = `C:\Users\ada\app`
	for _, c := range []struct {
		path string
		glob string
		want Effect
	}{
		{root + `\src`, "*.go", Allow},
		{root + `\src`, ".env", Deny},
		{root + `\src`, "lib/*.go", Allow},
		{root + `\pkg`, ".private/x", Deny},
		{root, "*.go", Deny}, // holds secrets
		{`C:\Windows`, "*.go", Deny},
	} {
		r := &Request{
			Action:   Action{Name: ActionFileRead, Path: c.path, Search: &Search{Globs: []string{c.glob}}},
			Resource: Resource{Root: root, Cwd: root, Home: `C:\Users\ada`, Platform: "windows", Resolves: true},
		}
		for _, name := range NamedPaths(&r.Action, &r.Resource) {
			r.Action.Files = append(r.Action.Files, File{Path: name, Resolved: name})
		}
		if d := p.Decide(r); d.Effect != c.want {
			t.Errorf("%s %s: %s: %s", c.path, c.glob, d.Effect, d.Reason)
		}
	}
}

// TestSearchOfTheTop ensures that a search of a whole repository may list files that match, and shows their lines only where no
// denied dot file can be among them.
func TestSearchOfTheTop(t *testing.T) {
	p, problems := Load("p", []byte(strings.Replace(searchPolicy, ", $REPO/secrets, $REPO/pkg/.private", "", 1)))
	if p == nil {
		t.Fatal(problems)
	}
	for _, c := range []struct {
		search Search
		want   Effect
	}{
		{Search{NamesOnly: true}, Allow},
		{Search{}, Deny},
		{Search{Globs: []string{"!node_modules"}}, Deny},
		{Search{Globs: []string{"*.go"}}, Allow},
		{Search{Type: "go"}, Allow},
		{Search{Type: "sh"}, Deny}, // no settled list: it may take hidden names in
		{Search{Globs: []string{".env"}, NamesOnly: true}, Deny},
		{Search{Globs: []string{".env"}, Type: "go"}, Deny},
	} {
		search := c.search
		d := p.Decide(&Request{
			Action:   Action{Name: ActionFileRead, Path: "/proj/app", Search: &search},
			Resource: Resource{Root: "/proj/app", Cwd: "/proj/app", Home: "/home/dev", CaseSensitive: true},
		})
		if d.Effect != c.want {
			t.Errorf("%+v: %s: %s", c.search, d.Effect, d.Reason)
		}
	}
}
