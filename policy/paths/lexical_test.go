package paths

import "testing"

func TestLexical(t *testing.T) {
	for _, c := range []struct{ platform, cwd, name, want string }{
		{"linux", "/p/app", "a.go", "/p/app/a.go"},
		{"linux", "/p/app", "../b", "/p/b"},
		{"linux", "/p/app", "/etc//x/./y/..", "/etc/x"},
		{"linux", "/p/app", "..bar/..", "/p/app"},
		{"linux", "/", "x", "/x"},
		{"linux", "/p", "a/", "/p/a"},
		{"linux", "/p", "ünï", "/p/ünï"},
		{"linux", "/p", "a~b", "/p/a~b"},
		{"linux", "/p", "~/x", "/p/~/x"},
		{"linux", "/p", "app/[slug]/page.tsx", "/p/app/[slug]/page.tsx"},
		{"windows", `C:\p`, `src\a.go`, "C:/p/src/a.go"},
		{"windows", `C:\p`, `c:/p/../x`, "C:/x"},
		{"windows", `C:\p`, `\x`, "C:/x"},
		{"windows", `c:\p`, `\x`, "C:/x"},
		{"windows", "/p", "a", "/p/a"},
		{"darwin", "/p", "a", "/p/a"},
	} {
		if got, err := Lexical(c.platform, c.cwd, c.name); err != nil || got != c.want {
			t.Errorf("Lexical(%s, %q, %q) = %q, %v; want %q", c.platform, c.cwd, c.name, got, err, c.want)
		}
	}
}

func TestLexicalRefuses(t *testing.T) {
	for _, c := range []struct{ platform, cwd, name, code string }{
		{"linux", "/p", "", "empty"},
		{"linux", "", "a", "relative"},
		{"linux", "rel", "a", "relative"},
		{"linux", "/p", "a\x00b", "control-character"},
		{"linux", "/p", "a\nb", "control-character"},
		{"linux", "/p", "a\x7f", "control-character"},
		{"linux", "/p", "a\xff", "encoding"},
		{"linux", "/p", ".\u200benv", "invisible-character"},
		{"linux", "/p", "gpj\u202eog.exe", "invisible-character"},
		{"linux", "/p", "$HOME/.netrc", "variable"},
		{"linux", "/p", "${HOME}/.netrc", "variable"},
		{"linux", "/p", "~root/x", "home"},
		{"linux", "/p", "file:///etc/passwd", "address"},
		{"linux", "/p", "https://x/y", "address"},
		{"linux", "/p", "%2e%2e/x", "encoded"},
		{"windows", `C:\p`, `\\server\share`, "unc"},
		{"windows", `C:\p`, `//?/C:/x`, "unc"},
		{"windows", `C:\p`, `.git::$INDEX_ALLOCATION\config`, "stream"},
		{"windows", `C:\p`, `a.txt:hidden`, "stream"},
		{"windows", `C:\p`, `C:x`, "stream"},
		{"windows", `C:\p`, `.git \config`, "trailing-dot"},
		{"windows", `C:\p`, `.git.\config`, "trailing-dot"},
		{"windows", `C:\p`, `GIT~1\config`, "short-name"},
		{"windows", `C:\p`, `src\NUL`, "device"},
		{"windows", `C:\p`, `src\com1.txt`, "device"},
		{"darwin", "/p", "a/..namedfork/rsrc", "named-fork"},
	} {
		got, err := Lexical(c.platform, c.cwd, c.name)
		if err == nil || err.Code != c.code {
			t.Errorf("Lexical(%s, %q, %q) = %q, %v; want the error %s", c.platform, c.cwd, c.name, got, err, c.code)
		}
	}
}

func TestInsideComparesComponents(t *testing.T) {
	for _, c := range []struct {
		dir, name string
		want      bool
	}{
		{"/p/app", "/p/app", true},
		{"/p/app", "/p/app/x", true},
		{"/p/app", "/p/app2", false},
		{"/p/app", "/p/ap", false},
		{"/", "/x", true},
		{"", "/x", false},
		{"/p/app", "/p", false},
	} {
		if got := Inside(c.dir, c.name); got != c.want {
			t.Errorf("Inside(%q, %q) = %v", c.dir, c.name, got)
		}
	}
}

func TestFoldJoinsNamesThatAFileSystemMayJoin(t *testing.T) {
	for _, c := range [][2]string{{".GIT", ".git"}, {"É", "e\u0301"}, {"ſsh", "SSH"}, {"\u212a", "k"}, {"STRASSE", "straße"}, {"Ω", "\u2126"}} {
		if Fold(c[0]) != Fold(c[1]) {
			t.Errorf("Fold(%q) = %q, Fold(%q) = %q", c[0], Fold(c[0]), c[1], Fold(c[1]))
		}
	}
	if Fold("a") == Fold("b") {
		t.Error("different names fold alike")
	}
}

func TestProtectedAndCredentials(t *testing.T) {
	for name, want := range map[string]bool{
		"/p/.git": true, "/p/.git/config": true, "/p/sub/.git/hooks/x": true, "/p/.gitignore": false, "/p/.ignore": true, "/p/.gitattributes": false, "/p/x.git/config": false,
		"/p/.github/workflows/ci.yml": true, "/p/.github/codeowners": false, "/p/.github/workflows2": false,
		"/p/.github/workflowsx/.github/workflows/a": true, "/home/a/.bashrc": true, "/p/.envrc": true, "/p/.env": false, "/p/.mcp.json": true,
		"/p/.husky/pre-commit": true, "/p/.claude/settings.json": true, "/p/readme": false, "/": false,
		"/p/.devcontainer.json": true, "/p/opencode.json": true, "/p/app.code-workspace": true, "/p/code-workspace": false, "/p/.exrc": true, "/p/.nvim.lua": true,
		"/p/.dir-locals.el": true, "/p/.continue/config.json": true, "/p/.roo/mcp.json": true, "/p/.kiro/settings/mcp.json": true, "/p/.amazonq/mcp.json": true,
		"/p/.qwen/settings.json": true, "/p/.junie/mcp.json": true, "/p/.factory/mcp.json": true, "/p/.clinerules": true, "/p/.cursorrules": true, "/p/mise.toml": true,
		"/p/.mise.toml": true, "/home/a/.config/mise/config.toml": true, "/p/.pre-commit-config.yaml": true, "/p/lefthook.yml": true,
		"/p/claude.md": false, "/p/agents.md": false, "/p/src/continue/x": false, "/p/factory/x.go": false,
		"/p/.claude/worktrees/fix/main.go": false, "/p/.claude/worktrees/fix": true, "/p/.claude/worktrees": true, "/p/.claude/worktrees/fix/.claude/settings.json": true,
		"/p/.claude/worktrees/fix/.git": true, "/p/.claude/worktrees/fix/.git/hooks/x": true, "/p/.claude/worktrees/fix/.github/workflows/ci.yml": true,
		"/p/.claude/worktrees/a/.claude/worktrees/b/x": false, "/p/.claude/worktrees/a/.claude/worktrees/b": true, "/p/.git/.claude/worktrees/a/x": true,
		"/p/.claude/worktreesx/a/b": true, "/p/x.claude/worktrees/a/.claude": true, "/p/x.claude/worktrees/a/b": false, ".claude/worktrees/a/b": true,
	} {
		if which, got := Protected(name); got != want {
			t.Errorf("Protected(%q) = %q, %v", name, which, got)
		}
	}
	for name, want := range map[string]bool{
		"/home/a/.claude/.credentials.json": true, "/home/a/.claude/claude.md": false, "/home/a/.config/ambit/credential.json": true,
		"/users/a/library/application support/ambit/x": true, "c:/users/a/appdata/roaming/ambit/x": true, "/home/a/.codex/auth.json": true,
		"/srv/ambit-data/key": true, "/p/ambit/main.go": false, ".codex/auth.json": true, "auth.json": false,
	} {
		if which, got := Credential(name); got != want {
			t.Errorf("Credential(%q) = %q, %v", name, which, got)
		}
	}
}

func TestPlan(t *testing.T) {
	for _, c := range []struct {
		home, name string
		want       bool
	}{
		{"/home/a", "/home/a/.claude/plans/x.md", true},
		{"/home/a", "/home/a/.claude/plans/x.sh", false},
		{"/home/a", "/home/a/.claude/plans/sub/x.md", false},
		{"/home/a", "/home/b/.claude/plans/x.md", false},
		{"", "/.claude/plans/x.md", false},
	} {
		if got := Plan(c.home, c.name); got != c.want {
			t.Errorf("Plan(%q, %q) = %v", c.home, c.name, got)
		}
	}
}

func TestRepositoryHead(t *testing.T) {
	for _, c := range []struct {
		name          string
		sensitive, is bool
	}{
		{"/p/x/HEAD", true, true},
		{"HEAD", true, true},
		{"/p/x/head", true, false},
		{"/p/x/head", false, true},
		{"/p/x/HEAD", false, true},
		{"/p/HEAD/x", false, false},
		{"/p/HEAD.md", false, false},
		{"/p/src/head.tsx", false, false},
	} {
		if got := RepositoryHead(c.name, c.sensitive); got != c.is {
			t.Errorf("RepositoryHead(%q, %v) = %v", c.name, c.sensitive, got)
		}
	}
}

func TestRootRefused(t *testing.T) {
	for dir, want := range map[string]bool{
		"/": true, "/home": true, "/home/ada": true, "/home/bob": true, "/Users/x": true, "/root": true, "C:/": true, "C:/Users/x": true, "/home/ada/": true,
		"/home/ada/app": false, "/p/app": false, "/root/app": false, "/srv": false, "/data": true, "/data/people": true, "/data/people/ada": true, "/data/people/ada/x": false,
		"/etc": true, "/etc/ssl": true, "/ETC": true, "/private/etc": true, "/usr": true, "/usr/src/app": false, "/usr/local/src/app": false, "/usr/bin": true,
		"/var": true, "/var/tmp": false, "/var/lib": true, "/var/lib/jenkins/workspace/app": false, "/var/folders/x/T": false, "/run/user/1000": false, "/dev/shm": false,
		"/dev": true, "/proc/1": true, "/library/app": false, "C:/Windows/Temp": true, "C:/Program Files/x": true, "C:/work/app": false, "/tmp": false, "/etcetera": false,
	} {
		home := "/home/ada"
		if len(dir) > 4 && dir[:5] == "/data" {
			home = "/data/people/ada"
		}
		clean, err := Lexical("windows", "", dir)
		if err != nil {
			t.Fatal(err)
		}
		if why, got := RootRefused("linux", clean, home); got != want {
			t.Errorf("RootRefused(%q) = %q, %v", dir, why, got)
		}
	}
}

func FuzzLexical(f *testing.F) {
	f.Add("linux", "/p", "a/../b")
	f.Add("windows", `C:\p`, `..\x`)
	f.Fuzz(func(t *testing.T, platform, cwd, name string) {
		got, err := Lexical(platform, cwd, name)
		if err != nil {
			return
		}
		if again, err := Lexical(platform, cwd, got); err == nil && again != got {
			t.Fatalf("Lexical(%q, %q, %q) = %q, and of that %q", platform, cwd, name, got, again)
		}
	})
}
