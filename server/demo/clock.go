package demo

import (
	"sync/atomic"
	"time"
)

// Clock is the time of an installation while its past is being written. Afterwards it is the real time.
type Clock struct {
	real  func() time.Time
	fixed atomic.Pointer[time.Time]
}

// NewClock makes a clock that shows the real time.
func NewClock(realTime func() time.Time) *Clock { return &Clock{real: realTime} }

// Now is the time that set gave it last, or the real time.
func (c *Clock) Now() time.Time {
	if t := c.fixed.Load(); t != nil {
		return *t
	}
	return c.real()
}

func (c *Clock) set(t time.Time) { c.fixed.Store(&t) }

func (c *Clock) release() { c.fixed.Store(nil) }
