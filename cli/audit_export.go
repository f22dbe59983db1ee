//go:build !client

package cli

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"time"

	"ambit/audit"
	"ambit/audit/bundle"
)

// AuditExportCmd writes events for use elsewhere.
type AuditExportCmd struct {
	where
	auditFilter
	auditTime
	Format   string `enum:"jsonl,csv,ocsf" default:"jsonl" help:"jsonl (canonical JSON, one event a line), csv, or ocsf (OCSF 1.4, one event a line)."`
	Out      string `short:"o" placeholder:"FILE" type:"path" help:"Write to this file instead of standard output; with --manifest, the folder to make."`
	Manifest bool   `help:"Make a folder with the events, their hashes, a signed checkpoint and a proof for every event, up to the present."`
}

// Help shows examples.
func (c *AuditExportCmd) Help() string {
	return `Oldest first, whatever was committed last included. With --manifest the result is a folder that anybody can check with
ambit audit prove --check DIR --key ledger.pub: every event in it is in the ledger, unaltered.

Examples:
  ambit audit export > events.jsonl
  ambit audit export --since 2026-11-01 --effect deny --format csv --out refused.csv
  ambit audit export --person ada@acme.test --format csv --manifest --out evidence`
}

// Run exports.
func (c *AuditExportCmd) Run(env *Env) (err error) {
	v := c.values()
	if err := c.add(v, env.Now()); err != nil {
		return err
	}
	if c.Manifest && c.Out == "" {
		return usage("--manifest needs --out")("Name a new folder with --out DIR")
	}
	inst, err := c.open(env)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, inst.Close()) }()
	if c.Manifest {
		return c.bundle(env, inst.Client(), v)
	}
	v.Set("format", c.Format)
	body, err := inst.Client().stream(env.Ctx, "/api/v1/audit/export?"+v.Encode())
	if err != nil {
		return err
	}
	defer body.Close()
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
	if _, err := io.Copy(env.Out, body); err != nil {
		return fmt.Errorf("write export: %w", err)
	}
	return nil
}

// bundle makes a folder with proofs, up to a checkpoint that is signed for it.
func (c *AuditExportCmd) bundle(env *Env, api *apiClient, v url.Values) error {
	var at struct {
		Note      string `json:"note"`
		PublicKey string `json:"public_key"`
		Size      int64  `json:"size"`
	}
	if err := api.do(env.Ctx, http.MethodPost, "/api/v1/audit/checkpoint", struct{}{}, &at); err != nil {
		return err
	}
	if at.Note == "" {
		return &adviceError{"the ledger is empty: there is nothing to export", ""}
	}
	m := bundle.Manifest{Ambit: version, MadeAt: env.Now().UTC().Truncate(time.Second), Filter: map[string]string{}, Through: at.Size, Checkpoint: at.Note}
	for name := range v {
		m.Filter[name] = v.Get(name)
	}
	v.Set("before", strconv.FormatInt(at.Size+1, 10))
	src := &exported{env: env, api: api, query: v, checkpoint: at.Note}
	if err := bundle.Write(c.Out, c.Format, at.PublicKey, &m, src); err != nil {
		return err
	}
	fmt.Fprintf(env.Out, "%d events of %d entries in %s; check it with: ambit audit prove --check %s --key ledger.pub\n", m.Events, m.Through, c.Out, c.Out)
	return nil
}

// exported reads events and proofs from the API.
type exported struct {
	env        *Env
	api        *apiClient
	query      url.Values
	checkpoint string
}

// Events implements bundle.Source.
func (s *exported) Events(fn func(event string) error) error {
	body, err := s.api.stream(s.env.Ctx, "/api/v1/audit/export?"+s.query.Encode())
	if err != nil {
		return err
	}
	defer body.Close()
	lines := bufio.NewScanner(body)
	lines.Buffer(nil, maxEventLine)
	for lines.Scan() {
		if err := fn(lines.Text()); err != nil {
			return err
		}
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("read events: %w", err)
	}
	return nil
}

// Proofs implements bundle.Source.
func (s *exported) Proofs(seqs []int64) ([][]audit.Hash, error) {
	var answer struct {
		Hashes [][]audit.Hash `json:"hashes"`
	}
	request := struct {
		Checkpoint string  `json:"checkpoint"`
		Seqs       []int64 `json:"seqs"`
	}{s.checkpoint, seqs}
	err := s.api.do(s.env.Ctx, http.MethodPost, "/api/v1/audit/proofs", request, &answer)
	return answer.Hashes, err
}
