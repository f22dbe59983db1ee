package db

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
)

// PersonRow is a row of people.
type PersonRow struct {
	ID        string
	Email     string // by which policy and ledger know the person
	Contact   string // the address as the provider sent it, where nothing proves it
	Name      string
	Groups    []string
	Roles     []string
	Disabled  bool
	CreatedAt int64 // milliseconds since 1970
}

const personColumns = `id, email, name, groups, roles, disabled, created_at, contact`

// InsertPerson adds a person; ErrExists where the e-mail address is taken.
func InsertPerson(ctx context.Context, tx *Tx, p *PersonRow) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO people (`+personColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		p.ID, p.Email, p.Name, list(p.Groups), list(p.Roles), p.Disabled, p.CreatedAt, p.Contact)
	if err != nil {
		return fmt.Errorf("insert person: %w", err)
	}
	return nil
}

// UpdatePerson writes all of a person's columns but the id and the time of creation.
func UpdatePerson(ctx context.Context, tx *Tx, p *PersonRow) error {
	_, err := tx.ExecContext(ctx, `UPDATE people SET email = $1, name = $2, groups = $3, roles = $4, disabled = $5, contact = $6 WHERE id = $7`,
		p.Email, p.Name, list(p.Groups), list(p.Roles), p.Disabled, p.Contact, p.ID)
	if err != nil {
		return fmt.Errorf("update person: %w", err)
	}
	return nil
}

// People returns everybody, by e-mail address.
func People(ctx context.Context, q Queryer) ([]PersonRow, error) {
	rows, err := q.QueryContext(ctx, `SELECT `+personColumns+` FROM people ORDER BY email`)
	if err != nil {
		return nil, fmt.Errorf("read people: %w", err)
	}
	defer rows.Close()
	var people []PersonRow
	for rows.Next() {
		p, err := scanPerson(rows)
		if err != nil {
			return nil, fmt.Errorf("read people: %w", err)
		}
		people = append(people, p)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read people: %w", err)
	}
	return people, nil
}

type scanner interface{ Scan(dest ...any) error }

func scanPerson(row scanner) (PersonRow, error) {
	var p PersonRow
	var groups, roles string
	if err := row.Scan(&p.ID, &p.Email, &p.Name, &groups, &roles, &p.Disabled, &p.CreatedAt, &p.Contact); err != nil {
		return p, err
	}
	return p, errors.Join(json.Unmarshal([]byte(groups), &p.Groups), json.Unmarshal([]byte(roles), &p.Roles))
}

// list is the JSON form of a list of strings; an empty list is [] rather than null.
func list(items []string) string {
	if len(items) == 0 {
		return "[]"
	}
	text, err := json.Marshal(items)
	if err != nil {
		return "[]" // cannot happen: strings always marshal
	}
	return string(text)
}
