//go:build unix

package shell

import (
	"bytes"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestDifferential runs generated lines in real shells with a PATH that holds nothing but a probe, which writes down how it
// was called, and wrappers. Every call must be among the commands that the analysis found, word for word where it says that it knows the
// word. SHELL_DIFFERENTIAL is how many lines to try in each shell, SHELL_SEED which; the short form tries few.
func TestDifferential(t *testing.T) {
	lines := 60
	if n, err := strconv.Atoi(os.Getenv("SHELL_DIFFERENTIAL")); err == nil {
		lines = n
	} else if testing.Short() {
		lines = 20
	}
	for shell, dialect := range map[string]string{"bash": "bash", "dash": "sh", "zsh": "zsh"} {
		t.Run(shell, func(t *testing.T) {
			t.Parallel()
			bin, err := exec.LookPath(shell)
			if err != nil {
				t.Skipf("%s is not installed: install it to compare with it", shell)
			}
			d := newDifferential(t, bin, dialect)
			seed, err := strconv.ParseUint(os.Getenv("SHELL_SEED"), 10, 64)
			if err != nil {
				seed = 7
			}
			r := rand.New(rand.NewPCG(seed, uint64(len(shell))))
			judged := 0
			for i := range lines {
				if i%1000 == 999 {
					t.Logf("%d lines, of which %d were compared", i+1, judged)
				}
				if d.compare(t, generate(r, r.IntN(3))) {
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

// wrapperPrograms are real ones: they start the probes, and the analysis has to see through them.
var wrapperPrograms = []string{"cat", "env", "timeout", "nice", "nohup", "stdbuf", "xargs", "find"}

type differential struct {
	bin, dialect string
	dir          string // where the lines run
	bins         string // each line has a PATH of its own in here, where its probes also write
	programs     map[string]string
	lines        int
}

func newDifferential(t *testing.T, bin, dialect string) *differential {
	t.Helper()
	dir := t.TempDir()
	d := &differential{bin: bin, dialect: dialect, dir: filepath.Join(dir, "work"), bins: filepath.Join(dir, "bin"), programs: map[string]string{}}
	for _, p := range []string{d.bins, d.dir, filepath.Join(d.dir, "sub")} {
		if err := os.MkdirAll(p, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for _, f := range []string{"a.txt", "b.txt", "sub/c.txt"} {
		if err := os.WriteFile(filepath.Join(d.dir, f), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	probe := buildProbe(t, filepath.Join(dir, "probe"))
	for _, name := range []string{"probe", "other", "third"} {
		d.programs[name] = probe
	}
	for _, name := range wrapperPrograms {
		if found, err := exec.LookPath(name); err == nil {
			d.programs[name] = found
		}
	}
	return d
}

// probeSource is a program that writes down how it was called, prints words that a substitution or xargs may take up, and
// fails where it goes by the name third. Millions of calls are made, so it is one small program rather than a script.
const probeSource = `#include <fcntl.h>
#include <string.h>
#include <unistd.h>
int main(int argc, char **argv) {
	static char buf[1 << 16], log[4096];
	size_t n = 0;
	ssize_t dir = readlink("/proc/self/exe", log, sizeof log - 8);
	while (dir > 0 && log[dir - 1] != '/') dir--;
	if (dir <= 0) return 2;
	strcpy(log + dir, "calls");
	char *slash = strrchr(argv[0], '/');
	if (slash) argv[0] = slash + 1;
	for (int i = 0; i <= argc; i++) {
		const char *word = i < argc ? argv[i] : "<end>";
		size_t len = strlen(word) + 1;
		if (n + len > sizeof buf) return 2;
		memcpy(buf + n, word, len);
		n += len;
	}
	int fd = open(log, O_WRONLY | O_CREAT | O_APPEND, 0644);
	if (fd < 0 || write(fd, buf, n) != (ssize_t)n) return 2;
	if (write(1, "out 'two words'\n", 16) < 0) return 1;
	return !strcmp(argv[0], "third");
}
`

func buildProbe(t *testing.T, out string) string {
	t.Helper()
	cmd := exec.Command("cc", "-O1", "-static", "-x", "c", "-o", out, "-")
	cmd.Stdin = strings.NewReader(probeSource)
	if text, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("compile the probe: %v\n%s", err, text)
	}
	return out
}

// path makes the PATH of one line. A process that outlives its line writes to a folder that is gone.
func (d *differential) path(t *testing.T) string {
	t.Helper()
	d.lines++
	dir := filepath.Join(d.bins, strconv.Itoa(d.lines))
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, program := range d.programs {
		link := os.Symlink
		if filepath.Base(program) == "probe" {
			link = os.Link // the probe writes beside itself
		}
		if err := link(program, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// compare runs a line and reports whether the analysis took it on.
func (d *differential) compare(t *testing.T, line string) bool {
	t.Helper()
	a := Analyse(Input{Source: line, Dialect: d.dialect, Cwd: d.dir, Home: "/h"})
	if len(a.Refusals) > 0 {
		return false
	}
	path := d.path(t)
	defer os.RemoveAll(path)
	cmd := exec.Command(d.bin, "-c", line)
	if d.dialect == "zsh" {
		cmd.Args = []string{d.bin, "-f", "-c", line}
	}
	cmd.Dir, cmd.Env = d.dir, []string{"PATH=" + path, "HOME=/h", "LC_ALL=C"}
	// The line gets a process group of its own, so that whatever it leaves behind ends with it.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	stop := time.AfterFunc(5*time.Second, func() { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) })
	_ = cmd.Wait() // how the line ends doesn't matter, only what it ran
	stop.Stop()
	_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
	calls, err := os.ReadFile(filepath.Join(path, "calls"))
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
	return len(argv) > 0 && (argv[0] == words[0].Text || words[0].Text == "/dev/fd/63" && descriptorPath(argv[0])) && covers(words[1:], argv[1:])
}

// descriptorPath reports a name that a shell gives to a process substitution.
func descriptorPath(s string) bool {
	return strings.HasPrefix(s, "/dev/fd/") || strings.HasPrefix(s, "/proc/self/fd/")
}
