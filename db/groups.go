package db

import (
	"context"
	"fmt"
)

// GroupRow is a provisioned group of one connection.
type GroupRow struct {
	ID         string
	Connection string
	Name       string
	ExternalID string
	CreatedAt  int64
	UpdatedAt  int64
}

// InsertGroup adds a group; ErrExists where its connection has the name already.
func InsertGroup(ctx context.Context, tx *Tx, g *GroupRow) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO groups (id, connection, name, external_id, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6)`,
		g.ID, g.Connection, g.Name, g.ExternalID, g.CreatedAt, g.UpdatedAt)
	if err != nil {
		return fmt.Errorf("insert group: %w", err)
	}
	return nil
}

// UpdateGroup writes a group's name and external id; ErrExists as in InsertGroup.
func UpdateGroup(ctx context.Context, tx *Tx, g *GroupRow) error {
	_, err := tx.ExecContext(ctx, `UPDATE groups SET name = $1, external_id = $2, updated_at = $3 WHERE id = $4`, g.Name, g.ExternalID, g.UpdatedAt, g.ID)
	if err != nil {
		return fmt.Errorf("update group: %w", err)
	}
	return nil
}

// DeleteGroup removes a group and its memberships.
func DeleteGroup(ctx context.Context, tx *Tx, id string) error {
	if _, err := tx.ExecContext(ctx, `DELETE FROM groups WHERE id = $1`, id); err != nil {
		return fmt.Errorf("delete group: %w", err)
	}
	return nil
}

// Groups returns all groups, oldest first.
func Groups(ctx context.Context, q Queryer) ([]GroupRow, error) {
	rows, err := q.QueryContext(ctx, `SELECT id, connection, name, external_id, created_at, updated_at FROM groups ORDER BY created_at, id`)
	if err != nil {
		return nil, fmt.Errorf("read groups: %w", err)
	}
	defer rows.Close()
	var all []GroupRow
	for rows.Next() {
		var g GroupRow
		if err := rows.Scan(&g.ID, &g.Connection, &g.Name, &g.ExternalID, &g.CreatedAt, &g.UpdatedAt); err != nil {
			return nil, fmt.Errorf("read groups: %w", err)
		}
		all = append(all, g)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read groups: %w", err)
	}
	return all, nil
}
