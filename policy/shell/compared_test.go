package shell

import "testing"

// TestCompared checks which words count as directories, whose files diff compares by their names.
func TestCompared(t *testing.T) {
	for _, c := range []struct {
		command, name string
		inside        bool
	}{
		{"diff x.d staging.d", "/r/x.d", true},
		{"diff x v", "/r/x", true},
		{"diff x1.2 v1.3", "/r/x1.2", true},
		{"diff x.old y.old", "/r/x.old", true},
		{"diff x.go/ y.go", "/r/x.go", true},
		{"diff -N x.go y.go", "/r/x.go", true},
		{"diff x.go y.go", "/r/x.go", false},
		{"diff x.json.orig y.json", "/r/x.json.orig", false},
		{"diff x.GO~ y.go", "/r/x.GO~", false},
	} {
		inside := false
		for _, f := range Analyse(Input{Source: c.command, Cwd: "/r", Root: "/r"}).Files {
			inside = inside || f.MayTouch(c.name+"/.env")
		}
		if inside != c.inside {
			t.Errorf("%s: files of a directory: %v", c.command, inside)
		}
	}
}
