package agent

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync/atomic"
	"time"

	"ambit/agent/claudecode"
)

// Exit statuses that Claude Code understands.
const (
	exitAnswered = 0 // stdout holds the verdict
	exitReported = 1 // stderr is shown to the person, nothing is blocked
	exitBlocked  = 2 // whatever the event guards is blocked, and stderr says why
)

// Limits of a call. An event that reports may quote a whole file; only its measure is sent on.
const (
	maxGate   = 4 << 20
	maxReport = 32 << 20
)

// reportTimeout bounds the wait for events that only report: the agent stands still meanwhile.
const reportTimeout = 3 * time.Second

// Hook is one run of `ambit hook`.
type Hook struct {
	Machine
	Server  string // from the flag; "" looks further
	Timeout time.Duration
	In      io.Reader
	Out     io.Writer
	Err     io.Writer
}

// Run reads the call, asks the server and prints the verdict. It returns the exit status: 0 with an explicit verdict on Out; on
// any failure of its own 2 for events that guard something, 1 for those that only report, with one sentence on Err.
// It ends within Timeout whatever hangs: standard input, a file system, the network, or the server's answer.
func (k *Hook) Run(ctx context.Context) int {
	ctx, cancel := context.WithTimeout(ctx, k.Timeout)
	defer cancel()
	var event atomic.Pointer[string] // what is known of it while the work goes on
	type outcome struct {
		verdict []byte
		err     error
	}
	done := make(chan outcome, 1)
	go func() {
		var o outcome
		defer func() {
			if p := recover(); p != nil {
				o = outcome{err: failf("tell your administrator that `ambit hook` failed", "it met an error of its own")}
			}
			done <- o
		}()
		// The work stops a little earlier, so that its own words for what hung win over the general ones below.
		work, cancel := context.WithTimeout(ctx, k.Timeout-k.Timeout/20)
		defer cancel()
		o.verdict, o.err = k.ask(work, &event)
	}()
	var o outcome
	select {
	case o = <-done:
	case <-ctx.Done():
		// The work hangs where no deadline reaches it. The process ends, and takes the goroutine with it.
		o.err = failf("try again, or "+askAdmin, "no verdict came within %s", k.Timeout)
	}
	name := ""
	if p := event.Load(); p != nil {
		name = *p
	}
	if o.err == nil {
		if _, o.err = k.Out.Write(o.verdict); o.err == nil {
			return exitAnswered
		}
		o.err = failf("run the agent again", "the verdict could not be written")
	}
	var f *failure
	if !errors.As(o.err, &f) {
		f = failf("tell your administrator", "%v", o.err)
	}
	fmt.Fprintln(k.Err, f.sentence(name))
	if claudecode.GatesEvent(name) {
		return exitBlocked
	}
	return exitReported
}

func (k *Hook) ask(ctx context.Context, event *atomic.Pointer[string]) ([]byte, error) {
	raw, err := io.ReadAll(io.LimitReader(k.In, maxReport+1))
	if err != nil {
		return nil, failf("run the agent again", "the call could not be read")
	}
	h, err := claudecode.Parse(raw)
	if err != nil {
		name := claudecode.SniffEvent(raw)
		event.Store(&name)
		if len(raw) > maxReport {
			return nil, failf("make the change in smaller steps", "this call is larger than %d MiB", maxReport>>20)
		}
		return nil, failf("update Claude Code and ambit to versions that fit", "the call can't be understood (%v)", err)
	}
	event.Store(&h.Event)
	switch {
	case h.Facts != nil:
		return nil, failf("remove whatever sits between Claude Code and ambit", "the call already has a member \"ambit\"")
	case !h.Known():
		return nil, failf("update ambit, or remove the hook for it", "it can't answer the event %q", h.Event)
	case !h.Gates():
		if _, worth := h.Report(); !worth {
			return []byte("{}"), nil
		}
		if raw, err = h.Reduced(); err != nil {
			return nil, err
		}
		short, cancel := context.WithTimeout(ctx, reportTimeout)
		defer cancel()
		ctx = short
	}
	if len(raw) > maxGate {
		return nil, failf("make the change in smaller steps", "this call is larger than %d MiB", maxGate>>20)
	}
	conn, err := FindConnection(k.Server, k.Getenv)
	if err != nil {
		return nil, err
	}
	body, err := withFacts(raw, k.facts(h))
	if err != nil {
		return nil, err
	}
	a, err := post(ctx, conn.Server, "/hooks/claude-code", conn.Token, "ambit/"+k.Version, body)
	if err != nil {
		return nil, exchangeFailure(err, conn.Server, k.waited(h))
	}
	if a.Status != 200 || !a.JSON {
		return nil, statusFailure(a, conn.Server)
	}
	verdict, err := claudecode.Check(h, a.Body)
	if err != nil {
		return nil, failf(askAdmin, "the answer of the server at %s can't be trusted (%v)", conn.Server.Host, err)
	}
	return verdict, nil
}

// waited is how long the exchange could take, for the sentence.
func (k *Hook) waited(h *claudecode.Hook) time.Duration {
	if !h.Gates() {
		return min(k.Timeout, reportTimeout)
	}
	return k.Timeout
}

// withFacts puts the facts behind the members that Claude Code sent, whose text stays as it is.
func withFacts(raw []byte, facts *claudecode.Facts) ([]byte, error) {
	add, err := json.Marshal(facts)
	if err != nil {
		return nil, err
	}
	end := len(raw) - 1
	for end > 0 && raw[end] != '}' { // Parse has seen that it is one object; white space may follow
		end--
	}
	body := make([]byte, 0, end+len(add)+12)
	body = append(body, raw[:end]...)
	body = append(body, `,"ambit":`...)
	body = append(body, add...)
	return append(body, '}'), nil
}
