package audit

import (
	"context"
	"encoding/json"
	"fmt"

	"ambit/db"
	"ambit/policy"
)

// Get gives the event with the id, or the one with the decision of that id; db.ErrNotFound when there is none.
func (l *Ledger) Get(ctx context.Context, id string) (json.RawMessage, error) {
	events, err := l.byFacets(ctx, maxLimit, facetValue{facetID, id})
	if err != nil {
		return nil, fmt.Errorf("get event: %w", err)
	}
	// Others may refer to the id; the event itself is the oldest that has it as its own.
	for i := len(events) - 1; i >= 0; i-- {
		var own struct {
			ID       string `json:"id"`
			Decision struct {
				ID string `json:"id"`
			} `json:"decision"`
		}
		if err := json.Unmarshal(events[i], &own); err == nil && (own.ID == id || own.Decision.ID == id) {
			return events[i], nil
		}
	}
	return nil, fmt.Errorf("get event %q: %w", id, db.ErrNotFound)
}

const maxRelated = 100

// Related gives the events that belong to the same step of the agent as the one with the id: the same tool call, or
// those that refer to its decision; where there is no tool call, those of the same prompt. Newest first, without itself.
func (l *Ledger) Related(ctx context.Context, id string) ([]json.RawMessage, error) {
	raw, err := l.Get(ctx, id)
	if err != nil {
		return nil, err
	}
	var e Event
	if err := json.Unmarshal(raw, &e); err != nil {
		return nil, fmt.Errorf("read event %s: %w", id, err)
	}
	keys := [][]facetValue{{{facetID, e.ID}}}
	if e.Decision != nil && e.Decision.ID != "" {
		keys = append(keys, []facetValue{{facetID, e.Decision.ID}})
	}
	if c := e.Correlation; c != nil {
		if c.Decision != "" {
			keys = append(keys, []facetValue{{facetID, c.Decision}})
		}
		if c.Approval != "" {
			keys = append(keys, []facetValue{{facetID, c.Approval}})
		}
		if c.ToolUseID != "" {
			keys = append(keys, e.ofOwner(facetValue{facetToolUse, c.ToolUseID}))
		} else if c.PromptID != "" {
			keys = append(keys, e.ofOwner(facetValue{facetPromptID, c.PromptID}))
		}
	}
	seen := map[string]bool{string(raw): true}
	var related []json.RawMessage
	for _, k := range keys {
		events, err := l.byFacets(ctx, maxRelated, k...)
		if err != nil {
			return nil, fmt.Errorf("find related events: %w", err)
		}
		for _, ev := range events {
			if !seen[string(ev)] && len(related) < maxRelated {
				seen[string(ev)] = true
				related = append(related, ev)
			}
		}
	}
	sortNewestFirst(related)
	return related, nil
}

// ofOwner narrows a search for an id that the agent gave to whose it is: its session's, or without one the person's. Anybody may
// report an event with the same id; it is no part of this step.
func (e *Event) ofOwner(id facetValue) []facetValue {
	switch {
	case e.Session != "":
		return []facetValue{id, {facetSession, e.Session}}
	case e.Actor.User != "":
		return []facetValue{id, {facetPerson, e.Actor.User}}
	}
	return []facetValue{id}
}

// DecidedOn reports whether a tool use of a session was ever decided on, and whether it was refused and the refusal enforced.
func (l *Ledger) DecidedOn(ctx context.Context, session, toolUse string) (asked, refused bool, err error) {
	found, err := l.byFacets(ctx, maxRelated, facetValue{facetSession, session}, facetValue{facetToolUse, toolUse}, facetValue{facetPhase, PhaseDecision})
	if err != nil {
		return false, false, fmt.Errorf("look for the decision on a tool use: %w", err)
	}
	for _, raw := range found {
		var e Event
		if err := json.Unmarshal(raw, &e); err != nil {
			return false, false, fmt.Errorf("read a decision: %w", err)
		}
		refused = refused || e.Decision != nil && e.Decision.Enforced && e.Decision.Effect != policy.Allow
	}
	return len(found) > 0, refused, nil
}

// byFacets searches by filters that Query does not have.
func (l *Ledger) byFacets(ctx context.Context, limit int, facets ...facetValue) ([]json.RawMessage, error) {
	s := searcher{filter: filter{facets: facets}, limit: limit}
	r := l.db.Read()
	projected, err := db.ProjectedSeq(ctx, r)
	if err != nil {
		return nil, err
	}
	if err := s.scan(ctx, r, projected, l.Seq()+1); err != nil {
		return nil, err
	}
	if err := s.lookup(ctx, r, 0, projected+1); err != nil {
		return nil, err
	}
	return s.found, nil
}
