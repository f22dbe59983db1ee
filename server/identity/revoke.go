package identity

import (
	"context"
	"slices"

	"ambit/audit"
	"ambit/db"
	"ambit/server/caller"
)

var errNoPerson = &Error{"not_found", "there is no such person", "The console lists everybody under People."}

// CutOff ends everything that a person is signed in with: console sessions and agents' credentials. The person may sign in
// again unless disabled too.
func (s *Service) CutOff(ctx context.Context, by *caller.Principal, personID, why, address string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.people.Load().byID[personID]
	if p == nil {
		return errNoPerson
	}
	return s.cutOff(ctx, func(id string) bool { return id == personID }, func(sessions int) *audit.Event {
		return changed("person.cut_off", by, address, "person", personID, nil, cutOffRecord{Person: p.Email, Why: why, Sessions: sessions})
	}, nil)
}

// CutOffEverybody ends every session and credential of everybody but the caller's own session.
func (s *Service) CutOffEverybody(ctx context.Context, by *caller.Principal, why, address string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	own := ""
	if by.Kind == caller.Browser {
		own = by.Credential
	}
	_, err := s.endSessions(ctx, func(r *db.SessionRow) bool { return r.ID != own }, func(ended []*db.SessionRow) []*audit.Event {
		return []*audit.Event{changed("everybody.cut_off", by, address, "person", "", nil, cutOffRecord{Why: why, Sessions: len(ended)})}
	}, s.endCredentials(ctx, func(string) bool { return true }, why))
	if err != nil {
		return err
	}
	return s.reloadPeople(ctx)
}

// SetDisabled disables or enables a person. Whoever is disabled is out at once, with everything they are signed in with and
// every token bound to them.
func (s *Service) SetDisabled(ctx context.Context, by *caller.Principal, personID string, disabled bool, address string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	have := s.people.Load().byID[personID]
	switch {
	case have == nil:
		return errNoPerson
	case have.Barred == disabled && have.Disabled == disabled:
		return nil
	case !disabled && !have.Barred:
		return &Error{"conflict", have.Email + " was deactivated by the identity provider", "Activate the account there."}
	case disabled && s.lastOwner(have):
		return &Error{"conflict", have.Email + " is the last owner", "Without an owner nobody could let anybody in again."}
	case disabled && by.ID == personID:
		return &Error{"conflict", "you can't disable yourself", "Ask another admin."}
	case slices.Contains(have.Direct.Roles, caller.Owner) && !by.HasRole(caller.Owner):
		return forbidden("only an owner may disable or enable an owner", "")
	}
	next := *have
	next.Disabled, next.Barred = disabled, disabled
	write := func(tx *db.Tx) error {
		row := rowOf(&next, s.now())
		return db.UpdatePerson(ctx, tx, &row)
	}
	kind := "person.enabled"
	match := func(string) bool { return false }
	if disabled {
		kind, match = "person.disabled", func(id string) bool { return id == personID }
	}
	return s.cutOff(ctx, match, func(int) *audit.Event {
		return changed(kind, by, address, "person", personID, personView(have), personView(&next))
	}, write)
}

func (s *Service) lastOwner(p *caller.Person) bool {
	if !slices.Contains(p.Direct.Roles, caller.Owner) {
		return false
	}
	for _, other := range s.people.Load().all {
		if other.ID != p.ID && !other.Disabled && slices.Contains(other.Direct.Roles, caller.Owner) {
			return false
		}
	}
	return true
}

type cutOffRecord struct {
	Person   string `json:"person,omitempty"`
	Why      string `json:"why,omitempty"`
	Sessions int    `json:"sessions"` // console sessions that ended
}

// cutOff ends what the people whom match picks are signed in with, and writes what else belongs to the same commit. s.mu is held.
func (s *Service) cutOff(ctx context.Context, match func(personID string) bool, event func(sessions int) *audit.Event, also func(*db.Tx) error) error {
	credentials := s.endCredentials(ctx, match, "cut off")
	_, err := s.endSessions(ctx, func(r *db.SessionRow) bool { return match(r.PersonID) }, func(ended []*db.SessionRow) []*audit.Event {
		return []*audit.Event{event(len(ended))}
	}, func(tx *db.Tx) error {
		if err := credentials(tx); err != nil || also == nil {
			return err
		}
		return also(tx)
	})
	if err != nil {
		return err
	}
	return s.reloadPeople(ctx)
}
