//go:build !client

package cli

import (
	"os"
	"runtime"
	"runtime/debug"
)

// collectAt is how far the heap may grow over what is alive before it is collected, in percent. The server keeps some ten
// megabytes alive and allocates a little for every decision: Go's default of 100 would collect many times a second, for
// memory that nobody needs.
const collectAt = 400

// tune sets the Go runtime up for a server whose writer spends its time in fsync. Such a call holds one of Go's processors
// until the runtime takes it away, and on its return the writer queues for one behind every request. One processor more
// than there are cores gives it one at once; measured on two cores that is about a fifth less time per decision.
// GOMAXPROCS and GOGC in the environment win.
func tune() {
	if os.Getenv("GOMAXPROCS") == "" {
		runtime.GOMAXPROCS(runtime.GOMAXPROCS(0) + 1)
	}
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(collectAt)
	}
}
