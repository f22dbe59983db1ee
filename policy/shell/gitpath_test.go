package shell

import (
	"slices"
	"testing"
)

// TestGitRevisionIsNotWritten checks which words of a line Git takes for files to change.
func TestGitRevisionIsNotWritten(t *testing.T) {
	for _, c := range []struct {
		line string
		want []string
	}{
		{"git checkout HEAD", nil},
		{"git checkout HEAD src/a.go", []string{"/r/src/a.go"}},
		{"git checkout -q HEAD -- src", []string{"/r/src"}},
		{"git checkout feature -- src", []string{"/r/src"}},
		{"git checkout feature src", []string{"/r/feature", "/r/src"}},
		{"git checkout HEAD^2~3 .", []string{"/r"}},
		{"git checkout 'HEAD@{1}'", nil},
		{"git checkout @{-1}", nil},
		{"git checkout @", nil},
		{"git checkout FETCH_HEAD", nil},
		{"git checkout stash@{0} src", []string{"/r/src"}},
		{"git checkout HEAD HEAD", []string{"/r/HEAD"}},
		{"git checkout -- HEAD", []string{"/r/HEAD"}},
		{"git checkout main HEAD", []string{"/r/HEAD", "/r/main"}},
		{"git checkout ./HEAD", []string{"/r/HEAD"}},
		{"git checkout sub/HEAD", []string{"/r/sub/HEAD"}},
		{"git checkout HEAD~1/../HEAD", []string{"/r/HEAD"}},
		{"git checkout 'HEAD@{/../../x}'", []string{"/r/../x}"}},
		{"git restore HEAD", []string{"/r/HEAD"}},
		{"git restore -s HEAD src", []string{"/r/src"}},
		{"git switch feature", nil},
	} {
		a := Analyse(Input{Source: c.line, Cwd: "/r", Root: "/r"})
		var got []string
		for i := range a.Files {
			if f := &a.Files[i]; f.Write {
				got = append(got, f.Path)
			}
		}
		slices.Sort(got)
		if !slices.Equal(got, c.want) {
			t.Errorf("%s writes %q, want %q", c.line, got, c.want)
		}
	}
}

// TestPathspecGlobs checks what the wildcards of a pathspec become.
func TestPathspecGlobs(t *testing.T) {
	for _, c := range []struct {
		word string
		want []string
	}{
		{"*.go", []string{"**/*.go"}},
		{"src/*", []string{"src/**"}},
		{"src/*/x", []string{"src/**/x"}},
		{"a*b", []string{"a*b", "a*/**/*b"}},
		{"a?b", []string{"a?b", "a/b"}},
		{"[.]env", []string{"?env"}},
		{"x[]/]y", []string{"x*", "x*/**/*"}},
		{"?a?b?c?d?e?f?g", []string{"*", "*/**/*"}},
		{"sr*/../.env", []string{".env"}},
		{":/:x*", []string{"x*/**"}},
		{":(glob)*/x", []string{"*/x"}},
		{":(top,icase)a.x", []string{"[aA].[xX]"}},
		{":(literal)[id]", []string{`\[id\]`}},
	} {
		p, ok := readPathspec(c.word)
		if got := p.globs(); !ok || !slices.Equal(got, c.want) {
			t.Errorf("%s stands for %q, %v, want %q", c.word, got, ok, c.want)
		}
	}
	for _, word := range []string{`\.env`, ":(attr:x)", ":(prefix:0)x", ":(top", ":(nope)x", ":@x", ":(glob,literal)x"} {
		if _, ok := readPathspec(word); ok {
			t.Errorf("%s can't be judged but was read", word)
		}
	}
}
