package shell

import "testing"

// TestProject checks that a tool with a project file counts as one that reads settings where it runs outside the session's root.
func TestProject(t *testing.T) {
	for _, c := range []struct {
		command, root string
		opens         bool
	}{
		{"cd /tmp/x && make", "/r", true},
		{"cd /tmp/x && yarn build", "/r", true}, // has no table
		{"cd /tmp/x && pnpm test", "/r", true},
		{"cmake -S /tmp/x -B build", "/r", true},
		{"cmake /tmp/x", "/r", true},
		{"cmake -B /tmp/x", "/r", true},
		{"cmake --build /tmp/x", "/r", true},
		{"cd .. && make", "/r", true},
		{"cd .. && make", "", true}, // the working directory stands for a root that is unknown
		{"cd .. && make", "/", false},
		{"cd pkg/a && make", "/r", false},
		{"cd pkg/a && yarn build", "/r", false},
		{"make", "", false},
	} {
		opens := false
		for _, cmd := range Analyse(Input{Source: c.command, Cwd: "/r", Root: c.root}).Commands {
			for _, o := range cmd.Opens {
				opens = opens || o.Class == "config" && o.Never
			}
		}
		if opens != c.opens {
			t.Errorf("%s with the root %q: opens is %v", c.command, c.root, opens)
		}
	}
}
