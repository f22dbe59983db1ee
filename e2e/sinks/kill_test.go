//go:build e2e

package sinks

import (
	"context"
	"math/rand/v2"
	"testing"
	"time"
)

// TestKill kills the server at random moments under load; what the ledger has arrives all the same.
func TestKill(t *testing.T) {
	times := 6
	if long {
		times = 200
	}
	f := newFleet(t)
	for range times {
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan int64)
		go func() { done <- f.decideUntil(ctx, 1<<40, 8) }()
		time.Sleep(time.Duration(50+rand.IntN(1200)) * time.Millisecond) // a random moment
		f.kill()
		stop()
		<-done
	}
	f.decide(500, 8)
	f.counted(nil)
}
