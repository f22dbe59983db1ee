package agent

import (
	"os"
	"os/user"
	"path/filepath"
	"runtime"
	"strings"

	"ambit/agent/claudecode"
	"ambit/policy"
	"ambit/policy/shell"
)

// Machine is what facts are gathered from. Tests put their own in place.
type Machine struct {
	Getenv  func(string) string
	Version string // of this program
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
	if cwd, err := filepath.EvalSymlinks(h.Cwd); err == nil {
		f.Cwd = cwd
	}
	if w, ok := m.sessionTree(h); ok && !holdsHome(w.Root, home) {
		f.Root, f.Repository = w.Root, w.Repository
	}
	if holdsHome(f.Tmp, home) {
		f.Tmp = "" // a TMPDIR like "/" must not open what $TMP opens
	}
	if !h.Gates() {
		return f
	}
	actions, err := h.Actions()
	if err != nil {
		return f // the server refuses with the same words
	}
	var names []string
	for _, a := range actions {
		if strings.Contains(a.Command, "~") {
			f.User = m.user() // only "~name" needs it, and finding it out may read files
		}
		names = append(names, pathsOf(a, h.Cwd, home, f.User)...)
		if a.Name == policy.ActionSkillInvoke {
			f.SkillSource = m.skillSource(a.Skill, f)
		}
	}
	f.Files = resolveAll(names, home)
	return f
}

// sessionTree finds the work tree of the folder in which the session was started; the client keeps it in the environment of
// every hook, while cwd follows the agent around.
func (m Machine) sessionTree(h *claudecode.Hook) (WorkTree, bool) {
	if dir := m.Getenv("CLAUDE_PROJECT_DIR"); filepath.IsAbs(dir) {
		return FindWorkTree(dir)
	}
	return FindWorkTree(h.Cwd)
}

// holdsHome reports whether root is a home folder or above one: such a root would open everything that belongs to the person.
func holdsHome(root, home string) bool {
	if resolved, err := filepath.EvalSymlinks(home); err == nil {
		home = resolved
	}
	return root == string(filepath.Separator) || root == home || strings.HasPrefix(home+string(filepath.Separator), strings.TrimSuffix(root, string(filepath.Separator))+string(filepath.Separator))
}

// pathsOf lists every path that the server will find in the action, in the same words.
func pathsOf(a policy.Action, cwd, home, login string) []string {
	var names []string
	switch a.Name {
	case policy.ActionShellExec:
		for _, effect := range shell.Paths(shell.Input{Source: a.Command, Dialect: a.Shell, Cwd: cwd, Home: home, User: login}) {
			if effect.Path != "" {
				names = append(names, effect.Path)
			}
		}
	case policy.ActionFileRead, policy.ActionFileWrite:
		names = append(names, a.Path)
	}
	for _, f := range a.Files {
		names = append(names, f.Path)
	}
	return names
}

// user is the login name. The environment is asked first: os/user reads files, or without cgo runs no lookup at all.
func (m Machine) user() string {
	for _, key := range []string{"USER", "LOGNAME", "USERNAME"} {
		if v := m.Getenv(key); v != "" {
			return v
		}
	}
	if u, err := user.Current(); err == nil {
		return u.Username
	}
	return ""
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
