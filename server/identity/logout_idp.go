package identity

import (
	"context"

	"ambit/audit"
	"ambit/db"
	"ambit/server/caller"
	"ambit/server/identity/idp"
)

// LogOutAt ends what was opened through a provider's session (OpenID Connect Back-Channel Logout 1.0): by its session id, or,
// where the provider names only the subject, everything of that account. The token is used up in the same commit, so that it
// counts once, and a logout that failed can be sent again. A token that was used before is an *idp.Refusal.
func (s *Service) LogOutAt(ctx context.Context, connection string, out idp.Logout, address string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	over := loggedOut{Logout: out, connection: connection, account: s.people.Load().bySubject[[2]string{connection, out.Subject}]}
	by := &caller.Principal{Kind: caller.Anonymous, Name: "connection:" + connection, Connection: connection, Subject: out.Subject}
	endCredentials := s.endCredentialsAt(ctx, connection, over.account, out.SessionID, out.Subject)
	_, err := s.endSessions(ctx, func(row *db.SessionRow) bool { return over.ends(row.Connection, row.AccountID, row.IDPSession) }, func(ended []*db.SessionRow) []*audit.Event {
		events := []*audit.Event{changed("connection.logged_out", by, address, "connection", connection, nil, logoutRecord{out.Subject, len(ended)})}
		for _, row := range ended {
			events = append(events, changed("session.revoked", by, address, "session", row.ID, s.sessionView(row), nil))
		}
		return events
	}, func(tx *db.Tx) error {
		if err := s.useLogout(ctx, tx, connection, &out); err != nil {
			return err
		}
		return endCredentials(tx)
	})
	return err
}

// useLogout uses up the token that a logout came by.
func (s *Service) useLogout(ctx context.Context, tx *db.Tx, connection string, out *idp.Logout) error {
	if out.TokenID == "" {
		return nil
	}
	fresh, err := db.MarkSeen(ctx, tx, connection, "logout "+out.TokenID, out.Until.UnixMilli(), s.now().UnixMilli())
	if err != nil {
		return err
	}
	if !fresh {
		return idp.Refuse("replay", "this logout token was used before", "Send a new one.")
	}
	return nil
}

// loggedOut is a logout at a connection.
type loggedOut struct {
	idp.Logout
	connection, account string // account of the subject; "" where nobody is known by it
}

// ends reports whether something that was opened through a session of the provider ends with the logout. Where the provider
// didn't say through which session it was opened, it may have been this one, so the subject's word counts. What was opened
// through another session stays: after signing out here, providers name the session that has ended here already.
func (l *loggedOut) ends(connection, account, session string) bool {
	theirs := l.account != "" && account == l.account
	switch {
	case connection != l.connection:
		return false
	case l.SessionID == "":
		return theirs
	case session == l.SessionID:
		return theirs || l.Subject == ""
	}
	return session == "" && l.Subject != "" && theirs
}

type logoutRecord struct {
	Subject  string `json:"subject,omitempty"`
	Sessions int    `json:"sessions"`
}
