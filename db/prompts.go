package db

import (
	"context"
	"fmt"
	"time"
)

// PromptRow is one prompt in the vault.
type PromptRow struct {
	Digest    string
	Salt      []byte
	Sealed    []byte
	CreatedAt time.Time
}

// InsertPrompt stores a prompt; one that is there already stays.
func InsertPrompt(tx *Tx, p PromptRow) error {
	return tx.run("INSERT INTO prompts (digest, salt, sealed, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT (digest) DO NOTHING",
		p.Digest, p.Salt, p.Sealed, p.CreatedAt.UTC().Format(time.RFC3339))
}

// PromptByDigest reads a prompt; ErrNotFound when it was purged.
func PromptByDigest(ctx context.Context, q Queryer, digest string) (PromptRow, error) {
	p := PromptRow{Digest: digest}
	err := q.QueryRowContext(ctx, "SELECT salt, sealed FROM prompts WHERE digest = $1", digest).Scan(&p.Salt, &p.Sealed)
	return p, scanError(err)
}

// DeletePromptsBefore purges old prompts and says how many.
func DeletePromptsBefore(ctx context.Context, tx *Tx, before time.Time) (int64, error) {
	r, err := tx.ExecContext(ctx, "DELETE FROM prompts WHERE created_at < $1", before.UTC().Format(time.RFC3339))
	if err != nil {
		return 0, fmt.Errorf("purge prompts: %w", err)
	}
	return r.RowsAffected()
}
