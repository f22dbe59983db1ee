package shell

import (
	"bufio"
	"encoding/json"
	"os"
	"path"
	"strings"
	"sync"
	"testing"
)

// corpusPolicy is one plain-language policy of testdata/policies.json.
type corpusPolicy struct {
	Cwd       string   `json:"cwd"`
	Allow     []string `json:"allow"`
	Deny      []string `json:"deny"`
	Wrappers  []string `json:"wrappers"`
	Env       []string `json:"env"`
	Readable  []string `json:"readable"`
	Writable  []string `json:"writable"`
	Protected []string `json:"protected"`
	Denied    []string `json:"denied_paths"`
}

type corpusCase struct {
	ID, Category, Shell, Policy, Command, Expect, Why string
	Debatable                                         bool
}

var loadPolicies = sync.OnceValue(func() map[string]corpusPolicy {
	data, err := os.ReadFile("testdata/policies.json")
	if err != nil {
		panic(err)
	}
	var file struct{ Policies map[string]corpusPolicy }
	if err := json.Unmarshal(data, &file); err != nil {
		panic(err)
	}
	return file.Policies
})

func loadCorpus(tb testing.TB, name string) []corpusCase {
	tb.Helper()
	f, err := os.Open(name)
	if err != nil {
		tb.Fatal(err)
	}
	defer f.Close()
	var out []corpusCase
	sc := bufio.NewScanner(f)
	sc.Buffer(nil, 1<<20)
	for sc.Scan() {
		var c corpusCase
		if err := json.Unmarshal(sc.Bytes(), &c); err != nil {
			tb.Fatal(err)
		}
		out = append(out, c)
	}
	return out
}

var compiledPolicies sync.Map

func (p corpusPolicy) rules(tb testing.TB, name string) *RuleSet {
	if rs, ok := compiledPolicies.Load(name); ok {
		return rs.(*RuleSet)
	}
	var allow []AllowRule
	for _, a := range p.Allow {
		allow = append(allow, AllowRule{Pattern: a})
	}
	rs, problems := CompileRules(RuleSpec{Allow: allow, Deny: p.Deny, Wrappers: p.Wrappers, Env: p.Env})
	if rs == nil {
		tb.Fatalf("compile %s: %v", name, problems)
	}
	compiledPolicies.Store(name, rs)
	return rs
}

func (p corpusPolicy) input(command string) Input {
	return Input{Source: command, Cwd: p.Cwd, Root: p.Cwd, Home: "/home/dev", User: "dev"}
}

// judge is the whole decision on a line: refusals, rules, and a lexical check of the files.
func (p corpusPolicy) judge(tb testing.TB, name string, in Input) (bool, string) {
	a := Analyse(in)
	for _, r := range a.Refusals {
		return false, r.Rule + ": " + r.Message
	}
	v := p.rules(tb, name).Judge(a)
	for _, f := range v.Findings {
		return false, f.Rule + ": " + f.Message
	}
	for i := range a.Files {
		f := &a.Files[i]
		if f.Guess && v.Literal(f) {
			continue
		}
		if why := p.file(f); why != "" {
			return false, why
		}
	}
	return true, ""
}

func (p corpusPolicy) file(f *FileEffect) string {
	roots := p.Readable
	kind := "read"
	if f.Write {
		roots, kind = p.Writable, "write"
	}
	clean := path.Clean(f.Path)
	inside := false
	for _, r := range roots {
		inside = inside || clean == r || strings.HasPrefix(clean, r+"/")
	}
	if !inside {
		return kind + " outside: " + f.Path + " " + f.Glob
	}
	for _, d := range p.Denied {
		if f.MayTouch(d) {
			return "denied path: " + d + " by " + f.Path + " " + f.Glob
		}
	}
	for _, d := range p.Protected {
		if f.Write && f.MayTouch(d) {
			return "protected path: " + d + " by " + f.Path
		}
	}
	return ""
}

func TestCorpus(t *testing.T) {
	allowed, refused, allow, deny := 0, 0, 0, 0
	for _, c := range loadCorpus(t, "testdata/commands.jsonl") {
		p := loadPolicies()[c.Policy]
		in := p.input(c.Command)
		in.Dialect = c.Shell
		ok, why := p.judge(t, c.Policy, in)
		if c.Debatable {
			continue
		}
		if c.Expect == "allow" {
			allow++
			if !ok {
				refused++
				t.Logf("false deny %s %s %s %q: %s", c.ID, c.Policy, c.Category, c.Command, why)
			}
			continue
		}
		deny++
		if ok {
			allowed++
			t.Errorf("false allow %s %s %s %q (%s)", c.ID, c.Policy, c.Category, c.Command, c.Why)
		}
	}
	t.Logf("false allows %d of %d, false denies %d of %d", allowed, deny, refused, allow)
	if refused*50 > allow {
		t.Errorf("more than 2 %% of the harmless lines are refused")
	}
}

// TestEveryTableParses parses every table and every subcommand, and finds each by each of its names.
func TestEveryTableParses(t *testing.T) {
	n := 0
	for _, text := range tables() {
		sub := false
		for _, line := range strings.Split(text, "\n") {
			if sub = strings.HasPrefix(line, "  sub ") || sub && strings.HasPrefix(line, "  "); sub && !strings.HasPrefix(line, "  sub ") && !strings.HasPrefix(line, "    ") {
				t.Errorf("%q looks like a line of the tool but belongs to the subcommand above it", line)
			}
			names, ok := strings.CutPrefix(line, "tool ")
			if !ok {
				continue
			}
			for _, name := range strings.Fields(names) {
				n++
				table := tools.find(name)
				if table == nil {
					t.Fatalf("%s is not found", name)
				}
				parseSubs(t, table)
			}
		}
	}
	if n < 150 {
		t.Errorf("only %d tools have tables", n)
	}
}

func parseSubs(t *testing.T, table *tool) {
	t.Helper()
	for name := range table.sections {
		s := table.sub(name)
		if s == nil {
			t.Fatalf("%s %s is not found", table.name, name)
		}
		parseSubs(t, s)
	}
}
