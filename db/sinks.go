package db

import (
	"context"
	"fmt"
	"math"
)

// SinkRow is one receiver of the ledger. Times are milliseconds since 1970; 0 is never.
type SinkRow struct {
	ID          string
	Name        string
	Kind        string
	State       string // running, paused, disabled
	Why         string // disabled: what the receiver said
	Spec        string // JSON, without secrets
	Sealed      []byte
	Cursor      int64
	Checkpoint  int64
	Delivered   int64
	SucceededAt int64
	Lagging     bool
	CreatedAt   int64
	CreatedBy   string
	UpdatedAt   int64
}

// SinkProgress is how far a sink has come.
type SinkProgress struct {
	ID          string
	Cursor      int64
	Checkpoint  int64
	Delivered   int64
	SucceededAt int64
}

const sinkColumns = `id, name, kind, state, why, spec, sealed, cursor, checkpoint, delivered, succeeded_at, lagging, created_at, created_by, updated_at`

// InsertSink adds a sink; ErrExists where its name is taken.
func InsertSink(ctx context.Context, tx *Tx, s *SinkRow) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO sinks (`+sinkColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
		s.ID, s.Name, s.Kind, s.State, s.Why, s.Spec, s.Sealed, s.Cursor, s.Checkpoint, s.Delivered, s.SucceededAt, s.Lagging,
		s.CreatedAt, s.CreatedBy, s.UpdatedAt)
	if err != nil {
		return fmt.Errorf("insert sink: %w", err)
	}
	return nil
}

// UpdateSink writes what an admin may change: name, state, spec and secrets. Progress is SaveSinkProgress's.
func UpdateSink(ctx context.Context, tx *Tx, s *SinkRow) error {
	_, err := tx.ExecContext(ctx, `UPDATE sinks SET name = $1, state = $2, why = $3, spec = $4, sealed = $5, updated_at = $6 WHERE id = $7`,
		s.Name, s.State, s.Why, s.Spec, s.Sealed, s.UpdatedAt, s.ID)
	if err != nil {
		return fmt.Errorf("update sink: %w", err)
	}
	return nil
}

// SaveSinkProgress moves a sink's cursors. They never go back: a save that was overtaken changes nothing.
func SaveSinkProgress(ctx context.Context, tx *Tx, p *SinkProgress) error {
	_, err := tx.ExecContext(ctx, `UPDATE sinks SET cursor = max(cursor, $1), checkpoint = max(checkpoint, $2), delivered = max(delivered, $3),
		succeeded_at = max(succeeded_at, $4) WHERE id = $5`, p.Cursor, p.Checkpoint, p.Delivered, p.SucceededAt, p.ID)
	if err != nil {
		return fmt.Errorf("save sink progress: %w", err)
	}
	return nil
}

// SetSinkLagging raises or lowers the alarm.
func SetSinkLagging(ctx context.Context, tx *Tx, id string, lagging bool) error {
	if _, err := tx.ExecContext(ctx, `UPDATE sinks SET lagging = $1 WHERE id = $2`, lagging, id); err != nil {
		return fmt.Errorf("set sink alarm: %w", err)
	}
	return nil
}

// DeleteSink removes a sink with what it set aside. It reports false where there is none.
func DeleteSink(ctx context.Context, tx *Tx, id string) (bool, error) {
	return changedOne(tx.ExecContext(ctx, `DELETE FROM sinks WHERE id = $1`, id))
}

// Sinks returns all sinks by name.
func Sinks(ctx context.Context, q Queryer) ([]SinkRow, error) {
	rows, err := q.QueryContext(ctx, `SELECT `+sinkColumns+` FROM sinks ORDER BY name`)
	if err != nil {
		return nil, fmt.Errorf("read sinks: %w", err)
	}
	defer rows.Close()
	var list []SinkRow
	for rows.Next() {
		var s SinkRow
		if err := rows.Scan(&s.ID, &s.Name, &s.Kind, &s.State, &s.Why, &s.Spec, &s.Sealed, &s.Cursor, &s.Checkpoint, &s.Delivered,
			&s.SucceededAt, &s.Lagging, &s.CreatedAt, &s.CreatedBy, &s.UpdatedAt); err != nil {
			return nil, fmt.Errorf("read sinks: %w", err)
		}
		list = append(list, s)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read sinks: %w", err)
	}
	return list, nil
}

// LowestSinkCursor is the lowest cursor of the sinks in any state but one; math.MaxInt64 where there are none.
func LowestSinkCursor(ctx context.Context, q Queryer, except string) (int64, error) {
	lowest := int64(math.MaxInt64)
	err := q.QueryRowContext(ctx, `SELECT COALESCE(min(cursor), $1) FROM sinks WHERE state <> $2`, lowest, except).Scan(&lowest)
	if err != nil {
		return 0, fmt.Errorf("read the cursors of sinks: %w", err)
	}
	return lowest, nil
}
