package claudecode

import (
	"slices"
	"strings"

	"ambit/policy"
)

// How the settings use Claude Code's own sandbox, in which its shell commands and whatever they start run (bubblewrap on Linux,
// Seatbelt on macOS; there is none on Windows). It closes what no look at a command line can: links that change between
// the check and the use, hard links to files outside, and what a test run does by itself.
const (
	SandboxOff      = "off"
	SandboxOn       = "on"       // where the machine can't, the client warns and goes on without
	SandboxRequired = "required" // where the machine can't, the client doesn't start; only listed hosts are reached
)

type sandbox struct {
	Enabled           bool           `json:"enabled"`
	FailIfUnavailable bool           `json:"failIfUnavailable,omitempty"`
	AllowUnsandboxed  bool           `json:"allowUnsandboxedCommands"`
	Files             sandboxFiles   `json:"filesystem"`
	Network           sandboxNetwork `json:"network"`
}

// sandboxFiles adds to what the client knows by itself: commands write in the working directory and the session's temporary
// one, and the permission rules Read(…) and Edit(…) that deny hold here too.
type sandboxFiles struct {
	AllowWrite       []string `json:"allowWrite,omitempty"`
	DenyRead         []string `json:"denyRead,omitempty"`
	ManagedReadsOnly bool     `json:"allowManagedReadPathsOnly"`
}

type sandboxNetwork struct {
	Domains            []string `json:"allowedDomains"`
	ManagedDomainsOnly bool     `json:"allowManagedDomainsOnly,omitempty"`
	Strict             bool     `json:"strictAllowlist,omitempty"`
}

// secretFiles are sign-ins of agents and of Ambit that a command has no business with. The client and the hook read them
// outside the sandbox.
var secretFiles = []string{
	"~/.claude/.credentials.json", "~/.config/ambit", "~/Library/Application Support/ambit", "~/.codex/auth.json", "~/.gemini/oauth_creds.json",
	"~/.config/github-copilot", "~/.local/share/opencode/auth.json",
}

// startFiles are names in a repository that change what runs later and that the sandbox does not guard by itself, as it does
// Git's hooks and the settings of editors and agents.
var startFiles = []string{".github/workflows", ".husky", ".devcontainer", ".envrc"}

// sandboxed derives the sandbox from the layers that hold for everybody.
func (s *settings) sandboxed(doc *policy.Document, how string) (notes []string) {
	if how == SandboxOff {
		return nil
	}
	box := &sandbox{Enabled: true, Files: sandboxFiles{DenyRead: secretFiles, ManagedReadsOnly: true}, Network: sandboxNetwork{Domains: []string{}}}
	if how == SandboxRequired {
		box.FailIfUnavailable, box.Network.ManagedDomainsOnly, box.Network.Strict = true, true, true
	}
	for _, name := range startFiles {
		s.deny(name, "Edit")
	}
	var writes, hosts narrowing
	narrower := false
	for _, layer := range doc.Layers {
		if layer.Match != nil {
			continue
		}
		if layer.Files != nil && layer.Files.Write != nil {
			dirs, whole := sandboxDirs(layer.Files.Write)
			writes.add(dirs)
			narrower = narrower || !whole
		}
		if names, some := sandboxHosts(layer); some {
			hosts.add(names)
		}
	}
	box.Files.AllowWrite = writes.names
	box.Network.Domains = append(box.Network.Domains, hosts.names...)
	s.Sandbox = box
	if narrower {
		notes = append(notes, "The sandbox lets commands write in the whole working directory; that the policy opens less of it stays with the hooks.")
	}
	if how == SandboxRequired && len(hosts.names) == 0 {
		notes = append(notes, "The policy names no hosts (web.domains, url: patterns), so sandboxed commands reach none, package registries and Git servers included.")
	}
	return notes
}

// narrowing keeps what every list has.
type narrowing struct {
	names []string
	begun bool
}

func (n *narrowing) add(list []string) {
	if !n.begun {
		n.names, n.begun = list, true
		return
	}
	n.names = slices.DeleteFunc(n.names, func(name string) bool { return !slices.Contains(list, name) })
}

// sandboxDirs gives the directories of files.write that lie outside the working directory, and whether the list opens all of
// the working directory, as the sandbox does in any case. A pattern counts as the directory in front of it only where it means
// everything below.
func sandboxDirs(list []string) (dirs []string, whole bool) {
	for _, entry := range list {
		dir := strings.TrimSuffix(entry, "/**")
		switch {
		case dir == "$REPO":
			whole = true
		case strings.HasPrefix(dir, "$") || strings.ContainsAny(dir, "*?["):
		case strings.HasPrefix(dir, "/") || strings.HasPrefix(dir, "~/"):
			if !slices.Contains(dirs, dir) {
				dirs = append(dirs, dir)
			}
		}
	}
	return dirs, whole
}

// sandboxHosts lists the hosts that a layer lets commands or fetches reach, and whether it says anything about hosts.
func sandboxHosts(layer policy.Layer) (names []string, some bool) {
	add := func(host string) {
		if some = true; host != "" && host != "*" && !slices.Contains(names, host) {
			names = append(names, host)
		}
	}
	if layer.Web != nil {
		some = true
		for _, domain := range layer.Web.Domains {
			add(domain)
		}
	}
	if layer.Shell != nil {
		for _, rule := range layer.Shell.Allow {
			for _, word := range strings.Fields(rule.Pattern) {
				if _, address, is := strings.Cut(word, "url:"); is {
					_, rest, _ := strings.Cut(address, "://")
					host, _, _ := strings.Cut(rest, "/")
					host, _, _ = strings.Cut(host, ":")
					add(host)
				}
			}
		}
	}
	return names, some
}
