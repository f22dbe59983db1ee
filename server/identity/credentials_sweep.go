package identity

import (
	"context"
	"fmt"
	"time"

	"ambit/audit"
	"ambit/db"
)

const (
	// keepEnded is how long the console still lists a sign-in that has ended; the ledger has it for good.
	keepEnded = 30 * 24 * time.Hour
	// keepWorkloads is the same for CI jobs, of which there are many.
	keepWorkloads = 24 * time.Hour
)

// sweep ends sign-ins that no device fetched, and forgets those that ended long ago.
func (s *Service) sweep(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now().UnixMilli()
	var uncollected, over []*family
	for _, f := range s.credentials.all() {
		ended := f.end.Load()
		if f.row.RevokedAt != 0 {
			ended = f.row.RevokedAt
		}
		keep := keepEnded
		if f.workload() {
			keep = keepWorkloads
		}
		switch {
		case now-ended > keep.Milliseconds():
			over = append(over, f)
		case f.row.RevokedAt == 0 && !f.collected && now-f.row.CreatedAt > collectWithin.Milliseconds():
			uncollected = append(uncollected, f)
		}
	}
	if err := s.endFamilies(ctx, "no device fetched the credentials", ambitItself, "", uncollected); err != nil {
		return fmt.Errorf("end sign-ins that nobody fetched: %w", err)
	}
	if len(over) == 0 {
		return nil
	}
	// What is forgotten here has no force any more: no event.
	err := s.commit(ctx, func(tx *db.Tx) ([]*audit.Event, error) {
		for _, f := range over {
			if err := db.DeleteFamily(ctx, tx, f.row.ID); err != nil {
				return nil, err
			}
		}
		return nil, nil
	})
	if err != nil {
		return fmt.Errorf("forget old sign-ins: %w", err)
	}
	s.credentials.forget(over)
	return nil
}

func (m *credentialMap) forget(families []*family) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, f := range families {
		for _, key := range f.access {
			delete(m.byHash, key)
		}
		delete(m.byHash, f.hook)
		delete(m.families, f.row.ID)
	}
}

// due are the families whose last use isn't written yet; Service.mu is held.
func (m *credentialMap) due() map[*family]int64 {
	due := map[*family]int64{}
	m.mu.RLock()
	defer m.mu.RUnlock()
	for _, f := range m.families {
		if ms := f.used.Load(); ms != f.row.LastUsedAt {
			due[f] = ms
		}
	}
	return due
}
