package db

import (
	"context"
	"fmt"
)

// LedgerRow is one entry: canonical JSON and its keyed hash.
type LedgerRow struct {
	Seq   int64
	Event string
	MAC   []byte
}

// InsertLedger appends one row. Row's strings are copied before it returns.
func InsertLedger(tx *Tx, row LedgerRow) error {
	return tx.run("INSERT INTO ledger (seq, event, mac) VALUES ($1, $2, $3)", row.Seq, row.Event, row.MAC)
}

// LedgerEvent gives the event of one seq.
func LedgerEvent(ctx context.Context, q Queryer, seq int64) (string, error) {
	var event string
	err := q.QueryRowContext(ctx, "SELECT event FROM ledger WHERE seq = $1", seq).Scan(&event)
	return event, scanError(err)
}

// LastSeq is the highest seq; 0 for an empty ledger.
func LastSeq(ctx context.Context, q Queryer) (int64, error) {
	var seq int64
	err := q.QueryRowContext(ctx, "SELECT coalesce(max(seq), 0) FROM ledger").Scan(&seq)
	return seq, err
}

// LedgerAscending calls fn for up to limit rows with after < seq, oldest first. row.MAC is good only during the call.
func LedgerAscending(ctx context.Context, q Queryer, after int64, limit int, fn func(row LedgerRow) error) error {
	return ledgerRows(ctx, q, "SELECT seq, event, mac FROM ledger WHERE seq > $1 ORDER BY seq LIMIT $2", fn, after, limit)
}

// LedgerDescending calls fn for up to limit rows with low < seq < high, newest first.
func LedgerDescending(ctx context.Context, q Queryer, low, high int64, limit int, fn func(row LedgerRow) error) error {
	return ledgerRows(ctx, q, "SELECT seq, event, mac FROM ledger WHERE seq > $1 AND seq < $2 ORDER BY seq DESC LIMIT $3", fn, low, high, limit)
}

func ledgerRows(ctx context.Context, q Queryer, query string, fn func(row LedgerRow) error, args ...any) error {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return fmt.Errorf("read the ledger: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var row LedgerRow
		if err := rows.Scan(&row.Seq, &row.Event, &row.MAC); err != nil {
			return fmt.Errorf("read the ledger: %w", err)
		}
		if err := fn(row); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("read the ledger: %w", err)
	}
	return nil
}
