package db

import (
	"database/sql"
	"errors"
	"fmt"

	"github.com/mattn/go-sqlite3"
)

// Error is a domain error of the database.
type Error struct{ code, text string }

// Error implements error.
func (e *Error) Error() string { return e.text }

// Code is not_found or conflict.
func (e *Error) Code() string { return e.code }

// Hint is empty: only the caller knows what was looked for.
func (e *Error) Hint() string { return "" }

// ErrNotFound: no such row. ErrExists: a row with this key is there already.
var (
	ErrNotFound = &Error{"not_found", "not found"}
	ErrExists   = &Error{"conflict", "exists already"}
)

// scanError turns database/sql's "no rows" into ErrNotFound.
func scanError(err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return ErrNotFound
	}
	return err
}

// writeError turns a violated unique or primary key into ErrExists, by SQLite's code.
func writeError(err error) error {
	var e sqlite3.Error
	if errors.As(err, &e) && e.Code == sqlite3.ErrConstraint {
		switch e.ExtendedCode {
		case sqlite3.ErrConstraintUnique, sqlite3.ErrConstraintPrimaryKey, sqlite3.ErrConstraintRowID:
			return fmt.Errorf("%w: %w", ErrExists, err)
		}
	}
	return err
}

// Fault says in plain words why the database can't be written, for errors of the disk or the file; "" for any other error.
func Fault(err error) string {
	var e sqlite3.Error
	if !errors.As(err, &e) {
		return ""
	}
	switch e.Code {
	case sqlite3.ErrFull:
		return "the disk is full"
	case sqlite3.ErrReadonly:
		return "the database is read-only"
	case sqlite3.ErrIoErr:
		return "the disk reports an I/O error"
	case sqlite3.ErrCantOpen:
		return "the database file can't be opened"
	case sqlite3.ErrCorrupt, sqlite3.ErrNotADB:
		return "the database file is damaged"
	case sqlite3.ErrNomem:
		return "the machine is out of memory"
	case sqlite3.ErrBusy, sqlite3.ErrLocked, sqlite3.ErrProtocol:
		return "another process holds the database"
	}
	return ""
}

// Damaged reports whether err says that a database file is not a sound SQLite database.
func Damaged(err error) bool {
	var e sqlite3.Error
	return errors.As(err, &e) && (e.Code == sqlite3.ErrCorrupt || e.Code == sqlite3.ErrNotADB)
}
