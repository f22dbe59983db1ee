//go:build !client

package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"ambit/audit"
	"ambit/db"
)

// AuditProveCmd makes and checks proofs that an event is in the ledger.
type AuditProveCmd struct {
	auditFiles
	Seq   int64  `arg:"" optional:"" placeholder:"SEQ" help:"The entry to prove."`
	Check string `placeholder:"FILE" type:"path" help:"Check this proof instead of making one; needs --pubkey and no ledger."`
}

// Help shows examples.
func (c *AuditProveCmd) Help() string {
	return `The proof holds one event, a signed checkpoint and the hashes between the two. Whoever has the public key can check it
without seeing any other event.

Examples:
  ambit audit prove 1234 > proof.json
  ambit audit prove --check proof.json --pubkey ledger.pub`
}

// Run makes or checks a proof.
func (c *AuditProveCmd) Run(env *Env) (err error) {
	public, err := c.public(true)
	if err != nil {
		return err
	}
	if public == "" {
		return &adviceError{"the ledger's public key is missing", "Name it with --pubkey FILE"}
	}
	if c.Check != "" {
		return c.check(env, public)
	}
	if c.Seq < 1 {
		return &adviceError{"which entry? Its seq is missing", "ambit audit search shows the seq of every event"}
	}
	files, err := c.open(env)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, files.Close()) }()
	proof, err := audit.Prove(env.Ctx, files, public, c.Seq)
	if errors.Is(err, db.ErrNotFound) {
		return &adviceError{"no checkpoint was signed yet", "One is signed every minute: try again then"}
	} else if err != nil {
		return err
	}
	out := json.NewEncoder(env.Out)
	out.SetIndent("", "  ")
	return out.Encode(proof)
}

func (c *AuditProveCmd) check(env *Env, public string) error {
	text, err := os.ReadFile(c.Check)
	if err != nil {
		return fmt.Errorf("read proof: %w", err)
	}
	var proof audit.Proof
	if err := json.Unmarshal(text, &proof); err != nil {
		return fmt.Errorf("read proof: %w", err)
	}
	at, err := proof.Check(public)
	if err != nil {
		return err
	}
	fmt.Fprintf(env.Out, "%s: entry %d is in %s as signed on %s (%d entries)\n", paint(env.Out, green, "proved"),
		proof.Seq, at.Origin, at.Time.Format(time.RFC3339), at.Size)
	return nil
}
