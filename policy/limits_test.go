package policy

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func mustLoad(t testing.TB, src string) *Policy {
	t.Helper()
	p, problems := Load("test.yaml", []byte(src))
	if p == nil {
		t.Fatal(problems)
	}
	return p
}

func TestLimits(t *testing.T) {
	p := mustLoad(t, string(mustRead(t, "testdata/suites/policy.yaml")))
	subject := Subject{ID: "x", Groups: []string{"engineers"}, GroupsKnown: true}
	app := Resource{Repository: "github.com/acme/app", Root: "/p/app", Cwd: "/p/app"}
	for _, c := range []struct {
		name    string
		subject Subject
		place   Resource
		want    Limits
	}{
		{"base", subject, app, Limits{
			Tier: "engineer", Access: true, Layers: []string{"organisation"}, Ceiling: "premium",
			Models: []string{"claude-haiku-*", "claude-sonnet-*", "claude-opus-*"}, Caching: Caching{Mode: "ttl", TTL: "5m"},
		}},
		{"lower ceiling", subject, Resource{Repository: "github.com/acme/payments", Root: "/p", Cwd: "/p"}, Limits{
			Tier: "engineer", Access: true,
			Layers: []string{"organisation", "payments"}, Ceiling: "standard", Models: []string{"claude-haiku-*", "claude-sonnet-*"}, Caching: Caching{Mode: "ttl", TTL: "5m"},
		}},
		{"ceiling of a layer on trial", Subject{Groups: []string{"engineers", "pilot"}, GroupsKnown: true}, app, Limits{
			Tier: "engineer", Access: true,
			Layers: []string{"organisation", "on-trial"}, Ceiling: "economy", Models: []string{"claude-haiku-*"}, Caching: Caching{Mode: "ttl", TTL: "5m"},
		}},
		{"no tier", Subject{Groups: []string{"guests"}, GroupsKnown: true}, app, Limits{Caching: Caching{Mode: "disabled"}}},
	} {
		if diff := cmp.Diff(c.want, p.Limits(c.subject, c.place, "claude-code/2")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

func TestSessionRoot(t *testing.T) {
	p := mustLoad(t, string(mustRead(t, "testdata/suites/policy.yaml")))
	for _, c := range []struct{ git, cwd, want string }{
		{"/proj/app", "/proj/app/src", "/proj/app"},
		{"", "/home/ada/src/app", "/home/ada/src/app"},
		{"", "/home/ada/code/x/y", "/home/ada/code/x/y"},
		{"", "/home/ada/other", ""},
		{"", "/home/ada", ""},
		{"", "", ""},
		{"/", "/home/ada/src/app", ""}, // a Git root that may not serve isn't replaced by something else
		{"/home/ada", "/home/ada/src/app", ""},
		{"/home", "/home/ada/src/app", ""},
		{"/etc", "/etc/nginx", ""},
	} {
		if got := p.SessionRoot(c.git, Resource{Cwd: c.cwd, Home: "/home/ada"}); got != c.want {
			t.Errorf("SessionRoot(%q, %q) = %q, want %q", c.git, c.cwd, got, c.want)
		}
	}
}

// TestSessionRootWithoutAHome: without the client nobody knows the home, and workspaces below it still serve.
func TestSessionRootWithoutAHome(t *testing.T) {
	for _, pack := range []string{"standard", "observe", "regulated", "contractor"} {
		p := mustLoad(t, string(mustRead(t, "../assets/packs/"+pack+".yaml")))
		for cwd, want := range map[string]string{
			"/home/ada/src/app": "/home/ada/src/app", "/Users/ada/code/app": "/Users/ada/code/app", "/root/work/app": "/root/work/app",
			"/home/ada": "", "/home/ada/other": "", "/home/src/app": "", "/srv/src/app": "", "/root": "", "/rootless/src/app": "", "/home": "", "/home//src/x": "",
		} {
			if got := p.SessionRoot("", Resource{Cwd: cwd}); got != want {
				t.Errorf("%s: SessionRoot of %q is %q, want %q", pack, cwd, got, want)
			}
		}
	}
}

func TestZeroInstallWarnsWithoutWorkspaces(t *testing.T) {
	const layers = "layers:\n  - name: base\n    files: {read: [$REPO], write: []}\n"
	for source, want := range map[string]int{head + layers: 1, head + "workspaces: []\n" + layers: 1, head + "workspaces: [$REPO]\n" + layers: 1, head + "workspaces: [~/src]\n" + layers: 0} {
		if got := mustLoad(t, source).Rootless("p.yaml"); len(got) != want || got.Errors() {
			t.Errorf("%s: %v", source, got)
		}
	}
}

func TestZeroInstallListsLayersThatApplyToEverybody(t *testing.T) {
	p := mustLoad(t, string(mustRead(t, "testdata/suites/policy.yaml")))
	want := []Everybody{{"payments", "everybody", "match repositories: github.com/acme/payments*; match paths: **/payments"}}
	if diff := cmp.Diff(want, p.ZeroInstall()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
