package agent

import (
	"strings"
	"testing"
)

// TestRepositoryID ensures that every way to write a remote gives the one name that policies use.
func TestRepositoryID(t *testing.T) {
	for in, want := range map[string]string{
		"https://github.com/acme/payments.git":           "github.com/acme/payments",
		"https://github.com/acme/payments":               "github.com/acme/payments",
		"https://github.com/acme/payments/":              "github.com/acme/payments",
		"https://ada:ghp_secret@github.com/acme/app.git": "github.com/acme/app",
		"https://GitHub.com:443/acme/app.git":            "github.com/acme/app",
		"https://git.acme.test:8443/team/sub/app.git":    "git.acme.test:8443/team/sub/app",
		"http://git.acme.test/app.git":                   "git.acme.test/app",
		"git@github.com:acme/payments.git":               "github.com/acme/payments",
		"github.com:acme/payments":                       "github.com/acme/payments",
		"git@github.com:/acme/payments.git":              "github.com/acme/payments",
		"git@[git.acme.test:2222]:acme/app.git":          "git.acme.test/acme/app",
		"git@[::1]:acme/app.git":                         "[::1]/acme/app",
		"ssh://git@github.com/acme/payments.git":         "github.com/acme/payments",
		"ssh://git@git.acme.test:2222/acme/app.git":      "git.acme.test/acme/app",
		"ssh://git@[::1]:22/acme/app":                    "[::1]/acme/app",
		"git+ssh://git@github.com/acme/app":              "github.com/acme/app",
		"git://github.com/acme/app.git":                  "github.com/acme/app",
		"https://github.com./acme/app":                   "github.com/acme/app",
		"  https://github.com/acme/app\n":                "github.com/acme/app",
		"https://github.com/acme/my%20app":               "",
		"/srv/git/app.git":                               "",
		"../app":                                         "",
		"file:///srv/git/app.git":                        "",
		`C:\src\app`:                                     "",
		"C:/src/app":                                     "",
		"ext::sh -c whoami":                              "",
		"https://github.com":                             "",
		"https://github.com/":                            "",
		"https://github.com/a//b":                        "",
		"https://github.com/a/../b":                      "",
		"https://github.com/a/%2e%2e/b":                  "",
		"https://github.com/a/b?x=y":                     "",
		"https://github.com/a/b#c":                       "",
		"https:///a/b":                                   "",
		"javascript://github.com/a/b":                    "",
		"":                                               "",
		"git@github.com:a/b\nfoo":                        "",
	} {
		if got := RepositoryID(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

// FuzzRepositoryID ensures that no remote yields a name with a password, a space or a climbing part in it.
func FuzzRepositoryID(f *testing.F) {
	f.Add("https://ada:pw@github.com/acme/app.git")
	f.Add("git@[::1]:a/b")
	f.Fuzz(func(t *testing.T, in string) {
		id := RepositoryID(in)
		if id == "" {
			return
		}
		if strings.ContainsAny(id, " \n\t\\") || strings.Contains(id, "//") || strings.Contains(id+"/", "/../") || strings.Contains(strings.SplitN(id, "/", 2)[0], "@") {
			t.Errorf("%q gives %q", in, id)
		}
	})
}
