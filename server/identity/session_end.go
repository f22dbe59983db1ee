package identity

import (
	"context"

	"ambit/audit"
	"ambit/db"
	"ambit/server/caller"
)

// endSessions ends every console session that match picks, with its events, in one commit. Memory follows before it returns,
// so the next request with any of them is refused (P5). s.mu is held.
func (s *Service) endSessions(ctx context.Context, match func(*db.SessionRow) bool, events func(ended []*db.SessionRow) []*audit.Event, also func(*db.Tx) error) (int, error) {
	var ended []*db.SessionRow
	keys := map[hash]struct{}{}
	s.sessions.mu.RLock()
	for key, e := range s.sessions.byHash {
		if match(&e.row) {
			ended = append(ended, &e.row)
			keys[key] = struct{}{}
		}
	}
	s.sessions.mu.RUnlock()
	err := s.commit(ctx, func(tx *db.Tx) ([]*audit.Event, error) {
		for _, row := range ended {
			if err := db.DeleteSession(ctx, tx, row.ID); err != nil {
				return nil, err
			}
		}
		if also != nil {
			if err := also(tx); err != nil {
				return nil, err
			}
		}
		return events(ended), nil
	})
	if err != nil {
		return 0, err
	}
	s.sessions.mu.Lock()
	for key := range keys {
		delete(s.sessions.byHash, key)
	}
	s.sessions.mu.Unlock()
	return len(ended), nil
}

// Sessions lists the console sessions that count.
func (s *Service) Sessions() []caller.Session {
	s.sessions.mu.RLock()
	defer s.sessions.mu.RUnlock()
	list := make([]caller.Session, 0, len(s.sessions.byHash))
	for _, e := range s.sessions.byHash {
		if e.principal.Load() != nil && !e.over(s.now()) {
			list = append(list, caller.Session{
				ID: e.row.ID, PersonID: e.row.PersonID, Connection: e.row.Connection, CreatedAt: timeOf(e.row.CreatedAt), SeenAt: timeOf(e.seen.Load()),
			})
		}
	}
	return list
}

// EndSession ends one console session by its id.
func (s *Service) EndSession(ctx context.Context, by *caller.Principal, id, address string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	n, err := s.endSessions(ctx, func(r *db.SessionRow) bool { return r.ID == id }, func(ended []*db.SessionRow) []*audit.Event {
		return s.sessionsRevoked(by, address, ended)
	}, nil)
	if err == nil && n == 0 {
		return &Error{"not_found", "there is no such session, or it has ended already", ""}
	}
	return err
}

// sessionsRevoked are the events of sessions that somebody, or something, ended.
func (s *Service) sessionsRevoked(by *caller.Principal, address string, ended []*db.SessionRow) []*audit.Event {
	events := make([]*audit.Event, len(ended))
	for i, row := range ended {
		events[i] = changed("session.revoked", by, address, "session", row.ID, s.sessionView(row), nil)
	}
	return events
}

type sessionRecord struct {
	Person     string `json:"person"`
	Connection string `json:"connection,omitempty"`
}

func (s *Service) sessionView(row *db.SessionRow) sessionRecord {
	record := sessionRecord{Connection: row.Connection}
	if p := s.people.Load().byID[row.PersonID]; p != nil {
		record.Person = p.Email
	}
	return record
}
