package console

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"ambit/audit"
	"ambit/db"
	"ambit/server/caller"
	"ambit/server/problem"
)

// checkOwnership refuses reports that hang themselves on what belongs to somebody else: a session that another person's events
// are in, or a decision that was made about another person. They would be recorded under the reporter's own name, but whoever
// looks at that session or decision would be shown them.
func (a *API) checkOwnership(ctx context.Context, p *caller.Principal, events []*audit.Event) error {
	sessions, decisions := map[string]bool{}, map[string]bool{}
	for _, e := range events {
		if e.Session != "" && !sessions[e.Session] {
			sessions[e.Session] = true
			page, err := a.Ledger.Search(ctx, audit.Query{Session: e.Session, Limit: 1})
			if err != nil {
				return err
			}
			if len(page.Events) > 0 && !belongs(page.Events[0], p) {
				return problem.New("forbidden", fmt.Sprintf("the session %q is another person's", e.Session), "Report under a session of your own.")
			}
		}
		if e.Correlation == nil || e.Correlation.Decision == "" || decisions[e.Correlation.Decision] {
			continue
		}
		id := e.Correlation.Decision
		decisions[id] = true
		event, err := a.Ledger.Get(ctx, id)
		if err != nil && !errors.Is(err, db.ErrNotFound) {
			return err
		}
		if err != nil || !belongs(event, p) {
			return problem.New("invalid", fmt.Sprintf("there is no decision %q of yours", id), "Send the id that the decision's answer has in context.id.")
		}
	}
	return nil
}

// belongs reports whether an event is about the caller's own person or was asked for with the caller's own token.
func belongs(event json.RawMessage, p *caller.Principal) bool {
	var e struct {
		Actor   audit.Actor `json:"actor"`
		AskedBy string      `json:"asked_by"`
	}
	if json.Unmarshal(event, &e) != nil {
		return false
	}
	return e.Actor.User == p.Who() || p.Credential != "" && (e.AskedBy == p.Credential || e.Actor.Credential == p.Credential)
}
