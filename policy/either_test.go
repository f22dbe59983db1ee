package policy

import (
	"slices"
	"strings"
	"testing"
)

const eitherPolicy = `version: 1
tiers: [{name: all, groups: ["*"]}]
layers:
  - name: organisation
    shell: {allow: ["cat **", "echo **", "git {status,log} **", "test **"], wrappers: [], env: []}
    files: {read: [$REPO], write: [$REPO], deny: [], protect: []}
`

// TestBashOrZsh ensures that a line whose shell nobody knows must be allowed in both, that the sentence says in which one it isn't,
// and that what is common to both stays allowed.
func TestBashOrZsh(t *testing.T) {
	p, problems := Load("p", []byte(eitherPolicy))
	if p == nil {
		t.Fatal(problems)
	}
	ask := func(line, shell string) Decision {
		res := Resource{Root: "/proj/app", Cwd: "/proj/app", Home: "/home/dev", CaseSensitive: true}
		return p.Decide(&Request{Action: Action{Name: ActionShellExec, Command: line, Shell: shell}, Resource: res})
	}
	for line, refusedBy := range map[string]string{
		"git status && cat a.go":    "",
		"echo 'x y' > out.txt":      "",
		"git log | cat":             "",
		"echo x >! ~/.zshrc":        "zsh",
		"echo x >>! /etc/x":         "zsh",
		"echo x &>! ~/.bashrc":      "zsh",
		"echo x >&! ~/.zshrc":       "zsh",
		"cat =id":                   "zsh",
		"rm x":                      "both",
		"cat /etc/passwd":           "both",
		"[[ a == b ]] && cat x.txt": "",
	} {
		bash, zsh, both := ask(line, "bash"), ask(line, "zsh"), ask(line, BashOrZsh)
		if both.Permits() != (bash.Permits() && zsh.Permits()) || both.Permits() != (refusedBy == "") {
			t.Errorf("%s: bash %v, zsh %v, unknown %v: %s", line, bash.Permits(), zsh.Permits(), both.Permits(), both.Reason)
		}
		if named := strings.Contains(both.Reason, "as zsh reads"); named != (refusedBy == "zsh") || named != strings.Contains(both.Hint, "CLAUDE_CODE_SHELL") {
			t.Errorf("%s: %s. %s", line, both.Reason, both.Hint)
		}
		for _, one := range []Decision{bash, zsh} {
			for _, name := range one.Effects.Writes {
				if !slices.Contains(both.Effects.Writes, name) {
					t.Errorf("%s: the write of %s is not told", line, name)
				}
			}
		}
	}
	in := Action{Name: ActionShellExec, Command: "cat a =b", Shell: BashOrZsh}
	named := NamedPaths(&in, &Resource{Cwd: "/proj/app"})
	for _, shell := range in.shells() {
		as := in
		as.Shell = shell
		for _, name := range NamedPaths(&as, &Resource{Cwd: "/proj/app"}) {
			if !slices.Contains(named, name) {
				t.Errorf("%q, which %s reads, is not among %q", name, shell, named)
			}
		}
	}
}

// TestBashOrZshNeedsEveryApproval ensures that whoever must agree to one reading must agree.
func TestBashOrZshNeedsEveryApproval(t *testing.T) {
	a := &Approval{Needs: []ApprovalNeed{{Layer: "organisation", Reviewers: []string{"seniors"}, Quorum: 1}}}
	b := &Approval{Needs: []ApprovalNeed{a.Needs[0], {Layer: "payments", Reviewers: []string{"owners"}, Quorum: 2}}}
	for _, both := range []*Approval{a.and(b), b.and(a)} {
		if got := both.reason(); got != "this change needs approval: one of seniors (layer organisation); 2 of owners (layer payments)" {
			t.Error(got)
		}
	}
	if len(a.Needs) != 1 {
		t.Error("what is joined was changed")
	}
}
