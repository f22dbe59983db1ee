//go:build !client

package cli

import (
	"errors"
	"io"
	"net/http"
)

// AuditCheckpointCmd prints the latest signed checkpoint.
type AuditCheckpointCmd struct {
	where
}

// Help shows an example.
func (c *AuditCheckpointCmd) Help() string {
	return `A checkpoint states, signed, how long the ledger is and what its root hash is. Kept where nobody who can change the
ledger can change it, it shows later whether history was rewritten: ambit audit verify --checkpoint FILE.

Example:
  ambit audit checkpoint > /elsewhere/$(date +%F).checkpoint`
}

// Run prints it.
func (c *AuditCheckpointCmd) Run(env *Env) (err error) {
	inst, err := c.open(env)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, inst.Close()) }()
	var answer struct {
		Note string `json:"note"`
	}
	if err := inst.Client().do(env.Ctx, http.MethodGet, "/api/v1/audit/checkpoint", nil, &answer); err != nil {
		return err
	}
	if answer.Note == "" {
		return &adviceError{"no checkpoint was signed yet", "One is signed every minute while events come in: try again then"}
	}
	// To the byte as it was signed: what follows the blank line is the signature.
	_, err = io.WriteString(env.Out, answer.Note)
	return err
}
