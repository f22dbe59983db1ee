package policy

import (
	"time"

	"pgregory.net/rapid"
)

// The vocabulary of random policies and requests is small, so that they meet often.
var (
	someCommands = []string{
		"git status", "git push", "git status && git push", "ls src", "cat .env", "cat src/a.go > out", "timeout 5 git status",
		"CI=1 go test ./...", "rm -rf /", "$(cat x)", "cat ../other/a", "echo 'x", "cp a .git/x", "grep -r x .",
	}
	somePatterns = []string{"git {status,log} **", "git push **", "ls **", "cat **", "go test **", "cp **", "grep **", "echo **"}
	someDirs     = []string{"$REPO", "$REPO/src", "$TMP", "~", "~/code", "/srv", "/srv/app", "**/src", "/"}
	someDenials  = []string{"**/.env", "src", "$REPO/src", "~/.ssh", "*.go", "$TMP", "/srv/**/x"}
	somePaths    = []string{
		"a.go", "src/a.go", ".env", "../other/a", "/srv/app/.git/config", "/tmp/dev/x", "~/code/x", "/etc/passwd", "/proc/self/environ",
		"/home/dev/.ssh/id", "SRC/A.go", "x\x00y", "src/../../x", "/dev/null", "*.go", "{src,..}/x",
	}
	someNames        = []string{"*", "a/*", "a/b", "b/*", "a/b*", "Agent", "builtin", "x.test", "*.x.test"}
	someRepositories = []string{"github.com/acme/app", "github.com/acme/payments", "github.com/*", "*/payments", "none"}
	someGroups       = []string{"*", "a", "b", "c"}
	someModels       = []string{"m-1", "m-2", "m-3", "unknown"}
)

func some(t *rapid.T, label string, from []string) []string {
	if rapid.IntRange(0, 3).Draw(t, label+" given") == 0 {
		return nil
	}
	return rapid.SliceOfNDistinct(rapid.SampledFrom(from), 0, 4, rapid.ID[string]).Draw(t, label)
}

func atLeastOne(t *rapid.T, label string, from []string) []string {
	return rapid.SliceOfNDistinct(rapid.SampledFrom(from), 1, 3, rapid.ID[string]).Draw(t, label)
}

func one(t *rapid.T, label string, from ...string) string {
	return rapid.SampledFrom(from).Draw(t, label)
}

func maybe(t *rapid.T, label string) bool { return rapid.Bool().Draw(t, label) }

func patterns(texts []string) []CommandPattern {
	if texts == nil {
		return nil
	}
	out := make([]CommandPattern, len(texts))
	for i, s := range texts {
		out[i].Pattern = s
	}
	return out
}

func drawDocument(t *rapid.T) *Document {
	d := &Document{Version: 1, Mode: Mode(one(t, "mode", "", "enforce", "monitor")), OnAllow: one(t, "on_allow", "", "client", "skip")}
	d.Models.Tiers = []ModelTier{{"low", []string{"m-1"}}, {"mid", []string{"m-2"}}, {"high", []string{"m-3", "m-2"}}}
	d.Tiers = []Tier{{"first", atLeastOne(t, "groups of first", someGroups)}, {"second", atLeastOne(t, "groups of second", someGroups)}}
	d.Layers = []Layer{drawLayer(t, "base", false)}
	for i := range rapid.IntRange(0, 2).Draw(t, "layers") {
		d.Layers = append(d.Layers, drawLayer(t, string(rune('a'+i)), true))
	}
	for range rapid.IntRange(0, 1).Draw(t, "exceptions") {
		d.Exceptions = append(d.Exceptions, Exception{
			Who: one(t, "who", "ada", "bob"), Repository: one(t, "exception's repository", "", "github.com/acme/*"),
			Shell: patterns(atLeastOne(t, "excepted commands", somePatterns)), Read: some(t, "excepted reads", someDirs), Tools: some(t, "excepted tools", someNames),
			MCP: some(t, "excepted mcp", someNames), Until: Until(testNow.Add(time.Hour)), Reason: "r",
		})
	}
	return d
}

func drawLayer(t *rapid.T, name string, match bool) Layer {
	l := Layer{Name: name, Mode: Mode(one(t, name+" mode", "", "", "enforce", "monitor"))}
	if match && maybe(t, name+" has a match") {
		l.Match = drawMatch(t)
	}
	if maybe(t, name+" shell") {
		l.Shell = &ShellControl{
			Allow: patterns(some(t, "commands", somePatterns)), Deny: some(t, "denied commands", somePatterns),
			Wrappers: some(t, "wrappers", []string{"timeout", "time"}), Env: some(t, "env", []string{"CI", "TZ"}),
		}
	}
	if maybe(t, name+" files") {
		l.Files = &FilesControl{Read: some(t, "read", someDirs), Write: some(t, "write", someDirs), Deny: some(t, "deny", someDenials), Protect: some(t, "protect", someDenials)}
	}
	if maybe(t, name+" tools") {
		l.Tools = &ToolsControl{Allow: some(t, "tools", someNames), Deny: some(t, "denied tools", someNames)}
	}
	if maybe(t, name+" skills") {
		l.Skills = &SkillsControl{Sources: some(t, "sources", someNames)}
	}
	if maybe(t, name+" mcp") {
		l.MCP = &MCPControl{Allow: some(t, "mcp", []string{"*", "a/*", "a/b", "b/*"}), Deny: some(t, "denied mcp", []string{"a/*", "a/b"}), Writes: some(t, "mcp writes", []string{"a/*", "*"})}
	}
	if maybe(t, name+" web") {
		l.Web = &WebControl{Domains: some(t, "domains", []string{"*", "x.test", "*.x.test"})}
	}
	if maybe(t, name+" models") {
		l.Models = &ModelsControl{Ceiling: one(t, "ceiling", "low", "mid", "high")}
	}
	if maybe(t, name+" caching") {
		l.Caching = &CachingControl{Mode: one(t, "caching", "enabled", "disabled")}
	}
	if maybe(t, name+" approval") {
		l.Approval = &ApprovalControl{Edits: one(t, "edits", "required", "off"), Reviewers: []string{"r"}}
	}
	return l
}

func drawMatch(t *rapid.T) *Match {
	m := &Match{}
	for _, key := range rapid.SliceOfNDistinct(rapid.IntRange(0, 5), 1, 2, rapid.ID[int]).Draw(t, "keys of match") {
		switch key {
		case 0:
			m.Tiers = atLeastOne(t, "match tiers", []string{"first", "second"})
		case 1:
			m.Groups = atLeastOne(t, "match groups", someGroups)
		case 2:
			m.Repositories = atLeastOne(t, "match repositories", someRepositories)
		case 3:
			m.Paths = atLeastOne(t, "match paths", append([]string{"**/other", "/srv"}, someDenials...))
		case 4:
			m.Agents = atLeastOne(t, "match agents", []string{"claude-code", "codex"})
		case 5:
			m.Connections = atLeastOne(t, "match connections", []string{"okta", "entra"})
		}
	}
	return m
}

func drawRequest(t *rapid.T) *Request {
	r := &Request{
		Subject: Subject{
			ID: one(t, "person", "ada", "bob", ""), Groups: some(t, "groups", []string{"a", "b", "c"}), GroupsKnown: maybe(t, "groups known"),
			Connection: one(t, "connection", "okta", "entra", ""),
		},
		Resource: Resource{
			Repository: one(t, "repository", "github.com/acme/app", "github.com/acme/payments", "GitHub.com/Acme/Payments", ""),
			Root:       one(t, "root", "/srv/app", "/srv/app", "/srv/payments", "/", "/home/dev", ""), Cwd: one(t, "cwd", "/srv/app", "/srv/app/src", "/srv/other", ""),
			Home: one(t, "home", "/home/dev", ""), Tmp: one(t, "tmp", "/tmp/dev", ""), Platform: one(t, "platform", "", "linux", "darwin", "windows"),
			CaseSensitive: maybe(t, "case"), Resolves: maybe(t, "resolves"),
		},
		Agent: one(t, "agent", "claude-code/2.1", "codex", ""),
	}
	if maybe(t, "time known") {
		r.At = testNow
	}
	a := &r.Action
	a.Name = one(t, "action", append([]string{"nonsense"}, Actions()...)...)
	a.Command = one(t, "command", someCommands...)
	a.Shell = one(t, "shell", "", "bash", "zsh", BashOrZsh)
	a.Path = one(t, "path", somePaths...)
	if maybe(t, "search") {
		a.Search = &Search{Globs: some(t, "globs", []string{"*.go", ".env", "src/**", "!x", "{a,b}"}), Type: one(t, "type", "", "go", "odd"), NamesOnly: maybe(t, "names only")}
	}
	a.Skill, a.Source = "s", one(t, "source", "builtin", "a/b", "a/../b", "")
	a.Server, a.Tool = one(t, "server", "a", "b", ""), one(t, "tool", "b", "Agent", "builtin", "")
	a.URL = one(t, "url", "https://x.test/", "https://y.x.test", "http://u@x.test", "x", "")
	a.Model = one(t, "model", someModels...)
	a.Prompt = one(t, "prompt", "", "see @a.go", "see @.env and @\"/etc/x y\"", "@~/code/x")
	if a.Name == ActionAgentSpawn && maybe(t, "no model") {
		a.Model = ""
	}
	for _, name := range NamedPaths(a, &r.Resource) {
		e := eval{r: r}
		f := File{Path: e.join(name), Kind: one(t, "kind", "", "file", "file", "dir", "fifo"), Repository: one(t, "file's repository", "", NoRepository, "github.com/acme/payments")}
		f.Resolved = one(t, "resolved", "", f.Path, f.Path, "/srv/app/src/z", "/srv/other/z", "/etc/z")
		if maybe(t, "sent") {
			a.Files = append(a.Files, f)
		}
	}
	return r
}
