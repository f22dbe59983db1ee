package claudecode

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"

	"ambit/policy"
)

// grepActions judges the tool Grep: ripgrep over a file or a folder.
func (h *Hook) grepActions(in map[string]json.RawMessage) ([]policy.Action, error) {
	var glob, kind, mode string
	if err := errors.Join(text(in, "glob", &glob), text(in, "type", &kind), text(in, "output_mode", &mode)); err != nil {
		return nil, err
	}
	search := policy.Search{Globs: globs(glob), Type: kind, NamesOnly: mode == "" || mode == "files_with_matches" || mode == "count"}
	actions, err := h.searchActions(in, "")
	for i := range actions {
		actions[i].Search = &search
	}
	return actions, err
}

// globActions judges the tool Glob, which lists names: what counts is the folder that it begins in.
func (h *Hook) globActions(in map[string]json.RawMessage) ([]policy.Action, error) {
	var pattern string
	if err := text(in, "pattern", &pattern); err != nil {
		return nil, err
	}
	if err := trimmed(pattern); err != nil {
		return nil, err
	}
	return h.searchActions(in, globBase(pattern))
}

// searchActions is the reading of the folder, below it of base. Claude Code composes the letters of a searching tool's path (NFC)
// before it opens it; whether every version does isn't known, so a name that this changes is judged in both forms.
func (h *Hook) searchActions(in map[string]json.RawMessage, base string) ([]policy.Action, error) {
	var dir string
	if err := text(in, "path", &dir); err != nil {
		return nil, err
	}
	if err := trimmed(dir); err != nil {
		return nil, err
	}
	var actions []policy.Action
	for _, form := range slices.Compact([]string{dir, norm.NFC.String(dir)}) {
		path := Join(h.Cwd, form)
		if base != "" {
			path = Join(path, base)
		}
		actions = append(actions, policy.Action{Name: policy.ActionFileRead, Path: path, Files: h.files()})
	}
	return actions, nil
}

// globs are the patterns that Grep hands to ripgrep: its words, each cut at commas unless it has braces. ripgrep takes what begins
// with # for a comment.
func globs(glob string) []string {
	var out []string
	for _, word := range strings.FieldsFunc(glob, policy.Blank) {
		pieces := []string{word}
		if !strings.Contains(word, "{") || !strings.Contains(word, "}") {
			pieces = strings.Split(word, ",")
		}
		for _, piece := range pieces {
			if piece != "" && piece[0] != '#' {
				out = append(out, piece)
			}
		}
	}
	return out
}

// trimmed refuses white space around a name, on every system: Claude Code takes it away, so that another file is opened than the
// one that is named here.
func trimmed(name string) error {
	if strings.TrimFunc(name, policy.Blank) != name {
		return errors.New("white space stands before or behind the path, and Claude Code takes it away: leave it out")
	}
	return nil
}
