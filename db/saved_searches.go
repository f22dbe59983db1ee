package db

import (
	"context"
	"fmt"
)

// SavedSearch is a search that somebody keeps under a name. Times are milliseconds since 1970.
type SavedSearch struct {
	ID        string
	Name      string
	Owner     string
	Shared    bool
	Query     string // JSON
	CreatedAt int64
	UpdatedAt int64
}

const savedSearchColumns = "id, name, owner, shared, query, created_at, updated_at"

// SavedSearches lists those of one owner and the shared ones, by name.
func SavedSearches(ctx context.Context, q Queryer, owner string) ([]SavedSearch, error) {
	rows, err := q.QueryContext(ctx, "SELECT "+savedSearchColumns+" FROM saved_searches WHERE owner = $1 OR shared = 1 ORDER BY name, id", owner)
	if err != nil {
		return nil, fmt.Errorf("list saved searches: %w", err)
	}
	defer rows.Close()
	var list []SavedSearch
	for rows.Next() {
		var s SavedSearch
		if err := rows.Scan(&s.ID, &s.Name, &s.Owner, &s.Shared, &s.Query, &s.CreatedAt, &s.UpdatedAt); err != nil {
			return nil, fmt.Errorf("list saved searches: %w", err)
		}
		list = append(list, s)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("list saved searches: %w", err)
	}
	return list, nil
}

// GetSavedSearch reads one; ErrNotFound where there is none.
func GetSavedSearch(ctx context.Context, q Queryer, id string) (SavedSearch, error) {
	var s SavedSearch
	err := q.QueryRowContext(ctx, "SELECT "+savedSearchColumns+" FROM saved_searches WHERE id = $1", id).
		Scan(&s.ID, &s.Name, &s.Owner, &s.Shared, &s.Query, &s.CreatedAt, &s.UpdatedAt)
	return s, scanError(err)
}

// CountSavedSearches says how many one owner has.
func CountSavedSearches(ctx context.Context, q Queryer, owner string) (int, error) {
	var n int
	if err := q.QueryRowContext(ctx, "SELECT count(*) FROM saved_searches WHERE owner = $1", owner).Scan(&n); err != nil {
		return 0, fmt.Errorf("count saved searches: %w", err)
	}
	return n, nil
}

// InsertSavedSearch stores a new one; ErrExists where the owner has one of that name.
func InsertSavedSearch(ctx context.Context, tx *Tx, s *SavedSearch) error {
	_, err := tx.ExecContext(ctx, "INSERT INTO saved_searches ("+savedSearchColumns+") VALUES ($1, $2, $3, $4, $5, $6, $7)",
		s.ID, s.Name, s.Owner, s.Shared, s.Query, s.CreatedAt, s.UpdatedAt)
	if err != nil {
		return fmt.Errorf("save search: %w", err)
	}
	return nil
}

// UpdateSavedSearch replaces name, sharing and query.
func UpdateSavedSearch(ctx context.Context, tx *Tx, s *SavedSearch) error {
	_, err := tx.ExecContext(ctx, "UPDATE saved_searches SET name = $1, shared = $2, query = $3, updated_at = $4 WHERE id = $5",
		s.Name, s.Shared, s.Query, s.UpdatedAt, s.ID)
	if err != nil {
		return fmt.Errorf("change saved search: %w", err)
	}
	return nil
}

// DeleteSavedSearch removes one.
func DeleteSavedSearch(ctx context.Context, tx *Tx, id string) error {
	if _, err := tx.ExecContext(ctx, "DELETE FROM saved_searches WHERE id = $1", id); err != nil {
		return fmt.Errorf("remove saved search: %w", err)
	}
	return nil
}
