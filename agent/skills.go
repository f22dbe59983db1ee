package agent

import (
	"encoding/json"
	"path/filepath"
	"strings"

	"ambit/agent/claudecode"
)

// skillSource says where a skill comes from: "builtin", "user", "<repository>/.claude/skills/<name>" or "project" for one of
// the session's repository, "<marketplace's repository>/<plugin>" for one of a plugin. It is "" where more than one of them may
// have a skill of that name or none has, because then nobody knows which text the client will take.
// cwd has its links followed, as has the session's work tree.
func (m Machine) skillSource(skill, cwd, home string, session WorkTree) string {
	config := m.Getenv("CLAUDE_CONFIG_DIR")
	if config == "" && home != "" {
		config = filepath.Join(home, ".claude")
	}
	if !plainSkill(skill) {
		return ""
	}
	var found []string
	if plugin, _, ok := strings.Cut(skill, ":"); ok {
		if source, installed := pluginSource(config, plugin); installed {
			found = append(found, source)
		}
	} else if claudecode.BuiltinSkill(skill) {
		found = append(found, "builtin")
	}
	s := skillSearch{skill: skill, config: config, cwd: cwd, left: maxSkillFolders}
	if config != "" && s.folder(config, false) {
		found = append(found, "user")
	}
	switch own, foreign := s.project(session.Root); {
	case foreign || s.left < 0:
		return "" // whose it is, nobody knows
	case own && session.Repository != "":
		found = append(found, session.Repository+"/.claude/skills/"+skill)
	case own:
		found = append(found, "project")
	}
	if len(found) == 1 {
		return found[0]
	}
	return ""
}

// plainSkill refuses names that would lead to another folder: it is a name, or several with colons between.
func plainSkill(skill string) bool {
	for part := range strings.SplitSeq(skill, ":") {
		if !plainName(part) {
			return false
		}
	}
	return true
}

// plainName refuses names that would lead to another folder.
func plainName(s string) bool {
	return s != "" && s != "." && s != ".." && !strings.ContainsAny(s, `/\:`) && !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' })
}

func inside(root, dir string) bool {
	return dir == root || strings.HasPrefix(dir, strings.TrimSuffix(root, string(filepath.Separator))+string(filepath.Separator))
}

// pluginSource finds the marketplace from which a plugin was installed; "" where that isn't certain.
func pluginSource(config, plugin string) (source string, installed bool) {
	var list struct {
		Plugins map[string]json.RawMessage `json:"plugins"`
	}
	if !readJSON(filepath.Join(config, "plugins", "installed_plugins.json"), &list) {
		return "", false
	}
	var markets []string
	for id := range list.Plugins {
		if name, market, ok := strings.Cut(id, "@"); ok && name == plugin {
			markets = append(markets, market)
		}
	}
	if len(markets) != 1 {
		return "", len(markets) > 0 // from several marketplaces, or from none
	}
	var known map[string]struct {
		Source struct {
			Source string `json:"source"`
			Repo   string `json:"repo"`
			URL    string `json:"url"`
		} `json:"source"`
	}
	if !readJSON(filepath.Join(config, "plugins", "known_marketplaces.json"), &known) {
		return "", true
	}
	from := known[markets[0]].Source
	var id string
	switch from.Source {
	case "github":
		id = RepositoryID("https://github.com/" + from.Repo)
	case "git":
		id = RepositoryID(from.URL)
	}
	if id == "" {
		return "", true
	}
	return id + "/" + plugin, true
}

func readJSON(name string, to any) bool {
	text, err := readSmall(name)
	return err == nil && json.Unmarshal([]byte(text), to) == nil
}
