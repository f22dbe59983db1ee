package agent

import (
	"io"
	"os"
	"path/filepath"
	"strings"
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
		entry := filepath.Join(dir, ".git")
		if info, err := os.Lstat(entry); err == nil {
			if common, ok := gitDir(entry, info); ok && ours(info) {
				return WorkTree{Root: dir, Repository: repositoryOf(common)}, true
			}
			// Something is called .git and is no repository of ours. Going on upwards would put its files under the rules of
			// an outer repository, so nothing is known here.
			return WorkTree{}, false
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return WorkTree{}, false
		}
		dir = parent
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
	if _, err := os.Stat(filepath.Join(dir, "HEAD")); err != nil {
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
	f, err := os.Open(name)
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
