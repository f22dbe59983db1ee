package db

import (
	"context"
	"encoding/json"
	"fmt"
)

// AccountRow is what one connection calls somebody.
type AccountRow struct {
	ID          string
	Connection  string
	Subject     string // "" until the first sign-in of somebody whom SCIM made
	PersonID    string
	UserName    string // SCIM userName, lower case; "" without SCIM
	ExternalID  string
	Email       string // lower case, as sent
	Name        string
	Groups      []string // from claims
	GroupsState string   // of the claims: known, absent, truncated
	Provisioned bool     // by SCIM: its groups are those of group_members
	Active      bool
	Resource    string // SCIM attributes as sent, JSON; "" without SCIM
	CreatedAt   int64
	UpdatedAt   int64
	SignedInAt  int64
}

const accountColumns = `id, connection, subject, person_id, user_name, external_id, email, name, groups, groups_state, provisioned, active,
	resource, created_at, updated_at, signed_in_at`

// InsertAccount adds an account; ErrExists where its connection has the subject or the user name already.
func InsertAccount(ctx context.Context, tx *Tx, a *AccountRow) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO accounts (`+accountColumns+`)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)`,
		a.ID, a.Connection, a.Subject, a.PersonID, a.UserName, a.ExternalID, a.Email, a.Name, list(a.Groups), a.GroupsState, a.Provisioned,
		a.Active, a.Resource, a.CreatedAt, a.UpdatedAt, a.SignedInAt)
	if err != nil {
		return fmt.Errorf("insert account: %w", err)
	}
	return nil
}

// UpdateAccount writes all of an account's columns but id, connection and the time of creation; ErrExists as in InsertAccount.
func UpdateAccount(ctx context.Context, tx *Tx, a *AccountRow) error {
	_, err := tx.ExecContext(ctx, `UPDATE accounts SET subject = $1, person_id = $2, user_name = $3, external_id = $4, email = $5, name = $6,
		groups = $7, groups_state = $8, provisioned = $9, active = $10, resource = $11, updated_at = $12, signed_in_at = $13 WHERE id = $14`,
		a.Subject, a.PersonID, a.UserName, a.ExternalID, a.Email, a.Name, list(a.Groups), a.GroupsState, a.Provisioned, a.Active, a.Resource,
		a.UpdatedAt, a.SignedInAt, a.ID)
	if err != nil {
		return fmt.Errorf("update account: %w", err)
	}
	return nil
}

// ForgetClaimedGroups takes away what provisioned accounts of a connection last claimed.
func ForgetClaimedGroups(ctx context.Context, tx *Tx, connection string) error {
	_, err := tx.ExecContext(ctx, `UPDATE accounts SET groups = '[]', groups_state = 'absent' WHERE connection = $1 AND provisioned`, connection)
	if err != nil {
		return fmt.Errorf("forget claimed groups: %w", err)
	}
	return nil
}

// DeleteAccount removes an account and its memberships.
func DeleteAccount(ctx context.Context, tx *Tx, id string) error {
	if _, err := tx.ExecContext(ctx, `DELETE FROM accounts WHERE id = $1`, id); err != nil {
		return fmt.Errorf("delete account: %w", err)
	}
	return nil
}

// Accounts returns all accounts, oldest first.
func Accounts(ctx context.Context, q Queryer) ([]AccountRow, error) {
	rows, err := q.QueryContext(ctx, `SELECT `+accountColumns+` FROM accounts ORDER BY created_at, id`)
	if err != nil {
		return nil, fmt.Errorf("read accounts: %w", err)
	}
	defer rows.Close()
	var all []AccountRow
	for rows.Next() {
		var a AccountRow
		var groups string
		err := rows.Scan(&a.ID, &a.Connection, &a.Subject, &a.PersonID, &a.UserName, &a.ExternalID, &a.Email, &a.Name, &groups, &a.GroupsState,
			&a.Provisioned, &a.Active, &a.Resource, &a.CreatedAt, &a.UpdatedAt, &a.SignedInAt)
		if err == nil {
			err = json.Unmarshal([]byte(groups), &a.Groups)
		}
		if err != nil {
			return nil, fmt.Errorf("read accounts: %w", err)
		}
		all = append(all, a)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read accounts: %w", err)
	}
	return all, nil
}

// Memberships returns the names of the provisioned groups that each account is in, by the account's id.
func Memberships(ctx context.Context, q Queryer) (map[string][]string, error) {
	rows, err := q.QueryContext(ctx, `SELECT m.account_id, g.name FROM group_members m JOIN groups g ON g.id = m.group_id ORDER BY g.name`)
	if err != nil {
		return nil, fmt.Errorf("read memberships: %w", err)
	}
	defer rows.Close()
	all := map[string][]string{}
	for rows.Next() {
		var account, group string
		if err := rows.Scan(&account, &group); err != nil {
			return nil, fmt.Errorf("read memberships: %w", err)
		}
		all[account] = append(all[account], group)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read memberships: %w", err)
	}
	return all, nil
}
