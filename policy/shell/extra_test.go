package shell

import (
	"os"
	"strings"
	"testing"
)

// TestExtra judges lines of our own, one a line, under the same policies as the corpus.
func TestExtra(t *testing.T) {
	data, err := os.ReadFile("testdata/extra.txt")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, line := range strings.Split(string(data), "\n") {
		f := strings.SplitN(line, "|", 4)
		if len(f) != 4 || strings.HasPrefix(line, "#") {
			continue
		}
		n++
		p := loadPolicies()[f[0]]
		in := p.input(strings.ReplaceAll(strings.ReplaceAll(f[3], `\n`, "\n"), `\t`, "\t"))
		in.Dialect = f[1]
		if ok, why := p.judge(t, f[0], in); ok != (f[2] == "allow") {
			t.Errorf("%s: want %s: %s", strings.Join(f[:2], " "), f[2], f[3]+"   "+why)
		}
	}
	if n < 400 {
		t.Errorf("only %d lines were read", n)
	}
}
