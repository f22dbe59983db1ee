package db

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
)

// TokenRow is an API token. Times are milliseconds since 1970; 0 is never.
type TokenRow struct {
	ID         string
	Hash       []byte // SHA-256 of the token
	Name       string
	Scopes     []string
	PersonID   string // "" is nobody
	CreatedAt  int64
	CreatedBy  string
	ExpiresAt  int64
	LastUsedAt int64
	RevokedAt  int64
}

//nolint:gosec // names of columns, not credentials
const tokenColumns = `id, hash, name, scopes, person_id, created_at, created_by, expires_at, last_used_at, revoked_at`

// InsertToken adds a token.
func InsertToken(ctx context.Context, tx *Tx, t *TokenRow) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO tokens (`+tokenColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		t.ID, t.Hash, t.Name, list(t.Scopes), sql.NullString{String: t.PersonID, Valid: t.PersonID != ""},
		t.CreatedAt, t.CreatedBy, t.ExpiresAt, t.LastUsedAt, t.RevokedAt)
	if err != nil {
		return fmt.Errorf("insert token: %w", err)
	}
	return nil
}

// RevokeToken ends a token. It reports false where there is no such token or it was revoked before.
func RevokeToken(ctx context.Context, tx *Tx, id string, now int64) (bool, error) {
	return changedOne(tx.ExecContext(ctx, `UPDATE tokens SET revoked_at = $1 WHERE id = $2 AND revoked_at = 0`, now, id))
}

// TouchToken notes when a token was last used.
func TouchToken(ctx context.Context, tx *Tx, id string, used int64) error {
	if _, err := tx.ExecContext(ctx, `UPDATE tokens SET last_used_at = $1 WHERE id = $2`, used, id); err != nil {
		return fmt.Errorf("touch token: %w", err)
	}
	return nil
}

// Tokens returns all tokens, revoked ones included, newest first.
func Tokens(ctx context.Context, q Queryer) ([]TokenRow, error) {
	rows, err := q.QueryContext(ctx, `SELECT `+tokenColumns+` FROM tokens ORDER BY created_at DESC, id`)
	if err != nil {
		return nil, fmt.Errorf("read tokens: %w", err)
	}
	defer rows.Close()
	var tokens []TokenRow
	for rows.Next() {
		var t TokenRow
		var scopes string
		var person sql.NullString
		if err := rows.Scan(&t.ID, &t.Hash, &t.Name, &scopes, &person, &t.CreatedAt, &t.CreatedBy, &t.ExpiresAt, &t.LastUsedAt, &t.RevokedAt); err != nil {
			return nil, fmt.Errorf("read tokens: %w", err)
		}
		t.PersonID = person.String
		if err := json.Unmarshal([]byte(scopes), &t.Scopes); err != nil {
			return nil, fmt.Errorf("read tokens: %w", err)
		}
		tokens = append(tokens, t)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read tokens: %w", err)
	}
	return tokens, nil
}
