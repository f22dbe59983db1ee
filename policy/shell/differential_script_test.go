//go:build unix

package shell

import (
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestDifferentialScripts runs generated sed and awk programs in the real tools. One that the analysis finds harmless may
// neither start the probe nor write a file. SHELL_SCRIPTS is how many programs to run in each tool.
func TestDifferentialScripts(t *testing.T) {
	programs := 100
	if n, err := strconv.Atoi(os.Getenv("SHELL_SCRIPTS")); err == nil {
		programs = n
	} else if testing.Short() {
		programs = 20
	}
	for tool, generate := range map[string]func(*rand.Rand) []string{"sed": genSed, "mawk": genAwk, "gawk": genAwk} {
		t.Run(tool, func(t *testing.T) {
			bin, err := exec.LookPath(tool)
			if err != nil {
				t.Skipf("%s is not installed: install it to compare with it", tool)
			}
			d := newScripts(t)
			r := rand.New(rand.NewPCG(11, uint64(len(tool))))
			ran := 0
			for tries := 0; ran < programs && tries < programs*40; tries++ {
				args := generate(r)
				if d.harmless(tool, args) {
					d.run(t, bin, args)
					ran++
				}
			}
			t.Logf("%d harmless programs", ran)
			if ran < programs/4 {
				t.Errorf("only %d programs were run", ran)
			}
		})
	}
}

type scripts struct{ dir, bin, called string }

func newScripts(t *testing.T) *scripts {
	t.Helper()
	top := t.TempDir()
	d := &scripts{dir: filepath.Join(top, "work"), bin: filepath.Join(top, "bin"), called: filepath.Join(top, "called")}
	for _, p := range []string{d.dir, d.bin} {
		if err := os.Mkdir(p, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	script := "#!/bin/sh\necho >" + d.called + "\n"
	if err := os.WriteFile(filepath.Join(d.bin, "probe"), []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(d.dir, "in"), []byte("x\nprobe\na/b\n\nprobe x\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	return d
}

// harmless reports that the analysis opens nothing and knows of no file that is written.
func (d *scripts) harmless(tool string, args []string) bool {
	line := tool
	for _, a := range args {
		line += " '" + strings.ReplaceAll(a, "'", `'\''`) + "'"
	}
	a := Analyse(Input{Source: line, Cwd: d.dir})
	if len(a.Refusals) > 0 || len(a.Commands) != 1 || len(a.Commands[0].Opens) > 0 {
		return false
	}
	for _, f := range a.Files {
		if f.Write {
			return false
		}
	}
	return true
}

func (d *scripts) run(t *testing.T, bin string, args []string) {
	t.Helper()
	cmd := exec.Command(bin, args...)
	cmd.Dir, cmd.Env = d.dir, []string{"PATH=" + d.bin, "LC_ALL=C"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	stop := time.AfterFunc(time.Second, func() { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) })
	_ = cmd.Wait() // most programs are wrong; what counts is what they did
	stop.Stop()
	if os.Remove(d.called) == nil {
		t.Errorf("%s %q started a program", bin, args)
	}
	entries, err := os.ReadDir(d.dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.Name() != "in" {
			t.Errorf("%s %q wrote %q", bin, args, e.Name())
			_ = os.RemoveAll(filepath.Join(d.dir, e.Name()))
		}
	}
}

func genSed(r *rand.Rand) []string {
	script := func() string {
		var b strings.Builder
		for range 1 + r.IntN(4) {
			b.WriteString(pick(r, "", "", "", "1", "$", "/x/", "/[/]/", `\,x,`, "1,/x/", "1~2", "/a\\/b/", "2,3", "1,+1", "/[^]/]*/", "\\[x[", "/x/I", "0,/x/", "1!", "/x/ !", "/[[:alpha:]/]/"))
			b.WriteString(pick(r, "p", "d", "s/x/y/", "s/[/]x/y/", "s,x,y,g", "s/x/y/w F", "e probe", "w F", "y/a/b/", "a text", "a\\", "i\\\n", "c x", "{", "}", ":a", "b a", "ta", "n", "N", "=", "q", "l 5", "r in",
				"#c", "s/.*/probe/e", "s/x/\\n/", "s|a|b|2p", "s/[]/]/probe/e", "y/[/]/ab/", "s/a\\/b/x/", "s/x/a\\\nb/", "e", "W F", "R in", "{p", "s e x e probe e", "s/x/y/;e probe", "a\\\ntext", "z", "F", "Q1", "v", "s/\\(x\\)/\\1/M", "sxaxbx"))
			b.WriteString(pick(r, ";", "\n", " ", "", "; ", "}", "\\\n", ";;", "#", "\n}"))
			if r.IntN(5) == 0 {
				b.WriteString(pick(r, "\\", "/", "[", "]", "e probe", "w F", "\n", "{", "}", "&", "$", "\\n", "g", "e", "w", "^", "x"))
			}
		}
		return b.String()
	}
	switch r.IntN(6) {
	case 0:
		return []string{"-e", script(), "-e", script(), "in"}
	case 1:
		return []string{pick(r, "-n", "-E", "-s", "-z", "-u", "--posix", "-l", "-nE", "--debug"), script(), "in"}
	case 2:
		return []string{"-l", script(), script(), "in"}
	}
	return []string{script(), "in"}
}

func genAwk(r *rand.Rand) []string {
	expr := func() string {
		e := ""
		for range 1 + r.IntN(3) {
			e += pick(r, "a", "1", "$1", "$0", `"x"`, `"a\"b"`, `"/"`, "/x/", "/[/]/", "/a\\/b/", "length", "length($0)", "(1)", "a++", "++a", "a[1]", "NR", `"probe"`, "substr($0,1)", "-1", "!a", "$NF", "$(1)", "b")
			e += pick(r, "", "", "", " ", "+", "/", " / ", ">", " ~ ", ",", "?", ":", " in a", "==", ",\n", "&&\n", " # c\n", "\\\n", "||", ";", "%", "^", "/=2", ">1", "> 2 ")
		}
		return e
	}
	stmt := func() string {
		return pick(r, "print ", "print(", "printf \"%s\", ", "x = ", "if (", "print ", "", "getline", "system(\"probe\")", "print > \"F\"", "print | \"probe\"", "\"probe\" | getline", "print 1,\n", "return ", "delete a", "while (0) ", "f(") +
			expr() + pick(r, "", "", ")", "; ", "\n", " > \"F\"", "> \"F\"", " | \"probe\"", ">> \"F\"", ") > \"F\"", " > F", "; system(\"probe\")", "\n> \"F\"", " > \"/dev/stderr\"", "#", "; print > \"F\"", ") print > \"F\"", "? 1 : 2", " /2/ system(\"probe\")")
	}
	program := pick(r, "", "BEGIN ", "END ", "/x/ ", "NR==1 ", "NR>1 ", "/a/,/b/ ", "!/x/", "/[/]/ ", "$1/2 ", "a/2/") + "{ " + stmt() + pick(r, " ", "; ", "\n", " } { ") + stmt() + " }"
	if r.IntN(4) == 0 {
		at := r.IntN(len(program))
		program = program[:at] + pick(r, "\"", "/", "\\", "\n", "(", ")", "{", "}", "#", "[", "]", ";", ">", "|", " ") + program[at:]
	}
	if r.IntN(4) == 0 {
		return []string{pick(r, "-F/", "-F:", "-F\\t"), program, pick(r, "in", "a=1")}
	}
	return []string{program, "in"}
}
