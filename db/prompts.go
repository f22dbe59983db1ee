package db

import (
	"context"
	"fmt"
	"time"
)

// PromptRow is one prompt in the vault.
type PromptRow struct {
	Digest     string
	Salt       []byte
	Sealed     []byte
	CreatedAt  time.Time
	Person     string
	Repository string
	Session    string
}

// InsertPrompt stores a prompt; one that is there already stays.
func InsertPrompt(tx *Tx, p PromptRow) error {
	return tx.run(`INSERT INTO prompts (digest, salt, sealed, created_at, person, repository, session) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (digest) DO NOTHING`, p.Digest, p.Salt, p.Sealed, p.CreatedAt.UTC().Format(time.RFC3339), p.Person, p.Repository, p.Session)
}

// PromptByDigest reads a prompt's text, sealed; ErrNotFound when it was purged.
func PromptByDigest(ctx context.Context, q Queryer, digest string) (PromptRow, error) {
	p := PromptRow{Digest: digest}
	err := q.QueryRowContext(ctx, "SELECT salt, sealed FROM prompts WHERE digest = $1", digest).Scan(&p.Salt, &p.Sealed)
	return p, scanError(err)
}

// PromptFilter selects prompts; what is empty fits all.
type PromptFilter struct {
	Person     string
	Repository string
	Before     time.Time // stored before this time
}

// Prompts gives up to limit prompts, without their text, that fit and whose digest is greater than after, in order of digests.
func Prompts(ctx context.Context, q Queryer, f PromptFilter, after string, limit int) ([]PromptRow, error) {
	before := "9999"
	if !f.Before.IsZero() {
		before = f.Before.UTC().Format(time.RFC3339)
	}
	rows, err := q.QueryContext(ctx, `SELECT digest, created_at, person, repository, session FROM prompts
		WHERE digest > $1 AND created_at < $2 AND ($3 = '' OR person = $3) AND ($4 = '' OR repository = $4) ORDER BY digest LIMIT $5`,
		after, before, f.Person, f.Repository, limit)
	if err != nil {
		return nil, fmt.Errorf("list prompts: %w", err)
	}
	defer rows.Close()
	var list []PromptRow
	for rows.Next() {
		var p PromptRow
		var at string
		if err := rows.Scan(&p.Digest, &at, &p.Person, &p.Repository, &p.Session); err != nil {
			return nil, fmt.Errorf("list prompts: %w", err)
		}
		if p.CreatedAt, err = time.Parse(time.RFC3339, at); err != nil {
			return nil, fmt.Errorf("read prompt %s: %w", p.Digest, err)
		}
		list = append(list, p)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("list prompts: %w", err)
	}
	return list, nil
}

// DeletePrompts purges prompts and says how many were there.
func DeletePrompts(ctx context.Context, tx *Tx, digests []string) (int64, error) {
	var n int64
	for _, d := range digests {
		r, err := tx.ExecContext(ctx, "DELETE FROM prompts WHERE digest = $1", d)
		if err != nil {
			return n, fmt.Errorf("purge prompt: %w", err)
		}
		k, err := r.RowsAffected()
		if err != nil {
			return n, fmt.Errorf("purge prompt: %w", err)
		}
		n += k
	}
	return n, nil
}
