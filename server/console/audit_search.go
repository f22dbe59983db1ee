package console

import (
	"encoding/json"
	"errors"
	"math"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"ambit/audit"
	"ambit/db"
	"ambit/server/caller"
	"ambit/server/problem"
)

type eventPage struct {
	Events []json.RawMessage `json:"events"`
	Next   int64             `json:"next"`
	Head   int64             `json:"head"`
}

// searchEvents finds events, newest first.
func (a *API) searchEvents(c *fiber.Ctx) error {
	q, err := filters(c)
	if err != nil {
		return err
	}
	if q.Before, err = number(c, "before", 0, 0, math.MaxInt64); err != nil {
		return err
	}
	limit, err := number(c, "limit", 50, 1, 500)
	if err != nil {
		return err
	}
	q.Limit = int(limit)
	head := a.Ledger.Seq() // before the search: a tail from here repeats an event rather than miss one
	page, err := a.Ledger.Search(c.UserContext(), q)
	if err != nil {
		return err
	}
	return c.JSON(eventPage{list(page.Events), page.Next, head})
}

type promptState struct {
	Recorded bool `json:"recorded"`
	Readable bool `json:"readable"`
}

type eventDetail struct {
	Event   json.RawMessage   `json:"event"`
	Related []json.RawMessage `json:"related"`
	Prompt  promptState       `json:"prompt"`
}

var errNoEvent = problem.New("not_found", "there is no such event", "")

// getEvent is one event with what belongs to the same step of the agent.
func (a *API) getEvent(c *fiber.Ctx) error {
	id := strings.Clone(c.Params("id"))
	event, err := a.Ledger.Get(c.UserContext(), id)
	if errors.Is(err, db.ErrNotFound) {
		return errNoEvent
	} else if err != nil {
		return err
	}
	related, err := a.Ledger.Related(c.UserContext(), id)
	if err != nil {
		return err
	}
	slices.Reverse(related) // a step reads from its beginning
	_, err = a.Ledger.ReadPrompt(c.UserContext(), id)
	if err != nil && !errors.Is(err, audit.ErrNoPrompt) {
		return err
	}
	recorded := err == nil
	return c.JSON(eventDetail{event, list(related), promptState{recorded, recorded && mayReadPrompts(caller.Of(c))}})
}

// mayReadPrompts says whom the console offers it; the table of routes has the last word.
func mayReadPrompts(p *caller.Principal) bool {
	return p.Kind == caller.Local || p.Kind == caller.Browser && p.HasRole(caller.Auditor, caller.SecurityAdmin)
}

// readPrompt gives a prompt's text after it has recorded who reads it.
func (a *API) readPrompt(c *fiber.Ctx) error {
	id := strings.Clone(c.Params("id"))
	prompt, err := a.Ledger.ReadPrompt(c.UserContext(), id)
	if errors.Is(err, db.ErrNotFound) {
		return errNoEvent
	} else if err != nil {
		return err
	}
	read := &audit.Event{
		Type: "prompt.read", Phase: audit.PhaseAdmin, Actor: actorOf(c), Change: &audit.Change{Object: "prompt", ID: id},
	}
	if err := a.Ledger.Commit(c.UserContext(), func(*db.Tx) ([]*audit.Event, error) { return []*audit.Event{read}, nil }); err != nil {
		return err
	}
	c.Set(fiber.HeaderCacheControl, "no-store")
	return c.JSON(fiber.Map{"text": prompt})
}

// actorOf is who is calling, for the ledger.
func actorOf(c *fiber.Ctx) audit.Actor {
	p := caller.Of(c)
	return audit.Actor{
		User: p.Who(), Subject: p.Subject, Connection: p.Connection, Groups: p.Groups, Credential: p.Credential, Address: strings.Clone(caller.Address(c)),
	}
}
