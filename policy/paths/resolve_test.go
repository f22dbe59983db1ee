package paths

import (
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// tree is a file system in memory: name → "" for a file, "/" for a directory, otherwise a link's target.
type tree map[string]string

func (t tree) Lstat(name string) (fs.FileMode, error) {
	switch target, ok := t[name]; {
	case !ok:
		return 0, fs.ErrNotExist
	case target == "/":
		return fs.ModeDir, nil
	case target == "":
		return 0, nil
	case target == "|":
		return fs.ModeNamedPipe, nil
	}
	return fs.ModeSymlink, nil
}

func (t tree) Readlink(name string) (string, error) { return t[name], nil }

func TestResolve(t *testing.T) {
	disk := tree{
		"/p": "/", "/p/app": "/", "/p/app/a.go": "", "/p/app/sub": "/", "/p/app/sub/b.go": "", "/etc": "/", "/etc/passwd": "", "/home": "/", "/home/dev": "/",
		"/p/app/up": "/etc", "/p/app/rel": "sub", "/p/app/file": "a.go", "/p/app/out": "../../etc/passwd", "/p/app/dangling": "/home/dev/.bashrc",
		"/p/app/loop": "loop", "/p/app/l1": "l2", "/p/app/l2": "l1", "/p/app/chain": "up", "/p/app/pipe": "|", "/q": "/p/app", "/p/app/magic": "/proc/self/root",
		"/p/app/deep": "/home/dev/new/dir", "/p/app/slashes": "//etc///", "/p/app/dots": "./sub/../a.go",
	}
	for _, c := range []struct{ name, path, kind string }{
		{"/p/app/a.go", "/p/app/a.go", KindFile},
		{"/p/app/./sub//b.go", "/p/app/sub/b.go", KindFile},
		{"/", "/", KindDir},
		{"/..", "/", KindDir},
		{"/p/app/", "/p/app", KindDir},
		{"/p/app/rel/b.go", "/p/app/sub/b.go", KindFile},
		{"/p/app/file", "/p/app/a.go", KindFile},
		{"/p/app/up", "/etc", KindDir},
		{"/p/app/up/passwd", "/etc/passwd", KindFile},
		{"/p/app/up/../home", "/home", KindDir}, // the kernel's "..": the parent of the link's target
		{"/p/app/chain/passwd", "/etc/passwd", KindFile},
		{"/p/app/out", "/etc/passwd", KindFile},
		{"/p/app/dangling", "/home/dev/.bashrc", KindMissing},
		{"/p/app/deep/x", "/home/dev/new/dir/x", KindMissing},
		{"/p/app/new/dir/x", "/p/app/new/dir/x", KindMissing},
		{"/q/a.go", "/p/app/a.go", KindFile},
		{"/q/../app/a.go", "/p/app/a.go", KindFile},
		{"/p/app/pipe", "/p/app/pipe", KindFIFO},
		{"/p/app/slashes/passwd", "/etc/passwd", KindFile},
		{"/p/app/dots", "/p/app/a.go", KindFile},
	} {
		got, err := Resolve(disk, c.name)
		if err != nil || got != (Resolved{c.path, c.kind}) {
			t.Errorf("Resolve(%q) = %v, %v; want %s %s", c.name, got, err, c.path, c.kind)
		}
	}
	for _, name := range []string{
		"/p/app/loop", "/p/app/l1/x", "/p/app/a.go/..", "/p/app/a.go/x", "/p/app/new/../x", "/p/app/magic", "/p/app/magic/etc", "relative", "",
		"/p/\x00", "/" + strings.Repeat("x", MaxLength), "/p/app/dangling/../x",
	} {
		if got, err := Resolve(disk, name); err == nil {
			t.Errorf("Resolve(%q) = %v; want an error", name, got)
		}
	}
}

func TestResolveFollowsAtMostFortyLinks(t *testing.T) {
	disk := tree{"/l00": "/end", "/end": ""}
	for i := 1; i <= MaxLinks; i++ {
		disk["/l"+itoa(i)] = "/l" + itoa(i-1)
	}
	if _, err := Resolve(disk, "/l"+itoa(MaxLinks-1)); err != nil {
		t.Errorf("%d links: %v", MaxLinks, err)
	}
	if _, err := Resolve(disk, "/l"+itoa(MaxLinks)); err == nil {
		t.Errorf("%d links were followed", MaxLinks+1)
	}
}

func itoa(i int) string { return string([]byte{byte('0' + i/10), byte('0' + i%10)}) }

// disk is the real file system, to compare Resolve with the kernel's own walk.
type disk struct{}

func (disk) Lstat(name string) (fs.FileMode, error) {
	info, err := os.Lstat(name)
	if err != nil {
		return 0, err
	}
	return info.Mode(), nil
}

func (disk) Readlink(name string) (string, error) { return os.Readlink(name) }

func TestResolveAgreesWithTheKernel(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the names of this test are POSIX")
	}
	root, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{"a/b/c", "d/e"} {
		if err := os.MkdirAll(filepath.Join(root, dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for link, target := range map[string]string{"a/toD": "../d", "d/toB": root + "/a/b", "d/e/up": "..", "a/b/c/loop": "loop", "x": "a/toD/e"} {
		if err := os.Symlink(target, filepath.Join(root, link)); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"a", "a/toD", "a/toD/..", "a/toD/toB/c", "a/toD/toB/..", "d/e/up/toB", "x", "x/..", "x/up/../a/b", "a/b/c/loop", "d/e/up/e/up/e"} {
		full := root + "/" + name
		got, err := Resolve(disk{}, full)
		want, wantErr := kernelPath(full)
		if (err != nil) != (wantErr != nil) || err == nil && got.Path != want {
			t.Errorf("%s: got %v, %v; the kernel says %q, %v", name, got, err, want, wantErr)
		}
	}
}

// kernelPath asks the kernel where a directory is, by going there.
func kernelPath(name string) (string, error) {
	f, err := os.Open(name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	return os.Readlink("/proc/self/fd/" + utoa(f.Fd()))
}

func utoa(n uintptr) string {
	if n < 10 {
		return string(rune('0' + n))
	}
	return utoa(n/10) + string(rune('0'+n%10))
}

func FuzzResolve(f *testing.F) {
	f.Add("/p/app/up/../x", "/p", "../etc")
	f.Add("/a/b", "/a", "//")
	f.Fuzz(func(t *testing.T, name, link, target string) {
		got, err := Resolve(tree{"/p": "/", "/p/app": "/", link: target}, name)
		if err == nil && (!strings.HasPrefix(strings.TrimPrefix(got.Path, name[:min(len(name), 2)]), "/") && !strings.HasPrefix(got.Path, "/") && !hasDrive(got.Path) || strings.Contains(got.Path+"/", "/../")) {
			t.Fatalf("Resolve(%q) with %q→%q gave %q", name, link, target, got.Path)
		}
	})
}
