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
}

// InsertSession adds a console session.
func InsertSession(ctx context.Context, tx *Tx, s *SessionRow) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO console_sessions (hash, id, person_id, created_at, seen_at) VALUES ($1, $2, $3, $4, $5)`,
		s.Hash, s.ID, s.PersonID, s.CreatedAt, s.SeenAt)
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
	rows, err := q.QueryContext(ctx, `SELECT hash, id, person_id, created_at, seen_at FROM console_sessions`)
	if err != nil {
		return nil, fmt.Errorf("read sessions: %w", err)
	}
	defer rows.Close()
	var sessions []SessionRow
	for rows.Next() {
		var s SessionRow
		if err := rows.Scan(&s.Hash, &s.ID, &s.PersonID, &s.CreatedAt, &s.SeenAt); err != nil {
			return nil, fmt.Errorf("read sessions: %w", err)
		}
		sessions = append(sessions, s)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read sessions: %w", err)
	}
	return sessions, nil
}
