package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/mattn/go-sqlite3"
)

// writer is the one connection that writes to a file. Besides the usual connection it keeps the driver's own, for the
// statements that run thousands of times a second.
type writer struct {
	mu    sync.Mutex // one transaction at a time; also held while the connection is replaced
	path  string
	sync  string
	limit int64 // of the write-ahead log, bytes

	pool *sql.DB
	conn *sql.Conn
	raw  *sqlite3.SQLiteConn
	fast map[string]*sqlite3.SQLiteStmt

	checkpointing sync.Mutex   // between the background checkpointer and the writer's own
	walBytes      atomic.Int64 // as the last checkpoint saw it
	dirty         atomic.Bool  // something was committed since the last checkpoint
	retryAt       time.Time    // no blocking checkpoint before this, after one that readers held up
}

// openWriter opens path for writing. synchronous is FULL where a commit must survive a power cut, NORMAL for derived data.
func openWriter(ctx context.Context, path, synchronous string, limit int64) (*writer, error) {
	w := &writer{path: path, sync: synchronous, limit: limit}
	if err := w.connect(ctx); err != nil {
		return nil, err
	}
	return w, nil
}

func (w *writer) connect(ctx context.Context) error {
	pool := sql.OpenDB(&connector{dsn: fileURI(w.path, ""), setup: []string{
		"PRAGMA busy_timeout=5000",
		"PRAGMA journal_mode=WAL",
		"PRAGMA synchronous=" + w.sync,
		"PRAGMA wal_autocheckpoint=0",
		fmt.Sprintf("PRAGMA journal_size_limit=%d", w.limit),
		"PRAGMA foreign_keys=ON",
		"PRAGMA trusted_schema=OFF",
		"PRAGMA secure_delete=ON", // what retention and purges remove is gone from the file too
		"PRAGMA temp_store=MEMORY",
		"PRAGMA cache_size=-8000",
	}})
	pool.SetMaxOpenConns(1)
	conn, err := pool.Conn(ctx)
	if err != nil {
		return errors.Join(err, pool.Close())
	}
	err = conn.Raw(func(dc any) error {
		raw, ok := dc.(*sqlite3.SQLiteConn)
		if !ok {
			return fmt.Errorf("unexpected driver connection %T", dc)
		}
		w.raw = raw
		return nil
	})
	if err != nil {
		return errors.Join(err, conn.Close(), pool.Close())
	}
	w.pool, w.conn, w.fast = pool, conn, map[string]*sqlite3.SQLiteStmt{}
	return nil
}

func (w *writer) disconnect() error {
	if w.pool == nil {
		return nil
	}
	var errs []error
	for _, s := range w.fast {
		errs = append(errs, s.Close())
	}
	errs = append(errs, w.conn.Close(), w.pool.Close())
	w.pool, w.conn, w.raw, w.fast = nil, nil, nil, nil
	return errors.Join(errs...)
}

func (w *writer) close() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.disconnect()
}

// reopen replaces the connection: after an I/O error SQLite's own state is not worth trusting.
func (w *writer) reopen(ctx context.Context) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	// The old connection may well fail to close on a full disk; what counts is whether a new one opens.
	_ = w.disconnect()
	return w.connect(ctx)
}

// run runs a prepared statement, preparing it the first time. Values are int64, string, []byte or nil; the strings and
// slices are copied by SQLite before run returns.
func (w *writer) run(query string, args []driver.NamedValue) error {
	s := w.fast[query]
	if s == nil {
		p, err := w.raw.Prepare(query)
		if err != nil {
			return err
		}
		stmt, ok := p.(*sqlite3.SQLiteStmt)
		if !ok {
			return fmt.Errorf("unexpected driver statement %T", p)
		}
		s, w.fast[query] = stmt, stmt
	}
	// The background context keeps the driver from starting a goroutine for each statement.
	_, err := s.ExecContext(context.Background(), args)
	return err
}

var errNotOpen = errors.New("the database connection is closed")

// write runs fn in a transaction.
func (w *writer) write(ctx context.Context, fn func(*Tx) error) (err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.pool == nil {
		return errNotOpen
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := w.run("BEGIN IMMEDIATE", nil); err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	committed := false
	defer func() {
		if !committed {
			// SQLite may have rolled back by itself (disk full); the error that led here is the one to report.
			_ = w.run("ROLLBACK", nil)
		}
	}()
	if err := fn(&Tx{w: w}); err != nil {
		return err
	}
	if err := w.run("COMMIT", nil); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	committed = true
	w.dirty.Store(true)
	w.limitWAL()
	return nil
}
