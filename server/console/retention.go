package console

import (
	"context"
	"errors"
	"time"

	"github.com/gofiber/fiber/v2"

	"ambit/audit"
	"ambit/server/problem"
)

// Retention removes old events and prompts, and knows the legal holds.
type Retention interface {
	State(ctx context.Context) (audit.RetentionState, error)
	SetDays(ctx context.Context, days map[string]int, by audit.Actor) (audit.RetentionState, error)
	Plan(ctx context.Context) ([]audit.ClassPlan, error)
	Run(ctx context.Context) (audit.Outcome, error)
	Poke()
	AddHold(ctx context.Context, name, reason string, q audit.Query, by audit.Actor) (audit.Hold, error)
	ReleaseHold(ctx context.Context, idOrName string, by audit.Actor) (audit.Hold, error)
	PurgePrompts(ctx context.Context, p audit.PromptPurge, by audit.Actor) (purged, held int64, err error)
}

type retentionRule struct {
	Class string `json:"class"`
	Days  int    `json:"days"` // 0: for ever
}

type retentionAnswer struct {
	Rules []retentionRule `json:"rules"`
	Holds int             `json:"holds"` // in force
}

func retentionOf(s *audit.RetentionState) retentionAnswer {
	out := retentionAnswer{Holds: len(s.Active())}
	for _, class := range audit.Classes() {
		out.Rules = append(out.Rules, retentionRule{class, s.Days[class]})
	}
	return out
}

// getRetention gives the rule of every class of events.
func (a *API) getRetention(c *fiber.Ctx) error {
	s, err := a.Retention.State(c.UserContext())
	if err != nil {
		return err
	}
	return c.JSON(retentionOf(&s))
}

type setRetentionRequest struct {
	Rules []retentionRule `json:"rules" validate:"required,min=1,max=10,unique=Class,dive"`
}

// setRetention sets the rules of the classes named. It removes nothing by itself: the background worker does, within the hour.
func (a *API) setRetention(c *fiber.Ctx) error {
	var r setRetentionRequest
	if err := bind(c, &r); err != nil {
		return err
	}
	days := map[string]int{}
	for _, rule := range r.Rules {
		days[rule.Class] = rule.Days
	}
	s, err := a.Retention.SetDays(c.UserContext(), days, actorOf(c))
	if err != nil {
		return err
	}
	return c.JSON(retentionOf(&s))
}

// planRetention is the dry run.
func (a *API) planRetention(c *fiber.Ctx) error {
	plans, err := a.Retention.Plan(c.UserContext())
	if err != nil {
		return err
	}
	return c.JSON(fiber.Map{"classes": list(plans)})
}

type retentionRun struct {
	audit.Outcome
	Complete bool `json:"complete"`
}

// runFor bounds a run that somebody waits for; the background worker takes it from there.
const runFor = 15 * time.Second

// runRetention removes what is due now. Where that takes longer than a request may, the answer says so.
func (a *API) runRetention(c *fiber.Ctx) error {
	ctx, cancel := context.WithTimeout(c.UserContext(), runFor)
	defer cancel()
	out, err := a.Retention.Run(ctx)
	if err != nil && errors.Is(ctx.Err(), context.DeadlineExceeded) {
		a.Retention.Poke()
		return c.JSON(retentionRun{out, false})
	}
	if err != nil {
		return err
	}
	return c.JSON(retentionRun{out, true})
}

type purgeRequest struct {
	Person     string    `json:"person" validate:"max=254"`
	Repository string    `json:"repository" validate:"max=512"`
	Before     time.Time `json:"before"`
}

// purgePrompts deletes the prompts of a person or a repository from the vault. The ledger stays verifiable: its events have
// salted digests only.
func (a *API) purgePrompts(c *fiber.Ctx) error {
	var r purgeRequest
	if err := bind(c, &r); err != nil {
		return err
	}
	if r.Person == "" && r.Repository == "" {
		return problem.New("invalid", "person or repository must be given", "The retention rule of the class prompts purges by age.")
	}
	purged, held, err := a.Retention.PurgePrompts(c.UserContext(), audit.PromptPurge{Person: r.Person, Repository: r.Repository, Before: r.Before}, actorOf(c))
	if err != nil {
		return err
	}
	return c.JSON(fiber.Map{"purged": purged, "held": held})
}
