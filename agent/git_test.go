package agent

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// git runs the real git, which the tests compare with; the product never does.
func git(t *testing.T, dir string, args ...string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "git", append([]string{"-c", "protocol.file.allow=always", "-c", "user.email=a@b", "-c", "user.name=a"}, args...)...)
	cmd.Dir = dir
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir(), "GIT_CONFIG_NOSYSTEM=1"}
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("git %v: %v\n%s", args, err, out)
	}
}

func tempDir(t *testing.T) string {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

func mustWrite(t *testing.T, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestFindWorkTree ensures that root and remote are found as git would, for every shape of checkout.
func TestFindWorkTree(t *testing.T) {
	base := tempDir(t)
	repo := filepath.Join(base, "app")
	git(t, base, "init", "-q", "app")
	git(t, repo, "remote", "add", "origin", "git@github.com:acme/app.git")
	mustWrite(t, filepath.Join(repo, "api", "x.go"), "x")
	git(t, repo, "add", ".")
	git(t, repo, "commit", "-qm", "x")
	git(t, repo, "worktree", "add", "-q", filepath.Join(base, "wt"), "-b", "side")

	git(t, base, "init", "-q", "lib")
	git(t, filepath.Join(base, "lib"), "commit", "-q", "--allow-empty", "-m", "x")
	git(t, repo, "submodule", "--quiet", "add", filepath.Join(base, "lib"), "lib")
	git(t, filepath.Join(repo, "lib"), "remote", "set-url", "origin", "https://github.com/acme/lib")

	git(t, base, "init", "-q", "--separate-git-dir", filepath.Join(base, "elsewhere.git"), "apart")
	git(t, filepath.Join(base, "apart"), "remote", "add", "upstream", "https://github.com/acme/apart")

	git(t, base, "init", "-q", "two")
	git(t, filepath.Join(base, "two"), "remote", "add", "a", "https://github.com/acme/a")
	git(t, filepath.Join(base, "two"), "remote", "add", "b", "https://github.com/acme/b")

	git(t, base, "init", "-q", "bare")
	if err := os.Symlink(filepath.Join(repo, "api"), filepath.Join(base, "link")); err != nil {
		t.Fatal(err)
	}
	mustWrite(t, filepath.Join(repo, "fake", ".git"), "gitdir: /nowhere\n")
	mustWrite(t, filepath.Join(repo, "odd", ".git", "config"), "[remote \"origin\"]\nurl = https://github.com/other/repo\n")

	for dir, want := range map[string]WorkTree{
		repo:                          {repo, "github.com/acme/app"},
		filepath.Join(repo, "api"):    {repo, "github.com/acme/app"},
		filepath.Join(base, "link"):   {repo, "github.com/acme/app"},
		filepath.Join(base, "wt"):     {filepath.Join(base, "wt"), "github.com/acme/app"},
		filepath.Join(repo, "lib"):    {filepath.Join(repo, "lib"), "github.com/acme/lib"},
		filepath.Join(base, "apart"):  {filepath.Join(base, "apart"), "github.com/acme/apart"},
		filepath.Join(base, "two"):    {filepath.Join(base, "two"), ""},
		filepath.Join(base, "bare"):   {filepath.Join(base, "bare"), ""},
		base:                          {},
		filepath.Join(repo, "fake"):   {}, // its .git leads nowhere: not the outer repository either
		filepath.Join(repo, "odd"):    {}, // a folder called .git that is no repository
		filepath.Join(base, "gone"):   {},
		"relative":                    {},
		filepath.Join(repo, "api/.."): {repo, "github.com/acme/app"},
	} {
		got, ok := FindWorkTree(dir)
		if ok != (want != WorkTree{}) || got != want {
			t.Errorf("%s: got %+v %v, want %+v", dir, got, ok, want)
		}
	}
}

// TestIncludedConfigIsNotFollowed ensures that a file which the agent could write does not name the repository.
func TestIncludedConfigIsNotFollowed(t *testing.T) {
	repo := tempDir(t)
	git(t, repo, "init", "-q")
	mustWrite(t, filepath.Join(repo, "extra"), "[remote \"origin\"]\n\turl = https://github.com/acme/open\n")
	git(t, repo, "config", "include.path", "../extra")
	if w, ok := FindWorkTree(repo); !ok || w.Repository != "" {
		t.Errorf("got %+v %v", w, ok)
	}
}

// TestConfigRemotes ensures that Git's config syntax is read as git reads it.
func TestConfigRemotes(t *testing.T) {
	for text, want := range map[string][]remote{
		"": nil,
		"[remote \"origin\"]\n\turl = https://a/b\n\turl = https://c/d\n":                                        {{"origin", "https://a/b"}},
		"[core]\nurl = https://x/y\n[remote \"o\"]\nURL=https://a/b # comment\n":                                 {{"o", "https://a/b"}},
		"[REMOTE \"a\\\"b\"] url = \"https://a/b\" ; x\n":                                                        {{`a"b`, "https://a/b"}},
		"[remote.old]\nurl = https://a/b\n":                                                                      {{"old", "https://a/b"}},
		"[remote \"a\"]\nfetch = x\n[remote \"b\"]\nurl = https://a/\\\nb\n":                                     {{"b", "https://a/b"}},
		"[remote \"a\"]\n# url = https://x/y\n;url = https://x/y\nurl = \"https://a/b#c\"\r\n":                   {{"a", "https://a/b#c"}},
		"[remote \"a\"]\npushurl = https://x/y\n[remote \"a\"]\nurl = https://a/b\n[branch \"a\"]\nurl = nope\n": {{"a", "https://a/b"}},
		"[remote \"a\n]\nurl = https://a/b\n":                                                                    nil,
		"[remote\nurl = https://a/b\n":                                                                           nil,
	} {
		if diff := cmp.Diff(want, configRemotes(text), cmp.AllowUnexported(remote{})); diff != "" {
			t.Errorf("%q: -want +got\n%s", text, diff)
		}
	}
}

// FuzzConfigRemotes ensures that no config text makes the reader panic or hang.
func FuzzConfigRemotes(f *testing.F) {
	f.Add("[remote \"origin\"]\n\turl = https://a/b\n")
	f.Add("[remote \"a\\")
	f.Fuzz(func(_ *testing.T, text string) { configRemotes(text) })
}
