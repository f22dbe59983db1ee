package db

import (
	"context"
	"fmt"
)

// Setting returns the JSON value of a setting; ErrNotFound where nobody set it.
func Setting(ctx context.Context, q Queryer, name string) (string, error) {
	var value string
	if err := q.QueryRowContext(ctx, `SELECT value FROM settings WHERE name = $1`, name).Scan(&value); err != nil {
		return "", fmt.Errorf("read setting %s: %w", name, scanError(err))
	}
	return value, nil
}

// SetSetting writes the JSON value of a setting.
func SetSetting(ctx context.Context, tx *Tx, name, value, by string, at int64) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO settings (name, value, updated_at, updated_by) VALUES ($1, $2, $3, $4)
		ON CONFLICT (name) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at, updated_by = excluded.updated_by`,
		name, value, at, by)
	if err != nil {
		return fmt.Errorf("write setting %s: %w", name, err)
	}
	return nil
}
