package agent

import (
	"os"
	"path/filepath"
	"strings"
)

// maxSkillFolders bounds how many folders are read for one skill. Where a repository has more, the skill's source isn't known.
const maxSkillFolders = 50_000

// maxSkillDepth bounds how deep the folders of commands may nest, because links among them may go in circles.
const maxSkillDepth = 8

// skillSearch looks for the files from which the client may take a skill of one name.
type skillSearch struct {
	skill  string
	config string // the person's own folder
	cwd    string
	left   int // folders that may still be read; below zero the search is not whole
}

// project reports whether the session's repository may have the skill, and whether somebody else's folder may: one outside of the
// repository, or another repository within it. The client takes skills from the .claude of every folder that it comes upon.
func (s *skillSearch) project(root string) (own, foreign bool) {
	for dir := s.cwd; dir != "" && dir != root; dir = filepath.Dir(dir) {
		if root == "" || !inside(root, dir) {
			if own := filepath.Join(dir, ".claude"); own != s.config && s.folder(own, false) {
				foreign = true
			}
		}
		if dir == filepath.Dir(dir) {
			break
		}
	}
	if root == "" {
		hit, other := s.below(s.cwd, false)
		return false, hit || other || foreign
	}
	for _, tree := range []string{root, worktreeOf(root, s.cwd)} {
		mine, other := s.below(tree, false)
		own, foreign = own || mine, foreign || other
	}
	return own, foreign
}

// worktreeOf gives the work tree below .claude/worktrees, where the client makes them, that holds cwd; "" where none does.
func worktreeOf(root, cwd string) string {
	trees := filepath.Join(root, ".claude", "worktrees")
	if !inside(trees, cwd) || cwd == trees {
		return ""
	}
	name, _, _ := strings.Cut(cwd[len(trees)+1:], string(filepath.Separator))
	return filepath.Join(trees, name)
}

// below looks into every .claude of dir and below it. Those of another repository within count as foreign.
func (s *skillSearch) below(dir string, nested bool) (own, foreign bool) {
	if dir == "" {
		return false, false
	}
	for _, entry := range s.read(dir) {
		name := filepath.Join(dir, entry.Name())
		switch {
		case strings.EqualFold(entry.Name(), ".claude"):
			if name == s.config || !s.folder(name, !inside(dir, s.cwd)) {
				continue
			}
			own, foreign = own || !nested, foreign || nested
		case entry.IsDir() && entry.Name() != ".git":
			mine, other := s.below(name, nested || hasGit(name))
			own, foreign = own || mine, foreign || other
		}
	}
	return own, foreign
}

func hasGit(dir string) bool {
	_, err := os.Lstat(filepath.Join(dir, ".git")) //nolint:gosec // only whether it is a work tree counts
	return err == nil
}

// folder reports whether one .claude may have the skill. lower says that it is not that of a folder around the working directory: then
// the client may put the folder's name before the skill's.
func (s *skillSearch) folder(claude string, lower bool) bool {
	return s.files(filepath.Join(claude, "skills"), nil, false, lower) || s.files(filepath.Join(claude, "commands"), nil, true, lower)
}

// files looks through a folder of skills or commands. A file SKILL.md, in any case, is named by its folder, a command by itself, and
// both by the folders above with colons between.
func (s *skillSearch) files(dir string, above []string, commands, lower bool) bool {
	for _, entry := range s.read(dir) {
		file, name := filepath.Join(dir, entry.Name()), strings.ToLower(entry.Name())
		switch {
		case isFolder(file, entry):
			if len(above) == maxSkillDepth {
				s.left = -1
			} else if s.files(file, append(above[:len(above):len(above)], entry.Name()), commands, lower) {
				return true
			}
		case name == "skill.md":
			if s.named(above, lower) || s.titled(file) {
				return true
			}
		case commands && strings.EqualFold(filepath.Ext(entry.Name()), ".md"):
			if s.named(append(above[:len(above):len(above)], entry.Name()[:len(entry.Name())-len(".md")]), lower) || s.titled(file) {
				return true
			}
		}
	}
	return false
}

func (s *skillSearch) named(parts []string, lower bool) bool {
	name := strings.Join(parts, ":")
	return name == s.skill || lower && strings.HasSuffix(s.skill, ":"+name)
}

// titled reports whether a skill's file may give itself the name, as a line "name:" between lines of dashes at its beginning does.
func (s *skillSearch) titled(file string) bool {
	text, err := readSmall(file)
	text = strings.TrimPrefix(text, "\ufeff")
	if err != nil || !strings.HasPrefix(text, "---") {
		return false
	}
	for i, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		if i > 0 && line == "---" {
			return false
		}
		key, value, _ := strings.Cut(line, ":")
		if strings.Trim(key, `"' `) != "name" {
			continue
		}
		value = strings.TrimSpace(value)
		if value == "" || strings.ContainsRune(">|&*!", rune(value[0])) || strings.Contains(value, `\`) {
			return true // YAML has more ways to write a name than are read here
		}
		value, _, _ = strings.Cut(value, " #")
		return strings.Trim(value, `"' `) == s.skill
	}
	return false
}

func isFolder(name string, entry os.DirEntry) bool {
	if entry.Type()&os.ModeSymlink == 0 {
		return entry.IsDir()
	}
	info, err := os.Stat(name) //nolint:gosec // as in hasGit
	return err == nil && info.IsDir()
}

// read lists a folder. One that can't be read is empty to the client too.
func (s *skillSearch) read(dir string) []os.DirEntry {
	if s.left--; s.left < 0 {
		return nil
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil
	}
	return entries
}
