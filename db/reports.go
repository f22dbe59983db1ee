package db

import (
	"context"
	"errors"
	"fmt"
)

// InsertReport notes that a credential's report was recorded. It reports false where it was before.
func InsertReport(ctx context.Context, tx *Tx, credential, clientID string, now int64) (bool, error) {
	_, err := tx.ExecContext(ctx, `INSERT INTO reports (credential, client_id, recorded_at) VALUES ($1, $2, $3)`, credential, clientID, now)
	if errors.Is(err, ErrExists) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("insert report: %w", err)
	}
	return true, nil
}

// ForgetReports drops at most a thousand notes of reports that were recorded before the time.
func ForgetReports(ctx context.Context, tx *Tx, before int64) error {
	_, err := tx.ExecContext(ctx, `DELETE FROM reports WHERE (credential, client_id) IN
		(SELECT credential, client_id FROM reports WHERE recorded_at < $1 LIMIT 1000)`, before)
	if err != nil {
		return fmt.Errorf("forget reports: %w", err)
	}
	return nil
}
