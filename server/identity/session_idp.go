package identity

import (
	"context"

	"ambit/audit"
	"ambit/db"
	"ambit/server/caller"
	"ambit/server/identity/idp"
)

// OpenSession opens a console session for somebody who arrived through a connection. The session that the browser had before
// ends with it.
func (s *Service) OpenSession(ctx context.Context, a *idp.Arrival, oldCookie, address string) (caller.SignedIn, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	person := s.people.Load().byID[a.PersonID]
	if person == nil || person.Disabled {
		return caller.SignedIn{}, errSession
	}
	o, err := s.open(person.ID, oldCookie)
	if err != nil {
		return caller.SignedIn{}, err
	}
	o.row.AccountID, o.row.Connection, o.row.IDPSession = a.AccountID, a.Connection, a.Claims.SessionID
	if a.Claims.IDToken != "" {
		o.row.IDTokenSealed = s.box.Seal([]byte(a.Claims.IDToken), sessionPurpose(o.row.ID))
	}
	err = s.commit(ctx, func(tx *db.Tx) ([]*audit.Event, error) {
		event := signInEvent("person.signed_in", person, address, o.row.ID, map[string]string{"method": "connection"})
		event.Actor.Connection, event.Actor.Subject = a.Connection, a.Claims.Subject
		return []*audit.Event{event}, o.write(ctx, tx)
	})
	if err != nil {
		return caller.SignedIn{}, err
	}
	return s.opened(o, *person), nil
}

func sessionPurpose(id string) []byte { return []byte("id token " + id) }

// SessionHint is what a console session came from, for signing out at the identity provider too: the connection and the ID
// token; "" where there is none.
func (s *Service) SessionHint(cookie string) (connection, idToken string) {
	s.sessions.mu.RLock()
	e := s.sessions.byHash[hashOf(cookie)]
	s.sessions.mu.RUnlock()
	if e == nil || e.row.IDTokenSealed == nil {
		return "", ""
	}
	plain, err := s.box.Open(e.row.IDTokenSealed, sessionPurpose(e.row.ID))
	if err != nil {
		return "", "" // without the hint the provider asks the person itself
	}
	return e.row.Connection, string(plain)
}
