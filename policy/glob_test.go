package policy

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestNarrowGlobs(t *testing.T) {
	for _, c := range []struct {
		pattern, name string
		want          bool
	}{
		{"*", "anything/at all", true},
		{"a", "a", true},
		{"a", "ab", false},
		{"a", "A", false},
		{"a*", "ab", true},
		{"a*", "a/b", false},
		{"a/*", "a/b", true},
		{"a/*", "a/b/c", true},
		{"a/*", "a", false},
		{"a/*", "a/", false},
		{"a/**", "a/b/c", true},
		{"a/b*", "a/bc", true},
		{"a/b*", "a/bc/d", false},
		{"*/b", "a/b", true},
		{"*/b", "a/x/b", false},
		{"a*c/*", "abc/x", true},
		{"a*c/*", "ab/c/x", false},
		{"claude-*", "claude-opus-4", true},
		{"", "", true},
		{"", "a", false},
		{"a/b", "a/b/c", false},
	} {
		g := narrowGlob(c.pattern)
		if got := g.match(c.name); got != c.want {
			t.Errorf("%q on %q: %v", c.pattern, c.name, got)
		}
	}
}

func TestWideGlobs(t *testing.T) {
	for _, c := range []struct {
		pattern, name string
		want          bool
	}{
		{"github.com/acme/pay*", "github.com/acme/payments/sub", true},
		{"github.com/acme/pay*", "GitHub.com/Acme/Payments", true},
		{"*/delete_*", "github/delete_repo", true},
		{"a*b*c", "a1b2b3c", true},
		{"a*b*c", "acb", false},
		{"a*a", "a", false},
		{"**", "x/y", true},
	} {
		g := wideGlob(c.pattern)
		if got := g.match(c.name); got != c.want {
			t.Errorf("%q on %q: %v", c.pattern, c.name, got)
		}
	}
}

// TestNarrowIsNarrower: a pattern matches no more when it permits than when it restricts.
func TestNarrowIsNarrower(t *testing.T) {
	text := rapid.StringMatching(`[ab*/]{0,8}`)
	name := rapid.StringMatching(`[abB/]{0,8}`)
	rapid.Check(t, func(t *rapid.T) {
		p, n := text.Draw(t, "pattern"), name.Draw(t, "name")
		narrow, wide := narrowGlob(p), wideGlob(p)
		if narrow.match(n) && !wide.match(n) {
			t.Fatalf("%q matches %q only as a permission", p, n)
		}
	})
}

// TestGlobsMeetFindsCommonNames: two patterns that match the same name meet.
func TestGlobsMeetFindsCommonNames(t *testing.T) {
	text := rapid.StringMatching(`[ab*]{0,6}`)
	rapid.Check(t, func(t *rapid.T) {
		p, q, n := text.Draw(t, "p"), text.Draw(t, "q"), rapid.StringMatching(`[ab]{0,6}`).Draw(t, "name")
		a, b := wideGlob(p), wideGlob(q)
		if a.match(n) && b.match(n) && !globsMeet(p, q) {
			t.Fatalf("%q and %q both match %q", p, q, n)
		}
	})
	if globsMeet("github.com/acme/*", "github.com/other/*") || globsMeet("a", "b") {
		t.Error("patterns without a common name meet")
	}
}

func TestSpellings(t *testing.T) {
	for path, want := range map[string]string{
		"a": "a", "{a,b}/x": "{a,b}/x|a/x|b/x", "{a}/x": "{a}/x", "a{b,c}{d,e}": "a{b,c}{d,e}|ab{d,e}|abd|abe|ac{d,e}|acd|ace",
	} {
		if got := strings.Join(spellings(path), "|"); got != want {
			t.Errorf("spellings(%q) = %q, want %q", path, got, want)
		}
	}
	for _, path := range []string{strings.Repeat("{a,b}", 20), "{" + strings.Repeat("a,", 1000) + "}", "{" + strings.Repeat("a,", 1<<20) + "}"} {
		if n := len(spellings(path)); n > maxSpellings+1 {
			t.Errorf("%d spellings", n)
		}
	}
}

// manyLong mentions 20 files by names of 4,000 bytes.
func manyLong() string {
	var b strings.Builder
	for i := range 20 {
		fmt.Fprintf(&b, "@%s%d ", strings.Repeat("a/", 2000), i)
	}
	return b.String()
}

// TestLongLinesAreRefused: a long working directory counts for each file on the line.
func TestLongLinesAreRefused(t *testing.T) {
	p := mustLoad(t, head+"layers: [{name: base, shell: {allow: [cat **]}, files: {read: [/]}}]\n")
	for files, want := range map[int]Effect{20: Allow, 200: Deny} {
		resource := packResource
		resource.Cwd = strings.Repeat("/a", 1000)
		d := p.Decide(&Request{Subject: person(), Resource: resource, Action: Action{Name: ActionShellExec, Command: "cat" + strings.Repeat(" x", files)}, At: testNow})
		if d.Effect != want {
			t.Errorf("%d files: %s (%s)", files, d.Effect, d.Reason)
		}
	}
}

// TestNamesBeyondTheLimitAreRefused: what isn't listed is judged by nobody.
func TestNamesBeyondTheLimitAreRefused(t *testing.T) {
	p := mustLoad(t, head+"layers: [{name: base, files: {read: [$REPO]}}]\n")
	judge := func(a Action) Decision {
		return p.Decide(&Request{Subject: person(), Resource: packResource, Action: a, At: testNow})
	}
	var braces, prompt strings.Builder
	for i := range maxMentions {
		if i < maxSpellings-2 {
			fmt.Fprintf(&braces, "f%d,", i)
		}
		fmt.Fprintf(&prompt, "@f%d ", i)
	}
	for name, c := range map[string]struct {
		action Action
		want   Effect
	}{
		"spellings":          {Action{Name: ActionFileRead, Path: "{" + braces.String() + "z}"}, Allow},
		"too many spellings": {Action{Name: ActionFileRead, Path: "{" + braces.String() + "x,y,z,/etc/passwd}"}, Deny},
		"mentions":           {Action{Name: ActionPromptSubmit, Prompt: prompt.String()}, Allow},
		"too many mentions":  {Action{Name: ActionPromptSubmit, Prompt: prompt.String() + "@/etc/passwd"}, Deny},
		"long spellings":     {Action{Name: ActionFileRead, Path: strings.Repeat("a/", 2000) + "{a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p}"}, Deny},
		"long mentions":      {Action{Name: ActionPromptSubmit, Prompt: manyLong()}, Deny},
		"nothing but @":      {Action{Name: ActionPromptSubmit, Prompt: strings.Repeat("@. ", maxAtSigns+1)}, Deny},
		"many @ by a name":   {Action{Name: ActionPromptSubmit, Prompt: strings.Repeat("ada@acme.test ", maxAtSigns)}, Allow},
		"a million mentions": {Action{Name: ActionPromptSubmit, Prompt: strings.Repeat("？@a", 1<<20)}, Deny},
	} {
		d := judge(c.action)
		if d.Effect != c.want || len(d.Findings) > 2*maxMentions {
			t.Errorf("%s: got %s with %d findings: %.200s", name, d.Effect, len(d.Findings), d.Reason)
		}
	}
}
