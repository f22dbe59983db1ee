package agent

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"
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
	Exit    func(status int) // ends the process where Run can't return in time, because something hangs
}

// Run reads the call, asks the server and prints the verdict. It returns the exit status: 0 with an explicit verdict on Out; on
// any failure of its own 2 for events that guard something, 1 for those that only report, with one sentence on Err.
// Whatever hangs (standard input, a file system, the network, the server's answer), the process ends within Timeout: then Exit
// is called with the status. The work is done right here and not in a goroutine beside the timer, because waking
// threads for that would be a tenth of the whole process's time.
func (k *Hook) Run(ctx context.Context) int {
	w := &work{Hook: k, over: make(chan struct{})}
	w.enter("the call did not arrive completely", "run the agent again")
	w.timer = time.AfterFunc(k.Timeout, func() { w.exit(w.late) })
	stop := context.AfterFunc(ctx, func() { w.exit(told) })
	defer stop()
	verdict, err := w.ask()
	if !w.ended.CompareAndSwap(false, true) {
		<-w.over // time was up first, and that is said by now
		return w.status
	}
	w.timer.Stop()
	if err == nil {
		if _, err = k.Out.Write(verdict); err == nil {
			return exitAnswered
		}
		err = failf("run the agent again", "the verdict could not be written")
	}
	return w.fail(err)
}

// work is one run. One timer bounds all of it, since not everything that may hang obeys a deadline.
type work struct {
	*Hook
	timer  *time.Timer
	ended  atomic.Bool   // what the run came to is settled
	over   chan struct{} // closed when the timer settled it: status is set
	status int

	mu      sync.Mutex
	event   string   // what is known of it so far
	hangs   *failure // what to say if the timer fires now; its cause goes on with "within 10s"
	limit   time.Duration
	opened  io.Closer
	dropped bool
}

// exit ends the process while Run may hang.
func (w *work) exit(why func() error) {
	if !w.ended.CompareAndSwap(false, true) {
		return
	}
	w.status = w.fail(why())
	close(w.over)
	w.Exit(w.status)
}

func (w *work) enter(cause, remedy string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.hangs = &failure{cause, remedy}
	if w.limit == 0 {
		w.limit = w.Timeout
	}
}

func (w *work) setEvent(name string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.event = name
	if name != "" && !claudecode.GatesEvent(name) && w.limit > reportTimeout {
		w.limit = reportTimeout
		w.timer.Reset(reportTimeout)
	}
}

func told() error { return failf("run the agent again", "it was told to stop") }

// late explains that time is up, and closes the connection.
func (w *work) late() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.dropped = true
	if w.opened != nil {
		_ = w.opened.Close()
	}
	return failf(w.hangs.remedy, "%s within %s", w.hangs.cause, w.limit)
}

func (w *work) connected(c io.Closer) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.opened = c; w.dropped {
		_ = c.Close()
	}
}

// fail prints the sentence and gives the status with which the event fails.
func (w *work) fail(err error) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	var f *failure
	if !errors.As(err, &f) {
		f = failf("tell your administrator", "%v", err)
	}
	_, _ = fmt.Fprintln(w.Err, f.sentence(w.event))
	if claudecode.GatesEvent(w.event) {
		return exitBlocked
	}
	return exitReported
}

func (w *work) ask() (verdict []byte, err error) {
	defer func() {
		if p := recover(); p != nil {
			verdict, err = nil, failf("tell your administrator that `ambit hook` failed", "it met an error of its own")
		}
	}()
	raw, err := io.ReadAll(io.LimitReader(w.In, maxReport+1))
	if err != nil {
		return nil, failf("run the agent again", "the call could not be read")
	}
	if len(raw) > maxReport {
		w.setEvent(claudecode.SniffEvent(raw))
		return nil, failf("make the change in smaller steps", "this call is larger than %d MiB", maxReport>>20)
	}
	h, err := claudecode.Parse(raw)
	if err != nil {
		w.setEvent(claudecode.SniffEvent(raw))
		return nil, failf("update Claude Code and ambit to versions that fit", "the call can't be understood (%v)", err)
	}
	w.setEvent(h.Event)
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
	}
	if len(raw) > maxGate {
		return nil, failf("make the change in smaller steps", "this call is larger than %d MiB", maxGate>>20)
	}
	to, err := FindConnection(w.Server, w.Getenv)
	if err != nil {
		return nil, err
	}
	w.enter("the sign-in could not be renewed", "try again, or run `ambit login`")
	if err := w.Renew(context.Background(), &to, hookNeeds); err != nil {
		return nil, err
	}
	w.enter("the server at "+to.Server.String()+" did not answer", "try again, or "+askAdmin)
	line := dialAhead(to.Server, w.connected)
	w.enter("the files of this machine could not be looked up", "check network drives, and try again")
	body, err := withFacts(raw, w.facts(h))
	if err != nil {
		return nil, err
	}
	w.enter("the server at "+to.Server.String()+" did not answer", "try again, or "+askAdmin)
	d := <-line
	if d.err != nil {
		return nil, exchangeFailure(d.err, to.Server)
	}
	a, err := send(d.conn, to.Server, w.call(&to, body))
	if err == nil && a.Status == 401 && to.SignedIn() {
		a, err = w.again(&to, body) // this machine's clock may be wrong
	}
	if err != nil {
		return nil, exchangeFailure(err, to.Server)
	}
	if a.Status != 200 || !a.JSON {
		return nil, statusFailure(a, to.Server)
	}
	if verdict, err = claudecode.Check(h, a.Body); err != nil {
		return nil, failf(askAdmin, "the answer of the server at %s can't be trusted (%v)", to.Server.Host, err)
	}
	return verdict, nil
}

// hookNeeds is how long a credential must still last, so that it doesn't run out on the way.
const hookNeeds = 30 * time.Second

func (w *work) call(to *Connection, body []byte) *request {
	return &request{"POST", "/hooks/claude-code", to.Token, "ambit/" + w.Version, "application/json", body}
}

// again renews a sign-in that the server doesn't accept, and asks once more.
func (w *work) again(to *Connection, body []byte) (*httpAnswer, error) {
	if err := w.Renew(context.Background(), to, always); err != nil {
		return nil, err
	}
	conn, err := dial(to.Server, w.connected)
	if err != nil {
		return nil, err
	}
	return send(conn, to.Server, w.call(to, body))
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
