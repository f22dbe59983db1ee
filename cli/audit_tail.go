//go:build !client

package cli

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// AuditTailCmd shows events as they are committed.
type AuditTailCmd struct {
	where
	auditFilter
	Text []string `arg:"" optional:"" help:"Words that must all be there; \"a phrase\" in quotes; word* for a beginning."`
	JSON bool     `name:"json" help:"Print whole events, one JSON object a line."`
}

// Help shows an example.
func (c *AuditTailCmd) Help() string {
	return `Runs until it is interrupted or the server stops.

Examples:
  ambit audit tail --effect deny
  ambit audit tail '"git push"' --json`
}

// maxEventLine bounds one event in the stream, in bytes.
const maxEventLine = 16 << 20

// Run follows the stream of server-sent events.
func (c *AuditTailCmd) Run(env *Env) (err error) {
	inst, err := c.open(env)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, inst.Close()) }()
	if inst.parts != nil {
		return &adviceError{fmt.Sprintf("no server is running on %s, so nothing can come", c.Data), "Start `ambit serve`, or use ambit audit search"}
	}
	v := c.values()
	if len(c.Text) > 0 {
		v.Set("q", strings.Join(c.Text, " "))
	}
	body, err := inst.Client().stream(env.Ctx, "/api/v1/audit/tail?"+v.Encode())
	if err != nil {
		return err
	}
	defer body.Close()
	err = readEvents(body, func(name, data string) error {
		switch name {
		case "audit":
			return printEvent(env.Out, json.RawMessage(data), c.JSON)
		case "gap":
			fmt.Fprintln(env.Err, "ambit: events came faster than they could be shown; ambit audit search has those left out")
		}
		return nil
	})
	if env.Ctx.Err() != nil {
		return nil // interrupted, which is how this ends
	}
	return err
}

// readEvents reads server-sent events (WHATWG HTML section 9.2) until the stream ends.
func readEvents(r io.Reader, fn func(name, data string) error) error {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, maxEventLine)
	var name string
	var data []string
	for lines.Scan() {
		line := lines.Text()
		field, value, _ := strings.Cut(line, ":")
		value = strings.TrimPrefix(value, " ")
		switch {
		case line == "":
			if len(data) > 0 {
				if err := fn(name, strings.Join(data, "\n")); err != nil {
					return err
				}
			}
			name, data = "", nil
		case field == "event":
			name = value
		case field == "data":
			data = append(data, value)
		}
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("read events: %w", err)
	}
	return nil
}
