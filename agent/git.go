package agent

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// WorkTree is the Git work tree that a directory lies in.
type WorkTree struct {
	Root       string // absolute, links followed
	Repository string // see RepositoryID; "" where no remote names it
}

// FindWorkTree looks for the work tree that holds dir, as git does but without running it: hooks are too frequent for that,
// and a git process would obey settings that the agent may have written. ok is false where there is none, and where Git
// itself would refuse the folder because it belongs to somebody else.
func FindWorkTree(dir string) (w WorkTree, ok bool) {
	dir, err := filepath.EvalSymlinks(dir)
	if err != nil || !filepath.IsAbs(dir) {
		return WorkTree{}, false
	}
	for {
		w, found := treeAt(dir)
		if found != noTree {
			return w, found == inTree
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return WorkTree{}, false
		}
		dir = parent
	}
}

// finding is what a look into one directory came to.
type finding uint8

const (
	inTree  finding = iota // it is the root of a work tree
	noTree                 // it holds nothing called .git
	unclear                // something is in the way. Whoever went on upwards would put its files under an outer repository's rules
)

// treeAt looks whether dir, whose links are followed, is the root of a work tree. It need not exist.
func treeAt(dir string) (WorkTree, finding) {
	entry := filepath.Join(dir, ".git")
	info, err := os.Lstat(entry) //nolint:gosec // any folder of the machine is looked at; only whether it is a work tree gets out
	switch {
	case errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR):
		return WorkTree{}, noTree
	case err != nil:
		return WorkTree{}, unclear
	}
	common, ok := gitDir(entry, info)
	if !ok || !ours(info) {
		return WorkTree{}, unclear
	}
	return WorkTree{Root: dir, Repository: repositoryOf(common)}, inTree
}

// spelledAs gives the name under which somebody who is in dir reaches root: the directory above dir, or dir itself, that leads
// there. It is root where dir gets there by a link into the middle of it.
func spelledAs(root, dir string) string {
	for dir = filepath.Clean(dir); ; dir = filepath.Dir(dir) {
		if resolved, err := filepath.EvalSymlinks(dir); err == nil && resolved == root {
			return dir
		}
		if dir == filepath.Dir(dir) {
			return root
		}
	}
}

// gitDir gives the folder that holds the repository's config: .git itself, or, for a worktree or a submodule, where the
// file .git leads.
func gitDir(entry string, info os.FileInfo) (string, bool) {
	dir := entry
	switch mode := info.Mode(); {
	case mode.IsRegular():
		text, err := readSmall(entry)
		if err != nil {
			return "", false
		}
		target, found := strings.CutPrefix(text, "gitdir:")
		if !found {
			return "", false
		}
		dir = strings.TrimSpace(target)
		if dir == "" {
			return "", false
		}
		if !filepath.IsAbs(dir) {
			dir = filepath.Join(filepath.Dir(entry), dir)
		}
	case mode&os.ModeSymlink != 0:
		resolved, err := filepath.EvalSymlinks(entry)
		if err != nil {
			return "", false
		}
		dir = resolved
	case !mode.IsDir():
		return "", false
	}
	if _, err := os.Stat(filepath.Join(dir, "HEAD")); err != nil { //nolint:gosec // as in treeAt
		return "", false
	}
	if text, err := readSmall(filepath.Join(dir, "commondir")); err == nil { // linked worktrees
		common := strings.TrimSpace(text)
		if !filepath.IsAbs(common) {
			common = filepath.Join(dir, common)
		}
		dir = common
	}
	return dir, true
}

// repositoryOf reads the remote from a repository's own config. Files that the config includes are not followed, and neither
// are url.insteadOf rewrites: both could name any repository the agent likes.
func repositoryOf(dir string) string {
	text, err := readSmall(filepath.Join(dir, "config"))
	if err != nil {
		return ""
	}
	remotes := configRemotes(text)
	for _, r := range remotes {
		if r.name == "origin" {
			return RepositoryID(r.url)
		}
	}
	if len(remotes) == 1 {
		return RepositoryID(remotes[0].url)
	}
	return ""
}

// readSmall reads a regular file of at most 1 MiB; Git's own files are far smaller.
func readSmall(name string) (string, error) {
	f, err := os.Open(name) //nolint:gosec // Git's files of any work tree, and the person's own settings
	if err != nil {
		return "", err
	}
	defer func() { _ = f.Close() }() // nothing was written
	info, err := f.Stat()
	if err != nil {
		return "", err
	}
	if !info.Mode().IsRegular() {
		return "", os.ErrInvalid
	}
	b, err := io.ReadAll(io.LimitReader(f, 1<<20))
	return string(b), err
}
