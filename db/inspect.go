package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// Snapshot is a database file opened for looking only: nothing in it is changed, no migration runs.
type Snapshot struct {
	pool *sql.DB
	temp string // a copy to remove, or ""
}

// Inspect opens a database file, one of a running server or a copy kept elsewhere. Where the folder can't be written, and
// SQLite therefore can't set up the log's shared memory, it reads a temporary copy.
func Inspect(ctx context.Context, path string) (*Snapshot, error) {
	if _, err := os.Stat(path); err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	s := &Snapshot{pool: openReaders(path, "", 1)}
	err := s.probe(ctx)
	if err == nil || Damaged(err) {
		return s, nil // whoever reads a damaged file finds out where
	}
	if closeErr := s.Close(); closeErr != nil {
		return nil, errors.Join(err, closeErr)
	}
	dir, tempErr := os.MkdirTemp("", "ambit-verify-")
	if tempErr != nil {
		return nil, fmt.Errorf("open %s: %w", path, errors.Join(err, tempErr))
	}
	s = &Snapshot{temp: dir}
	copied := filepath.Join(dir, File)
	if err := errors.Join(copyFile(path, copied), copyFile(path+"-wal", copied+"-wal")); err != nil {
		return nil, errors.Join(fmt.Errorf("copy %s: %w", path, err), s.Close())
	}
	s.pool = openReaders(copied, "", 1)
	if err := s.probe(ctx); err != nil && !Damaged(err) {
		return nil, errors.Join(fmt.Errorf("open %s: %w", path, err), s.Close())
	}
	return s, nil
}

func (s *Snapshot) probe(ctx context.Context) error {
	var n int
	return s.pool.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_schema").Scan(&n)
}

// QueryContext implements Queryer.
func (s *Snapshot) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	return s.pool.QueryContext(ctx, query, args...)
}

// QueryRowContext implements Queryer.
func (s *Snapshot) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	return s.pool.QueryRowContext(ctx, query, args...)
}

// Close closes the file and removes the copy, if one was made.
func (s *Snapshot) Close() error {
	var err error
	if s.pool != nil {
		err = s.pool.Close()
	}
	if s.temp != "" {
		err = errors.Join(err, os.RemoveAll(s.temp))
	}
	return err
}

// copyFile copies a file; one that isn't there is no error.
func copyFile(from, to string) error {
	in, err := os.Open(from)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	} else if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}
