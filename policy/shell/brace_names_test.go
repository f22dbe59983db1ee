package shell

import "testing"

// TestBracesComeBeforeNames ensures that text which expanded braces put beside a variable doesn't pass for what the shell runs.
func TestBracesComeBeforeNames(t *testing.T) {
	for _, line := range []string{
		`v=1; probe {$v,b}time`, `probe {a,$}HOME`, `v=1; probe {$v,b}_x`, `v=1; probe x{$v,b}{1,2}`, `for v in 1 2; do p{robe,} {$v,b}time"a b"; done`,
	} {
		if a := Analyse(Input{Source: line, Dialect: "bash", Cwd: "/w", Home: "/h"}); len(a.Refusals) == 0 {
			t.Errorf("%s: not refused: %+v", line, a.Commands)
		}
	}
	for _, line := range []string{`v=1; probe {$v,b}/x`, `v=1; probe ${v}{a,b}`, `probe {a,b}c`, `v=1; probe {"$v",b}time`} {
		if a := Analyse(Input{Source: line, Dialect: "bash", Cwd: "/w", Home: "/h"}); len(a.Refusals) != 0 {
			t.Errorf("%s: refused: %+v", line, a.Refusals)
		}
	}
}
