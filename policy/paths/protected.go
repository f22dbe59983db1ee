package paths

import (
	"slices"
	"strings"
	"sync"
)

// names is a set of names, each one component, several joined by slashes or the end of one, compared anywhere in a folded path.
type names struct {
	single map[string]bool
	multi  []string // "/.github/workflows"
	ends   []string // ".code-workspace"
}

func setOf(list string) func() names {
	return sync.OnceValue(func() names {
		n := names{single: map[string]bool{}}
		for _, s := range strings.Fields(list) {
			switch s = Fold(s); {
			case strings.Contains(s, "/"):
				n.multi = append(n.multi, "/"+s)
			case s[0] == '*':
				n.ends = append(n.ends, s[1:])
			default:
				n.single[s] = true
			}
		}
		return n
	})
}

// protectedNames may never be written, whatever a policy says: whoever writes them changes what an editor, a shell, Git or
// an agent runs or permits later, or lets a search take hidden files in. Texts that agents only read (CLAUDE.md, AGENTS.md) and .gitattributes, which can only choose among
// the drivers of Git's own settings, are ordinary work.
var protectedNames = setOf(`.git .gitconfig .gitmodules .claude .claude.json .cursor .cursorrules .codex .gemini .copilot .opencode opencode.json
	opencode.jsonc .windsurf .continue .roo .clinerules .kiro .amazonq .qwen .junie .factory .aider.conf.yml .mcp.json
	.vscode *.code-workspace .idea .zed .exrc .nvimrc .nvim.lua .dir-locals.el .devcontainer .devcontainer.json
	.ignore .rgignore .fdignore .github/workflows .husky .pre-commit-config.yaml lefthook.yml .lefthook.yml .envrc mise.toml .mise.toml .mise .config/mise
	.ambit ambit-policy.yaml ambit-policy.yml
	.bashrc .bash_profile .bash_login .bash_logout .bash_aliases .profile .zshrc .zshenv .zprofile .zlogin .zlogout .kshrc
	.config/fish .config/git .config/ambit .config/opencode .ssh ambit-data`)

// credentialNames may never be read: the sign-ins of coding agents and of Ambit itself.
var credentialNames = setOf(`.claude/.credentials.json .claude.json .codex/auth.json .gemini/oauth_creds.json
	.config/github-copilot .copilot/config.json .cursor/auth.json .config/cursor/auth.json .local/share/opencode/auth.json
	.config/ambit library/application_support/ambit appdata/roaming/ambit ambit-data ambit.db`)

// Protected reports whether writing the folded path is refused whatever the policy says, and by which name. What is below
// .claude/worktrees/<name> is judged as in any other work tree: the client makes them there.
func Protected(folded string) (string, bool) {
	for {
		before, inside, ok := cutWorktree(folded)
		which, hit := protectedNames().find(before)
		if hit || !ok {
			return which, hit
		}
		folded = inside
	}
}

// ProtectedNames lists the names, folded, of which Protected looks for one: each a component or several joined by slashes.
func ProtectedNames() []string { return protectedList() }

var protectedList = sync.OnceValue(func() []string {
	var list []string
	for name := range protectedNames().single {
		list = append(list, name)
	}
	for _, name := range protectedNames().multi {
		list = append(list, name[1:])
	}
	slices.Sort(list)
	return list
})

// cutWorktree cuts a path at the first work tree of the client that holds it.
func cutWorktree(folded string) (before, inside string, ok bool) {
	const trees = "/.claude/worktrees/"
	i := strings.Index(folded, trees)
	if i < 0 {
		return folded, "", false
	}
	name, below, _ := strings.Cut(folded[i+len(trees):], "/")
	if name == "" || below == "" {
		return folded, "", false
	}
	return folded[:i], folded[len(folded)-len(below)-1:], true
}

// Plan reports whether the folded path is one of the client's plans, a Markdown file directly in .claude/plans of the folded home.
func Plan(home, folded string) bool {
	name, ok := strings.CutPrefix(folded, home+"/.claude/plans/")
	return home != "" && ok && strings.HasSuffix(name, ".md") && !strings.Contains(name, "/")
}

// RepositoryHead reports whether name is the file that makes Git take the directory around it for a repository and obey its
// config, which may name programs: HEAD, on disks that tell letters apart exactly so.
func RepositoryHead(name string, caseSensitive bool) bool {
	base := name[strings.LastIndexByte(name, '/')+1:]
	return base == "HEAD" || !caseSensitive && Fold(base) == "head"
}

// Credential reports whether the folded path belongs to a sign-in that nobody may read, and by which name.
func Credential(folded string) (string, bool) {
	if strings.Contains(folded, "application support") {
		folded = strings.ReplaceAll(folded, "application support", "application_support")
	}
	return credentialNames().find(folded)
}

// find looks for one of the names, as whole components, anywhere in folded.
func (n names) find(folded string) (string, bool) {
	if !strings.HasPrefix(folded, "/") {
		folded = "/" + folded
	}
	for rest := folded; rest != ""; {
		comp, tail, _ := strings.Cut(strings.TrimLeft(rest, "/"), "/")
		if n.single[comp] {
			return comp, true
		}
		for _, end := range n.ends {
			if strings.HasSuffix(comp, end) {
				return "*" + end, true
			}
		}
		rest = tail
	}
	for _, m := range n.multi {
		for rest := folded; ; {
			i := strings.Index(rest, m)
			if i < 0 {
				break
			}
			if rest = rest[i+len(m):]; rest == "" || rest[0] == '/' {
				return m[1:], true
			}
		}
	}
	return "", false
}

// Stream reports whether name is a standard stream or the null device, which every action may use.
func Stream(name string) bool {
	switch name {
	case "/dev/null", "/dev/stdin", "/dev/stdout", "/dev/stderr", "/dev/fd/0", "/dev/fd/1", "/dev/fd/2":
		return true
	}
	return false
}

// System reports whether name lies in /proc, /sys or /dev, where files are not what they look like; a policy must name
// such a file exactly.
func System(name string) bool {
	if len(name) < 4 || (name[1] != 'p' && name[1] != 'd' && name[1] != 's') {
		return false
	}
	return Inside("/proc", name) || Inside("/dev", name) || Inside("/sys", name)
}

// systemDirs hold what the system itself runs and reads; neither they nor anything below serves anybody's work.
const systemDirs = "/etc /boot /proc /sys /bin /sbin /lib /lib64 /usr/bin /usr/sbin /usr/lib /usr/lib64 /usr/libexec /private/etc /system /windows /programdata"

// sharedDirs hold the files of many; what is below them may serve.
const sharedDirs = "/usr /usr/local /var /var/lib /private /private/var /dev /run /library"

// inSystem reports whether the folded dir is the system's.
func inSystem(dir string) bool {
	for d := range strings.SplitSeq(systemDirs, " ") {
		if Inside(d, dir) {
			return true
		}
	}
	for d := range strings.SplitSeq(sharedDirs, " ") {
		if d == dir {
			return true
		}
	}
	return strings.HasPrefix(dir, "/program files")
}

// RootRefused says why dir may not serve as a repository or temporary directory: it is a root, a home, above one, or the system's.
func RootRefused(platform, dir, home string) (string, bool) {
	d, h := Fold(dir), Fold(home)
	if len(d) >= 2 && d[1] == ':' {
		d = d[2:]
	}
	if len(h) >= 2 && h[1] == ':' {
		h = h[2:]
	}
	parts := strings.Count(d, "/")
	switch {
	case d == "" || d == "/":
		return "it is the root of the file system", true
	case h != "" && Inside(d, h):
		return "it is a home directory or holds one", true
	case d == "/root" || d == "/home" || d == "/users" || d == "/var/root":
		return "it is a home directory or holds one", true
	case parts == 2 && (strings.HasPrefix(d, "/home/") || strings.HasPrefix(d, "/users/")):
		return "it is a home directory", true
	case inSystem(d):
		return "it belongs to the system", true
	}
	return "", false
}
