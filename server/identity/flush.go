package identity

import (
	"context"
	"fmt"
	"time"

	"ambit/audit"
	"ambit/db"
)

const flushEvery = 5 * time.Minute

// flushRegularly writes down the times of last use. A crash loses at most flushEvery of them, which only makes an idle
// session end that much earlier.
func (s *Service) flushRegularly() {
	defer s.stopped.Done()
	ticker := time.NewTicker(flushEvery)
	defer ticker.Stop()
	for {
		select {
		case <-s.stop:
			return
		case <-ticker.C:
			if err := s.flush(context.Background()); err != nil {
				s.log.Warn("write down last use", "error", err)
			}
			if err := s.sweep(context.Background()); err != nil {
				s.log.Warn("clear away old sign-ins of agents", "error", err)
			}
		}
	}
}

// flush writes times of last use and drops sessions that have ended by time. It changes nothing that anyone decides by,
// so it has no event.
func (s *Service) flush(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	seen, over := s.sessions.due(now)
	used, usedSCIM, agents := s.tokens.Load().due(), s.scim.Load().due(), s.credentials.due()
	if len(seen)+len(over)+len(used)+len(usedSCIM)+len(agents) == 0 {
		return nil
	}
	err := s.commit(ctx, func(tx *db.Tx) ([]*audit.Event, error) {
		for _, e := range over {
			if err := db.DeleteSession(ctx, tx, e.row.ID); err != nil {
				return nil, err
			}
		}
		for e, ms := range seen {
			if err := db.TouchSession(ctx, tx, e.row.ID, ms); err != nil {
				return nil, err
			}
		}
		for e, ms := range used {
			if err := db.TouchToken(ctx, tx, e.row.ID, ms); err != nil {
				return nil, err
			}
		}
		for f, ms := range agents {
			if err := db.TouchFamily(ctx, tx, f.row.ID, ms); err != nil {
				return nil, err
			}
		}
		for t, ms := range usedSCIM {
			if err := db.TouchSCIMToken(ctx, tx, t.row.ID, ms); err != nil {
				return nil, err
			}
		}
		return nil, nil
	})
	if err != nil {
		return fmt.Errorf("write down last use: %w", err)
	}
	s.sessions.mu.Lock()
	for key := range over {
		delete(s.sessions.byHash, key)
	}
	for e, ms := range seen {
		e.row.SeenAt = ms
	}
	s.sessions.mu.Unlock()
	for e, ms := range used {
		e.row.LastUsedAt = ms
	}
	for f, ms := range agents {
		f.row.LastUsedAt = ms
	}
	for t, ms := range usedSCIM {
		t.row.LastUsedAt = ms
	}
	return nil
}

func (m *sessionMap) due(now time.Time) (seen map[*session]int64, over map[hash]*session) {
	seen, over = map[*session]int64{}, map[hash]*session{}
	m.mu.RLock()
	defer m.mu.RUnlock()
	for key, e := range m.byHash {
		if e.over(now) {
			over[key] = e
		} else if ms := e.seen.Load(); ms != e.row.SeenAt {
			seen[e] = ms
		}
	}
	return seen, over
}
