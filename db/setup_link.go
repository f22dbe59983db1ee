package db

import (
	"context"
	"errors"
	"fmt"
)

// ReplaceSetupLink makes hash the only set-up link that works.
func ReplaceSetupLink(ctx context.Context, tx *Tx, hash []byte, now int64) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO setup_link (one, hash, created_at) VALUES (1, $1, $2)
		ON CONFLICT (one) DO UPDATE SET hash = excluded.hash, created_at = excluded.created_at`, hash, now)
	if err != nil {
		return fmt.Errorf("replace set-up link: %w", err)
	}
	return nil
}

// SetupLink returns the hash of the set-up link; ErrNotFound where none works any more.
func SetupLink(ctx context.Context, q Queryer) ([]byte, error) {
	var hash []byte
	err := q.QueryRowContext(ctx, `SELECT hash FROM setup_link`).Scan(&hash)
	if err = scanError(err); errors.Is(err, ErrNotFound) {
		return nil, ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("read set-up link: %w", err)
	}
	return hash, nil
}

// UseSetupLink ends the link. It reports false where hash isn't the link that works: it was used or replaced meanwhile.
func UseSetupLink(ctx context.Context, tx *Tx, hash []byte) (bool, error) {
	return changedOne(tx.ExecContext(ctx, `DELETE FROM setup_link WHERE hash = $1`, hash))
}
