package shell

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// TestDifferential runs generated lines in real shells with a PATH that holds nothing but a probe, which writes down how it
// was called. Every call must be among the commands that the analysis found, word for word where it says that it knows the
// word. SHELL_DIFFERENTIAL is how many lines to try in each shell; the short form tries few.
func TestDifferential(t *testing.T) {
	lines := 120
	if n, err := strconv.Atoi(os.Getenv("SHELL_DIFFERENTIAL")); err == nil {
		lines = n
	} else if testing.Short() {
		lines = 30
	}
	for shell, dialect := range map[string]string{"bash": "bash", "dash": "sh", "zsh": "zsh"} {
		t.Run(shell, func(t *testing.T) {
			bin, err := exec.LookPath(shell)
			if err != nil {
				t.Skipf("%s is not installed: install it to compare with it", shell)
			}
			d := newDifferential(t, bin, dialect)
			r := rand.New(rand.NewPCG(7, uint64(len(shell))))
			judged := 0
			for range lines {
				if d.compare(t, generate(r, 0)) {
					judged++
				}
			}
			t.Logf("%d of %d lines could be analysed and were compared", judged, lines)
			if judged < lines/10 {
				t.Errorf("only %d of %d lines were compared", judged, lines)
			}
		})
	}
}

type differential struct {
	bin, dialect, dir, log string
	env                    []string
}

func newDifferential(t *testing.T, bin, dialect string) *differential {
	t.Helper()
	dir := t.TempDir()
	d := &differential{bin: bin, dialect: dialect, dir: filepath.Join(dir, "work"), log: filepath.Join(dir, "calls")}
	path := filepath.Join(dir, "bin")
	for _, p := range []string{path, d.dir, filepath.Join(d.dir, "sub")} {
		if err := os.MkdirAll(p, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for _, f := range []string{"a.txt", "b.txt", "sub/c.txt"} {
		if err := os.WriteFile(filepath.Join(d.dir, f), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	script := "#!/bin/sh\nprintf '%s\\0' \"${0##*/}\" \"$@\" '<end>' >> " + d.log + "\n"
	for _, name := range []string{"probe", "other", "third"} {
		if err := os.WriteFile(filepath.Join(path, name), []byte(script), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	d.env = []string{"PATH=" + path, "HOME=/h", "LC_ALL=C"}
	return d
}

// compare runs a line and reports whether the analysis took it on.
func (d *differential) compare(t *testing.T, line string) bool {
	t.Helper()
	a := Analyse(Input{Source: line, Dialect: d.dialect, Cwd: d.dir, Home: "/h"})
	if len(a.Refusals) > 0 {
		return false
	}
	if err := os.Remove(d.log); err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	cmd := exec.Command(d.bin, "-c", line)
	if d.dialect == "zsh" {
		cmd.Args = []string{d.bin, "-f", "-c", line}
	}
	cmd.Dir, cmd.Env = d.dir, d.env
	_ = cmd.Run() // how the line ends doesn't matter, only what it ran
	calls, err := os.ReadFile(d.log)
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	for _, call := range bytes.Split(calls, []byte("<end>\x00")) {
		if len(call) == 0 {
			continue
		}
		argv := strings.Split(strings.TrimSuffix(string(call), "\x00"), "\x00")
		if !slices.ContainsFunc(a.Commands, func(c Command) bool { return covers(c.Words, argv) }) {
			var found []string
			for _, c := range a.Commands {
				found = append(found, c.Text)
			}
			t.Errorf("%s ran %q, the analysis has %q\nline: %s", d.bin, argv, found, line)
		}
	}
	return true
}

// covers reports whether an argv is one that the words allow for.
func covers(words []Word, argv []string) bool {
	if len(words) == 0 {
		return len(argv) == 0
	}
	switch words[0].Kind {
	case ManyUnknown, Glob:
		for n := 0; n <= len(argv); n++ {
			if covers(words[1:], argv[n:]) {
				return true
			}
		}
		return false
	case OneUnknown:
		return len(argv) > 0 && covers(words[1:], argv[1:])
	}
	return len(argv) > 0 && argv[0] == words[0].Text && covers(words[1:], argv[1:])
}

func pick(r *rand.Rand, list ...string) string { return list[r.IntN(len(list))] }

// generate makes a line from the parts of the language that shells and parsers most often read differently.
func generate(r *rand.Rand, depth int) string {
	if depth > 2 {
		return simpleLine(r, depth)
	}
	next := func() string { return generate(r, depth+1) }
	switch r.IntN(12) {
	case 0:
		return next() + pick(r, " && ", " || ", "; ", "\n", " | ", " ;\n") + next()
	case 1:
		return "(" + next() + "\n)"
	case 2:
		return "{ " + next() + "\n}"
	case 3:
		return "if " + next() + "\nthen " + next() + "\nelse " + next() + "\nfi"
	case 4:
		return "for v in " + genWord(r, depth) + " " + genWord(r, depth) + "; do " + pick(r, "probe $v", "probe \"$v\"", "probe x\"$v\"y") + "; done"
	case 5:
		return "case " + genWord(r, depth) + " in a) " + next() + "\n;; *) " + next() + "\n;; esac"
	case 6:
		return "cat <<" + pick(r, "E", "'E'", "\"E\"", "\\E") + "\n" + pick(r, "$(probe in doc)", "`other x`", "\\$(third)", "text 'q\" $v") + "\nE"
	case 7:
		return "v=" + genWord(r, 3) + "; " + pick(r, "probe $v", "probe \"$v\"", "probe ${v}x", "probe \"${v:-d}\"", "$v")
	}
	return simpleLine(r, depth)
}

func simpleLine(r *rand.Rand, depth int) string {
	var b strings.Builder
	b.WriteString(pick(r, "probe", "other", "third", "pro\"be\"", "\\probe", "'other'", "th$'ird'", "\"probe\"", "p{robe,}"))
	for range r.IntN(4) {
		b.WriteString(" " + genWord(r, depth))
	}
	b.WriteString(pick(r, "", "", "", " # probe comment", " 2>/dev/null", " </dev/null"))
	return b.String()
}

func genWord(r *rand.Rand, depth int) string {
	var b strings.Builder
	for range 1 + r.IntN(3) {
		switch r.IntN(16) {
		case 0:
			b.WriteString("'" + pick(r, "a b", "$x", "\\", "\"", "`probe`", "*", "") + "'")
		case 1:
			b.WriteString("\"" + pick(r, "a b", "\\$x", "\\\\", "'", "*", "\\a", "", "{a,b}") + "\"")
		case 2:
			b.WriteString("\\" + pick(r, " ", "$", "\\", "'", "\"", "n", "*", "{"))
		case 3:
			b.WriteString("$'" + pick(r, "\\n", "\\x41", "\\'", "\\101", "\\t", "\\\\", "\\u00e9", "a\\\"b") + "'")
		case 4:
			b.WriteString("{" + pick(r, "a,b", "1..3", "a", "", "x,y,", "c..a", "a,{b,c}", "3..1", "a..") + "}")
		case 5:
			b.WriteString(pick(r, "*.txt", "?.txt", "[ab].txt", "nosuch*", "~", "~/x", "a~", "sub/*"))
		case 6:
			if depth < 2 {
				b.WriteString("$(" + simpleLine(r, depth+2) + "\n)")
			}
		case 7:
			if depth < 2 {
				b.WriteString("\"$(" + pick(r, "probe in sub", "other \"q\"", "third 'x'") + ")\"")
			}
		case 8:
			fmt.Fprintf(&b, "$((%d+%d))", r.IntN(9), r.IntN(9))
		case 9:
			b.WriteString(pick(r, "a=b", "-x", "--long=v", "#no", "a#b", "!", "^", "%", "@", "a:b", "=", "]", "["))
		case 10:
			b.WriteString(pick(r, "$HOME", "${HOME}", "\"$HOME\"", "$PWD", "$?", "${nosuch:-def}", "\"$nosuch\"", "$nosuch"))
		default:
			b.WriteString(pick(r, "a", "b", "word", "x1", "/p/q", ".", ".."))
		}
	}
	if b.Len() == 0 {
		return "w"
	}
	return b.String()
}
