package agent

import (
	"io/fs"
	"os"
	"path/filepath"
	"runtime"

	"ambit/policy"
	"ambit/policy/paths"
)

// maxFiles is how many paths one call may name; the limits of a command line end before. The server refuses a path that it finds
// and we did not send.
const maxFiles = 2048

// disk is the machine's own file system.
type disk struct{}

func (disk) Lstat(name string) (fs.FileMode, error) {
	info, err := os.Lstat(name)
	if err != nil {
		return 0, err
	}
	return info.Mode(), nil
}

func (disk) Readlink(name string) (string, error) { return os.Readlink(name) }

// resolver says where paths lead and which repository holds what they lead to.
type resolver struct {
	cwd   string
	trees map[string]string // repositories by directory
}

// resolveAll resolves each path as the agent wrote it. A path that can't be resolved stays in the list without an answer, so
// that the server refuses it and says which one it was. session is the session's work tree.
func resolveAll(names []string, cwd string, session WorkTree) []policy.File {
	if len(names) == 0 {
		return nil
	}
	r := resolver{cwd: cwd, trees: map[string]string{}}
	if session.Root != "" {
		r.trees[session.Root] = session.Repository
	}
	var out []policy.File
	seen := make(map[string]bool, len(names))
	for _, name := range names {
		joined := paths.Join(runtime.GOOS, cwd, name)
		if seen[joined] || len(out) == maxFiles {
			continue
		}
		seen[joined] = true
		out = append(out, r.resolve(name))
	}
	return out
}

func (r *resolver) resolve(name string) policy.File {
	joined, leads, err := paths.ResolveNamed(disk{}, runtime.GOOS, r.cwd, name)
	f := policy.File{Path: joined}
	if err != nil {
		return f
	}
	f.Resolved, f.Kind = leads.Path, leads.Kind
	dir := filepath.FromSlash(leads.Path)
	if leads.Kind != paths.KindDir {
		dir = filepath.Dir(dir)
	}
	f.Repository = r.repository(dir)
	return f
}

// repository names the repository of a directory whose links are followed: policy.NoRepository outside any work tree, "" where
// it is not known.
func (r *resolver) repository(dir string) string {
	if name, known := r.trees[dir]; known {
		return name
	}
	tree, found := treeAt(dir)
	name := tree.Repository
	if found == noTree {
		if parent := filepath.Dir(dir); parent != dir {
			name = r.repository(parent)
		} else {
			name = policy.NoRepository
		}
	}
	r.trees[dir] = name
	return name
}
