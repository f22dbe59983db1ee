package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// OwnerRow is how a break-glass account signs in.
type OwnerRow struct {
	PersonID     string
	PasswordHash string // Argon2id in PHC form
	TOTPSealed   []byte // nil: no authenticator app
	TOTPStep     int64  // time step of the last code that was accepted
	UserHandle   []byte // WebAuthn user.id
}

// PasskeyRow is one passkey; Sealed is its credential record.
type PasskeyRow struct {
	ID        []byte
	PersonID  string
	Sealed    []byte
	CreatedAt int64
}

// InsertOwner adds the means of sign-in of a person.
func InsertOwner(ctx context.Context, tx *Tx, o *OwnerRow) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO owners (person_id, password_hash, totp_sealed, totp_step, user_handle) VALUES ($1, $2, $3, $4, $5)`,
		o.PersonID, o.PasswordHash, o.TOTPSealed, o.TOTPStep, o.UserHandle)
	if err != nil {
		return fmt.Errorf("insert owner: %w", err)
	}
	return nil
}

// OwnerByPerson finds a person's means of sign-in; ErrNotFound where there are none.
func OwnerByPerson(ctx context.Context, q Queryer, personID string) (OwnerRow, error) {
	o := OwnerRow{PersonID: personID}
	err := q.QueryRowContext(ctx, `SELECT password_hash, totp_sealed, totp_step, user_handle FROM owners WHERE person_id = $1`, personID).
		Scan(&o.PasswordHash, &o.TOTPSealed, &o.TOTPStep, &o.UserHandle)
	if err = scanError(err); errors.Is(err, ErrNotFound) {
		return o, ErrNotFound
	}
	if err != nil {
		return o, fmt.Errorf("read owner: %w", err)
	}
	return o, nil
}

// AdvanceTOTP notes that a code of the time step was accepted. It reports false where that step or a later one was used
// before: the code is a replay.
func AdvanceTOTP(ctx context.Context, tx *Tx, personID string, step int64) (bool, error) {
	return changedOne(tx.ExecContext(ctx, `UPDATE owners SET totp_step = $1 WHERE person_id = $2 AND totp_step < $1`, step, personID))
}

// InsertPasskey adds a passkey; ErrExists where its credential id is known.
func InsertPasskey(ctx context.Context, tx *Tx, k *PasskeyRow) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO passkeys (id, person_id, sealed, created_at) VALUES ($1, $2, $3, $4)`, k.ID, k.PersonID, k.Sealed, k.CreatedAt)
	if err != nil {
		return fmt.Errorf("insert passkey: %w", err)
	}
	return nil
}

// UpdatePasskey replaces a passkey's credential record, which holds its signature counter.
func UpdatePasskey(ctx context.Context, tx *Tx, id, sealed []byte) error {
	if _, err := tx.ExecContext(ctx, `UPDATE passkeys SET sealed = $1 WHERE id = $2`, sealed, id); err != nil {
		return fmt.Errorf("update passkey: %w", err)
	}
	return nil
}

// PasskeysOf returns a person's passkeys, oldest first.
func PasskeysOf(ctx context.Context, q Queryer, personID string) ([]PasskeyRow, error) {
	rows, err := q.QueryContext(ctx, `SELECT id, sealed, created_at FROM passkeys WHERE person_id = $1 ORDER BY created_at, id`, personID)
	if err != nil {
		return nil, fmt.Errorf("read passkeys: %w", err)
	}
	defer rows.Close()
	var keys []PasskeyRow
	for rows.Next() {
		k := PasskeyRow{PersonID: personID}
		if err := rows.Scan(&k.ID, &k.Sealed, &k.CreatedAt); err != nil {
			return nil, fmt.Errorf("read passkeys: %w", err)
		}
		keys = append(keys, k)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read passkeys: %w", err)
	}
	return keys, nil
}

// InsertRecoveryCode adds one recovery code by its hash.
func InsertRecoveryCode(ctx context.Context, tx *Tx, personID string, hash []byte) error {
	if _, err := tx.ExecContext(ctx, `INSERT INTO recovery_codes (hash, person_id) VALUES ($1, $2)`, hash, personID); err != nil {
		return fmt.Errorf("insert recovery code: %w", err)
	}
	return nil
}

// UseRecoveryCode marks a code as used. It reports false where the person has no such unused code.
func UseRecoveryCode(ctx context.Context, tx *Tx, personID string, hash []byte, now int64) (bool, error) {
	return changedOne(tx.ExecContext(ctx, `UPDATE recovery_codes SET used_at = $1 WHERE hash = $2 AND person_id = $3 AND used_at = 0`, now, hash, personID))
}

func changedOne(result sql.Result, err error) (bool, error) {
	if err != nil {
		return false, err
	}
	n, err := result.RowsAffected()
	return n == 1, err
}
