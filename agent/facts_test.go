package agent

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ambit/agent/claudecode"
	"ambit/policy"
)

func mustParse(t *testing.T, body string) *claudecode.Hook {
	t.Helper()
	h, err := claudecode.Parse([]byte(body))
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func readCall(cwd, path string) string {
	return `{"session_id":"s","cwd":"` + cwd + `","hook_event_name":"PreToolUse","tool_use_id":"t","tool_name":"Read","tool_input":{"file_path":"` + path + `"}}`
}

func machine(env map[string]string) Machine {
	return Machine{Getenv: func(k string) string { return env[k] }, Version: "test"}
}

// TestFacts ensures that links are followed, and that root and repository are those of the folder the session began in.
func TestFacts(t *testing.T) {
	base := tempDir(t)
	repo := filepath.Join(base, "src", "app")
	mustWrite(t, filepath.Join(repo, "docs.txt"), "x")
	git(t, repo, "init", "-q")
	git(t, repo, "remote", "add", "origin", "https://github.com/acme/app")
	other := filepath.Join(base, "src", "other")
	mustWrite(t, filepath.Join(other, "secret"), "x")
	if err := os.Symlink(other, filepath.Join(repo, "link")); err != nil {
		t.Fatal(err)
	}
	m := machine(map[string]string{"HOME": filepath.Join(base, "home"), "CLAUDE_PROJECT_DIR": repo, "AI_AGENT": "claude-code_2-1-330_harness", "USER": "ada"})
	f := m.facts(mustParse(t, readCall(other, "../app/link/../other/secret")))
	if f.Root != repo || f.Repository != "github.com/acme/app" || f.Cwd != other || f.Agent != "claude-code/2.1.330" {
		t.Errorf("got %+v", f)
	}
	// "link/.." is the parent of what the link leads to, not the repository.
	want := []policy.File{{
		Path: other + "/../app/link/../other/secret", Resolved: filepath.Join(base, "src", "other", "secret"), Kind: "file", Repository: policy.NoRepository,
	}}
	if diff := cmp.Diff(want, f.Files); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

// TestHomeIsNoRoot ensures that a repository around a whole home folder does not open that home.
func TestHomeIsNoRoot(t *testing.T) {
	base := tempDir(t)
	home := filepath.Join(base, "home", "ada")
	mustWrite(t, filepath.Join(home, "x", "y"), "z")
	git(t, base, "init", "-q")
	for _, h := range []string{base, home, filepath.Join(home, "x")} {
		f := machine(map[string]string{"HOME": h, "CLAUDE_PROJECT_DIR": base}).facts(mustParse(t, readCall(home, "x")))
		if f.Root != "" || f.Repository != "" {
			t.Errorf("home %s: got root %q", h, f.Root)
		}
	}
	f := machine(map[string]string{"HOME": "/somewhere/else", "CLAUDE_PROJECT_DIR": base}).facts(mustParse(t, readCall(home, "x")))
	if f.Root != base {
		t.Errorf("got root %q", f.Root)
	}
}

// TestTmpIsNoRoot ensures that a TMPDIR above everything does not open everything.
func TestTmpIsNoRoot(t *testing.T) {
	for dir, want := range map[string]string{"/": "", "/etc": "", "/usr/lib/x": "", "/var/tmp": "/var/tmp"} {
		t.Setenv("TMPDIR", dir)
		if f := machine(map[string]string{"HOME": "/home/ada"}).facts(mustParse(t, readCall("/", "x"))); f.Tmp != want {
			t.Errorf("TMPDIR %s gives %q", dir, f.Tmp)
		}
	}
}

// TestRootBehindLink ensures that a repository, a home and a temporary folder behind links are sent under both names.
func TestRootBehindLink(t *testing.T) {
	base := tempDir(t)
	repo := filepath.Join(base, "data", "app")
	mustWrite(t, filepath.Join(repo, "api", "x"), "x")
	mustWrite(t, filepath.Join(base, "data", "ada", "x"), "x")
	mustWrite(t, filepath.Join(base, "data", "tmp", "x"), "x")
	git(t, repo, "init", "-q")
	for link, target := range map[string]string{"app": "data/app", "ada": "data/ada", "tmp": "data/tmp", "middle": "data/app/api"} {
		if err := os.Symlink(target, filepath.Join(base, link)); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("TMPDIR", filepath.Join(base, "tmp"))
	for _, c := range []struct{ dir, root, resolved string }{
		{"app", "app", "data/app"}, {"app/api", "app", "data/app"}, {"data/app/api", "data/app", ""}, {"middle", "data/app", ""},
	} {
		dir := filepath.Join(base, c.dir)
		m := machine(map[string]string{"HOME": filepath.Join(base, "ada"), "CLAUDE_PROJECT_DIR": dir})
		f := m.facts(mustParse(t, readCall(dir, "x")))
		want := claudecode.Facts{
			Client: "ambit/test", Platform: f.Platform, CaseSensitive: f.CaseSensitive, Files: f.Files, Cwd: f.Cwd,
			Home: filepath.Join(base, "ada"), ResolvedHome: filepath.Join(base, "data/ada"),
			Tmp: filepath.Join(base, "tmp"), ResolvedTmp: filepath.Join(base, "data/tmp"), Root: filepath.Join(base, c.root),
		}
		if c.resolved != "" {
			want.ResolvedRoot = filepath.Join(base, c.resolved)
		}
		if diff := cmp.Diff(&want, f); diff != "" {
			t.Errorf("%s: -want +got\n%s", c.dir, diff)
		}
	}
	// A home that a link hides below the root is still found.
	m := machine(map[string]string{"HOME": filepath.Join(base, "middle"), "CLAUDE_PROJECT_DIR": repo})
	if f := m.facts(mustParse(t, readCall(repo, "x"))); f.Root != "" {
		t.Errorf("root %q holds the home", f.Root)
	}
}

// TestFilesNameTheirRepository ensures that each file comes with the repository that holds what it leads to.
func TestFilesNameTheirRepository(t *testing.T) {
	base := tempDir(t)
	app, pay := filepath.Join(base, "app"), filepath.Join(base, "pay")
	for dir, remote := range map[string]string{app: "https://github.com/acme/app", pay: "https://github.com/acme/payments", filepath.Join(base, "bare"): ""} {
		mustWrite(t, filepath.Join(dir, "src", "x"), "x")
		git(t, dir, "init", "-q")
		if remote != "" {
			git(t, dir, "remote", "add", "origin", remote)
		}
	}
	mustWrite(t, filepath.Join(base, "odd", ".git"), "no repository")
	if err := os.Symlink("../pay", filepath.Join(app, "pay")); err != nil {
		t.Fatal(err)
	}
	m := machine(map[string]string{"HOME": "/home/ada", "CLAUDE_PROJECT_DIR": app})
	for path, want := range map[string]string{
		"src/x": "github.com/acme/app", "new/deep/x": "github.com/acme/app", "pay/src/x": "github.com/acme/payments", "../pay": "github.com/acme/payments",
		"../x": policy.NoRepository, "/etc/passwd": policy.NoRepository, "../bare/src/x": "", "../odd/x": "", "src/x/below": "",
	} {
		if f := m.facts(mustParse(t, readCall(app, path))); len(f.Files) != 1 || f.Files[0].Repository != want {
			t.Errorf("%s: got %+v, want repository %q", path, f.Files, want)
		}
	}
}

// TestResolve ensures that what can't be resolved stays in the list without an answer.
func TestResolve(t *testing.T) {
	base := tempDir(t)
	mustWrite(t, filepath.Join(base, "file"), "x")
	for _, l := range [][2]string{{"loop", "loop"}, {"gone", "missing"}, {"up", ".."}} {
		if err := os.Symlink(l[1], filepath.Join(base, l[0])); err != nil {
			t.Fatal(err)
		}
	}
	names := []string{"file", base + "/loop", base + "/gone", "new/deep", base + "/file", "~/file", base + "/up/" + filepath.Base(base) + "/file"}
	want := []policy.File{
		{Path: base + "/file", Resolved: base + "/file", Kind: "file", Repository: "none"},
		{Path: base + "/loop"},
		{Path: base + "/gone", Resolved: base + "/missing", Kind: "missing", Repository: "none"},
		{Path: base + "/new/deep", Resolved: base + "/new/deep", Kind: "missing", Repository: "none"},
		{Path: base + "/~/file", Resolved: base + "/~/file", Kind: "missing", Repository: "none"},
		{Path: base + "/up/" + filepath.Base(base) + "/file", Resolved: base + "/file", Kind: "file", Repository: "none"},
	}
	if diff := cmp.Diff(want, resolveAll(names, base, WorkTree{})); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if got := resolveAll([]string{"x"}, "", WorkTree{}); len(got) != 1 || got[0].Resolved != "" {
		t.Errorf("without a working directory: %+v", got)
	}
	many := make([]string, maxFiles+10)
	for i := range many {
		many[i] = base + "/" + itoa(i)
	}
	if n := len(resolveAll(many, base, WorkTree{})); n != maxFiles {
		t.Errorf("%d files", n)
	}
}

// TestSkillSource ensures that a skill's source is named only where it is certain.
func TestSkillSource(t *testing.T) {
	base := tempDir(t)
	repo, config := filepath.Join(base, "app"), filepath.Join(base, "config")
	mustWrite(t, filepath.Join(repo, "x"), "")
	git(t, repo, "init", "-q")
	mustWrite(t, filepath.Join(repo, ".claude/skills/own/SKILL.md"), "x")
	mustWrite(t, filepath.Join(repo, ".claude/commands/cmd.md"), "x")
	mustWrite(t, filepath.Join(repo, "api/.claude/skills/nested/SKILL.md"), "x")
	mustWrite(t, filepath.Join(base, ".claude/skills/outer/SKILL.md"), "x")
	mustWrite(t, filepath.Join(config, "skills/mine/SKILL.md"), "x")
	mustWrite(t, filepath.Join(config, "skills/both/SKILL.md"), "x")
	mustWrite(t, filepath.Join(repo, ".claude/skills/both/SKILL.md"), "x")
	mustWrite(t, filepath.Join(repo, ".claude/skills/verify/SKILL.md"), "x")
	mustWrite(t, filepath.Join(repo, ".claude/commands/ȺȺȺȺ.MD"), "x") // a name that is longer in lower case
	mustWrite(t, filepath.Join(config, "plugins/installed_plugins.json"), `{"version":2,"plugins":{"lint@market":[{}],"dup@market":[{}],"dup@other":[{}],"lost@nowhere":[{}],"local@dir":[{}]}}`)
	mustWrite(t, filepath.Join(config, "plugins/known_marketplaces.json"), `{"market":{"source":{"source":"github","repo":"acme/plugins"}},"other":{"source":{"source":"git","url":"git@git.acme.test:p.git"}},"dir":{"source":{"source":"directory","path":"/x"}}}`)
	m := machine(map[string]string{"CLAUDE_CONFIG_DIR": config})
	for skill, want := range map[string]string{
		"own": "github.com/acme/app/.claude/skills/own", "cmd": "github.com/acme/app/.claude/skills/cmd", "nested": "github.com/acme/app/.claude/skills/nested",
		"ȺȺȺȺ": "github.com/acme/app/.claude/skills/ȺȺȺȺ",
		"mine": "user", "both": "", "outer": "", "debug": "builtin", "nobody": "",
		"verify":   "", // a project's skill of a built-in name
		"lint:run": "github.com/acme/plugins/lint",
		"dup:run":  "", "lost:run": "", "local:run": "", "../own": "", "": "", "a:../b": "",
	} {
		if got := m.skillSource(skill, filepath.Join(repo, "api"), "", WorkTree{Root: repo, Repository: "github.com/acme/app"}); got != want {
			t.Errorf("%q: got %q, want %q", skill, got, want)
		}
	}
	if got := m.skillSource("debug", repo, "", WorkTree{}); got != "builtin" {
		t.Errorf("a builtin skill without a root: %q", got)
	}
	if got := m.skillSource("own", repo, "", WorkTree{}); got != "" {
		t.Errorf("without a root: %q", got)
	}
}

// TestSkillSourceIsNotSpoofed ensures that a repository can't put its own text under the name of a plugin's or the client's skill,
// however it places the file.
func TestSkillSourceIsNotSpoofed(t *testing.T) {
	const project = "github.com/acme/app/.claude/skills/"
	for _, c := range []struct{ file, text, skill, want string }{
		{"README.md", "x", "plug:deploy", "github.com/acme/market/plug"},
		{".claude/commands/plug/deploy.md", "x", "plug:deploy", ""},
		{".claude/commands/plug/deploy.MD", "x", "plug:deploy", ""},
		{".claude/commands/plug/deploy/SKILL.md", "x", "plug:deploy", ""},
		{"plug/.claude/skills/deploy/SKILL.md", "x", "plug:deploy", ""},
		{".claude/commands/mine/deploy.md", "x", "mine:deploy", project + "mine:deploy"},
		{".claude/commands/verify/SKILL.md", "x", "verify", ""},
		{".claude/skills/debug/skill.md", "x", "debug", ""},
		{"pkg/.claude/skills/init/SKILL.md", "x", "init", ""},
		{"pkg/.claude/skills/lint/SKILL.md", "x", "lint", project + "lint"},
		{".claude/worktrees/fix/.claude/skills/init/SKILL.md", "x", "init", "builtin"},
		{"lib/.claude/skills/lint/SKILL.md", "x", "lint", ""}, // lib is another repository
		{".claude/skills/other/SKILL.md", "---\nname: verify\n---\n", "verify", ""},
		{".claude/skills/other/SKILL.md", "---\n\"name\": >-\n  verify\n---\n", "verify", ""},
		{".claude/skills/other/SKILL.md", "---\nname: other # verify\n---\nname: verify\n", "verify", "builtin"},
		{".claude/commands/plug/other.md", "---\nname: 'plug:deploy'\n---\n", "plug:deploy", ""},
	} {
		base := tempDir(t)
		home, app := filepath.Join(base, "home"), filepath.Join(base, "app")
		mustWrite(t, filepath.Join(home, ".claude/plugins/installed_plugins.json"), `{"plugins":{"plug@market":[{}]}}`)
		mustWrite(t, filepath.Join(home, ".claude/plugins/known_marketplaces.json"), `{"market":{"source":{"source":"github","repo":"acme/market"}}}`)
		mustWrite(t, filepath.Join(app, "lib/.git"), "gitdir: elsewhere")
		mustWrite(t, filepath.Join(app, c.file), c.text)
		session := WorkTree{Root: app, Repository: "github.com/acme/app"}
		if got := machine(nil).skillSource(c.skill, app, home, session); got != c.want {
			t.Errorf("%s, skill %s: got %q, want %q", c.file, c.skill, got, c.want)
		}
		if tree := worktreeOf(app, filepath.Join(app, ".claude/worktrees/fix/api")); tree != filepath.Join(app, ".claude/worktrees/fix") {
			t.Errorf("got the work tree %q", tree)
		}
	}
}

// TestSkillSearchEnds ensures that links in circles and repositories without end leave a skill's source unknown.
func TestSkillSearchEnds(t *testing.T) {
	base := tempDir(t)
	mustWrite(t, filepath.Join(base, ".claude/skills/x/SKILL.md"), "x")
	if err := os.Symlink("..", filepath.Join(base, ".claude/skills/x/up")); err != nil {
		t.Fatal(err)
	}
	session := WorkTree{Root: base}
	if got := machine(nil).skillSource("debug", base, "", session); got != "" {
		t.Errorf("with a circle: %q", got)
	}
	s := skillSearch{skill: "debug", cwd: base, left: 1}
	if s.project(base); s.left >= 0 {
		t.Error("the search went on without an end")
	}
}
