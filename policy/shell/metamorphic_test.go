package shell

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// around puts a line inside constructs that run it; what was refused must stay refused.
var around = []string{
	"{\n%s\n}", "(\n%s\n)", "true &&\n%s", "false || {\n%s\n}", "true\n%s", "%s\ntrue", "if true\nthen\n%s\nfi", "if\n%s\nthen true\nfi",
	"while false\ndo\n%s\ndone", "for q in a b\ndo\n%s\ndone", "case x in x)\n%s\n;; esac", "echo \"$(\n%s\n)\"", "echo $(\n%s\n)",
	"! {\n%s\n}", "{\n%s\n} | cat", "echo x | {\n%s\n}", "{\n%s\n} &", "cat <(\n%s\n)", "cat <<EOT\n$(\n%s\n)\nEOT", "q=\"$(\n%s\n)\"", "[[ -n \"$(\n%s\n)\" ]]",
	"echo ${q:-$(\n%s\n)}", "# comment\n%s", "{\n%s\n} > /dev/null 2>&1", "time {\n%s\n}",
}

func TestWrappedLinesStayRefused(t *testing.T) {
	for _, c := range loadCorpus(t, "testdata/commands.jsonl") {
		if c.Expect != "deny" || c.Debatable || c.Shell != "bash" || len(c.Command) > 2000 {
			continue
		}
		p := loadPolicies()[c.Policy]
		a := Analyse(p.input(c.Command))
		if len(a.Refusals) > 0 && (a.Refusals[0].Rule == "parse" || a.Refusals[0].Rule == "limit") || strings.HasSuffix(c.Command, "\\") {
			continue
		}
		for _, form := range around {
			line := fmt.Sprintf(form, c.Command)
			if strings.Contains(c.Command, "EOT") || strings.HasPrefix(form, "echo x |") && strings.HasPrefix(c.Command, "rg ") {
				continue // rg without a path reads its input there
			}
			if ok, _ := p.judge(t, c.Policy, p.input(line)); ok {
				t.Errorf("%s: allowed once wrapped: %q", c.ID, line)
			}
		}
	}
}

// TestAllowedLinesCombine: what is allowed alone is allowed in a row, each in its own subshell.
func TestAllowedLinesCombine(t *testing.T) {
	byPolicy := map[string][]corpusCase{}
	for _, c := range loadCorpus(t, "testdata/commands.jsonl") {
		if c.Expect == "allow" && !c.Debatable && c.Shell == "bash" && len(c.Command) < 500 && !strings.Contains(c.Category, "size") {
			byPolicy[c.Policy] = append(byPolicy[c.Policy], c)
		}
	}
	r := rand.New(rand.NewPCG(1, 2))
	for name, cases := range byPolicy {
		p := loadPolicies()[name]
		for range 150 {
			a, b := cases[r.IntN(len(cases))], cases[r.IntN(len(cases))]
			for _, form := range []string{"(\n%s\n) && (\n%s\n)", "(\n%s\n) || (\n%s\n)", "(\n%s\n); (\n%s\n)", "if (\n%s\n)\nthen (\n%s\n)\nfi"} {
				line := fmt.Sprintf(form, a.Command, b.Command)
				if ok, why := p.judge(t, name, p.input(line)); !ok {
					t.Errorf("%s: %q is refused: %s", name, line, why)
				}
			}
			if ok, why := p.judge(t, name, p.input("{\n"+a.Command+"\n} > /dev/null")); !ok {
				t.Errorf("%s: %q is refused to /dev/null: %s", name, a.Command, why)
			}
		}
	}
}

// requote spells a word in another way that the shell reads the same.
func requote(r *rand.Rand, w string) string {
	var b strings.Builder
	if w == "" {
		return []string{"''", `""`, "$''"}[r.IntN(3)]
	}
	for _, c := range w {
		switch k := r.IntN(6); {
		case k == 0 && c != '\'':
			fmt.Fprintf(&b, "'%c'", c)
		case k == 1 && !strings.ContainsRune("\"\\$`!", c):
			fmt.Fprintf(&b, "\"%c\"", c)
		case k == 2 && c != '\n':
			fmt.Fprintf(&b, "\\%c", c)
		case k == 3 && c < 0x7f && c > ' ':
			fmt.Fprintf(&b, "$'\\x%02x'", c)
		case k == 4 && c < 0x7f && c > ' ':
			fmt.Fprintf(&b, "$'\\%03o'", c)
		case k == 5 && strings.ContainsRune("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./", c):
			b.WriteString("\"\"" + string(c))
		default:
			if c == '\n' {
				b.WriteString("$'\\n'")
			} else {
				b.WriteString("\\" + string(c))
			}
		}
	}
	return b.String()
}

// TestRequotedLinesJudgeAlike: quoting never changes a verdict on a line of known words.
func TestRequotedLinesJudgeAlike(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	n := 0
	for _, c := range loadCorpus(t, "testdata/commands.jsonl") {
		p := loadPolicies()[c.Policy]
		a := Analyse(p.input(c.Command))
		if len(a.Commands) != 1 || len(a.Refusals) > 0 || len(a.Commands[0].Wrappers) > 0 || strings.ContainsAny(c.Command, "<>|&;(){}\n=$`#~![]*?") || strings.Contains(c.Command, "git -") || strings.Contains(c.Command, "git --") {
			continue
		}
		known := true
		var words []string
		for _, w := range a.Commands[0].Words {
			known = known && w.Kind == Known
			words = append(words, w.Text)
		}
		if !known {
			continue
		}
		n++
		plain, why := p.judge(t, c.Policy, p.input(c.Command))
		for range 8 {
			var parts []string
			for _, w := range words {
				parts = append(parts, requote(r, w))
			}
			line := strings.Join(parts, " ")
			if again, why2 := p.judge(t, c.Policy, p.input(line)); again != plain {
				t.Errorf("%q is %v (%s), %q is %v (%s)", c.Command, plain, why, line, again, why2)
			}
		}
	}
	if n < 300 {
		t.Errorf("only %d lines were tried", n)
	}
}
