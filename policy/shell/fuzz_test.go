package shell

import (
	"path"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// seeds feeds lines of the corpus to a fuzz target.
func seeds(f *testing.F) {
	f.Helper()
	for i, c := range loadCorpus(f, "testdata/commands.jsonl") {
		if i%7 == 0 && len(c.Command) < 400 {
			f.Add(c.Command, byte(i%3))
		}
	}
}

// FuzzAnalyse looks for panics, endless work and places outside the source.
func FuzzAnalyse(f *testing.F) {
	seeds(f)
	dialects := []string{"bash", "sh", "zsh"}
	f.Fuzz(func(t *testing.T, line string, d byte) {
		in := Input{Source: line, Dialect: dialects[int(d)%3], Cwd: "/r", Home: "/h", User: "u"}
		start := time.Now()
		a := Analyse(in)
		loadPolicies()["git-broad"].rules(t, "git-broad").Judge(a)
		if took := time.Since(start); took > 2*time.Second {
			t.Errorf("took %v", took)
		}
		check := func(s Span) {
			if s.Offset < 0 || s.Length < 0 || s.Offset+s.Length > len(line) {
				t.Errorf("span %v of %d bytes", s, len(line))
			}
		}
		for _, c := range a.Commands {
			check(c.Span)
			if len(c.Words) == 0 {
				t.Error("a command without words")
			}
			for _, o := range c.Opens {
				check(o.Span)
				if o.Word < 0 || o.Word >= len(c.Words) {
					t.Errorf("open at word %d of %d", o.Word, len(c.Words))
				}
			}
		}
		for _, x := range a.Files {
			check(x.Span)
			if !path.IsAbs(x.Path) {
				t.Errorf("relative path %q", x.Path)
			}
			if x.Command >= len(a.Commands) || x.Word >= 0 && x.Command >= 0 && x.Word >= len(a.Commands[x.Command].Words) {
				t.Errorf("effect of command %d word %d", x.Command, x.Word)
			}
		}
		for _, r := range a.Refusals {
			check(r.Span)
			if r.Rule == "internal" {
				t.Error("the walk panicked")
			}
			if r.Rule == "" || r.Message == "" {
				t.Errorf("a refusal without words: %+v", r)
			}
		}
		if a.ReadOnly && len(a.Refusals) > 0 {
			t.Error("refused and read-only")
		}
	})
}

// FuzzCompileRules looks for panics in the pattern language.
func FuzzCompileRules(f *testing.F) {
	for _, p := range loadPolicies() {
		for _, a := range p.Allow {
			f.Add(a, "git status")
		}
		for _, d := range p.Deny {
			f.Add(d, "git push")
		}
	}
	f.Fuzz(func(t *testing.T, pattern, line string) {
		a := Analyse(Input{Source: line, Cwd: "/r"})
		if rs, _ := CompileRules(RuleSpec{Allow: []AllowRule{{Pattern: pattern}}, Deny: []string{pattern}}); rs != nil {
			rs.Judge(a)
		}
	})
}

// FuzzGlobsOverlap: a name that path.Match accepts must overlap.
func FuzzGlobsOverlap(f *testing.F) {
	for _, s := range [][2]string{{"/a/*.go", "/a/x.go"}, {"/a/.e?v", "/a/.env"}, {"/[a-c]*/x", "/b/x"}, {"/[^a]/x", "/b/x"}, {`/\*`, "/*"}, {"/[]]", "/]"}} {
		f.Add(s[0], s[1])
	}
	f.Fuzz(func(t *testing.T, glob, name string) {
		if strings.ContainsAny(name, `\`) || !utf8.ValidString(name) || !utf8.ValidString(glob) || !strings.HasPrefix(glob, "/") || !strings.HasPrefix(name, "/") ||
			strings.Contains(glob, "//") || strings.Contains(name, "//") || strings.HasSuffix(name, "/") || strings.HasSuffix(glob, "/") {
			return
		}
		if i := strings.IndexByte(glob, '['); i >= 0 && (strings.ContainsAny(glob[i:], "/") || strings.Count(glob, "/") != strings.Count(name, "/")) {
			return // a "/" ends a bracket expression for shells and is never in it; for path.Match it is a character like others
		}
		for _, r := range name + glob {
			if r > 0x7f {
				return // path.Match counts characters, the overlap bytes; both say yes for what is in doubt
			}
		}
		if ok, err := path.Match(glob, name); err == nil && ok && !GlobsOverlap(glob, quoteGlob(name), true) {
			t.Errorf("%q matches %q, but no overlap is seen", glob, name)
		}
	})
}
