//go:build !client

package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strconv"
	"time"

	"ambit/audit"
	"ambit/audit/bundle"
	"ambit/db"
)

// AuditProveCmd makes and checks proofs that an event is in the ledger, or that one checkpoint continues another.
type AuditProveCmd struct {
	auditFiles
	Event string `arg:"" optional:"" placeholder:"EVT" help:"The event to prove: its id, its decision's id, or its seq."`
	From  string `placeholder:"FILE" type:"path" help:"Prove instead that the ledger continues what this earlier checkpoint was signed over."`
	To    string `placeholder:"FILE" type:"path" help:"The later checkpoint (the latest)."`
	Check string `placeholder:"FILE" type:"path" help:"Check this proof, or this folder made by export --manifest; needs --key and no ledger."`
}

// Help shows examples.
func (c *AuditProveCmd) Help() string {
	return `The proof of an event holds the event, a signed checkpoint and the hashes between the two. Whoever has the public key can check
it without seeing any other event. The proof from one checkpoint to another shows that nothing before was touched.

Examples:
  ambit audit prove evt_01m817sg70f6d4jvndwdzbksqe > proof.json
  ambit audit prove --from last-month.checkpoint > continues.json
  ambit audit prove --check proof.json --key ledger.pub`
}

// Run makes or checks a proof.
func (c *AuditProveCmd) Run(env *Env) error {
	public, err := c.public(true)
	if err != nil {
		return err
	}
	if public == "" {
		return &adviceError{"the ledger's public key is missing", "Name it with --key FILE"}
	}
	switch {
	case c.Check != "":
		return c.check(env, public)
	case c.From != "":
		return c.consistency(env, public)
	case c.Event == "":
		return &adviceError{"which event? Its id is missing", "ambit audit search --json shows the id of every event"}
	}
	return c.inclusion(env, public)
}

func (c *AuditProveCmd) inclusion(env *Env, public string) (err error) {
	files, err := c.open(env)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, files.Close()) }()
	seq, err := strconv.ParseInt(c.Event, 10, 64)
	if err != nil {
		if seq, err = db.SeqOfID(env.Ctx, files, c.Event); errors.Is(err, db.ErrNotFound) {
			return &adviceError{fmt.Sprintf("there is no event %q", c.Event), "ambit audit search --json shows the id of every event"}
		} else if err != nil {
			return err
		}
	}
	latest, err := db.LatestCheckpoint(env.Ctx, files)
	if errors.Is(err, db.ErrNotFound) {
		return &adviceError{"no checkpoint was signed yet", "One is signed every minute: try again then"}
	} else if err != nil {
		return err
	}
	proof, err := audit.ProveUnder(env.Ctx, files, public, latest.Note, seq)
	if errors.Is(err, db.ErrNotFound) {
		return &adviceError{fmt.Sprintf("there is no entry %d", seq), "Run ambit audit verify: if it was there, that says so"}
	} else if err != nil {
		return err
	}
	return printProof(env, proof)
}

func (c *AuditProveCmd) consistency(env *Env, public string) (err error) {
	from, err := readCheckpoint(c.From)
	if err != nil {
		return err
	}
	to := ""
	if c.To != "" {
		if to, err = readCheckpoint(c.To); err != nil {
			return err
		}
	}
	files, err := c.open(env)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, files.Close()) }()
	proof, err := audit.ProveTree(env.Ctx, files, public, from, to)
	if err != nil {
		return err
	}
	return printProof(env, proof)
}

func readCheckpoint(path string) (string, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("read checkpoint: %w", err)
	}
	return checkpointNote(text)
}

func printProof(env *Env, proof any) error {
	out := json.NewEncoder(env.Out)
	out.SetIndent("", "  ")
	return out.Encode(proof)
}

func (c *AuditProveCmd) check(env *Env, public string) error {
	if info, err := os.Stat(c.Check); err == nil && info.IsDir() {
		m, at, err := bundle.Check(c.Check, public)
		if err != nil {
			return err
		}
		fmt.Fprintf(env.Out, "%s: %d events, all of them in %s as signed on %s (%d entries)\n", paint(env.Out, green, "proved"), m.Events, at.Origin, at.Time.Format(time.RFC3339), at.Size)
		return nil
	}
	text, err := os.ReadFile(c.Check)
	if err != nil {
		return fmt.Errorf("read proof: %w", err)
	}
	var kind struct {
		Kind string `json:"kind"`
	}
	if err := json.Unmarshal(text, &kind); err != nil {
		return fmt.Errorf("read proof: %w", err)
	}
	if kind.Kind == audit.KindConsistency {
		return checkTree(env, text, public)
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

func checkTree(env *Env, text []byte, public string) error {
	var proof audit.TreeProof
	if err := json.Unmarshal(text, &proof); err != nil {
		return fmt.Errorf("read proof: %w", err)
	}
	from, to, err := proof.Check(public)
	if err != nil {
		return err
	}
	fmt.Fprintf(env.Out, "%s: %s of %s (%d entries) continues that of %s (%d entries), with nothing before altered\n", paint(env.Out, green, "proved"),
		to.Origin, to.Time.Format(time.RFC3339), to.Size, from.Time.Format(time.RFC3339), from.Size)
	return nil
}
