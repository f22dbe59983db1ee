package shell

import (
	"fmt"
	"path"
)

// projectTools run what a file of the directory says in which they are started. Inside the repository that is its own code,
// and as far from the agent's reach as the policy puts it; anywhere else the agent may have written the file a moment ago.
var projectTools = []string{
	"make", "gmake", "cmake", "ctest", "ninja", "meson", "bazel", "cargo", "npm", "npx", "yarn", "pnpm", "pnpx", "bun", "bunx",
	"just", "task", "rake", "bundle", "gradle", "mvn", "tox", "nox",
}

// project opens a directory outside the session's root that a tool takes its project file from, and any that the line goes to
// where nobody knows the root.
func (k *classifier) project(i int, st state) {
	root := k.e.in.Root
	if root == "" {
		root = k.e.in.Cwd
	}
	inside := state{cwds: []string{path.Clean(root)}}
	for _, dir := range st.cwds {
		if !path.IsAbs(root) || inside.outside(dir) {
			k.open(i, "config", "", fmt.Sprintf("%s takes its settings from a directory outside the repository.", k.words[0].Text), "Run it in the repository.", true)
			return
		}
	}
}
