//go:build !client

package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"

	"ambit/audit"
	"ambit/audit/backup"
)

// BackupCmd writes a backup of a data folder.
type BackupCmd struct {
	Data    string `default:"./ambit-data" env:"AMBIT_DATA" placeholder:"DIR" type:"path" help:"Data folder; its server may run (${default})."`
	To      string `required:"" placeholder:"FILE" type:"path" help:"File to write; it must not exist yet."`
	WithKey bool   `name:"with-key" help:"Put the key file in as well. Whoever has the backup can then open every sealed secret in it."`
	KeyFile string `name:"key-file" env:"AMBIT_KEY_FILE" placeholder:"FILE" type:"path" help:"Where the key file is (DIR/key)."`
	JSON    bool   `name:"json" help:"Print the backup's manifest as JSON."`
}

// Help shows examples.
func (c *BackupCmd) Help() string {
	return `A consistent copy of one moment, taken while the server runs: the whole database (ledger, policies, people, tokens, prompts),
without the search index, which is derived, and without the key file, unless --with-key asks for it. Keep the key file apart: with
neither a copy of it nor --with-key, nobody can restore. The backup is recorded in the ledger, and a signed checkpoint is in it.

Examples:
  ambit backup --to /backup/ambit-$(date +%F).tar.gz
  ambit backup --data /var/lib/ambit --to /safe/whole.tar.gz --with-key`
}

// Run backs up.
func (c *BackupCmd) Run(env *Env) (err error) {
	inst, err := openInstallation(env, c.Data, "")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, inst.Close()) }()
	var at struct {
		Note      string `json:"note"`
		PublicKey string `json:"public_key"`
		Size      int64  `json:"size"`
	}
	request := map[string]bool{"with_key": c.WithKey}
	if err := inst.Client().do(env.Ctx, http.MethodPost, "/api/v1/audit/backups", request, &at); err != nil {
		return err
	}
	o := backup.Options{
		Dir: c.Data, To: c.To, Ambit: version, TakenAt: env.Now(), Checkpoint: audit.Checkpoint{Note: at.Note, Size: at.Size}, PublicKey: at.PublicKey,
	}
	if c.WithKey {
		if o.KeyFile = c.KeyFile; o.KeyFile == "" {
			o.KeyFile = filepath.Join(c.Data, "key")
		}
	}
	m, err := backup.Create(env.Ctx, o)
	if err != nil {
		return err
	}
	if c.JSON {
		return json.NewEncoder(env.Out).Encode(m)
	}
	fmt.Fprintf(env.Out, "%s: %d entries, signed checkpoint included\n", c.To, m.Entries)
	if c.WithKey {
		fmt.Fprintln(env.Err, "The key file is in the backup: whoever has it can open every sealed secret.")
	}
	return nil
}
