package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
)

// Tx is a transaction of the one writer. It is good only inside the function that it was given to.
type Tx struct {
	w    *writer
	args []driver.NamedValue
}

// Write runs fn in one transaction on ambit.db: all of it is committed, durably, or none. Only audit.Ledger calls it, so
// that every change of state passes the ledger; everybody else uses Ledger.Commit.
func (d *DB) Write(ctx context.Context, fn func(*Tx) error) error { return d.main.write(ctx, fn) }

// WriteIndex runs fn in one transaction on the derived search index. It never waits for Write nor holds it up.
func (d *DB) WriteIndex(ctx context.Context, fn func(*Tx) error) error { return d.index.write(ctx, fn) }

// Reopen replaces the writing connection after an error of the disk.
func (d *DB) Reopen(ctx context.Context) error { return d.main.reopen(ctx) }

// QueryContext implements Queryer; the rows must be closed before the transaction ends.
func (t *Tx) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	return t.w.conn.QueryContext(context.WithoutCancel(ctx), query, args...)
}

// QueryRowContext implements Queryer.
func (t *Tx) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	return t.w.conn.QueryRowContext(context.WithoutCancel(ctx), query, args...)
}

// ExecContext runs a statement that changes something. A violated unique constraint is ErrExists. Cancelling ctx does not
// interrupt it: a transaction shared by many callers must not fail because one of them went away.
func (t *Tx) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	r, err := t.w.conn.ExecContext(context.WithoutCancel(ctx), query, args...)
	return r, writeError(err)
}

// run is ExecContext without database/sql between, for the hot path.
func (t *Tx) run(query string, values ...driver.Value) error {
	t.args = t.args[:0]
	for i, v := range values {
		t.args = append(t.args, driver.NamedValue{Ordinal: i + 1, Value: v})
	}
	return writeError(t.w.run(query, t.args))
}
