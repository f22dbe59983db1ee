package db

import (
	"context"
	"encoding/json"
	"fmt"
)

// RoleRuleRow gives a console role to the members of a group.
type RoleRuleRow struct {
	ID           string
	Group        string
	Role         string
	Repositories []string // engineering managers: which ones
	CreatedAt    int64
	CreatedBy    string
}

// InsertRoleRule adds a rule.
func InsertRoleRule(ctx context.Context, tx *Tx, r *RoleRuleRow) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO role_rules (id, group_name, role, repositories, created_at, created_by) VALUES ($1, $2, $3, $4, $5, $6)`,
		r.ID, r.Group, r.Role, list(r.Repositories), r.CreatedAt, r.CreatedBy)
	if err != nil {
		return fmt.Errorf("insert role rule: %w", err)
	}
	return nil
}

// DeleteRoleRule removes a rule.
func DeleteRoleRule(ctx context.Context, tx *Tx, id string) error {
	if _, err := tx.ExecContext(ctx, `DELETE FROM role_rules WHERE id = $1`, id); err != nil {
		return fmt.Errorf("delete role rule: %w", err)
	}
	return nil
}

// RoleRules returns all rules, by group.
func RoleRules(ctx context.Context, q Queryer) ([]RoleRuleRow, error) {
	rows, err := q.QueryContext(ctx, `SELECT id, group_name, role, repositories, created_at, created_by FROM role_rules ORDER BY group_name, role, id`)
	if err != nil {
		return nil, fmt.Errorf("read role rules: %w", err)
	}
	defer rows.Close()
	var all []RoleRuleRow
	for rows.Next() {
		var r RoleRuleRow
		var repositories string
		err := rows.Scan(&r.ID, &r.Group, &r.Role, &repositories, &r.CreatedAt, &r.CreatedBy)
		if err == nil {
			err = json.Unmarshal([]byte(repositories), &r.Repositories)
		}
		if err != nil {
			return nil, fmt.Errorf("read role rules: %w", err)
		}
		all = append(all, r)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read role rules: %w", err)
	}
	return all, nil
}
