package identity

import (
	"context"

	"ambit/audit"
	"ambit/db"
	"ambit/server/caller"
)

// changeWaysIn commits a change of what signs people in. What such a change closes is revoked by it and not just refused for
// now: sessions and agents' credentials whose person, account or connection counts no more end in the same commit, each with an
// event, so that taking the change back brings none of them back. One that counted no more before the change, because its sign-in
// ended just after its connection was closed, isn't opened by it either. s.mu is held.
func (s *Service) changeWaysIn(ctx context.Context, by *caller.Principal, address string, next *stored, why string, events []*audit.Event, write func(*db.Tx) error) error {
	d, err := s.newDirectory(next)
	if err != nil {
		return err
	}
	now := s.people.Load()
	closed := s.credentials.alive(func(row *db.FamilyRow) bool { return d.agentPrincipal(row) == nil || now.agentPrincipal(row) == nil })
	out := func(row *db.SessionRow) bool {
		e := &session{row: *row}
		return d.sessionPrincipal(s, e) == nil || now.sessionPrincipal(s, e) == nil
	}
	_, err = s.endSessions(ctx, out,
		func(ended []*db.SessionRow) []*audit.Event {
			return append(events, s.sessionsRevoked(by, address, ended)...)
		},
		func(tx *db.Tx) error {
			if err := write(tx); err != nil {
				return err
			}
			return s.ending(by, why, address, closed).write(ctx, tx, s.now())
		})
	if err != nil {
		return err
	}
	s.stored = *next
	s.follow(d)
	return nil
}
