package shell

import "testing"

// TestProjectOutsideTheRepository ensures that not knowing where the repository is opens nothing.
func TestProjectOutsideTheRepository(t *testing.T) {
	for _, c := range []struct {
		in   Input
		want bool // permitted, as far as the directory goes
	}{
		{Input{Source: "make all", Cwd: "/r", Root: "/r"}, true},
		{Input{Source: "cd sub && make all", Cwd: "/r", Root: "/r"}, true},
		{Input{Source: "cd .. && make all", Cwd: "/r/sub", Root: "/r"}, true},
		{Input{Source: "cd /tmp/x && make all", Cwd: "/r", Root: "/r"}, false},
		{Input{Source: "cd /tmp/x && make all", Cwd: "/r"}, false},
		{Input{Source: "cd /tmp/x && make all"}, false},
		{Input{Source: "make all"}, true},
	} {
		a := Analyse(c.in)
		if len(a.Refusals) > 0 {
			t.Errorf("%q: %+v", c.in.Source, a.Refusals)
		}
		if last := a.Commands[len(a.Commands)-1]; len(last.Opens) == 0 != c.want {
			t.Errorf("%+v: %+v", c.in, last.Opens)
		}
	}
}
