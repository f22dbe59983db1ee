package policy

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestDiff(t *testing.T) {
	src := string(mustRead(t, "testdata/suites/policy.yaml"))
	before := mustLoad(t, src).Document()
	edits := strings.NewReplacer(
		`"go {build,test,vet} **", `, ``,
		`deny:  ["git push **"]`, `deny:  ["git push **", "git tag **"]`,
		`ceiling: standard`, `ceiling: economy`,
		`    web: {domains: []}`, `    web: {domains: [example.test]}`,
		"mode: enforce\n", "mode: monitor\n")
	after := mustLoad(t, edits.Replace(src)).Document()
	var got []string
	for _, c := range Diff(before, after) {
		got = append(got, c.String())
	}
	want := []string{
		`+ layers[on-trial].web.domains: example.test (opens)`,
		`+ layers[organisation].shell.deny: git tag ** (narrows)`,
		`- layers[organisation].shell.allow: go {build,test,vet} ** (narrows)`,
		`~ layers[payments].models.ceiling: standard → economy`,
		`~ mode: enforce → monitor (opens)`,
	}
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if same := Diff(before, before); len(same) > 0 {
		t.Errorf("a document differs from itself: %v", same)
	}
}
