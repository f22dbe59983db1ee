package policy

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Change is one difference between two documents.
type Change struct {
	Path   string `json:"path"`             // "layers[payments].shell.allow"; things with a name are found by it
	Before string `json:"before,omitempty"` // "" where it was added
	After  string `json:"after,omitempty"`  // "" where it was removed
	Effect string `json:"effect,omitempty"` // opens, narrows, or "" where that depends
}

// String is one line: "+ path: value", "- path: value" or "~ path: before → after".
func (c Change) String() string {
	var s string
	switch {
	case c.Before == "":
		s = "+ " + c.Path + ": " + c.After
	case c.After == "":
		s = "- " + c.Path + ": " + c.Before
	default:
		s = "~ " + c.Path + ": " + c.Before + " → " + c.After
	}
	if c.Effect != "" {
		s += " (" + c.Effect + ")"
	}
	return s
}

// Diff lists what changed from a to b, by path. Lists are compared as sets, except that the order of tiers and layers
// counts, because the first tier that fits is taken.
func Diff(a, b *Document) []Change {
	before, after := flatten(a), flatten(b)
	var out []Change
	for _, path := range slices.Sorted(maps.Keys(before)) {
		if _, ok := after[path]; ok {
			continue
		}
		for _, v := range before[path] {
			out = append(out, change(path, v, ""))
		}
	}
	for _, path := range slices.Sorted(maps.Keys(after)) {
		out = append(out, compare(path, before[path], after[path])...)
	}
	slices.SortStableFunc(out, func(x, y Change) int { return cmp.Compare(x.Path, y.Path) })
	return out
}

func compare(path string, before, after []string) []Change {
	var out []Change
	gone := without(before, after)
	added := without(after, before)
	if len(before) == 1 && len(after) == 1 && len(gone) == 1 && !isList(path) {
		return []Change{change(path, before[0], after[0])}
	}
	for _, v := range gone {
		out = append(out, change(path, v, ""))
	}
	for _, v := range added {
		out = append(out, change(path, "", v))
	}
	return out
}

func without(list, remove []string) []string {
	var out []string
	for _, v := range list {
		if !slices.Contains(remove, v) {
			out = append(out, v)
		}
	}
	return out
}

// flatten gives every value of a document by its path.
func flatten(d *Document) map[string][]string {
	out := map[string][]string{}
	text, err := json.Marshal(d)
	if err != nil {
		return out // can't happen: the types marshal
	}
	var tree any
	if json.Unmarshal(text, &tree) == nil {
		flattenInto(out, "", tree)
	}
	return out
}

func flattenInto(out map[string][]string, path string, v any) {
	switch v := v.(type) {
	case map[string]any:
		for key, value := range v {
			flattenInto(out, keyPath(path, key), value)
		}
	case []any:
		var order []string
		for _, item := range v {
			m, named := item.(map[string]any)
			name, _ := m["name"].(string)
			switch {
			case named && name != "":
				order = append(order, name)
				flattenInto(out, path+"["+name+"]", item)
			case named:
				text, _ := json.Marshal(item)
				out[path] = append(out[path], string(text))
			default:
				out[path] = append(out[path], fmt.Sprint(item))
			}
		}
		if len(order) > 0 {
			out[path+" (order)"] = []string{strings.Join(order, ", ")}
		}
	default:
		out[path] = append(out[path], fmt.Sprint(v))
	}
}

// The lists of a document whose entries permit, and those whose entries restrict.
var (
	opening   = []string{"allow", "read", "write", "sources", "domains", "wrappers", "env", "workspaces", "exceptions", "groups"}
	narrowing = []string{"deny", "protect", "writes"}
)

func lastKey(path string) string { return path[strings.LastIndexByte(path, '.')+1:] }

func isList(path string) bool {
	key := lastKey(path)
	return slices.Contains(opening, key) || slices.Contains(narrowing, key) || key == "models" || key == "reviewers" ||
		key == "repositories" || key == "paths" || key == "tiers" || key == "agents" || key == "connections"
}

func change(path, before, after string) Change {
	c := Change{Path: path, Before: before, After: after}
	key := lastKey(path)
	opens := slices.Contains(opening, key) && !strings.Contains(path, ".match.") && !strings.Contains(path, ".examples.") && !strings.HasPrefix(path, "tiers[")
	narrows := slices.Contains(narrowing, key) && !strings.Contains(path, ".examples.")
	switch {
	case key == "mode" && after == string(Monitor), opens && after != "", narrows && after == "":
		c.Effect = "opens"
	case key == "mode" && before == string(Monitor), opens && before != "", narrows && before == "":
		c.Effect = "narrows"
	}
	return c
}
