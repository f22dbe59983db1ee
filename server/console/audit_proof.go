package console

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/gofiber/fiber/v2"

	"ambit/audit"
	"ambit/db"
	"ambit/server/problem"
)

// signCheckpoint signs a checkpoint now, where the latest one does not cover every entry.
func (a *API) signCheckpoint(c *fiber.Ctx) error {
	cp, err := a.Ledger.Sign(c.UserContext())
	if err != nil && !errors.Is(err, db.ErrNotFound) {
		return err
	}
	return c.JSON(checkpoint{cp.Note, a.Ledger.PublicKey(), cp.Size})
}

// proveEvent proves that an event is in the ledger, to whoever has the public key.
func (a *API) proveEvent(c *fiber.Ctx) error {
	event, err := a.Ledger.Get(c.UserContext(), strings.Clone(c.Params("id")))
	if errors.Is(err, db.ErrNotFound) {
		return errNoEvent
	} else if err != nil {
		return err
	}
	var e struct {
		Seq int64 `json:"seq"`
	}
	if err := json.Unmarshal(event, &e); err != nil {
		return fmt.Errorf("read event: %w", err)
	}
	cp, err := a.Ledger.Sign(c.UserContext())
	if err != nil {
		return err
	}
	p, err := a.Ledger.ProveUnder(c.UserContext(), cp.Note, e.Seq)
	if err != nil {
		return err
	}
	return c.JSON(p)
}

type proveRequest struct {
	Checkpoint string  `json:"checkpoint" validate:"required,max=4096"`
	Seqs       []int64 `json:"seqs" validate:"required,min=1,max=500,dive,min=1"`
}

// proveEvents gives the proofs of many entries under one checkpoint, without the events: for exports.
func (a *API) proveEvents(c *fiber.Ctx) error {
	var r proveRequest
	if err := bind(c, &r); err != nil {
		return err
	}
	if _, err := audit.ReadCheckpoint(r.Checkpoint, a.Ledger.PublicKey()); err != nil {
		return problem.New("invalid", "checkpoint is not one that this ledger signed", "GET /api/v1/audit/checkpoint gives the latest.")
	}
	hashes := make([][]audit.Hash, 0, len(r.Seqs))
	for _, seq := range r.Seqs {
		p, err := a.Ledger.ProveUnder(c.UserContext(), r.Checkpoint, seq)
		if errors.Is(err, db.ErrNotFound) {
			return problem.New("not_found", fmt.Sprintf("there is no entry %d", seq), "")
		} else if err != nil {
			return err
		}
		hashes = append(hashes, list(p.Hashes))
	}
	return c.JSON(fiber.Map{"hashes": hashes})
}

type consistencyRequest struct {
	From string `json:"from" validate:"required,max=4096"`
	To   string `json:"to" validate:"max=4096"`
}

// proveConsistency proves that the ledger of one checkpoint continues that of an earlier one.
func (a *API) proveConsistency(c *fiber.Ctx) error {
	var r consistencyRequest
	if err := bind(c, &r); err != nil {
		return err
	}
	for name, note := range map[string]string{"from": r.From, "to": r.To} {
		if _, err := audit.ReadCheckpoint(note, a.Ledger.PublicKey()); err != nil && note != "" {
			return problem.New("invalid", name+" is not a checkpoint that this ledger signed", "")
		}
	}
	p, err := a.Ledger.ProveTree(c.UserContext(), r.From, r.To)
	var fork *audit.ForkError
	if errors.As(err, &fork) {
		return problem.New("conflict", fork.Error(), fork.Hint())
	}
	if err != nil {
		return err
	}
	p.Hashes = list(p.Hashes)
	return c.JSON(p)
}

type backupRequest struct {
	WithKey bool `json:"with_key"`
}

// recordBackup records that the machine's administrator takes a backup, and signs a checkpoint that the backup will have.
func (a *API) recordBackup(c *fiber.Ctx) error {
	var r backupRequest
	if err := bind(c, &r); err != nil {
		return err
	}
	cp, err := a.Ledger.RecordBackup(c.UserContext(), r.WithKey, actorOf(c))
	if err != nil {
		return err
	}
	return c.JSON(checkpoint{cp.Note, a.Ledger.PublicKey(), cp.Size})
}
