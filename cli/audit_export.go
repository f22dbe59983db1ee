//go:build !client

package cli

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
)

// AuditExportCmd writes events as JSON Lines.
type AuditExportCmd struct {
	where
	auditFilter
	auditTime
	Out string `short:"o" placeholder:"FILE" type:"path" help:"Write to this file instead of standard output."`
}

// Help shows examples.
func (c *AuditExportCmd) Help() string {
	return `Oldest first, in canonical JSON, whatever was committed last included.

Examples:
  ambit audit export > events.jsonl
  ambit audit export --since 2026-11-01 --effect deny | jq .decision.reason`
}

// Run exports.
func (c *AuditExportCmd) Run(env *Env) (err error) {
	v := c.values()
	if err := c.add(v, env.Now()); err != nil {
		return err
	}
	inst, err := c.open(env)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, inst.Close()) }()
	body, err := inst.Client().stream(env.Ctx, http.MethodGet, "/api/v1/audit/export?"+v.Encode())
	if err != nil {
		return err
	}
	defer body.Close()
	out := env.Out
	if c.Out != "" {
		f, err := os.OpenFile(c.Out, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
		if err != nil {
			return fmt.Errorf("write export: %w", err)
		}
		if _, err := io.Copy(f, body); err != nil {
			return fmt.Errorf("write export: %w", errors.Join(err, f.Close()))
		}
		return f.Close()
	}
	if _, err := io.Copy(out, body); err != nil {
		return fmt.Errorf("write export: %w", err)
	}
	return nil
}
