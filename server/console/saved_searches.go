package console

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"ambit/audit"
	"ambit/audit/mask"
	"ambit/db"
	"ambit/server/caller"
	"ambit/server/problem"
)

// maxSavedSearches bounds what one person keeps.
const maxSavedSearches = 100

type savedSearch struct {
	ID        string           `json:"id"`
	Name      string           `json:"name"`
	Owner     string           `json:"owner"`
	Shared    bool             `json:"shared"`
	Mine      bool             `json:"mine"`
	Search    audit.HoldSearch `json:"search"`
	Last      string           `json:"last,omitempty"` // a span that moves with time, in place of since
	CreatedAt time.Time        `json:"created_at"`
	UpdatedAt time.Time        `json:"updated_at"`
}

func savedSearchOf(row *db.SavedSearch, who string) (savedSearch, error) {
	s := savedSearch{
		ID: row.ID, Name: row.Name, Owner: row.Owner, Shared: row.Shared, Mine: row.Owner == who,
		CreatedAt: time.UnixMilli(row.CreatedAt).UTC(), UpdatedAt: time.UnixMilli(row.UpdatedAt).UTC(),
	}
	var kept keptSearch
	if err := json.Unmarshal([]byte(row.Query), &kept); err != nil {
		return s, fmt.Errorf("read saved search %s: %w", row.ID, err)
	}
	s.Search, s.Last = kept.HoldSearch, kept.Last
	return s, nil
}

// keptSearch is a saved search's query as it is stored.
type keptSearch struct {
	audit.HoldSearch
	Last string `json:"last,omitempty"`
}

// listSavedSearches lists the caller's own and those that others share.
func (a *API) listSavedSearches(c *fiber.Ctx) error {
	who := caller.Of(c).Who()
	rows, err := db.SavedSearches(c.UserContext(), a.Read(), who)
	if err != nil {
		return err
	}
	out := make([]savedSearch, len(rows))
	for i := range rows {
		if out[i], err = savedSearchOf(&rows[i], who); err != nil {
			return err
		}
	}
	return c.JSON(fiber.Map{"searches": out})
}

type saveSearchRequest struct {
	Name   string        `json:"name" validate:"required,max=100"`
	Shared bool          `json:"shared"`
	Search searchRequest `json:"search"`
	Last   string        `json:"last" validate:"omitempty,oneof=1h 24h 7d 30d"`
}

// row reads a request into what is stored.
func (r *saveSearchRequest) row(into *db.SavedSearch, now time.Time) error {
	q, err := r.Search.query()
	if err != nil {
		return err
	}
	if r.Last != "" && !q.Since.IsZero() {
		return problem.New("invalid", "last and search.since can't be given both", "last is a span that ends now; search.since is a time.")
	}
	q.Text, _ = mask.String(q.Text) // no event has what is masked here
	text, err := json.Marshal(keptSearch{audit.SearchOf(q), r.Last})
	if err != nil {
		return fmt.Errorf("write search: %w", err)
	}
	into.Name, _ = mask.String(strings.TrimSpace(r.Name))
	into.Shared, into.Query, into.UpdatedAt = r.Shared, string(text), now.UnixMilli()
	if into.Name == "" {
		return problem.New("invalid", "a saved search needs a name", "")
	}
	return nil
}

var (
	errNoSearch    = problem.New("not_found", "there is no such saved search", "")
	errSearchNamed = problem.New("conflict", "you have a saved search of that name", "Choose another name, or change that one.")
)

// createSavedSearch keeps a search under a name.
func (a *API) createSavedSearch(c *fiber.Ctx) error {
	var r saveSearchRequest
	if err := bind(c, &r); err != nil {
		return err
	}
	row := db.SavedSearch{ID: a.Ledger.NewID("search_"), Owner: caller.Of(c).Who(), CreatedAt: a.Now().UnixMilli()}
	if err := r.row(&row, a.Now()); err != nil {
		return err
	}
	return a.changeSearch(c, fiber.StatusCreated, "saved_search.created", nil, &row, func(tx *db.Tx) error {
		n, err := db.CountSavedSearches(c.UserContext(), tx, row.Owner)
		if err != nil {
			return err
		}
		if n >= maxSavedSearches {
			return problem.New("conflict", fmt.Sprintf("you keep %d searches, and that is as many as there can be", n), "Delete one that you don't need.")
		}
		return db.InsertSavedSearch(c.UserContext(), tx, &row)
	})
}

// updateSavedSearch replaces a search of the caller's own.
func (a *API) updateSavedSearch(c *fiber.Ctx) error {
	var r saveSearchRequest
	if err := bind(c, &r); err != nil {
		return err
	}
	before, err := a.ownSearch(c)
	if err != nil {
		return err
	}
	after := before
	if err := r.row(&after, a.Now()); err != nil {
		return err
	}
	return a.changeSearch(c, fiber.StatusOK, "saved_search.changed", &before, &after, func(tx *db.Tx) error {
		return db.UpdateSavedSearch(c.UserContext(), tx, &after)
	})
}

// deleteSavedSearch forgets a search of the caller's own; an owner of the installation may forget anybody's.
func (a *API) deleteSavedSearch(c *fiber.Ctx) error {
	before, err := a.ownSearch(c)
	if err != nil {
		return err
	}
	return a.changeSearch(c, fiber.StatusNoContent, "saved_search.deleted", &before, nil, func(tx *db.Tx) error {
		return db.DeleteSavedSearch(c.UserContext(), tx, before.ID)
	})
}

// ownSearch reads the search that the address names. One that the caller may not see isn't there; one that somebody else
// shares can't be changed.
func (a *API) ownSearch(c *fiber.Ctx) (db.SavedSearch, error) {
	p := caller.Of(c)
	row, err := db.GetSavedSearch(c.UserContext(), a.Read(), strings.Clone(c.Params("id")))
	if errors.Is(err, db.ErrNotFound) || err == nil && row.Owner != p.Who() && !row.Shared && !p.HasRole() {
		return row, errNoSearch
	}
	if err != nil {
		return row, fmt.Errorf("read saved search: %w", err)
	}
	if row.Owner != p.Who() && !p.HasRole() { // without names: owners only
		return row, problem.New("forbidden", "this search belongs to somebody else", "Save a copy of your own.")
	}
	return row, nil
}

// changeSearch changes a search and records it.
func (a *API) changeSearch(c *fiber.Ctx, status int, kind string, before, after *db.SavedSearch, change func(*db.Tx) error) error {
	e := &audit.Event{Type: kind, Phase: audit.PhaseAdmin, Actor: actorOf(c), Change: &audit.Change{Object: "saved_search", Before: searchView(before), After: searchView(after)}}
	if before != nil {
		e.Change.ID = before.ID
	} else {
		e.Change.ID = after.ID
	}
	err := a.Ledger.Commit(c.UserContext(), func(tx *db.Tx) ([]*audit.Event, error) { return []*audit.Event{e}, change(tx) })
	if errors.Is(err, db.ErrExists) {
		return errSearchNamed
	}
	if err != nil {
		return err
	}
	if after == nil {
		return c.SendStatus(status)
	}
	out, err := savedSearchOf(after, caller.Of(c).Who())
	if err != nil {
		return err
	}
	return c.Status(status).JSON(out)
}

func searchView(row *db.SavedSearch) json.RawMessage {
	if row == nil {
		return nil
	}
	text, err := json.Marshal(struct {
		Name   string          `json:"name"`
		Owner  string          `json:"owner"`
		Shared bool            `json:"shared"`
		Search json.RawMessage `json:"search"`
	}{row.Name, row.Owner, row.Shared, json.RawMessage(row.Query)})
	if err != nil {
		return nil // the query was written by row
	}
	return text
}
