package console

import (
	"errors"
	"fmt"

	"github.com/gofiber/fiber/v2"

	"ambit/audit"
	"ambit/db"
	"ambit/server/problem"
)

type checkpoint struct {
	Note      string `json:"note"`
	PublicKey string `json:"public_key"`
	Size      int64  `json:"size"`
}

// getCheckpoint is the latest signed checkpoint. Whoever keeps one elsewhere can tell later whether history was rewritten.
func (a *API) getCheckpoint(c *fiber.Ctx) error {
	cp, err := a.Ledger.Checkpoint(c.UserContext())
	if err != nil && !errors.Is(err, db.ErrNotFound) {
		return err
	}
	return c.JSON(checkpoint{cp.Note, a.Ledger.PublicKey(), cp.Size})
}

type verifyLedgerRequest struct {
	Checkpoint string `json:"checkpoint" validate:"max=4096"` // one that was kept elsewhere
}

type verifyReport struct {
	OK       bool   `json:"ok"`
	Entries  int64  `json:"entries"`
	FirstBad int64  `json:"first_bad,omitempty"`
	Message  string `json:"message"`
	TookMS   int64  `json:"took_ms"`
	Removed  int64  `json:"removed"` // under retention

	Checkpoints int64         `json:"checkpoints"`
	Epoch       int64         `json:"epoch"`
	Notes       []string      `json:"notes"`
	Issues      []audit.Issue `json:"issues"`
}

// verifyLedger checks every entry; one check at a time, because it reads the whole database.
func (a *API) verifyLedger(c *fiber.Ctx) error {
	if !a.verifying.TryLock() {
		return problem.New("conflict", "the ledger is being checked already", "Wait until that has ended.")
	}
	defer a.verifying.Unlock()
	var request verifyLedgerRequest
	if len(c.Body()) > 0 {
		if err := bind(c, &request); err != nil {
			return err
		}
	}
	if _, err := audit.ReadCheckpoint(request.Checkpoint, a.Ledger.PublicKey()); request.Checkpoint != "" && err != nil {
		return problem.New("invalid", "checkpoint is not one that this ledger signed", "Give the signed note as it was kept, to the byte.")
	}
	start := a.Now()
	a.verified.Store(&verification{Running: true, Total: a.Ledger.Seq()})
	defer a.verified.Store(&verification{})
	r, err := a.Ledger.Verify(c.UserContext(), audit.VerifyOptions{Checkpoint: request.Checkpoint, Progress: func(checked, total int64) {
		a.verified.Store(&verification{true, checked, total})
	}})
	if err != nil {
		return err
	}
	if !r.OK() {
		if err := a.alarm(c, &r); err != nil {
			return err
		}
	}
	return c.JSON(verifyReport{r.OK(), r.Entries, r.FirstBad, verdict(&r), a.Now().Sub(start).Milliseconds(), r.Removed, r.Checkpoints, r.Epoch, list(r.Notes), list(r.Issues)})
}

// verification is how far a check that runs now has come.
type verification struct {
	Running bool  `json:"running"`
	Checked int64 `json:"checked"`
	Total   int64 `json:"total"`
}

// getVerification tells those who wait how far the check of the ledger is.
func (a *API) getVerification(c *fiber.Ctx) error {
	if v := a.verified.Load(); v != nil {
		return c.JSON(v)
	}
	return c.JSON(verification{})
}

// alarm records that the ledger was found altered: the sinks carry that off the machine.
func (a *API) alarm(c *fiber.Ctx, r *audit.Report) error {
	e, err := audit.DamageEvent(r, actorOf(c))
	if err != nil {
		return err
	}
	return a.Ledger.Commit(c.UserContext(), func(*db.Tx) ([]*audit.Event, error) { return []*audit.Event{e}, nil })
}

func verdict(r *audit.Report) string {
	if r.OK() {
		if r.Removed > 0 {
			return fmt.Sprintf("All %d entries are as they were written; %d of them were removed under retention, which the ledger records.", r.Entries, r.Removed)
		}
		return fmt.Sprintf("All %d entries are as they were written.", r.Entries)
	}
	return fmt.Sprintf("First bad entry: seq %d (%s).", r.FirstBad, r.What())
}
