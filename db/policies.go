package db

import (
	"context"
	"fmt"
)

// PolicyRow is a published policy. PublishedAt is milliseconds since 1970.
type PolicyRow struct {
	Version     int64
	Source      string
	Digest      string // SHA-256 of Source, hex
	Comment     string
	PublishedBy string
	PublishedAt int64
}

// InsertPolicy adds a version; ErrExists where that version is there already.
func InsertPolicy(ctx context.Context, tx *Tx, p *PolicyRow) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO policies (version, source, digest, comment, published_by, published_at)
		VALUES ($1, $2, $3, $4, $5, $6)`, p.Version, p.Source, p.Digest, p.Comment, p.PublishedBy, p.PublishedAt)
	if err != nil {
		return fmt.Errorf("insert policy: %w", err)
	}
	return nil
}

// PolicyByVersion returns one version; version 0 is the newest. ErrNotFound where there is none.
func PolicyByVersion(ctx context.Context, q Queryer, version int64) (PolicyRow, error) {
	var p PolicyRow
	row := q.QueryRowContext(ctx, `SELECT version, source, digest, comment, published_by, published_at FROM policies
		WHERE $1 = 0 OR version = $1 ORDER BY version DESC LIMIT 1`, version)
	if err := row.Scan(&p.Version, &p.Source, &p.Digest, &p.Comment, &p.PublishedBy, &p.PublishedAt); err != nil {
		return p, fmt.Errorf("read policy %d: %w", version, scanError(err))
	}
	return p, nil
}

// Policies lists all versions, newest first, without their sources.
func Policies(ctx context.Context, q Queryer) ([]PolicyRow, error) {
	rows, err := q.QueryContext(ctx, `SELECT version, digest, comment, published_by, published_at FROM policies ORDER BY version DESC`)
	if err != nil {
		return nil, fmt.Errorf("list policies: %w", err)
	}
	defer rows.Close()
	var list []PolicyRow
	for rows.Next() {
		var p PolicyRow
		if err := rows.Scan(&p.Version, &p.Digest, &p.Comment, &p.PublishedBy, &p.PublishedAt); err != nil {
			return nil, fmt.Errorf("list policies: %w", err)
		}
		list = append(list, p)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("list policies: %w", err)
	}
	return list, nil
}
