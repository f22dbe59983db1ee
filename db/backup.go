package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
)

// CopyTo writes a consistent copy of the database at path into a new file, beside whoever has it open: one moment of it,
// without the write-ahead log, and without what was deleted. The copy is on disk when it returns.
func CopyTo(ctx context.Context, path, to string) (err error) {
	if _, err := os.Stat(path); err != nil {
		return fmt.Errorf("open database: %w", err)
	}
	// The file is made first, for its mode: SQLite would make one that others may read.
	f, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if err != nil {
		return fmt.Errorf("create the copy: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	pool := sql.OpenDB(&connector{dsn: fileURI(path, "mode=ro"), setup: []string{"PRAGMA busy_timeout=5000", "PRAGMA trusted_schema=OFF"}})
	defer func() { err = errors.Join(err, pool.Close()) }()
	if _, err := pool.ExecContext(ctx, "VACUUM INTO $1", to); err != nil {
		return fmt.Errorf("copy the database: %w", err)
	}
	if err := f.Sync(); err != nil {
		return fmt.Errorf("copy the database: %w", err)
	}
	return nil
}
