package agent

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"ambit/agent/claudecode"
	"ambit/policy"
	"ambit/policy/paths"
)

// Machine is what facts are gathered from. Tests put their own in place.
type Machine struct {
	Getenv  func(string) string
	Version string           // of this program
	Now     func() time.Time // nil: the system's clock
}

// facts says what this machine knows about the call.
func (m Machine) facts(h *claudecode.Hook) *claudecode.Facts {
	home, _ := os.UserHomeDir()
	if v := m.Getenv("HOME"); v != "" {
		home = v
	}
	f := &claudecode.Facts{
		Client: "ambit/" + m.Version, Agent: agentName(m.Getenv("AI_AGENT")), Platform: runtime.GOOS, Home: home, Tmp: os.TempDir(),
		CaseSensitive: runtime.GOOS == "linux",
	}
	f.ResolvedHome, f.ResolvedTmp = elsewhere(f.Home), elsewhere(f.Tmp)
	f.Cwd = followed(h.Cwd)
	dir := m.sessionDir(h)
	tree, ok := FindWorkTree(dir)
	if ok && !holdsHome(f, tree.Root) {
		f.Root, f.Repository = spelledAs(tree.Root, dir), tree.Repository
		f.ResolvedRoot = elsewhere(f.Root)
	} else {
		tree = WorkTree{}
	}
	if refusedTmp(f, f.Tmp) || refusedTmp(f, f.ResolvedTmp) {
		f.Tmp, f.ResolvedTmp = "", "" // a TMPDIR like "/" or "/etc" must not open what $TMP opens
	}
	if h.ToolName == "Bash" || h.ToolName == "Monitor" {
		f.Shell = m.shell()
	}
	if !h.Gates() {
		return f
	}
	call := *h
	call.Facts = f
	actions, err := call.Actions()
	if err != nil {
		return f // the server refuses with the same words
	}
	where := call.Resource()
	var names []string
	for i := range actions {
		a := &actions[i]
		names = append(names, policy.NamedPaths(a, &where)...)
		if a.Name == policy.ActionSkillInvoke {
			f.SkillSource = m.skillSource(a.Skill, f.Cwd, f.Home, tree)
		}
	}
	f.Files = resolveAll(names, h.Cwd, tree)
	return f
}

// sessionDir is the folder in which the session was started; the client keeps it in the environment of every hook, while cwd
// follows the agent around.
func (m Machine) sessionDir(h *claudecode.Hook) string {
	if dir := m.Getenv("CLAUDE_PROJECT_DIR"); filepath.IsAbs(dir) {
		return dir
	}
	return h.Cwd
}

// followed is name with every link followed; "" where that can't be done.
func followed(name string) string {
	if resolved, err := filepath.EvalSymlinks(name); err == nil {
		return resolved
	}
	return ""
}

// elsewhere is followed, and "" too where no link is in the name.
func elsewhere(name string) string {
	if resolved := followed(name); resolved != filepath.Clean(name) {
		return resolved
	}
	return ""
}

// holdsHome reports whether dir is a home folder or above one: it would open everything that belongs to the person.
func holdsHome(f *claudecode.Facts, dir string) bool {
	if dir == "" {
		return false
	}
	dir = filepath.Clean(dir)
	return dir == string(filepath.Separator) || f.Home != "" && inside(dir, filepath.Clean(f.Home)) || f.ResolvedHome != "" && inside(dir, f.ResolvedHome)
}

// refusedTmp reports whether the server would refuse dir as a temporary folder too; what isn't sent can't be misread.
func refusedTmp(f *claudecode.Facts, dir string) bool {
	_, refused := paths.RootRefused(f.Platform, filepath.ToSlash(filepath.Clean(dir)), f.Home)
	return holdsHome(f, dir) || dir != "" && refused
}

// agentName reads "claude-code_2-1-330_harness", which the client sets for its children.
func agentName(env string) string {
	rest, ok := strings.CutPrefix(env, "claude-code_")
	if !ok {
		return ""
	}
	version, _, _ := strings.Cut(rest, "_")
	if version == "" || strings.Trim(version, "0123456789-") != "" {
		return ""
	}
	return claudecode.Agent + "/" + strings.ReplaceAll(version, "-", ".")
}
