package console

import (
	"net/url"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"ambit/audit"
	"ambit/policy"
	"ambit/server/problem"
)

// searchRequest is a search in a body: what filters reads from an address.
type searchRequest struct {
	Person     string    `json:"person" validate:"max=254"`
	Action     string    `json:"action" validate:"max=64"`
	Effect     string    `json:"effect" validate:"max=8"`
	Repository string    `json:"repository" validate:"max=512"`
	Session    string    `json:"session" validate:"max=256"`
	Layer      string    `json:"layer" validate:"max=200"`
	Phase      string    `json:"phase" validate:"max=16"`
	Type       string    `json:"type" validate:"max=64"`
	Text       string    `json:"q" validate:"max=500"`
	Since      time.Time `json:"since"`
	Until      time.Time `json:"until"`
}

func (r *searchRequest) query() (audit.Query, error) {
	q := audit.Query{
		Person: r.Person, Action: r.Action, Effect: r.Effect, Repository: r.Repository, Session: r.Session, Layer: r.Layer,
		Phase: r.Phase, Type: r.Type, Text: r.Text, Since: r.Since.UTC(), Until: r.Until.UTC(),
	}
	return q, checkQuery(&q)
}

// checkQuery refuses filters that can't fit any event.
func checkQuery(q *audit.Query) error {
	if err := oneOf("effect", q.Effect, string(policy.Allow), string(policy.Deny), string(policy.Hold)); err != nil {
		return err
	}
	if err := oneOf("phase", q.Phase, audit.PhaseDecision, audit.PhaseResult, audit.PhaseLifecycle, audit.PhaseAdmin, audit.PhaseApproval, audit.PhaseIntegrity); err != nil {
		return err
	}
	if !q.Since.IsZero() && !q.Until.IsZero() && !q.Since.Before(q.Until) {
		return problem.New("invalid", "since must be before until", "")
	}
	return nil
}

// listHolds lists the legal holds, released ones included.
func (a *API) listHolds(c *fiber.Ctx) error {
	s, err := a.Retention.State(c.UserContext())
	if err != nil {
		return err
	}
	return c.JSON(fiber.Map{"holds": list(s.Holds)})
}

type addHoldRequest struct {
	Name   string        `json:"name" validate:"required,max=100"`
	Reason string        `json:"reason" validate:"max=1000"`
	Search searchRequest `json:"search"`
}

// addHold puts a hold into force: what its search finds is not removed until it is released.
func (a *API) addHold(c *fiber.Ctx) error {
	var r addHoldRequest
	if err := bind(c, &r); err != nil {
		return err
	}
	q, err := r.Search.query()
	if err != nil {
		return err
	}
	h, err := a.Retention.AddHold(c.UserContext(), r.Name, r.Reason, q, actorOf(c))
	if err != nil {
		return err
	}
	return c.Status(fiber.StatusCreated).JSON(h)
}

// releaseHold ends a hold. What it kept is removed when it is due.
func (a *API) releaseHold(c *fiber.Ctx) error {
	hold, err := url.PathUnescape(strings.Clone(c.Params("id"))) // a name may have spaces
	if err != nil {
		return problem.New("invalid", "the hold's name is not escaped as a path wants it", "")
	}
	h, err := a.Retention.ReleaseHold(c.UserContext(), hold, actorOf(c))
	if err != nil {
		return err
	}
	return c.JSON(h)
}
