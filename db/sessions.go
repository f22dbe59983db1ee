package db

import (
	"context"
	"fmt"
)

// SessionRow is a console session.
type SessionRow struct {
	Hash      []byte // SHA-256 of the cookie's value
	ID        string
	PersonID  string
	CreatedAt int64
	SeenAt    int64

	AccountID     string // "" for the owner's own sign-in
	Connection    string
	IDPSession    string // OIDC sid or SAML SessionIndex
	IDTokenSealed []byte // the hint for logging out at the provider
}

const sessionColumns = `hash, id, person_id, created_at, seen_at, account_id, connection, idp_session, id_token_sealed`

// InsertSession adds a console session.
func InsertSession(ctx context.Context, tx *Tx, s *SessionRow) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO console_sessions (`+sessionColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		s.Hash, s.ID, s.PersonID, s.CreatedAt, s.SeenAt, s.AccountID, s.Connection, s.IDPSession, s.IDTokenSealed)
	if err != nil {
		return fmt.Errorf("insert session: %w", err)
	}
	return nil
}

// DeleteSession ends a session; no error where it is gone already.
func DeleteSession(ctx context.Context, tx *Tx, id string) error {
	if _, err := tx.ExecContext(ctx, `DELETE FROM console_sessions WHERE id = $1`, id); err != nil {
		return fmt.Errorf("delete session: %w", err)
	}
	return nil
}

// TouchSession notes when a session was last used.
func TouchSession(ctx context.Context, tx *Tx, id string, seen int64) error {
	if _, err := tx.ExecContext(ctx, `UPDATE console_sessions SET seen_at = $1 WHERE id = $2`, seen, id); err != nil {
		return fmt.Errorf("touch session: %w", err)
	}
	return nil
}

// Sessions returns all console sessions.
func Sessions(ctx context.Context, q Queryer) ([]SessionRow, error) {
	rows, err := q.QueryContext(ctx, `SELECT `+sessionColumns+` FROM console_sessions`)
	if err != nil {
		return nil, fmt.Errorf("read sessions: %w", err)
	}
	defer rows.Close()
	var sessions []SessionRow
	for rows.Next() {
		var s SessionRow
		if err := rows.Scan(&s.Hash, &s.ID, &s.PersonID, &s.CreatedAt, &s.SeenAt, &s.AccountID, &s.Connection, &s.IDPSession, &s.IDTokenSealed); err != nil {
			return nil, fmt.Errorf("read sessions: %w", err)
		}
		sessions = append(sessions, s)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read sessions: %w", err)
	}
	return sessions, nil
}
