package identity

import (
	"context"

	"ambit/audit"
	"ambit/db"
	"ambit/server/caller"
)

// LogOutAt ends what was opened through a provider's session (OpenID Connect Back-Channel Logout 1.0): by its session id, or,
// where the provider names only the subject, everything of that account.
func (s *Service) LogOutAt(ctx context.Context, connection, subject, session, address string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	d := s.people.Load()
	account := d.bySubject[[2]string{connection, subject}]
	match := func(row *db.SessionRow) bool {
		if row.Connection != connection {
			return false
		}
		if session != "" {
			return row.IDPSession == session && (subject == "" || row.AccountID == account)
		}
		return account != "" && row.AccountID == account
	}
	by := &caller.Principal{Kind: caller.Anonymous, Name: "connection:" + connection, Connection: connection, Subject: subject}
	_, err := s.endSessions(ctx, match, func(ended []*db.SessionRow) []*audit.Event {
		events := []*audit.Event{changed("connection.logged_out", by, address, "connection", connection, nil, logoutRecord{subject, len(ended)})}
		for _, row := range ended {
			events = append(events, changed("session.revoked", by, address, "session", row.ID, s.sessionView(row), nil))
		}
		return events
	}, s.endCredentialsAt(ctx, connection, account, session, subject))
	if err != nil {
		return err
	}
	return s.reloadPeople(ctx)
}

type logoutRecord struct {
	Subject  string `json:"subject,omitempty"`
	Sessions int    `json:"sessions"`
}
