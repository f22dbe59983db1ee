//go:build !client

package cli

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"syscall"
	"time"

	"ambit/audit"
	"ambit/audit/backup"
)

// RestoreCmd makes a data folder of a backup.
type RestoreCmd struct {
	From       string `required:"" placeholder:"FILE" type:"existingfile" help:"The backup."`
	Data       string `default:"./ambit-data" env:"AMBIT_DATA" placeholder:"DIR" type:"path" help:"Data folder to make; it must be missing or empty (${default})."`
	KeyFile    string `name:"key-file" env:"AMBIT_KEY_FILE" placeholder:"FILE" type:"path" help:"The installation's key file, where it is not in the backup; it is copied to DIR/key."`
	KeepKey    bool   `name:"keep-key-apart" help:"Leave the key file where --key-file says instead of copying it."`
	Checkpoint string `placeholder:"FILE" type:"path" help:"The newest checkpoint that anybody kept: what it covers beyond the backup is recorded as lost."`
	JSON       bool   `name:"json" help:"Print what was restored as JSON."`
}

// Help shows examples.
func (c *RestoreCmd) Help() string {
	return `Verifies the ledger in the backup first, and refuses one that was altered. The restored ledger begins a new epoch: its first event
says which backup it was, and which checkpoint is the last one known of the time before. Verification explains the rest by that;
without --checkpoint, whatever came after the backup looks like a loss that nobody owned up to, which is what it is. Everybody has
to sign in again; API tokens that were revoked after the backup was taken must be revoked anew.

Examples:
  ambit restore --from ambit-2026-11-22.tar.gz --data /var/lib/ambit --key-file /safe/key --checkpoint last.checkpoint`
}

// Run restores.
func (c *RestoreCmd) Run(env *Env) error {
	if c.KeepKey && c.KeyFile == "" {
		return usage("--keep-key-apart needs --key-file")("Name the key file with --key-file")
	}
	kept := ""
	if c.Checkpoint != "" {
		var err error
		if kept, err = readCheckpoint(c.Checkpoint); err != nil {
			return err
		}
	}
	// Whatever this makes is for its owner alone.
	syscall.Umask(0o077)
	by := localPrincipal()
	r, err := backup.Restore(env.Ctx, backup.RestoreOptions{
		From: c.From, Dir: c.Data, KeyFile: c.KeyFile, KeepKey: c.KeepKey, Checkpoint: kept,
		By: audit.Actor{User: by.Who(), Credential: by.Credential}, Now: env.Now, Rand: env.Rand, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		return err
	}
	if c.JSON {
		return json.NewEncoder(env.Out).Encode(map[string]any{ // any: a JSON object
			"data": c.Data, "taken_at": r.Manifest.TakenAt, "entries": r.Report.Entries, "epoch": r.Checkpoint.Epoch, "checkpoint": r.Checkpoint.Note,
		})
	}
	fmt.Fprintf(env.Out, "%s: %d entries as of %s, verified; epoch %d begins with entry %d\n", c.Data, r.Report.Entries,
		r.Manifest.TakenAt.Format(time.RFC3339), r.Checkpoint.Epoch, r.Report.Entries+1)
	fmt.Fprintln(env.Out, "Everybody has to sign in again. Look at `ambit token list`: a token that was revoked after the backup was taken is back.")
	return nil
}
