package db

import (
	"context"
	"fmt"
)

// SCIMTokenRow is a token by which an identity provider provisions a connection.
type SCIMTokenRow struct {
	ID         string
	Hash       []byte // SHA-256 of the token
	Connection string
	CreatedAt  int64
	CreatedBy  string
	LastUsedAt int64
	RevokedAt  int64
}

//nolint:gosec // names of columns, not credentials
const scimTokenColumns = `id, hash, connection, created_at, created_by, last_used_at, revoked_at`

// InsertSCIMToken adds a token.
func InsertSCIMToken(ctx context.Context, tx *Tx, t *SCIMTokenRow) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO scim_tokens (`+scimTokenColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		t.ID, t.Hash, t.Connection, t.CreatedAt, t.CreatedBy, t.LastUsedAt, t.RevokedAt)
	if err != nil {
		return fmt.Errorf("insert SCIM token: %w", err)
	}
	return nil
}

// RevokeSCIMToken ends a token. It reports false where there is no such token or it was revoked before.
func RevokeSCIMToken(ctx context.Context, tx *Tx, id string, now int64) (bool, error) {
	return changedOne(tx.ExecContext(ctx, `UPDATE scim_tokens SET revoked_at = $1 WHERE id = $2 AND revoked_at = 0`, now, id))
}

// TouchSCIMToken notes when a token was last used.
func TouchSCIMToken(ctx context.Context, tx *Tx, id string, used int64) error {
	if _, err := tx.ExecContext(ctx, `UPDATE scim_tokens SET last_used_at = $1 WHERE id = $2`, used, id); err != nil {
		return fmt.Errorf("touch SCIM token: %w", err)
	}
	return nil
}

// SCIMTokens returns all tokens, revoked ones included, newest first.
func SCIMTokens(ctx context.Context, q Queryer) ([]SCIMTokenRow, error) {
	rows, err := q.QueryContext(ctx, `SELECT `+scimTokenColumns+` FROM scim_tokens ORDER BY created_at DESC, id`)
	if err != nil {
		return nil, fmt.Errorf("read SCIM tokens: %w", err)
	}
	defer rows.Close()
	var all []SCIMTokenRow
	for rows.Next() {
		var t SCIMTokenRow
		if err := rows.Scan(&t.ID, &t.Hash, &t.Connection, &t.CreatedAt, &t.CreatedBy, &t.LastUsedAt, &t.RevokedAt); err != nil {
			return nil, fmt.Errorf("read SCIM tokens: %w", err)
		}
		all = append(all, t)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read SCIM tokens: %w", err)
	}
	return all, nil
}
