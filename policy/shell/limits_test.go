package shell

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// slowest is the longest that one line may take, whatever it holds.
const slowest = 50 * time.Millisecond

func nest(open, middle, end string, n int) string {
	return strings.Repeat(open, n) + middle + strings.Repeat(end, n)
}

func TestWorstLinesAreBounded(t *testing.T) {
	lines := map[string]string{
		"substitutions":   nest("$(", "ls", ")", 10000),
		"substitutions 2": nest("echo $(", "ls", ")", 2000),
		"groups":          nest("{ ", "ls", "; }", 5000),
		"subshells":       nest("( ", "ls", " )", 2000),
		"backquotes":      nest("`", "ls", "`", 200),
		"escaped ticks":   "echo `echo \\`echo \\\\\\`id\\\\\\`\\``",
		"pipes":           "a" + strings.Repeat("|a", 5900),
		"pipes many":      "a" + strings.Repeat("|a", 16000),
		"ands":            "a" + strings.Repeat("&&a", 2900),
		"lines":           strings.Repeat("a\n", 5900),
		"ifs":             nest("if a; then ", "a", "; fi", 1500),
		"whiles":          nest("while a; do ", "a", "; done", 1500),
		"fors":            nest("for i in 1 2 3 4 5 6 7 8 9; do ", "a", "; done", 20),
		"for wide":        "for i in " + strings.Repeat("x ", 900) + "; do a $i; done",
		"braces":          "echo " + strings.Repeat("{a,b}", 40),
		"brace range":     "echo {1..100000000}",
		"nested braces":   "echo " + nest("{a,", "b", "}", 2000),
		"params":          "echo " + nest("${a:-", "b", "}", 2000),
		"arith":           "echo $((" + nest("(", "1", ")", 1900) + "))",
		"arith ops":       "echo $((1" + strings.Repeat("+1", 15000) + "))",
		"tests":           "[[ " + nest("( ", "a", " )", 1900) + " ]]",
		"test ands":       "[[ a" + strings.Repeat(" && a", 1200) + " ]]",
		"long word":       "echo " + strings.Repeat("x", 32000),
		"many words":      "git add " + strings.Repeat("x ", 16000),
		"many globs":      "cat " + strings.Repeat("*a*b*c ", 4500),
		"double quotes":   "echo " + nest("\"$(echo ", "x", ")\"", 1900),
		"heredocs":        strings.Repeat("cat <<A\nx\nA\n", 1900),
		"cds":             strings.Repeat("cd a; ", 90) + "ls",
		"cd dots":         strings.Repeat("cd a/..; ", 90) + "ls",
		"vars":            strings.Repeat("a=$a$a$a$a; ", 90) + "echo $a",
		"vars known":      "a=xxxxxxxxxxxxxxxx; " + strings.Repeat("a=$a$a$a$a; ", 60) + "echo $a",
		"vars split":      "a='x x x x x x x x'; " + strings.Repeat("a=\"$a $a\"; ", 20) + "echo $a",
		"wrappers":        strings.Repeat("env ", 8000) + "ls",
		"finds":           "find . " + strings.Repeat("-exec find . ", 2000) + "ls {} \\; ",
		"xargs":           strings.Repeat("xargs ", 5000) + "ls",
		"git C":           "git " + strings.Repeat("-C a ", 6000) + "status",
		"git glob":        "git diff -- '" + strings.Repeat("*a", 10000) + "'",
		"sed":             "sed '" + strings.Repeat("s/[a]/b/;", 3000) + "' x",
		"sed brackets":    "sed 's/" + strings.Repeat("[", 15000) + "' x",
		"awk":             "awk '" + strings.Repeat("{print $1}", 3000) + "' x",
		"awk slashes":     "awk '" + strings.Repeat("(a)/", 6000) + "' x",
		"watch":           nest("watch ", "ls", "", 5000),
		"watch quoted":    "watch " + strings.Repeat("'watch ", 100) + strings.Repeat("'", 100),
		"case":            "case x in " + strings.Repeat("a) ls;; ", 2000) + " esac",
		"case fall":       "case x in " + strings.Repeat("a) cd a;& ", 90) + " esac",
		"functions":       nest("f() { ", "ls", "; }", 1500),
		"redirects":       "ls " + strings.Repeat(">a ", 8000),
		"while cd":        nest("while a; do cd b; ", "a", "; done", 20),
		"while nest":      nest("while a; do x=$x; ", "a", "; done", 31),
	}
	for _, dialect := range []string{"bash", "sh", "zsh"} {
		for name, line := range lines {
			t.Run(dialect+"/"+name, func(t *testing.T) {
				in := Input{Source: line, Dialect: dialect, Cwd: "/r", Home: "/h", User: "u"}
				rules := loadPolicies()["git-broad"].rules(t, "git-broad")
				best := time.Hour
				for range 6 { // the machine may be busy with something else; what counts is the best time
					start := time.Now()
					rules.Judge(Analyse(in))
					if best = min(best, time.Since(start)); best <= slowest {
						return
					}
				}
				t.Errorf("took %v", best)
			})
		}
	}
}

func TestLimitsRefuse(t *testing.T) {
	for name, line := range map[string]string{
		"bytes":    "echo " + strings.Repeat("x", 32<<10),
		"levels":   nest("( ", "ls", " )", 33),
		"commands": strings.Repeat("ls; ", 101),
		"ops":      "ls" + strings.Repeat(" && ls", 257),
		"words":    "echo {1..1001}",
	} {
		a := Analyse(Input{Source: line, Cwd: "/r"})
		if len(a.Refusals) == 0 {
			t.Errorf("%s: not refused", name)
		}
	}
	for name, line := range map[string]string{
		"levels":   nest("( ", "ls", " )", 31),
		"commands": strings.Repeat("ls; ", 100),
		"text":     "cat > x <<'EOF'\n" + strings.Repeat("if (a) { b(); } | c && d;\n", 400) + "EOF\n",
	} {
		if a := Analyse(Input{Source: line, Cwd: "/r"}); len(a.Refusals) > 0 {
			t.Errorf("%s: refused: %v", name, a.Refusals)
		}
	}
}

// Example of what a person is told.
func ExampleRuleSet_Judge() {
	rs, _ := CompileRules(RuleSpec{Allow: []AllowRule{{Pattern: "git {status,log} **"}, {Pattern: "sort **"}}})
	for _, line := range []string{"git status && rm -rf x", "git log --output=x", "sort --compress-program=sh x"} {
		for _, f := range rs.Judge(Analyse(Input{Source: line, Cwd: "/r"})).Findings {
			fmt.Printf("%d+%d %s: %s\n", f.Offset, f.Length, f.Rule, f.Message)
		}
	}
	// Output:
	// 14+8 not-listed: `rm -rf x` is not on the allow-list.
	// 5+21 option: The option --compress-program runs a program or code.
}
