package policy

import (
	"slices"
	"strings"

	"ambit/policy/paths"
)

// matcher is a compiled Match. Keys that were not given are empty.
type matcher struct {
	tiers        []string
	groups       []string
	repositories []nameGlob
	paths        []pathRule
	agents       []nameGlob
	connections  []nameGlob
}

func (c *compiler) match(path string, m *Match) *matcher {
	lists := []struct {
		key  string
		list []string
	}{
		{"tiers", m.Tiers},
		{"groups", m.Groups},
		{"repositories", m.Repositories},
		{"paths", m.Paths},
		{"agents", m.Agents},
		{"connections", m.Connections},
	}
	given, anyGiven := 0, false
	for _, l := range lists {
		if c.texts(keyPath(path, l.key), l.list); len(l.list) > 0 {
			given++
		} else if c.given(keyPath(path, l.key)) {
			anyGiven = true
			c.err(keyPath(path, l.key), "at least one entry", "this list is empty, so that the layer would never apply")
		}
	}
	if given == 0 && !anyGiven {
		c.err(path, "tiers, groups, repositories, paths, agents or connections", "this match has no keys")
	}
	var known []string
	for _, t := range c.doc.Tiers {
		known = append(known, t.Name)
	}
	for i, t := range m.Tiers {
		if !slices.Contains(known, t) {
			c.err(indexPath(keyPath(path, "tiers"), i), suggestion(t, known), "there is no tier %q", t)
		}
	}
	return &matcher{
		tiers: m.Tiers, groups: m.Groups, repositories: wideGlobs(m.Repositories),
		paths: c.paths(keyPath(path, "paths"), m.Paths, true), agents: wideGlobs(m.Agents), connections: wideGlobs(m.Connections),
	}
}

// applies reports whether the layer applies to the request, and why. Every key that is given must be fulfilled; one that
// can't be known is, and its why ends in "unknown".
func (m *matcher) applies(e *eval) (why string, ok bool) {
	for _, fulfil := range [...]func(*eval) (string, bool){m.byPlace, m.byTier, m.byGroup, m.byAgent, m.byConnection} {
		w, fulfilled := fulfil(e)
		if !fulfilled {
			return "", false
		}
		switch {
		case w == "":
		case why == "":
			why = w
		default:
			why += ", " + w
		}
	}
	return why, true
}

func (m *matcher) byTier(e *eval) (string, bool) {
	if len(m.tiers) == 0 {
		return "", true
	}
	for _, t := range e.tiers {
		if slices.Contains(m.tiers, t) {
			if len(e.tiers) > 1 {
				return "tier is unknown", true
			}
			return "tier " + t, true
		}
	}
	return "", false
}

func (m *matcher) byGroup(e *eval) (string, bool) {
	if len(m.groups) == 0 {
		return "", true
	}
	for _, g := range m.groups {
		if g == "*" || slices.Contains(e.r.Subject.Groups, g) {
			return "group " + g, true
		}
	}
	return "groups are unknown", !e.r.Subject.GroupsKnown
}

func (m *matcher) byAgent(e *eval) (string, bool) {
	if len(m.agents) == 0 {
		return "", true
	}
	if e.r.Agent == "" {
		return "agent is unknown", true
	}
	name, _, _ := strings.Cut(e.r.Agent, "/")
	for i := range m.agents {
		if m.agents[i].match(name) || m.agents[i].match(e.r.Agent) {
			return "agent " + e.r.Agent, true
		}
	}
	return "", false
}

func (m *matcher) byConnection(e *eval) (string, bool) {
	if len(m.connections) == 0 {
		return "", true
	}
	if e.r.Subject.Connection == "" {
		return "connection is unknown", true
	}
	if _, ok := firstMatch(m.connections, e.r.Subject.Connection); ok {
		return "connection " + e.r.Subject.Connection, true
	}
	return "", false
}

// byPlace takes repositories and paths as alternatives: the layers of the session's root, of the working directory and of
// every file that the action touches apply.
func (m *matcher) byPlace(e *eval) (string, bool) {
	if len(m.repositories) == 0 && len(m.paths) == 0 {
		return "", true
	}
	unknown := ""
	if len(m.repositories) > 0 {
		switch name := e.r.Resource.Repository; {
		case name != "" && m.repository(name):
			return "repository " + name, true
		case !plainRepository(name):
			unknown = "repository is unknown"
		}
		for i := range e.foreign {
			switch f := &e.foreign[i]; {
			case f.repository != "" && m.repository(f.repository):
				return "repository " + f.repository, true
			case !plainRepository(f.repository):
				unknown = "repository of " + f.path + " is unknown"
			}
		}
	}
	if len(m.paths) > 0 {
		if e.r.Resource.Root == "" || e.r.Resource.Cwd == "" {
			unknown = "path is unknown"
		}
		if p, ok := m.path(e); ok {
			return "path " + p, true
		}
	}
	return unknown, unknown != ""
}

// plainRepository reports whether a name is in the one form in which policies name repositories, "host/path" without scheme,
// user or default port. Under another form ("git@github.com:acme/app") a repository would not be known for what it is, nor with letters
// outside ASCII, which look like others.
func plainRepository(name string) bool {
	host, _, _ := strings.Cut(name, "/")
	if i := strings.LastIndexByte(host, ']'); strings.HasPrefix(host, "[") && i > 0 {
		host = host[i+1:]
	}
	host, port, hasPort := strings.Cut(host, ":")
	if hasPort && (port == "" || strings.Trim(port, "0123456789") != "" || port == "443" || port == "80") {
		return false
	}
	return plainName(name) && isASCII(name) && !strings.Contains(name, "@") && !strings.HasSuffix(host, ".")
}

// repository also tries the name without ".git", which remotes may carry.
func (m *matcher) repository(name string) bool {
	if _, ok := firstMatch(m.repositories, name); ok {
		return true
	}
	if cut, has := strings.CutSuffix(name, ".git"); has {
		_, ok := firstMatch(m.repositories, cut)
		return ok
	}
	return false
}

func (m *matcher) path(e *eval) (string, bool) {
	at := &e.places
	for _, name := range [...]string{at.foldedRoot[0], at.foldedRoot[1], at.foldedCwd} {
		if name != "" && m.covers(e, name) {
			return name, true
		}
	}
	for i := range e.targets {
		t := &e.targets[i]
		for _, name := range t.folded {
			// A file is in a directory when what holds it is; a pattern that ends in its own name is not meant.
			if m.covers(e, name) || t.tree && m.mayHold(e, name) {
				return name, true
			}
		}
	}
	return "", false
}

func (m *matcher) covers(e *eval, folded string) bool {
	for i := range m.paths {
		if m.paths[i].covers(folded, e.places.folded(m.paths[i].base)) {
			return true
		}
	}
	return false
}

func (m *matcher) mayHold(e *eval, folded string) bool {
	for i := range m.paths {
		if m.paths[i].holds(folded, e.places.folded(m.paths[i].base)) {
			return true
		}
	}
	return false
}

// foreign is a place outside the session's root, with its repository where the client knows it.
type foreign struct{ path, repository string }

// NoRepository as a File's repository says that the client looked and found no Git work tree.
const NoRepository = "none"

// findForeign lists the working directory and the files that lie outside the session's root, and files that the client
// found in another repository wherever they lie: a clone below $TMP or inside the root brings its own layers, and one whose name
// the client couldn't find out may be any. Where nobody resolves files, those in the root are the session's and those in $TMP
// nobody's. Without a root the working directory stands for it.
func (e *eval) findForeign() {
	at, res := &e.places, &e.r.Resource
	if root := at.foldedRoot[0]; root != "" && at.foldedCwd != "" && !at.inside(at.foldedCwd) {
		e.foreign = append(e.foreign, foreign{res.Cwd, ""})
	}
	for i := range e.targets {
		t := &e.targets[i]
		if len(t.folded) > 0 && t.repository != NoRepository && t.repository != res.Repository && (t.repository != "" || res.Resolves) {
			e.foreign = append(e.foreign, foreign{t.folded[0], t.repository})
			continue
		}
		for _, name := range t.folded {
			if at.inside(name) || at.foldedRoot[0] == "" && at.foldedCwd != "" && paths.Inside(at.foldedCwd, name) {
				continue
			}
			if t.repository != NoRepository {
				e.foreign = append(e.foreign, foreign{name, t.repository})
			}
			break
		}
	}
}
