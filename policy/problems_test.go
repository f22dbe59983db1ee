package policy

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
)

var update = flag.Bool("update", false, "write golden files anew")

// TestProblemsSayWhereAndWhat compares the problems of each document in testdata/problems with those written below it.
func TestProblemsSayWhereAndWhat(t *testing.T) {
	files, err := filepath.Glob("testdata/problems/*.txtar")
	if err != nil || len(files) < 10 {
		t.Fatalf("golden files: %d, %v", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			src, want := archive.Files[0].Data, string(archive.Files[1].Data)
			p, problems := Load("policy.yaml", src)
			got := problems.Error()
			if got != "" {
				got += "\n"
			}
			if (p == nil) != problems.Errors() {
				t.Errorf("policy is nil: %v, but errors: %v", p == nil, problems.Errors())
			}
			if *update {
				archive.Files[1].Data = []byte(got)
				if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("problems differ (-want +got):\n%s", diff)
			}
		})
	}
}
