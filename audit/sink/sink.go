// Package sink forwards the ledger to where an organisation watches: Splunk, Datadog, webhooks, OTLP, syslog, files. Each
// sink pulls from the ledger by a durable cursor of its own, so it can't slow a decision, and loses nothing within its
// quota. DESIGN.md in this folder says how.
package sink

import (
	"context"
	"time"
)

// Kind of a sink.
type Kind string

// The kinds.
const (
	Splunk  Kind = "splunk"
	Datadog Kind = "datadog"
	Webhook Kind = "webhook"
	OTLP    Kind = "otlp"
	Syslog  Kind = "syslog"
	File    Kind = "file"
)

// State of a sink.
type State string

// The states. The first three are stored; the others are what a running sink has come to.
const (
	Running       State = "running"
	Paused        State = "paused"        // by an admin; its backlog is kept, within the quota
	Disabled      State = "disabled"      // the receiver said that it is gone for good; nothing is kept for it
	Failing       State = "failing"       // can't deliver for now, and tries again by itself
	Misconfigured State = "misconfigured" // the receiver refuses everything until an admin mends something, here or there
)

// Sink is one sink as its admin sees it.
type Sink struct {
	ID        string
	Spec      Spec
	Secrets   []string // names of those that are set; the values are never shown again
	Status    Status
	CreatedAt time.Time
	CreatedBy string
	UpdatedAt time.Time
}

// Status is how a sink does.
type Status struct {
	State        State
	Why          string        // of a disabled or misconfigured one
	Cursor       int64         // every event up to this seq is done with
	LagEvents    int64         // entries of the ledger behind the cursor, whether the filter takes them or not
	Lag          time.Duration // age of the oldest of them
	BacklogBytes int64         // what they take, estimated
	Lagging      bool          // the alarm stands
	Delivered    int64         // messages accepted, ever
	SetAside     int64
	LastError    string
	LastErrorAt  time.Time
	LastSuccess  time.Time
}

// Outcome is how a receiver took a batch.
type Outcome int

// The outcomes. Whatever a receiver says that none of the others fits is Retry.
const (
	Retry            Outcome = iota // not now
	Accepted                        // all of it; the cursor may move on
	Poison                          // something in the batch is refused for what it is
	Misconfiguration                // refused until somebody mends something
	Gone                            // refused for good
)

// Result is a receiver's answer to one batch.
type Result struct {
	Outcome Outcome
	After   time.Duration // Retry: not before; 0 leaves it to the sink
	Items   []int         // Poison: which ones, where the receiver says so
	Answer  string        // in the receiver's own words, bounded and cleaned
}

// Receiver is the far end of one sink. Send is not called concurrently. An error means that there was no answer, or none that
// makes sense; the batch is then sent again.
type Receiver interface {
	Send(ctx context.Context, batch []Item) (Result, error)
	Close() error
}
