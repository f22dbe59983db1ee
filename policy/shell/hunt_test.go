//go:build linux

package shell

import (
	"math/rand/v2"
	"os"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// heaviest is how many bytes one line may make the analysis and the judgement allocate, all in all.
const heaviest = 32 << 20

// cost is what one line took: processor time, since the machine may be busy with something else, and bytes allocated.
func cost(t *testing.T, in Input, rules *RuleSet) (took time.Duration, bytes uint64) {
	t.Helper()
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := threadTime(t)
	rules.Judge(Analyse(in))
	took = threadTime(t) - start
	runtime.ReadMemStats(&after)
	return took, after.TotalAlloc - before.TotalAlloc
}

// threadTime is the processor time of this thread, in user code and in the kernel.
func threadTime(t *testing.T) time.Duration {
	t.Helper()
	const thread = 1 // RUSAGE_THREAD, which package syscall doesn't name
	var u syscall.Rusage
	if err := syscall.Getrusage(thread, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// TestHuntForWorstLines builds long lines from what is costly in the shell's language and climbs to costlier ones: none may
// take more than 50 ms or allocate more than 32 MiB. SHELL_HUNT is how many lines to try.
func TestHuntForWorstLines(t *testing.T) {
	lines := 150
	if n, err := strconv.Atoi(os.Getenv("SHELL_HUNT")); err == nil {
		lines = n
	}
	r := rand.New(rand.NewPCG(3, 9))
	rules := []*RuleSet{loadPolicies()["git-broad"].rules(t, "git-broad"), loadPolicies()["go-dev"].rules(t, "go-dev"), loadPolicies()["ops-diag"].rules(t, "ops-diag")}
	var worst []string
	var most, longest uint64
	var line string
	for i := range lines {
		if len(worst) == 0 || i%5 == 0 {
			line = heavyLine(r)
		} else {
			line = mutate(r, worst[r.IntN(len(worst))])
		}
		in := Input{Source: line, Dialect: pick(r, "bash", "bash", "sh", "zsh"), Cwd: "/proj/app", Home: "/home/dev", User: "dev"}
		took, bytes := cost(t, in, rules[r.IntN(len(rules))])
		if took > slowest {
			t.Errorf("%v for %s: %.300q", took, in.Dialect, line)
		}
		if bytes > heaviest {
			t.Errorf("%d MiB for %s: %.300q", bytes>>20, in.Dialect, line)
		}
		if bytes > most || uint64(took) > longest {
			most, longest = max(most, bytes), max(longest, uint64(took))
			if worst = append(worst, line); len(worst) > 8 {
				worst = worst[1:]
			}
		}
	}
	t.Logf("worst of %d lines: %v, %d KiB", lines, time.Duration(longest), most>>10)
}

var heavyPieces = []string{
	"a", " ", ";", "\n", "|", "&&", "||", "&", "$a", "\"$a\"", "${a:-b}", "a=$a$a;", "a=\"$a x\";", "*", "?", "[a-z]", "**/", "{a,b}", "{1..9}", "{1..30}", "~/", "../", "./", "x/",
	"$(ls)", "\"$(ls)\"", "`ls`", "<(ls)", "<<A\nx\nA\n", "<<<x ", ">a ", "2>&1 ", "'x'", "\\x", "$'\\x41'", "$((1+a))", "cd a;", "cd ..;", "cd a || ",
	"for i in a b c; do ", "for i in {1..9}; do ", "for i in *; do ", "while a; do ", "done;", "done\n", "if a; then ", "else ", "fi;", "fi\n", "case $a in a) ", ";; b|c) ", ";; esac;", "{ ", "};", "(", ")",
	"[[ $a == b ]] && ", "[ -f a ] && ", "env A=b ", "timeout 5 ", "xargs ", "find . -exec ls {} \\; ", "find . -name '*a*b' ", "git -C a ", "git diff -- '*a*' ", "git log ", "grep -r a ", "sed 's/[a]/b/;p' ", "awk '{print $1/2}' ",
	"sort -k1 -o a ", "cp a b c ", "cp -r *a* *b* c ", "mv {a,b}{c,d} e ", "cat ", "echo ", "ls *a*b*c ", "tar -cf a b ", "curl https://a/b ", "watch 'ls;ls' ", "time ", "! ", "export A=b;", "--a=b ", "-abc ", "-- ", "@a ", "é",
}

// heavyLine repeats a few pieces, each many times or all in turn, up to a length near the limits.
func heavyLine(r *rand.Rand) string {
	var b strings.Builder
	size := 1 << (6 + r.IntN(10))
	for b.Len() < size {
		part := ""
		for range 1 + r.IntN(4) {
			part += heavyPieces[r.IntN(len(heavyPieces))]
		}
		b.WriteString(strings.Repeat(part, 1+r.IntN(1+size/len(part)/(1+r.IntN(4)))))
	}
	return limited(b.String())
}

func limited(s string) string {
	if len(s) > maxSource {
		s = s[:maxSource]
	}
	return strings.ToValidUTF8(s, "")
}

// mutate changes a costly line a little.
func mutate(r *rand.Rand, s string) string {
	at := r.IntN(len(s) + 1)
	piece := heavyPieces[r.IntN(len(heavyPieces))]
	switch r.IntN(4) {
	case 0:
		return limited(s[:at] + strings.Repeat(piece, 1+r.IntN(200)) + s[at:])
	case 1:
		return limited(s + s[at:])
	case 2:
		return limited(piece + s)
	}
	old := heavyPieces[r.IntN(len(heavyPieces))]
	return limited(strings.ReplaceAll(s, old, piece))
}
