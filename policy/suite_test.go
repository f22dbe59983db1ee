package policy

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

var testNow = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func mustRunSuite(t *testing.T, file string) []CaseResult {
	t.Helper()
	src, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	results, problems := RunSuite(file, src, SuiteOptions{Open: os.ReadFile, Now: testNow})
	if problems != nil {
		t.Fatal(problems)
	}
	return results
}

func TestSuites(t *testing.T) {
	files, err := filepath.Glob("testdata/suites/*_test.yaml")
	if err != nil || len(files) == 0 {
		t.Fatal("no suites", err)
	}
	for _, file := range files {
		for _, r := range mustRunSuite(t, file) {
			if !r.Passed() {
				t.Errorf("%s: %s: expected %s, got %s: %s", filepath.Base(file), r.Name, r.Expect, r.Effect, r.Reason)
			}
			if r.Reason == "" || strings.Contains(r.Reason, "\n") {
				t.Errorf("%s: the reason is not one sentence: %q", r.Name, r.Reason)
			}
		}
	}
}

// TestCorpus holds the decisions against cases that people labelled: nothing that they refuse may be allowed, and at most
// 2 % of what they allow may be refused.
func TestCorpus(t *testing.T) {
	files, err := filepath.Glob("testdata/corpus/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatal("no corpus", err)
	}
	allowed, refused := 0, 0
	for _, file := range files {
		for _, r := range mustRunSuite(t, file) {
			if r.Expect == Allow {
				allowed++
			}
			switch {
			case r.Passed():
			case r.Expect == Deny:
				t.Errorf("%s: %s is allowed: %s", filepath.Base(file), r.Name, r.Reason)
			default:
				refused++
				t.Logf("%s: %s is refused: %s", filepath.Base(file), r.Name, r.Reason)
			}
		}
	}
	if allowed == 0 || float64(refused)/float64(allowed) > 0.02 {
		t.Errorf("%d of %d cases that should be allowed are refused", refused, allowed)
	}
}
