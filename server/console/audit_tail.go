package console

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"net"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"ambit/audit"
	"ambit/server/caller"
	"ambit/server/problem"
)

const (
	heartbeat   = 10 * time.Second
	streamWrite = 30 * time.Second // a client that doesn't read for so long is gone
	maxCatchUp  = 5000             // events; beyond it the page loads its list again
	maxTails    = 200
	liveCheck   = 200 * time.Millisecond // how long a revoked credential may go on receiving events
)

// tailEvents sends new events as they are committed (server-sent events). A client that comes back says which event it
// saw last and misses nothing.
func (a *API) tailEvents(c *fiber.Ctx) error {
	q, err := filters(c)
	if err != nil {
		return err
	}
	after, err := lastSeen(c)
	if err != nil {
		return err
	}
	select {
	case a.tails <- struct{}{}:
	default:
		return problem.New("unavailable", "too many clients follow the ledger", "Try again later.")
	}
	events, stop := a.Ledger.Subscribe()
	if after < 0 {
		after = a.Ledger.Seq()
	}
	t := &tail{api: a, caller: caller.Of(c), conn: c.Context().Conn(), closing: c.Context().Done(), query: q, fits: q.Matcher(), last: after}
	c.Set(fiber.HeaderContentType, "text/event-stream")
	c.Set(fiber.HeaderCacheControl, "no-store")
	c.Set("X-Accel-Buffering", "no") // a proxy must not hold events back
	c.Context().SetBodyStreamWriter(func(w *bufio.Writer) {
		defer func() { stop(); <-a.tails }()
		t.w = w
		t.run(events)
	})
	return nil
}

// lastSeen is the seq after which the stream begins; -1 for now. A browser that connects again sends Last-Event-ID.
func lastSeen(c *fiber.Ctx) (int64, error) {
	id := c.Get("Last-Event-ID")
	if id == "" {
		return number(c, "after", -1, 0, math.MaxInt64)
	}
	after, err := strconv.ParseInt(id, 10, 64)
	if err != nil || after < 0 {
		return 0, problem.New("invalid", "Last-Event-ID must be the seq of an event", "")
	}
	return after, nil
}

// tail is one client that follows.
type tail struct {
	api     *API
	caller  *caller.Principal
	conn    net.Conn
	closing <-chan struct{} // the server stops
	query   audit.Query
	fits    func(event string) bool // nil: everything
	w       *bufio.Writer
	last    int64 // seq up to which the client has seen everything that fits
	checked time.Time
}

func (t *tail) run(events <-chan audit.Tailed) {
	ticker := time.NewTicker(heartbeat)
	defer ticker.Stop()
	if t.fill(t.api.Ledger.Seq()+1) != nil || t.beat() != nil {
		return
	}
	for {
		select {
		case <-t.closing:
			return
		case <-ticker.C:
			if t.beat() != nil {
				return
			}
		case e, open := <-events:
			if !open || t.take(e) != nil || len(events) == 0 && t.flush() != nil {
				return
			}
		}
	}
}

// take sends one event. Where the ledger went ahead too fast for the channel, the ones between are read from the ledger.
func (t *tail) take(e audit.Tailed) error {
	if e.Seq <= t.last {
		return nil
	}
	if e.Seq > t.last+1 {
		if err := t.fill(e.Seq); err != nil {
			return err
		}
	}
	t.last = e.Seq
	if t.fits != nil && !t.fits(string(e.Event)) {
		return nil
	}
	if time.Since(t.checked) > liveCheck {
		if err := t.live(); err != nil {
			return err
		}
	}
	return t.send("audit", strconv.FormatInt(e.Seq, 10), e.Event)
}

// fill sends what lies between the last event and before.
func (t *tail) fill(before int64) error {
	if before-t.last-1 > maxCatchUp {
		err := t.send("gap", strconv.FormatInt(before-1, 10), fmt.Appendf(nil, `{"after":%d}`, t.last))
		t.last = before - 1
		return err
	}
	if before <= t.last+1 {
		return nil
	}
	q := t.query
	q.Before, q.Limit = before, 0
	_, err := t.api.Ledger.ExportAfter(context.Background(), lines(func(line []byte) error {
		var head struct {
			Seq int64 `json:"seq"`
		}
		if err := json.Unmarshal(line, &head); err != nil {
			return fmt.Errorf("read event: %w", err)
		}
		return t.send("audit", strconv.FormatInt(head.Seq, 10), line)
	}), q, t.last)
	t.last = before - 1
	return err
}

// send writes one server-sent event. Canonical JSON has no line breaks, so it is one data line.
func (t *tail) send(event, id string, data []byte) error {
	if err := t.extend(); err != nil {
		return err
	}
	_, err := fmt.Fprintf(t.w, "event: %s\nid: %s\ndata: %s\n\n", event, id, data)
	return err
}

// beat keeps the connection open, and notices a client that is gone or whose session has ended while nothing happened. Its
// id is how far the stream has come, so that a client whose filters select little doesn't come back from far behind.
func (t *tail) beat() error {
	if err := t.live(); err != nil {
		return err
	}
	if _, err := fmt.Fprintf(t.w, ": still here\nid: %d\n\n", t.last); err != nil {
		return err
	}
	return t.flush()
}

func (t *tail) live() error {
	if !t.api.Live(t.caller) {
		return errNotLive
	}
	t.checked = time.Now()
	return nil
}

func (t *tail) flush() error {
	if err := t.extend(); err != nil {
		return err
	}
	return t.w.Flush()
}

// extend moves the connection's deadline: the server sets one for the whole answer.
func (t *tail) extend() error {
	if t.conn == nil {
		return nil
	}
	return t.conn.SetWriteDeadline(time.Now().Add(streamWrite))
}

var errNotLive = problem.New("unauthenticated", "your session has ended", "")

// lines is an io.Writer that is given whole lines.
type lines func(line []byte) error

func (f lines) Write(p []byte) (int, error) {
	if err := f(bytes.TrimSuffix(p, []byte("\n"))); err != nil {
		return 0, err
	}
	return len(p), nil
}
