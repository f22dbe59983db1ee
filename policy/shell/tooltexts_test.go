package shell

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestEveryTableIsCompiledIn ensures that no file of the folder is forgotten, and that none begins with a block, which the
// look-up would miss.
func TestEveryTableIsCompiledIn(t *testing.T) {
	files, err := filepath.Glob("tools/*.tools")
	if err != nil || len(files) != len(tables()) {
		t.Fatalf("%d files, %d tables, %v", len(files), len(tables()), err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Contains(tables(), string(text)) || !strings.HasPrefix(string(text), "#") {
			t.Errorf("%s is not compiled in, or does not begin with a comment", file)
		}
	}
}
