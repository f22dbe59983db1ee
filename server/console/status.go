package console

import (
	"context"
	"time"

	"github.com/gofiber/fiber/v2"
)

// Check is one thing that getStatus reports on.
type Check struct {
	Name    string `json:"name"`
	OK      bool   `json:"ok"`
	Message string `json:"message"`
	Hint    string `json:"hint,omitempty"`
}

type ledgerStatus struct {
	Seq     int64  `json:"seq"`
	Healthy bool   `json:"healthy"`
	Backlog int64  `json:"backlog"`
	Error   string `json:"error,omitempty"`
}

type status struct {
	Version       string       `json:"version"`
	Demo          bool         `json:"demo"`
	StartedAt     time.Time    `json:"started_at"`
	UptimeS       int64        `json:"uptime_s"`
	DataDir       string       `json:"data_dir"`
	PublicURL     string       `json:"public_url"`
	PolicyVersion int64        `json:"policy_version"`
	Ledger        ledgerStatus `json:"ledger"`
	Checks        []Check      `json:"checks"`
}

// getStatus is the health of this installation.
func (a *API) getStatus(c *fiber.Ctx) error {
	current, version := a.Policies.Current()
	backlog, err := a.Ledger.Backlog(c.UserContext())
	if err != nil {
		return err
	}
	s := status{
		Version: a.Version, Demo: a.Demo, StartedAt: a.started.UTC(), UptimeS: int64(a.Now().Sub(a.started).Seconds()),
		DataDir: a.DataDir, PublicURL: a.Public, PolicyVersion: version,
	}
	s.Ledger = ledgerStatus{Seq: a.Ledger.Seq(), Healthy: true, Backlog: backlog}
	ledger := Check{"ledger", true, "The ledger can be written.", ""}
	if err := a.Ledger.Health(); err != nil {
		s.Ledger.Healthy, s.Ledger.Error = false, err.Error()
		ledger = Check{"ledger", false, "The ledger can't be written: every action is refused.", "Make room on the disk and make the data folder writable; Ambit recovers by itself."}
	}
	rules := Check{"policy", true, "A policy is published.", ""}
	if current == nil {
		rules = Check{"policy", false, "No policy is published: every action is refused.", "Publish a starter pack, or run `ambit policy apply FILE`."}
	}
	s.Checks = append([]Check{ledger, rules}, a.checks(c.UserContext())...)
	return c.JSON(s)
}

func (a *API) checks(ctx context.Context) []Check {
	if a.Checks == nil {
		return nil
	}
	return a.Checks(ctx)
}
