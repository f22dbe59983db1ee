package agent

import (
	"io/fs"
	"os"
	"runtime"
	"strings"

	"ambit/policy"
	"ambit/policy/paths"
)

// maxFiles is how many paths one call may name. The server refuses a path that it finds and we did not send.
const maxFiles = 512

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

// resolveAll says where each path leads. A path that can't be resolved stays in the list without an answer, so that the server
// refuses it and says which one it was.
func resolveAll(names []string, home string) []policy.File {
	var out []policy.File
	seen := make(map[string]bool, len(names))
	for _, name := range names {
		if seen[name] || len(out) == maxFiles {
			continue
		}
		seen[name] = true
		out = append(out, resolve(name, home))
	}
	return out
}

func resolve(name, home string) policy.File {
	f := policy.File{Path: name}
	full := name
	if rest, ok := strings.CutPrefix(name, "~/"); ok && home != "" {
		full = home + "/" + rest // the file tools of the agent expand this themselves
	}
	r, err := paths.Resolve(disk{}, paths.Slash(runtime.GOOS, full))
	if err != nil {
		return f
	}
	f.Resolved, f.Kind = r.Path, r.Kind
	return f
}
