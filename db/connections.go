package db

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
)

// ConnectionRow is where people come from: an identity provider, or an issuer of workload tokens.
type ConnectionRow struct {
	ID        string
	Kind      string
	Name      string
	Stage     string
	Testers   []string
	Domains   []string
	Config    string // JSON, without secrets
	Sealed    []byte // nil: no secrets
	CreatedAt int64
	UpdatedAt int64
}

const connectionColumns = `id, kind, name, stage, testers, domains, config, sealed, created_at, updated_at`

// InsertConnection adds a connection; ErrExists where the id is taken.
func InsertConnection(ctx context.Context, tx *Tx, c *ConnectionRow) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO connections (`+connectionColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		c.ID, c.Kind, c.Name, c.Stage, list(c.Testers), list(c.Domains), c.Config, c.Sealed, c.CreatedAt, c.UpdatedAt)
	if err != nil {
		return fmt.Errorf("insert connection: %w", err)
	}
	return nil
}

// UpdateConnection writes all of a connection's columns but id, kind, stage and the time of creation.
func UpdateConnection(ctx context.Context, tx *Tx, c *ConnectionRow) error {
	_, err := tx.ExecContext(ctx,
		`UPDATE connections SET name = $1, testers = $2, domains = $3, config = $4, sealed = $5, updated_at = $6 WHERE id = $7`,
		c.Name, list(c.Testers), list(c.Domains), c.Config, c.Sealed, c.UpdatedAt, c.ID)
	if err != nil {
		return fmt.Errorf("update connection: %w", err)
	}
	return nil
}

// StageConnection writes a connection's stage.
func StageConnection(ctx context.Context, tx *Tx, c *ConnectionRow) error {
	if _, err := tx.ExecContext(ctx, `UPDATE connections SET stage = $1, updated_at = $2 WHERE id = $3`, c.Stage, c.UpdatedAt, c.ID); err != nil {
		return fmt.Errorf("stage connection: %w", err)
	}
	return nil
}

// DeleteConnection removes a connection alone: what is known by its id, the caller removes with it.
func DeleteConnection(ctx context.Context, tx *Tx, id string) error {
	if _, err := tx.ExecContext(ctx, `DELETE FROM connections WHERE id = $1`, id); err != nil {
		return fmt.Errorf("delete connection: %w", err)
	}
	return nil
}

// Connections returns all connections, by id.
func Connections(ctx context.Context, q Queryer) ([]ConnectionRow, error) {
	rows, err := q.QueryContext(ctx, `SELECT `+connectionColumns+` FROM connections ORDER BY id`)
	if err != nil {
		return nil, fmt.Errorf("read connections: %w", err)
	}
	defer rows.Close()
	var all []ConnectionRow
	for rows.Next() {
		var c ConnectionRow
		var testers, domains string
		err := rows.Scan(&c.ID, &c.Kind, &c.Name, &c.Stage, &testers, &domains, &c.Config, &c.Sealed, &c.CreatedAt, &c.UpdatedAt)
		err = errors.Join(err, json.Unmarshal([]byte(testers), &c.Testers), json.Unmarshal([]byte(domains), &c.Domains))
		if err != nil {
			return nil, fmt.Errorf("read connections: %w", err)
		}
		all = append(all, c)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read connections: %w", err)
	}
	return all, nil
}
