package shell

import (
	"path"
	"slices"
	"strings"
)

// fromTop adds the repository's top to the directories that a path may start in: where a command runs below it, Git reads
// HEAD:path, ":/path" and what stands for the whole work tree from there. Every directory on the way up counts, because one
// repository may lie in another. Where the top isn't known, the directory that the
// line starts in takes its place.
func (e *eval) fromTop(st state) state {
	top := e.in.Root
	if top == "" {
		top = e.in.Cwd
	}
	if !path.IsAbs(top) {
		return st
	}
	all := slices.Clone(st.cwds)
	for _, d := range st.cwds {
		for strings.HasPrefix(path.Clean(d), strings.TrimSuffix(path.Clean(top), "/")+"/") {
			d = path.Dir(path.Clean(d))
			all = append(all, d)
		}
	}
	slices.Sort(all)
	st.cwds = slices.Compact(all)
	return st
}
