package audit

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"ambit/db"
)

// Hold is a legal hold: what its search finds is not removed while it lasts, whatever the rules say.
type Hold struct {
	ID         string     `json:"id"`
	Name       string     `json:"name"`
	Reason     string     `json:"reason,omitempty"`
	Search     HoldSearch `json:"search"`
	CreatedAt  time.Time  `json:"created_at"`
	CreatedBy  string     `json:"created_by"`
	Released   *time.Time `json:"released_at,omitempty"`
	ReleasedBy string     `json:"released_by,omitempty"`
}

// HoldSearch is a Query as it is kept: filters, words and a span of time, without a place in the result.
type HoldSearch struct {
	Person     string     `json:"person,omitempty"`
	Action     string     `json:"action,omitempty"`
	Effect     string     `json:"effect,omitempty"`
	Repository string     `json:"repository,omitempty"`
	Session    string     `json:"session,omitempty"`
	Layer      string     `json:"layer,omitempty"`
	Phase      string     `json:"phase,omitempty"`
	Type       string     `json:"type,omitempty"`
	Text       string     `json:"q,omitempty"`
	Since      *time.Time `json:"since,omitempty"`
	Until      *time.Time `json:"until,omitempty"`
}

// Query is the search that the hold stands for.
func (s *HoldSearch) Query() Query {
	q := Query{
		Person: s.Person, Action: s.Action, Effect: s.Effect, Repository: s.Repository, Session: s.Session, Layer: s.Layer,
		Phase: s.Phase, Type: s.Type, Text: s.Text,
	}
	if s.Since != nil {
		q.Since = *s.Since
	}
	if s.Until != nil {
		q.Until = *s.Until
	}
	return q
}

// SearchOf is the reverse of HoldSearch.Query.
func SearchOf(q Query) HoldSearch {
	s := HoldSearch{
		Person: q.Person, Action: q.Action, Effect: q.Effect, Repository: q.Repository, Session: q.Session, Layer: q.Layer,
		Phase: q.Phase, Type: q.Type, Text: q.Text,
	}
	if !q.Since.IsZero() {
		s.Since = &q.Since
	}
	if !q.Until.IsZero() {
		s.Until = &q.Until
	}
	return s
}

// HoldNotFoundError says that there is no such hold in force.
type HoldNotFoundError struct{ ID string }

func (e *HoldNotFoundError) Error() string { return fmt.Sprintf("there is no hold %q in force", e.ID) }

// Code is not_found.
func (e *HoldNotFoundError) Code() string { return "not_found" }

// Hint says where to look.
func (e *HoldNotFoundError) Hint() string { return "List the holds to see their ids and names." }

// HoldExistsError says that a hold of that name is in force.
type HoldExistsError struct{ Name string }

func (e *HoldExistsError) Error() string { return fmt.Sprintf("a hold named %q is in force", e.Name) }

// Code is conflict.
func (e *HoldExistsError) Code() string { return "conflict" }

// Hint says what to do.
func (e *HoldExistsError) Hint() string { return "Choose another name, or release that hold first." }

// maxHolds bounds the holds in force: each is compared with every event that is due.
const maxHolds = 100

// AddHold puts a legal hold into force.
func (r *Retention) AddHold(ctx context.Context, name, reason string, q Query, by Actor) (Hold, error) {
	name = strings.TrimSpace(name)
	if name == "" || utf8.RuneCountInString(name) > 100 || utf8.RuneCountInString(reason) > 1000 {
		return Hold{}, &InvalidError{"a hold needs a name of at most 100 characters, and its reason takes at most 1000"}
	}
	q.Text = maskedText(q.Text) // no event has what is masked here
	h := Hold{ID: r.l.NewID("hold_"), Name: maskedText(name), Reason: maskedText(reason), Search: SearchOf(q), CreatedAt: r.l.now().UTC().Truncate(time.Millisecond), CreatedBy: by.User}
	err := r.l.Commit(ctx, func(tx *db.Tx) ([]*Event, error) {
		s, err := r.state(ctx, tx)
		if err != nil {
			return nil, err
		}
		active := s.Active()
		for i := range active {
			if active[i].Name == h.Name {
				return nil, &HoldExistsError{name}
			}
		}
		if len(active) >= maxHolds {
			return nil, &InvalidError{fmt.Sprintf("%d holds are in force, and that is as many as there can be", maxHolds)}
		}
		s.Holds = append(s.Holds, h)
		e := &Event{Type: "hold.added", Phase: PhaseAdmin, Actor: by, Change: &Change{Object: "hold", ID: h.ID, After: viewOf(&h)}}
		return []*Event{e}, r.store(ctx, tx, &s)
	})
	return h, err
}

// ReleaseHold ends a hold, named by its id or name. What it covered is removed when it is due.
func (r *Retention) ReleaseHold(ctx context.Context, idOrName string, by Actor) (Hold, error) {
	var h Hold
	err := r.l.Commit(ctx, func(tx *db.Tx) ([]*Event, error) {
		s, err := r.state(ctx, tx)
		if err != nil {
			return nil, err
		}
		for i := range s.Holds {
			have := &s.Holds[i]
			if have.Released != nil || have.ID != idOrName && have.Name != idOrName {
				continue
			}
			before := viewOf(have)
			now := r.l.now().UTC().Truncate(time.Millisecond)
			have.Released, have.ReleasedBy = &now, by.User
			h = *have
			e := &Event{Type: "hold.released", Phase: PhaseAdmin, Actor: by, Change: &Change{Object: "hold", ID: h.ID, Before: before, After: viewOf(&h)}}
			return []*Event{e}, r.store(ctx, tx, &s)
		}
		return nil, &HoldNotFoundError{idOrName}
	})
	return h, err
}

func viewOf(h *Hold) json.RawMessage {
	text, err := json.Marshal(h)
	if err != nil {
		panic(err) // strings and times always encode
	}
	return text
}

// holds are the holds in force, made ready.
type holds struct {
	names   []string
	filters []filter
}

func readyHolds(active []Hold) holds {
	var h holds
	for i := range active {
		q := active[i].Search.Query()
		h.names = append(h.names, active[i].Name)
		h.filters = append(h.filters, q.filter())
	}
	return h
}

// cover reports whether any hold covers an event.
func (h *holds) cover(event string) bool {
	for i := range h.filters {
		if h.filters[i].fits(event) {
			return true
		}
	}
	return false
}

// coverPrompt reports whether any hold may cover an event that names a prompt. Only person, repository, session and time are
// known of a prompt: in doubt it stays.
func (h *holds) coverPrompt(p *db.PromptRow) bool {
	for i := range h.filters {
		f := &h.filters[i]
		fits := true
		for _, v := range f.facets {
			switch v.facet {
			case facetPerson:
				fits = fits && v.value == p.Person
			case facetRepository:
				fits = fits && v.value == p.Repository
			case facetSession:
				fits = fits && v.value == p.Session
			default: // the prompt's events may have any action, effect, layer, phase and type
			}
		}
		// An event is never older than its prompt, but may come long after it.
		if fits && (f.until.IsZero() || p.CreatedAt.Before(f.until)) {
			return true
		}
	}
	return false
}
