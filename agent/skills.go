package agent

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"

	"ambit/agent/claudecode"
)

// skillSource says where a skill comes from: "builtin", "user", "<repository>/.claude/skills/<name>" or "project" for one of
// the session's repository, "<marketplace's repository>/<plugin>" for one of a plugin. It is "" where the skill is found in
// more than one place or in none, because then nobody knows which text the client will take.
// cwd has its links followed, as has the session's work tree.
func (m Machine) skillSource(skill, cwd, home string, session WorkTree) string {
	config := m.Getenv("CLAUDE_CONFIG_DIR")
	if config == "" && home != "" {
		config = filepath.Join(home, ".claude")
	}
	if plugin, name, ok := strings.Cut(skill, ":"); ok {
		if !plainName(plugin) || !plainName(name) {
			return ""
		}
		return pluginSource(config, plugin)
	}
	if !plainName(skill) {
		return ""
	}
	var found []string
	if config != "" && hasSkill(config, skill) {
		found = append(found, "user")
	}
	project := "project"
	if session.Repository != "" {
		project = session.Repository + "/.claude/skills/" + skill
	}
	for dir := cwd; dir != ""; dir = filepath.Dir(dir) {
		if own := filepath.Join(dir, ".claude"); own != config && hasSkill(own, skill) {
			if session.Root == "" || !inside(session.Root, dir) {
				return "" // it lies outside the session's repository: whose it is, nobody knows
			}
			found = append(found, project)
		}
		if dir == session.Root || dir == filepath.Dir(dir) {
			break
		}
	}
	if claudecode.BuiltinSkill(skill) {
		found = append(found, "builtin")
	}
	if len(found) == 1 {
		return found[0]
	}
	return ""
}

// plainName refuses names that would lead to another folder.
func plainName(s string) bool {
	return s != "" && s != "." && s != ".." && !strings.ContainsAny(s, `/\:`) && !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' })
}

func hasSkill(config, name string) bool {
	for _, file := range []string{filepath.Join("skills", name, "SKILL.md"), filepath.Join("commands", name+".md")} {
		if _, err := os.Lstat(filepath.Join(config, file)); err == nil { //nolint:gosec // only whether there is such a skill gets out
			return true
		}
	}
	return false
}

func inside(root, dir string) bool {
	return dir == root || strings.HasPrefix(dir, strings.TrimSuffix(root, string(filepath.Separator))+string(filepath.Separator))
}

// pluginSource finds the marketplace from which a plugin was installed.
func pluginSource(config, plugin string) string {
	var installed struct {
		Plugins map[string]json.RawMessage `json:"plugins"`
	}
	if !readJSON(filepath.Join(config, "plugins", "installed_plugins.json"), &installed) {
		return ""
	}
	var markets []string
	for id := range installed.Plugins {
		if name, market, ok := strings.Cut(id, "@"); ok && name == plugin {
			markets = append(markets, market)
		}
	}
	if len(markets) != 1 {
		return "" // not installed from a marketplace, or from several
	}
	var known map[string]struct {
		Source struct {
			Source string `json:"source"`
			Repo   string `json:"repo"`
			URL    string `json:"url"`
		} `json:"source"`
	}
	if !readJSON(filepath.Join(config, "plugins", "known_marketplaces.json"), &known) {
		return ""
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
		return ""
	}
	return id + "/" + plugin
}

func readJSON(name string, to any) bool {
	text, err := readSmall(name)
	return err == nil && json.Unmarshal([]byte(text), to) == nil
}
