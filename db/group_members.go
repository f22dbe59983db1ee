package db

import (
	"context"
	"database/sql"
	"fmt"
)

// AddMembers puts accounts into a group, in one statement however many they are, and returns the ids of those who weren't in it.
func AddMembers(ctx context.Context, tx *Tx, group string, accounts []string) ([]string, error) {
	return column(tx.QueryContext(ctx, // "WHERE true" tells SQLite that ON CONFLICT belongs to the INSERT
		`INSERT INTO group_members (group_id, account_id) SELECT $1, value FROM json_each($2) WHERE true ON CONFLICT DO NOTHING RETURNING account_id`, group, list(accounts)))
}

// RemoveMembers takes accounts out of a group and returns the ids of those who were in it.
func RemoveMembers(ctx context.Context, tx *Tx, group string, accounts []string) ([]string, error) {
	return column(tx.QueryContext(ctx,
		`DELETE FROM group_members WHERE group_id = $1 AND account_id IN (SELECT value FROM json_each($2)) RETURNING account_id`, group, list(accounts)))
}

// KeepMembers takes everybody else out of a group and returns the ids of those who were in it.
func KeepMembers(ctx context.Context, tx *Tx, group string, accounts []string) ([]string, error) {
	return column(tx.QueryContext(ctx,
		`DELETE FROM group_members WHERE group_id = $1 AND account_id NOT IN (SELECT value FROM json_each($2)) RETURNING account_id`, group, list(accounts)))
}

// RemoveFromGroups takes an account out of every group and returns the ids of the groups that it was in.
func RemoveFromGroups(ctx context.Context, tx *Tx, account string) ([]string, error) {
	return column(tx.QueryContext(ctx, `DELETE FROM group_members WHERE account_id = $1 RETURNING group_id`, account))
}

// Members returns the ids of a group's accounts.
func Members(ctx context.Context, q Queryer, group string) ([]string, error) {
	return column(q.QueryContext(ctx, `SELECT account_id FROM group_members WHERE group_id = $1`, group))
}

// GroupsWith returns the ids of the groups that an account is in.
func GroupsWith(ctx context.Context, q Queryer, account string) ([]string, error) {
	return column(q.QueryContext(ctx, `SELECT group_id FROM group_members WHERE account_id = $1`, account))
}

// column reads a result of one column of text to its end.
func column(rows *sql.Rows, err error) ([]string, error) {
	if err != nil {
		return nil, fmt.Errorf("group members: %w", writeError(err))
	}
	defer rows.Close()
	var values []string
	for rows.Next() {
		var v string
		if err := rows.Scan(&v); err != nil {
			return nil, fmt.Errorf("group members: %w", err)
		}
		values = append(values, v)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("group members: %w", writeError(err))
	}
	return values, nil
}
