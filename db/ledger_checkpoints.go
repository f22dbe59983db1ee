package db

import (
	"context"
	"fmt"
	"time"
)

// Checkpoint is a signed statement of the ledger's size and root.
type Checkpoint struct {
	Number int64 // from 1, without gaps
	Size   int64
	Time   time.Time
	Note   string
}

// InsertCheckpoint stores a checkpoint.
func InsertCheckpoint(ctx context.Context, tx *Tx, c Checkpoint) error {
	_, err := tx.ExecContext(ctx, "INSERT INTO ledger_checkpoints (number, size, time, note) VALUES ($1, $2, $3, $4)",
		c.Number, c.Size, c.Time.UTC().Format(time.RFC3339), c.Note)
	if err != nil {
		return fmt.Errorf("store checkpoint: %w", err)
	}
	return nil
}

// LatestCheckpoint gives the newest one, ErrNotFound where there is none.
func LatestCheckpoint(ctx context.Context, q Queryer) (Checkpoint, error) {
	var c Checkpoint
	var at string
	err := q.QueryRowContext(ctx, "SELECT number, size, time, note FROM ledger_checkpoints ORDER BY number DESC LIMIT 1").
		Scan(&c.Number, &c.Size, &at, &c.Note)
	if err != nil {
		return c, scanError(err)
	}
	if c.Time, err = time.Parse(time.RFC3339, at); err != nil {
		return c, fmt.Errorf("read checkpoint %d: %w", c.Number, err)
	}
	return c, nil
}

// Checkpoints gives up to limit checkpoints with a number greater than after, in order; a stored time that can't be read is
// the zero time. What could be read before an error is given as well.
func Checkpoints(ctx context.Context, q Queryer, after int64, limit int) ([]Checkpoint, error) {
	rows, err := q.QueryContext(ctx, "SELECT number, size, time, note FROM ledger_checkpoints WHERE number > $1 ORDER BY number LIMIT $2", after, limit)
	if err != nil {
		return nil, fmt.Errorf("read checkpoints: %w", err)
	}
	defer rows.Close()
	var list []Checkpoint
	for rows.Next() {
		var c Checkpoint
		var at string
		if err := rows.Scan(&c.Number, &c.Size, &at, &c.Note); err != nil {
			return list, fmt.Errorf("read checkpoints: %w", err)
		}
		c.Time, _ = time.Parse(time.RFC3339, at)
		list = append(list, c)
	}
	if err := rows.Err(); err != nil {
		return list, fmt.Errorf("read checkpoints: %w", err)
	}
	return list, nil
}
