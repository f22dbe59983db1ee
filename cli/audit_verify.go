//go:build !client

package cli

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"ambit/audit"
	"ambit/db"
	"ambit/db/seal"
)

// AuditVerifyCmd checks the ledger of a data folder, or of a copy of one.
type AuditVerifyCmd struct {
	auditFiles
	Checkpoint string `placeholder:"FILE" type:"path" help:"A checkpoint that was kept elsewhere (ambit audit checkpoint): shows whether the whole folder was set back."`
	JSON       bool   `name:"json" help:"Print the report as JSON."`
}

// auditFiles names the files of a ledger.
type auditFiles struct {
	Data      string `default:"./ambit-data" env:"AMBIT_DATA" placeholder:"DIR" type:"path" help:"Data folder, or a copy of one (${default})."`
	KeyFile   string `placeholder:"FILE" type:"path" help:"The installation's key file (DIR/key). With it the very entry is named, whatever else was altered."`
	PublicKey string `name:"pubkey" aliases:"key" placeholder:"FILE" type:"path" help:"The ledger's public key from a place that you trust (DIR/ledger.pub)."`
}

// Help shows examples.
func (c *AuditVerifyCmd) Help() string {
	return `Reads the files only, so it works on a copy and beside a running server. Exit status: 0 nothing was altered;
1 something was, and the first line of the output is "first bad entry: seq N"; 2 it could not be checked.

Examples:
  ambit audit verify
  ambit audit verify --data /mnt/copy --pubkey ledger.pub --checkpoint last-week.checkpoint`
}

// Run verifies.
func (c *AuditVerifyCmd) Run(env *Env) error {
	report, err := c.verify(env)
	if err != nil {
		return &ExitError{statusUsage, err}
	}
	if c.JSON {
		out := json.NewEncoder(env.Out)
		out.SetIndent("", "  ")
		if err := out.Encode(report); err != nil {
			return fmt.Errorf("write report: %w", err)
		}
	} else {
		c.print(env, &report)
	}
	if !report.OK() {
		return &ExitError{Status: statusFail}
	}
	return nil
}

func (c *AuditVerifyCmd) verify(env *Env) (report audit.Report, err error) {
	var opt audit.VerifyOptions
	if opt.Box, err = c.key(env); err != nil {
		return report, err
	}
	if opt.PublicKey, err = c.public(opt.Box == nil); err != nil {
		return report, err
	}
	if c.Checkpoint != "" {
		if opt.Checkpoint, err = readCheckpoint(c.Checkpoint); err != nil {
			return report, err
		}
	}
	files, err := c.open(env)
	if err != nil {
		return report, err
	}
	defer func() { err = errors.Join(err, files.Close()) }()
	return audit.Verify(env.Ctx, files, opt)
}

// checkpointNote takes the signed note out of what was kept: the note itself, or the JSON in which the API gives it.
func checkpointNote(kept []byte) (string, error) {
	if !bytes.HasPrefix(bytes.TrimSpace(kept), []byte("{")) {
		return string(kept), nil
	}
	var answer struct {
		Note string `json:"note"`
	}
	if err := json.Unmarshal(kept, &answer); err != nil || answer.Note == "" {
		return "", &adviceError{"the checkpoint file is neither a signed note nor the answer of GET /api/v1/audit/checkpoint", "Make one with ambit audit checkpoint"}
	}
	return answer.Note, nil
}

func (c *AuditVerifyCmd) print(env *Env, r *audit.Report) {
	if !r.OK() {
		// Fixed text: scripts look for it.
		fmt.Fprintln(env.Out, paint(env.Out, red, fmt.Sprintf("first bad entry: seq %d", r.FirstBad)))
		for _, issue := range r.Issues {
			fmt.Fprintf(env.Out, "  %s\n", issue.What)
		}
		c.explain(env, r)
		return
	}
	if r.Entries == 0 {
		fmt.Fprintln(env.Out, "the ledger is empty, as it was left: there is nothing to verify yet")
		return
	}
	fmt.Fprintf(env.Out, "%s: %d entries, %d signed checkpoints, nothing was altered\n", paint(env.Out, green, "verified"), r.Entries, r.Checkpoints)
	fmt.Fprintf(env.Out, "  root %s\n", r.Root)
	c.explain(env, r)
	if !r.Keyed {
		fmt.Fprintln(env.Out, "  without the key file: checked against hash tiles, head and checkpoints")
	}
	if !r.Signed {
		fmt.Fprintln(env.Out, "  without a public key: signatures were not checked (--pubkey FILE)")
	}
	if c.Checkpoint == "" {
		fmt.Fprintln(env.Out, "  to notice a folder that was set back as a whole, keep checkpoints elsewhere and pass --checkpoint FILE")
	}
}

// explain tells what is missing for a reason that the ledger itself records.
func (c *AuditVerifyCmd) explain(env *Env, r *audit.Report) {
	if r.Removed > 0 {
		names := make([]string, 0, 3)
		for _, by := range r.Removals[:min(len(r.Removals), cap(names))] {
			names = append(names, by.Event)
		}
		more := ""
		if n := r.RemovalEvents - int64(len(names)); n > 0 {
			more = fmt.Sprintf(" and %d more", n)
		}
		fmt.Fprintf(env.Out, "  %d entries removed under retention, recorded by %s%s\n", r.Removed, strings.Join(names, ", "), more)
	}
	for _, note := range r.Notes {
		fmt.Fprintf(env.Out, "  %s\n", note)
	}
}

// open opens the database for looking.
func (f *auditFiles) open(env *Env) (*db.Snapshot, error) {
	path := filepath.Join(f.Data, db.File)
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return nil, &adviceError{fmt.Sprintf("%s has no ledger: %s is missing", f.Data, db.File), "Name the data folder with --data DIR"}
	}
	s, err := db.Inspect(env.Ctx, path)
	if err != nil {
		return nil, err
	}
	// A file that SQLite can't read is not "no ledger": verification says what it is.
	if there, err := db.HasLedger(env.Ctx, s); err == nil && !there {
		return nil, errors.Join(&adviceError{path + " has no ledger", "Name the data folder with --data DIR"}, s.Close())
	}
	return s, nil
}

// key reads the key file: the one named, or the folder's own where it is there and may be read.
func (f *auditFiles) key(env *Env) (*seal.Box, error) {
	if f.KeyFile != "" {
		return seal.Load(f.KeyFile, env.Rand)
	}
	box, err := seal.Load(filepath.Join(f.Data, "key"), env.Rand)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) {
		return nil, nil // an auditor's copy has none
	}
	return box, err
}

// public reads the public key: the one named or, where there is no key file either, the one beside the database.
func (f *auditFiles) public(beside bool) (string, error) {
	path := f.PublicKey
	if path == "" {
		if !beside {
			return "", nil
		}
		path = filepath.Join(f.Data, audit.PublicKeyFile)
	}
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) && f.PublicKey == "" {
		return "", nil
	} else if err != nil {
		return "", fmt.Errorf("read public key: %w", err)
	}
	return strings.TrimSpace(string(text)), nil
}
