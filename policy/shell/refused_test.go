package shell

import "testing"

// TestRefusedStaysRefused: where the text as such is refused at the place where the walk refused something too, the line is
// still refused, although what the walk found is dropped.
func TestRefusedStaysRefused(t *testing.T) {
	for _, line := range []string{"probe ~[", "ls; if probe; then probe ~[ x; fi", "eval 'probe ~['", "probe *(e:x:)", "probe =(x)", "probe <->"} {
		a := Analyse(Input{Source: line, Dialect: "zsh", Cwd: "/w", Home: "/h"})
		if len(a.Refusals) == 0 {
			t.Errorf("%q is not refused, with %d commands", line, len(a.Commands))
		}
	}
}
