package db

import (
	"context"
	"fmt"
)

// RetentionState is the rules and holds as they are stored.
type RetentionState struct {
	Doc string
	MAC []byte
}

// GetRetentionState reads it; ErrNotFound before the first rule or hold.
func GetRetentionState(ctx context.Context, q Queryer) (RetentionState, error) {
	var s RetentionState
	err := q.QueryRowContext(ctx, "SELECT doc, mac FROM retention_state WHERE id = 1").Scan(&s.Doc, &s.MAC)
	return s, scanError(err)
}

// SetRetentionState replaces rules and holds.
func SetRetentionState(ctx context.Context, tx *Tx, s RetentionState) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO retention_state (id, doc, mac) VALUES (1, $1, $2)
		ON CONFLICT (id) DO UPDATE SET doc = excluded.doc, mac = excluded.mac`, s.Doc, s.MAC)
	if err != nil {
		return fmt.Errorf("store retention rules: %w", err)
	}
	return nil
}

// RetentionProgress says up to which entry each class was judged.
func RetentionProgress(ctx context.Context, q Queryer) (map[string]int64, error) {
	rows, err := q.QueryContext(ctx, "SELECT class, through FROM retention_progress")
	if err != nil {
		return nil, fmt.Errorf("read how far retention is: %w", err)
	}
	defer rows.Close()
	through := map[string]int64{}
	for rows.Next() {
		var class string
		var seq int64
		if err := rows.Scan(&class, &seq); err != nil {
			return nil, fmt.Errorf("read how far retention is: %w", err)
		}
		through[class] = seq
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read how far retention is: %w", err)
	}
	return through, nil
}

// SetRetentionProgress notes how far a class was judged.
func SetRetentionProgress(ctx context.Context, tx *Tx, class string, through int64) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO retention_progress (class, through) VALUES ($1, $2)
		ON CONFLICT (class) DO UPDATE SET through = excluded.through`, class, through)
	if err != nil {
		return fmt.Errorf("note how far retention is: %w", err)
	}
	return nil
}

// ResetRetentionProgress makes every class start anew: a rule got shorter or a hold was released.
func ResetRetentionProgress(ctx context.Context, tx *Tx) error {
	if _, err := tx.ExecContext(ctx, "DELETE FROM retention_progress"); err != nil {
		return fmt.Errorf("start retention anew: %w", err)
	}
	return nil
}
