package policy

import (
	"slices"
	"strings"

	"ambit/policy/paths"
	"ambit/policy/shell"
)

// Search says which files below a directory a searching tool reads. Such tools run ripgrep, hidden files included; what it leaves
// out because of a .gitignore nobody knows here, and a glob takes it in again.
type Search struct {
	Globs     []string `json:"globs"`      // patterns of names as ripgrep's --glob takes them; those with "!" leave names out
	Type      string   `json:"type"`       // as ripgrep's --type; counts only where no glob takes names in
	NamesOnly bool     `json:"names_only"` // the tool tells which files match, and shows nothing of them
}

// line writes the search as a command line, so that a tool and the same command are judged alike: policy/shell knows what
// ripgrep's options take in.
func (s *Search) line(dir string) string {
	var b strings.Builder
	b.WriteString("rg")
	if s.Type == "" {
		b.WriteString(" --hidden")
	} else { // then hidden names are read where the type's patterns take them in, which doesn't depend on --hidden
		b.WriteString(" -t " + quoteWord(s.Type))
	}
	for _, glob := range s.Globs {
		b.WriteString(" -g " + quoteWord(glob))
	}
	return b.String() + " -e x -- " + quoteWord(dir)
}

// anchored reports whether a glob counts from the directory in which ripgrep runs.
func (s *Search) anchored() bool {
	for _, glob := range s.Globs {
		if strings.Contains(glob, "/") {
			return true
		}
	}
	return false
}

// lines lists the command lines that the search may be. Which directory ripgrep runs in isn't known, so globs with a slash count
// from the working directory and from the searched one.
func (s *Search) lines(dir string, res *Resource) []shell.Input {
	dir = rooted(res.Platform, dir)
	in := shell.Input{Source: s.line(dir), Cwd: rooted(res.Platform, res.Cwd)}
	if !s.anchored() {
		return []shell.Input{in}
	}
	return []shell.Input{in, {Source: s.line("."), Cwd: paths.Join("", in.Cwd, dir)}}
}

// rooted writes "C:\x" as "/C:/x", because a command line knows no drives; unrooted takes that back.
func rooted(platform, name string) string {
	if slashed := paths.Slash(platform, name); platform == "windows" && hasWindowsDrive(slashed) {
		return "/" + slashed
	}
	return name
}

func unrooted(platform, name string) string {
	if rest, ok := strings.CutPrefix(name, "/"); ok && platform == "windows" && hasWindowsDrive(rest) {
		return rest
	}
	return name
}

// searched lists what a search in the action's directory reads, under each name that the directory may have.
func (a *Action) searched(res *Resource) (files []shell.FileEffect, refused []shell.Refusal) {
	for _, dir := range withHome([]string{a.Path}, res.Home) {
		for _, in := range a.Search.lines(dir, res) {
			found := shell.Analyse(in)
			for i := range found.Files {
				f := &found.Files[i]
				f.Path, f.Glob = unrooted(res.Platform, f.Path), unrooted(res.Platform, f.Glob)
			}
			files, refused = append(files, found.Files...), append(refused, found.Refusals...)
		}
	}
	return files, refused
}

// searchedPaths lists the same for a client that resolves links.
func (a *Action) searchedPaths(res *Resource) []string {
	out := withHome([]string{a.Path}, res.Home)
	files, _ := a.searched(res)
	for i := range files {
		if !slices.Contains(out, files[i].Path) {
			out = append(out, files[i].Path)
		}
	}
	return out
}

// addSearch adds what a search reads: the directory by its names as for any tool, and what below it could match.
func (e *eval) addSearch() {
	a := &e.r.Action
	e.addNamed(target{named: a.Path, search: true})
	files, refused := a.searched(&e.r.Resource)
	if len(refused) > 0 {
		e.targets = append(e.targets, target{problem: &Finding{
			Control: "files", Rule: refused[0].Rule, Message: "what the search in " + quote(a.Path) + " reads can't be told: " + strings.TrimSuffix(refused[0].Message, "."),
			Hint: "name the directory plainly, and globs without brackets and backslashes",
		}})
	}
	for i := range files {
		f := &files[i]
		t := target{named: f.Path, search: true, tree: f.Tree, visible: f.Visible, dots: f.Dots, listed: a.Search.NamesOnly}
		if f.Pattern {
			t.glob, t.rest = f.Glob, f.Rest
		}
		e.add(t, f.Path)
	}
}

func quoteWord(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }
