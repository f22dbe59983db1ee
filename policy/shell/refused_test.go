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

// TestBracketsInDoubtOverlap: where it is in doubt which characters a bracket expression has, it overlaps with each.
func TestBracketsInDoubtOverlap(t *testing.T) {
	for glob, name := range map[string]string{"/[[:alpha:]]": "/a", "/[[:alpha:]]x": "/ax", "/[!]a]": "/b", "/[]a]": "/a", `/[\\]\\0]`: "/0"} {
		if !GlobsOverlap(glob, name, true) {
			t.Errorf("%s and %s", glob, name)
		}
	}
}

// TestReadInTwoWays: where the parser and a shell differ on what a continued line is part of, the line is refused; what they
// agree on isn't.
func TestReadInTwoWays(t *testing.T) {
	for line, refused := range map[string]bool{
		"cat << E\n\\\nE\nprobe\nE\n":            true,
		"cat << E\n\\\n\\\nE\nprobe\nE\n":        true,
		"cat << E\nx\\\nE\nprobe\nE\n":           true,
		"cat <<EOF\na\nEO\\\nF\nprobe\nEOF\n":    true,
		"cat <<-E\n\t\\\n\tE\nprobe\nE\n":        true,
		"cat <<-E\n\\\n\tE\nprobe\nE\n":          true,
		"cat <<E <<F\n\\\nE\nx\nE\ny\nF\n":       true,
		"probe $\\\n'a'":                         true,
		"probe \"$\\\n(probe)\"":                 true,
		"cat <<EOF\na \\\nb\nEOF\nprobe\n":       false,
		"cat <<'E'\n\\\nE\nprobe\n":              false,
		"cat <<E\nx\nE\nprobe\n":                 false,
		"cat <<-E\n\tx\n\tE\nprobe\n":            false,
		"cat <<E\nE\nprobe a \\\nb\n":            false,
		"cat <<E <<F\nx\nE\ny\nF\nprobe $HOME\n": false,
	} {
		for _, dialect := range []string{"bash", "sh", "zsh"} {
			a := Analyse(Input{Source: line, Dialect: dialect, Cwd: "/w", Home: "/h"})
			if got := len(a.Refusals) > 0; got != refused {
				t.Errorf("%s, %q: refused %v: %v", dialect, line, got, a.Refusals)
			}
		}
	}
	for line, refused := range map[string]bool{"{ probe a}\nprobe\n}": true, "{ probe $((1))}\n}": true, "probe {} a{b}c {a,b} '}' \\}": false, "git show HEAD@{1}": false, "{ probe a; }": false} {
		if a := Analyse(Input{Source: line, Dialect: "zsh", Cwd: "/w", Home: "/h"}); len(a.Refusals) > 0 != refused {
			t.Errorf("%q: %v", line, a.Refusals)
		}
	}
	for line, refused := range map[string]bool{
		"probe <(time -p case x in a|b) third\n;; esac)": true, "probe $(case x in a) third;; esac)": true, "probe $(case x in (a|b) third;; (c) other;; esac)": false,
		"case x in a) probe;; esac": false, "probe <(# nothing\n) a": true, "probe <( ) a": true, "probe <(probe)": false,
	} {
		if a := Analyse(Input{Source: line, Dialect: "bash", Cwd: "/w", Home: "/h"}); len(a.Refusals) > 0 != refused {
			t.Errorf("%q: %v", line, a.Refusals)
		}
	}
	// Where the redirection fails, the loop doesn't run.
	for _, line := range []string{"for v in /p; do :; done >x*.txt; probe $v", "for v in /p; do :; done <nosuch; probe $v", "v=/p >nosuch/x; probe $v"} {
		a := Analyse(Input{Source: line, Dialect: "bash", Cwd: "/w", Home: "/h"})
		if last := a.Commands[len(a.Commands)-1]; last.Words[len(last.Words)-1].Kind == Known {
			t.Errorf("%q: v is known to be %s", line, last.Text)
		}
	}
	if a := Analyse(Input{Source: "probe ~+", Dialect: "sh", Cwd: "/w", Home: "/h"}); len(a.Refusals) == 0 {
		t.Error("~+ is a word of its own in dash")
	}
}
