package identity

import (
	"context"
	"encoding/json"

	"ambit/audit"
	"ambit/db"
	"ambit/server/caller"
)

// actorOf says who did it and from where.
func actorOf(by *caller.Principal, address string) audit.Actor {
	return audit.Actor{
		User: by.Who(), Subject: by.Subject, Connection: by.Connection, Groups: by.Groups, Credential: by.Credential, Address: address,
	}
}

// changed is the event of an administrative change. before and after are views without secrets.
func changed(kind string, by *caller.Principal, address, object, id string, before, after any) *audit.Event {
	return &audit.Event{
		Type: kind, Phase: audit.PhaseAdmin, Actor: actorOf(by, address),
		Change: &audit.Change{Object: object, ID: id, Before: view(before), After: view(after)},
	}
}

// signInEvent tells of a sign-in or of its refusal. The person is "unknown" where no account has the address: what was
// typed there may be a password.
func signInEvent(kind string, p *caller.Person, address, credential string, outcome map[string]string) *audit.Event {
	e := &audit.Event{Type: kind, Phase: audit.PhaseAdmin, Actor: audit.Actor{User: "unknown", Address: address, Credential: credential}, Outcome: view(outcome)}
	if p != nil {
		e.Actor.User, e.Actor.Groups = p.Email, p.Groups
	}
	return e
}

// refused records a refusal and returns it; where it can't be recorded, that is the error.
func (s *Service) refused(ctx context.Context, p *caller.Person, address, why string, refusal error) error {
	if err := s.ledger.Append(ctx, signInEvent("sign_in.refused", p, address, "", map[string]string{"reason": why})); err != nil {
		return err
	}
	return refusal
}

func view(v any) json.RawMessage {
	if v == nil {
		return nil
	}
	text, err := json.Marshal(v)
	if err != nil {
		return nil // cannot happen: views are plain structs and maps
	}
	return text
}

type personRecord struct {
	Email    string        `json:"email"`
	Contact  string        `json:"contact,omitempty"`
	Name     string        `json:"name"`
	Groups   []string      `json:"groups"` // direct ones
	Roles    []caller.Role `json:"roles"`  // direct ones
	Disabled bool          `json:"disabled,omitempty"`
}

func personView(p *caller.Person) personRecord {
	return personRecord{
		Email: p.Email, Contact: p.Contact, Name: p.Name, Groups: append([]string{}, p.Direct.Groups...), Roles: append([]caller.Role{}, p.Direct.Roles...),
		Disabled: p.Barred,
	}
}

type tokenRecord struct {
	Name      string         `json:"name"`
	Scopes    []caller.Scope `json:"scopes"`
	Person    string         `json:"person,omitempty"`
	ExpiresAt string         `json:"expires_at,omitempty"`
}

// commit changes state and ledger together. It waits for the outcome even when the caller has gone: memory follows the
// database, so a change must not happen behind its back. Sign-ins of agents that end with the change end in memory right here.
func (s *Service) commit(ctx context.Context, change func(tx *db.Tx) ([]*audit.Event, error)) error {
	var ended []*ending
	err := s.ledger.Commit(context.WithoutCancel(ctx), func(tx *db.Tx) ([]*audit.Event, error) {
		s.credentials.pending = nil
		events, err := change(tx)
		ended = s.credentials.pending
		for _, e := range ended {
			events = append(events, e.events...)
		}
		return events, err
	})
	if err != nil {
		return err
	}
	for _, e := range ended {
		e.ended()
	}
	return nil
}
