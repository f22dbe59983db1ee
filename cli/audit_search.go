//go:build !client

package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"ambit/audit"
)

// AuditSearchCmd finds events, newest first.
type AuditSearchCmd struct {
	where
	auditFilter
	auditTime
	Text  []string `arg:"" optional:"" help:"Words that must all be there; \"a phrase\" in quotes; word* for a beginning."`
	Limit int      `default:"50" help:"At most so many events (${default})."`
	JSON  bool     `name:"json" help:"Print whole events, one JSON object a line."`
}

// Help shows examples.
func (c *AuditSearchCmd) Help() string {
	return `Newest first. What was committed a moment ago is found as well.

Examples:
  ambit audit search --effect deny --since 24h
  ambit audit search --person ada@acme.test '"git push"' --json`
}

// auditPage is one page of the API's answer.
type auditPage struct {
	Events []json.RawMessage `json:"events"`
	Next   int64             `json:"next"`
}

// maxPage is how many events the API gives at once.
const maxPage = 200

// Run searches.
func (c *AuditSearchCmd) Run(env *Env) (err error) {
	v := c.values()
	if err := c.add(v, env.Now()); err != nil {
		return err
	}
	if len(c.Text) > 0 {
		v.Set("q", strings.Join(c.Text, " "))
	}
	if c.Limit < 1 {
		return &adviceError{"--limit must be at least 1", "ambit audit export gives all events"}
	}
	inst, err := c.open(env)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, inst.Close()) }()
	for left := c.Limit; left > 0; {
		v.Set("limit", strconv.Itoa(min(left, maxPage)))
		var page auditPage
		if err := inst.Client().do(env.Ctx, http.MethodGet, "/api/v1/audit/events?"+v.Encode(), nil, &page); err != nil {
			return err
		}
		for _, e := range page.Events {
			if err := printEvent(env.Out, e, c.JSON); err != nil {
				return err
			}
		}
		left -= len(page.Events)
		if page.Next == 0 || len(page.Events) == 0 {
			return nil
		}
		v.Set("before", strconv.FormatInt(page.Next, 10))
	}
	return nil
}

// printEvent writes an event as JSON or as one line for people.
func printEvent(w io.Writer, raw json.RawMessage, asJSON bool) error {
	if asJSON {
		_, err := fmt.Fprintf(w, "%s\n", raw)
		return err
	}
	var e audit.Event
	if err := json.Unmarshal(raw, &e); err != nil {
		return fmt.Errorf("read event: %w", err)
	}
	effect := "-"
	c := colour("")
	if e.Decision != nil {
		effect = string(e.Decision.Effect)
		c = map[string]colour{"deny": red, "hold": yellow, "allow": green}[effect]
		if !e.Decision.Enforced && effect != "allow" {
			effect += " (monitor)"
		}
	}
	effect = fmt.Sprintf("%-5s", effect)
	if c != "" {
		effect = paint(w, c, effect)
	}
	_, err := fmt.Fprintf(w, "%s  %d  %s  %s  %s  %s\n", e.Time.Local().Format(time.DateTime), e.Seq, effect, e.Type, or(e.Actor.User, "-"), subjectOf(&e))
	return err
}

// subjectOf says in a few words what an event is about.
func subjectOf(e *audit.Event) string {
	var s string
	switch {
	case e.Action != nil && len(e.Action.Properties) > 0:
		var p map[string]any // properties differ by action; the first of these that is there tells most
		if err := json.Unmarshal(e.Action.Properties, &p); err == nil {
			for _, name := range []string{"command", "path", "url", "tool", "skill", "model", "name", "prompt"} {
				if text, ok := p[name].(string); ok && text != "" {
					s = text
					break
				}
			}
		}
	case e.Change != nil:
		s = strings.TrimSpace(e.Change.Object + " " + e.Change.ID)
	}
	s = strings.Join(strings.Fields(s), " ")
	if e.Decision != nil && e.Decision.Effect != "allow" {
		s += " — " + e.Decision.Reason
	}
	// What an agent typed must not steer the terminal.
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0 {
			return '·'
		}
		return r
	}, s)
}
