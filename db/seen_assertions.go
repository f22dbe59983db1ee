package db

import (
	"context"
	"fmt"
)

// MarkSeen remembers an assertion until it would have expired anyway; false where it was seen before. What has expired by now
// is forgotten in the same transaction.
func MarkSeen(ctx context.Context, tx *Tx, connection, id string, until, now int64) (bool, error) {
	if _, err := tx.ExecContext(ctx, `DELETE FROM seen_assertions WHERE until < $1`, now); err != nil {
		return false, fmt.Errorf("forget old assertions: %w", err)
	}
	done, err := tx.ExecContext(ctx, `INSERT INTO seen_assertions (connection, id, until) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`,
		connection, id, until)
	if err != nil {
		return false, fmt.Errorf("remember assertion: %w", err)
	}
	n, err := done.RowsAffected()
	if err != nil {
		return false, fmt.Errorf("remember assertion: %w", err)
	}
	return n == 1, nil
}
