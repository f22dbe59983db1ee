package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// KeepSAMLMetadata stores what a connection's identity provider published, in place of what was stored before. source names the
// settings by which it was fetched.
func KeepSAMLMetadata(ctx context.Context, tx *Tx, connection, source, metadata string, now int64) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO saml_metadata (connection, source, metadata, fetched_at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (connection) DO UPDATE SET source = excluded.source, metadata = excluded.metadata, fetched_at = excluded.fetched_at`,
		connection, source, metadata, now)
	if err != nil {
		return fmt.Errorf("keep SAML metadata: %w", err)
	}
	return nil
}

// SAMLMetadata is what was kept for a connection with these settings; "" where nothing was.
func SAMLMetadata(ctx context.Context, q Queryer, connection, source string) (string, error) {
	var metadata string
	err := q.QueryRowContext(ctx, `SELECT metadata FROM saml_metadata WHERE connection = $1 AND source = $2`, connection, source).Scan(&metadata)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return "", fmt.Errorf("read SAML metadata: %w", err)
	}
	return metadata, nil
}
