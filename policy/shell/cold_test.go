package shell

import (
	"sync"
	"testing"
)

// BenchmarkCold is the first line of a process: the client's hook runs once and exits.
func BenchmarkCold(b *testing.B) {
	in := Input{Source: "git log --oneline -5", Cwd: "/r"}
	for b.Loop() {
		tools = &toolbox{}
		parsers[0] = sync.Pool{}
		Analyse(in)
	}
}
