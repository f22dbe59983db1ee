package db

import (
	"context"
	"fmt"
)

// MembershipsOf returns the ids of the groups that each of some accounts is in, by the account's id.
func MembershipsOf(ctx context.Context, q Queryer, accounts []string) (map[string][]string, error) {
	rows, err := q.QueryContext(ctx,
		`SELECT account_id, group_id FROM group_members WHERE account_id IN (SELECT value FROM json_each($1))`, list(accounts))
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
