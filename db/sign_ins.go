package db

import (
	"context"
	"fmt"
)

// EndEverySignIn ends all console sessions and all sign-ins of agents; now is milliseconds since 1970. API tokens stay.
func EndEverySignIn(ctx context.Context, tx *Tx, now int64, why string) error {
	if _, err := tx.ExecContext(ctx, "DELETE FROM console_sessions"); err != nil {
		return fmt.Errorf("end console sessions: %w", err)
	}
	if _, err := tx.ExecContext(ctx, "DELETE FROM credentials"); err != nil {
		return fmt.Errorf("end agents' credentials: %w", err)
	}
	_, err := tx.ExecContext(ctx, "UPDATE credential_families SET revoked_at = $1, revoked_why = $2 WHERE revoked_at = 0", now, why)
	if err != nil {
		return fmt.Errorf("end agents' sign-ins: %w", err)
	}
	return nil
}
