package db

import (
	"context"
	"fmt"
)

// Kinds of credentials in a family.
const (
	CredentialAccess  = "access"
	CredentialRefresh = "refresh"
)

// FamilyRow is one sign-in of an agent on one device. Times are milliseconds since 1970; 0 is never.
type FamilyRow struct {
	ID             string
	PersonID       string
	AccountID      string // "" for the owner's own sign-in
	Connection     string
	IDPSession     string
	Device         string
	Scope          string
	Generation     int64
	UpstreamSealed []byte // the identity provider's refresh token; nil where none
	CheckedAt      int64
	CreatedAt      int64
	ExpiresAt      int64
	LastUsedAt     int64
	LastAddress    string
	RevokedAt      int64
	RevokedWhy     string
}

// CredentialRow is an access or refresh credential.
type CredentialRow struct {
	Hash      []byte // SHA-256 of the credential
	FamilyID  string
	Kind      string
	CreatedAt int64
	ExpiresAt int64
	UsedAt    int64 // refresh: when it was first exchanged
}

// InsertFamily adds a family.
func InsertFamily(ctx context.Context, tx *Tx, f *FamilyRow) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO credential_families
		(id, person_id, account_id, connection, idp_session, device, scope, generation, upstream_sealed, checked_at, created_at, expires_at, last_used_at, last_address)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
		f.ID, f.PersonID, f.AccountID, f.Connection, f.IDPSession, f.Device, f.Scope, f.Generation, f.UpstreamSealed, f.CheckedAt,
		f.CreatedAt, f.ExpiresAt, f.LastUsedAt, f.LastAddress)
	if err != nil {
		return fmt.Errorf("insert credential family: %w", err)
	}
	return nil
}

// Families returns all families that have not been deleted, newest first.
func Families(ctx context.Context, q Queryer) ([]FamilyRow, error) {
	rows, err := q.QueryContext(ctx, `SELECT id, person_id, account_id, connection, idp_session, device, scope, generation, upstream_sealed,
		checked_at, created_at, expires_at, last_used_at, last_address, revoked_at, revoked_why FROM credential_families ORDER BY created_at DESC, id`)
	if err != nil {
		return nil, fmt.Errorf("read credential families: %w", err)
	}
	defer rows.Close()
	var all []FamilyRow
	for rows.Next() {
		var f FamilyRow
		if err := rows.Scan(&f.ID, &f.PersonID, &f.AccountID, &f.Connection, &f.IDPSession, &f.Device, &f.Scope,
			&f.Generation, &f.UpstreamSealed, &f.CheckedAt, &f.CreatedAt, &f.ExpiresAt, &f.LastUsedAt, &f.LastAddress, &f.RevokedAt, &f.RevokedWhy); err != nil {
			return nil, fmt.Errorf("read credential families: %w", err)
		}
		all = append(all, f)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read credential families: %w", err)
	}
	return all, nil
}

// RenewFamily notes that a family was refreshed: from where, when its provider vouched, and the token to ask with next time.
func RenewFamily(ctx context.Context, tx *Tx, f *FamilyRow) error {
	_, err := tx.ExecContext(ctx, `UPDATE credential_families SET upstream_sealed = $1, checked_at = $2, last_used_at = $3, last_address = $4 WHERE id = $5`,
		f.UpstreamSealed, f.CheckedAt, f.LastUsedAt, f.LastAddress, f.ID)
	if err != nil {
		return fmt.Errorf("renew credential family: %w", err)
	}
	return nil
}

// TouchFamily notes when a family was last used.
func TouchFamily(ctx context.Context, tx *Tx, id string, used int64) error {
	if _, err := tx.ExecContext(ctx, `UPDATE credential_families SET last_used_at = $1 WHERE id = $2`, used, id); err != nil {
		return fmt.Errorf("touch credential family: %w", err)
	}
	return nil
}

// RevokeFamily ends a family and deletes its credentials and what its provider is asked with. It reports false where there is
// no such family or it was revoked before.
func RevokeFamily(ctx context.Context, tx *Tx, id, why string, now int64) (bool, error) {
	ok, err := changedOne(tx.ExecContext(ctx, `UPDATE credential_families SET revoked_at = $1, revoked_why = $2, upstream_sealed = NULL
		WHERE id = $3 AND revoked_at = 0`, now, why, id))
	if err != nil || !ok {
		return ok, err
	}
	if _, err := tx.ExecContext(ctx, `DELETE FROM credentials WHERE family_id = $1`, id); err != nil {
		return false, fmt.Errorf("delete credentials: %w", err)
	}
	return true, nil
}

// DeleteFamily forgets a family with its credentials.
func DeleteFamily(ctx context.Context, tx *Tx, id string) error {
	if _, err := tx.ExecContext(ctx, `DELETE FROM credential_families WHERE id = $1`, id); err != nil {
		return fmt.Errorf("delete credential family: %w", err)
	}
	return nil
}

// InsertCredential adds a credential to its family.
func InsertCredential(ctx context.Context, tx *Tx, c *CredentialRow) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO credentials (hash, family_id, kind, created_at, expires_at) VALUES ($1, $2, $3, $4, $5)`,
		c.Hash, c.FamilyID, c.Kind, c.CreatedAt, c.ExpiresAt)
	if err != nil {
		return fmt.Errorf("insert credential: %w", err)
	}
	return nil
}

// Credential finds a credential by its hash; ErrNotFound where there is none.
func Credential(ctx context.Context, q Queryer, hash []byte) (CredentialRow, error) {
	c := CredentialRow{Hash: hash}
	err := q.QueryRowContext(ctx, `SELECT family_id, kind, created_at, expires_at, used_at FROM credentials WHERE hash = $1`, hash).
		Scan(&c.FamilyID, &c.Kind, &c.CreatedAt, &c.ExpiresAt, &c.UsedAt)
	if err = scanError(err); err != nil {
		return c, fmt.Errorf("read credential: %w", err)
	}
	return c, nil
}

// UseRefresh marks a refresh credential as exchanged. It reports false where that has happened before.
func UseRefresh(ctx context.Context, tx *Tx, hash []byte, now int64) (bool, error) {
	return changedOne(tx.ExecContext(ctx, `UPDATE credentials SET used_at = $1 WHERE hash = $2 AND kind = 'refresh' AND used_at = 0`, now, hash))
}

// DeleteStaleAccess forgets those access credentials of a family that have run out.
func DeleteStaleAccess(ctx context.Context, tx *Tx, family string, now int64) error {
	if _, err := tx.ExecContext(ctx, `DELETE FROM credentials WHERE family_id = $1 AND kind = 'access' AND expires_at <= $2`, family, now); err != nil {
		return fmt.Errorf("delete stale credentials: %w", err)
	}
	return nil
}

// DeleteCredential forgets one credential.
func DeleteCredential(ctx context.Context, tx *Tx, hash []byte) error {
	if _, err := tx.ExecContext(ctx, `DELETE FROM credentials WHERE hash = $1`, hash); err != nil {
		return fmt.Errorf("delete credential: %w", err)
	}
	return nil
}

// AccessCredentials returns the access credentials that have not run out.
func AccessCredentials(ctx context.Context, q Queryer, now int64) ([]CredentialRow, error) {
	rows, err := q.QueryContext(ctx, `SELECT hash, family_id, created_at, expires_at FROM credentials WHERE kind = 'access' AND expires_at > $1`, now)
	if err != nil {
		return nil, fmt.Errorf("read credentials: %w", err)
	}
	defer rows.Close()
	var all []CredentialRow
	for rows.Next() {
		c := CredentialRow{Kind: CredentialAccess}
		if err := rows.Scan(&c.Hash, &c.FamilyID, &c.CreatedAt, &c.ExpiresAt); err != nil {
			return nil, fmt.Errorf("read credentials: %w", err)
		}
		all = append(all, c)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read credentials: %w", err)
	}
	return all, nil
}

// CollectedFamilies returns the ids of families whose credentials somebody has fetched.
func CollectedFamilies(ctx context.Context, q Queryer) (map[string]bool, error) {
	rows, err := q.QueryContext(ctx, `SELECT DISTINCT family_id FROM credentials`)
	if err != nil {
		return nil, fmt.Errorf("read credentials: %w", err)
	}
	defer rows.Close()
	all := map[string]bool{}
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return nil, fmt.Errorf("read credentials: %w", err)
		}
		all[id] = true
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read credentials: %w", err)
	}
	return all, nil
}
