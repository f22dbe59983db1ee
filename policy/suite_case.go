package policy

import (
	"strings"
	"time"

	"ambit/policy/paths"
	"ambit/policy/shell"
)

// suiteCase is one case, or the defaults of all. Its keys are those of the decision request, flattened.
type suiteCase struct {
	Name   string `json:"name"`
	Action string `json:"action"`
	Expect Effect `json:"expect"`

	User       string   `json:"user"`
	Groups     []string `json:"groups"`
	Unknown    bool     `json:"groups_unknown"` // the groups are absent or truncated
	Connection string   `json:"connection"`
	Agent      string   `json:"agent"`
	At         moment   `json:"at"`
	Repository string   `json:"repository"`
	Root       string   `json:"root"`
	Cwd        string   `json:"cwd"`
	Home       string   `json:"home"`
	Tmp        string   `json:"tmp"`
	Platform   string   `json:"platform"`
	Sensitive  *bool    `json:"case_sensitive"`

	Command string  `json:"command"`
	Shell   string  `json:"shell"`
	Path    string  `json:"path"`
	Search  *Search `json:"search"`
	Content string  `json:"content"`
	Skill   string  `json:"skill"`
	Source  string  `json:"source"`
	Server  string  `json:"server"`
	Tool    string  `json:"tool"` // of mcp.call, tool.use; the kind of agent for agent.spawn
	URL     string  `json:"url"`
	Model   string  `json:"model"`
	Prompt  string  `json:"prompt"`

	Files []suiteFile `json:"files"`

	// Parts of a request that no rule asks about; accepted, so that a case can be a copy of one.
	Timeout   int     `json:"timeout"`
	SHA256    string  `json:"content_sha256"`
	Diff      string  `json:"diff"`
	Arguments ignored `json:"arguments"`
	Input     ignored `json:"input"`
}

// ignored is a value of any kind that is not looked at.
type ignored struct{}

func (*ignored) decodeNode(*decoder, *node, string) {}

// moment is a day (its beginning, UTC) or an RFC 3339 time.
type moment time.Time

func (m *moment) decodeNode(d *decoder, n *node, path string) {
	for _, layout := range []string{time.DateOnly, time.RFC3339} {
		if t, err := time.Parse(layout, n.text); err == nil && n.kind == stringNode {
			*m = moment(t)
			return
		}
	}
	d.add(position{n.line, n.col}, path, unexpected(n), "a day, 2026-12-31, or a time, 2026-12-31T18:00:00Z")
}

// request builds what the server would be asked by an installed client on a machine with the case's files.
func (c *suiteCase) request(p *Policy, now time.Time) *Request {
	r := &Request{
		Subject: Subject{ID: c.User, Groups: c.Groups, GroupsKnown: !c.Unknown, Connection: c.Connection},
		Action: Action{
			Name: c.Action, Command: c.Command, Shell: c.Shell, Path: c.Path, Search: c.Search, Content: c.Content, Skill: c.Skill, Source: c.Source,
			Server: c.Server, Tool: c.Tool, URL: c.URL, Model: c.Model, Prompt: c.Prompt,
		},
		Resource: Resource{Repository: c.Repository, Root: c.Root, Cwd: c.Cwd, Home: c.Home, Tmp: c.Tmp, Platform: c.Platform, Resolves: true},
		Agent:    c.Agent, At: now,
	}
	r.Resource.CaseSensitive = c.Platform != "darwin" && c.Platform != "windows"
	if c.Sensitive != nil {
		r.Resource.CaseSensitive = *c.Sensitive
	}
	if at := time.Time(c.At); !at.IsZero() {
		r.At = at
	}
	if c.Root == "" {
		r.Resource.Root = p.SessionRoot("", r.Resource) // as the server does at the session's first request
	}
	c.resolve(r)
	return r
}

// resolve does what the installed client does: it resolves every file that the action names.
func (c *suiteCase) resolve(r *Request) {
	res, fsys := &r.Resource, newFakeFS(c.Files, c.Platform, c.Cwd, !r.Resource.CaseSensitive)
	dir := func(name string) string {
		if _, got, err := paths.ResolveNamed(fsys, c.Platform, c.Cwd, name); err == nil && name != "" {
			return got.Path
		}
		return ""
	}
	res.ResolvedRoot, res.ResolvedHome, res.ResolvedTmp = dir(res.Root), dir(c.Home), dir(c.Tmp)
	for _, name := range NamedPaths(&r.Action, res) {
		f := File{}
		joined, got, err := paths.ResolveNamed(fsys, c.Platform, c.Cwd, name)
		if f.Path = joined; err == nil {
			f.Resolved, f.Kind = got.Path, got.Kind
			if f.Kind == paths.KindOther {
				f.Kind = paths.KindFile // a path that the case doesn't name exists as a plain file
			}
		}
		switch fsys.workTree(f.Resolved) {
		case "":
			f.Repository = NoRepository
		case fsys.key(res.Root), fsys.key(res.ResolvedRoot):
			f.Repository = c.Repository
		}
		r.Action.Files = append(r.Action.Files, f)
	}
}

// NamedPaths lists the files that a client resolves before it asks about an action: as written, for paths.ResolveNamed.
// It is the same walk that Decide does, so that a path which Decide finds and the client didn't send was hidden.
func NamedPaths(a *Action, res *Resource) []string {
	switch a.Name {
	case ActionFileRead, ActionFileWrite:
		if a.Search != nil && a.Name == ActionFileRead && a.Path != "" {
			return a.searchedPaths(res)
		}
		if a.Path != "" {
			names, _, _ := namesOf(a)
			return withHome(names, res.Home)
		}
	case ActionPromptSubmit:
		names, _, _ := namesOf(a)
		return withHome(names, res.Home)
	case ActionShellExec:
		var out []string
		seen := map[string]bool{}
		for _, as := range a.shells() {
			in := line(a, res)
			in.Dialect = as
			for _, f := range shell.Paths(in) {
				if !seen[f.Path] {
					seen[f.Path] = true
					out = append(out, f.Path)
				}
			}
		}
		return out
	}
	return nil
}

// withHome adds what names that begin with "~/" are in the home directory, as tools differ on whether they expand it.
func withHome(names []string, home string) []string {
	for _, name := range names {
		if expanded, ok := inHome(name, home); ok {
			names = append(names, expanded)
		}
	}
	return names
}

func inHome(name, home string) (string, bool) {
	if name == "~" {
		return home, home != ""
	}
	rest, ok := strings.CutPrefix(name, "~/")
	return strings.TrimSuffix(home, "/") + "/" + rest, ok && home != ""
}
