package identity

import (
	"context"
	"time"

	"ambit/audit"
	"ambit/db"
	"ambit/server/caller"
	"ambit/server/identity/idp"
)

// ambitItself is who ends a sign-in of an agent that nobody in particular ended, or that ended with something else.
var ambitItself = &caller.Principal{Kind: caller.Local, Name: "ambit"}

// ending is sign-ins of agents about to end, as part of a change: write belongs into the change's transaction. commit adds the
// events, and once the change is durable it brings memory in line, before anybody is answered. Service.mu is held all the while.
type ending struct {
	s        *Service
	by       *caller.Principal
	why      string
	address  string
	families []*family
	at       int64
	events   []*audit.Event
}

func (s *Service) ending(by *caller.Principal, why, address string, families []*family) *ending {
	return &ending{s: s, by: by, why: why, address: address, families: families}
}

// endCredentials ends the agents' credentials of the people whom match picks, in the transaction of what ends them.
func (s *Service) endCredentials(ctx context.Context, match func(personID string) bool, why string) func(*db.Tx) error {
	e := s.ending(ambitItself, why, "", s.credentials.alive(func(row *db.FamilyRow) bool { return match(row.PersonID) }))
	return func(tx *db.Tx) error { return e.write(ctx, tx, s.now()) }
}

// endCredentialsAt ends those that were opened through a provider's session, or all of an account where none is named.
func (s *Service) endCredentialsAt(ctx context.Context, connection, account, session, subject string) func(*db.Tx) error {
	over := loggedOut{Logout: idp.Logout{Subject: subject, SessionID: session}, connection: connection, account: account}
	e := s.ending(ambitItself, "the sign-in that it came from has ended", "", s.credentials.alive(func(row *db.FamilyRow) bool {
		return over.ends(row.Connection, row.AccountID, row.IDPSession)
	}))
	return func(tx *db.Tx) error { return e.write(ctx, tx, s.now()) }
}

// write is the database's part, with an event for each family. It runs in the writer's goroutine, one transaction at a time.
func (e *ending) write(ctx context.Context, tx *db.Tx, now time.Time) error {
	e.at = now.UnixMilli()
	e.events = make([]*audit.Event, 0, len(e.families))
	for _, f := range e.families {
		if _, err := db.RevokeFamily(ctx, tx, f.id, e.why, e.at); err != nil {
			return err
		}
		after := recordOf(&f.row)
		after.Why = e.why
		e.events = append(e.events, changed("credential.revoked", e.by, e.address, "credential", f.id, nil, after))
	}
	e.s.credentials.pending = append(e.s.credentials.pending, e)
	return nil
}

// ended is the part of memory.
func (e *ending) ended() {
	m := &e.s.credentials.credentialMap
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, f := range e.families {
		f.agent.Store(nil)
		f.hooks.Store(nil)
		f.row.RevokedAt, f.row.RevokedWhy, f.row.UpstreamSealed = e.at, e.why, nil
		for _, key := range f.access {
			delete(m.byHash, key)
		}
		delete(m.byHash, f.hook)
		f.access = nil
	}
}
