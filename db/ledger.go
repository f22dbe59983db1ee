package db

import (
	"context"
	"database/sql"
	"encoding/json"
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

// HasLedger reports whether a database has any of the ledger's tables.
func HasLedger(ctx context.Context, q Queryer) (bool, error) {
	var n int
	err := q.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_schema WHERE name GLOB 'ledger*'").Scan(&n)
	return n > 0, err
}

// LedgerEvent gives the event of one seq.
func LedgerEvent(ctx context.Context, q Queryer, seq int64) (string, error) {
	var event string
	err := q.QueryRowContext(ctx, "SELECT event FROM ledger WHERE seq = $1", seq).Scan(&event)
	return event, scanError(err)
}

// LedgerEvents gives the events of many seqs, those that are there.
func LedgerEvents(ctx context.Context, q Queryer, seqs []int64) (map[int64]string, error) {
	list, err := json.Marshal(seqs)
	if err != nil {
		return nil, fmt.Errorf("read the ledger: %w", err)
	}
	rows, err := q.QueryContext(ctx, "SELECT l.seq, l.event FROM json_each($1) j JOIN ledger l ON l.seq = j.value", string(list))
	if err != nil {
		return nil, fmt.Errorf("read the ledger: %w", err)
	}
	defer rows.Close()
	events := make(map[int64]string, len(seqs))
	for rows.Next() {
		var seq int64
		var event string
		if err := rows.Scan(&seq, &event); err != nil {
			return nil, fmt.Errorf("read the ledger: %w", err)
		}
		events[seq] = event
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read the ledger: %w", err)
	}
	return events, nil
}

// LastSeq is the highest seq; 0 for an empty ledger.
func LastSeq(ctx context.Context, q Queryer) (int64, error) {
	var seq int64
	err := q.QueryRowContext(ctx, "SELECT coalesce(max(seq), 0) FROM ledger").Scan(&seq)
	return seq, err
}

// sampled is how many entries LedgerBytes looks at.
const sampled = 64

// LedgerBytes estimates how many bytes the events with after < seq <= through take, from a sample that is spread evenly.
// Reading them all would cost more than anybody asks for.
func LedgerBytes(ctx context.Context, q Queryer, after, through int64) (int64, error) {
	n := through - after
	if n <= 0 {
		return 0, nil
	}
	// octet_length looks at the record's header only.
	var mean float64
	err := q.QueryRowContext(ctx, `WITH RECURSIVE pick (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM pick WHERE i + 1 < $3)
		SELECT coalesce(avg(octet_length(event)), 0) FROM pick JOIN ledger ON seq = $1 + 1 + (i * $2) / $3`, after, n, min(n, sampled)).Scan(&mean)
	if err != nil {
		return 0, fmt.Errorf("measure the ledger: %w", err)
	}
	return int64(mean * float64(n)), nil
}

// LedgerAscending calls fn for up to limit rows with after < seq, oldest first. No connection is held while fn runs: it may
// take its time, and query.
func LedgerAscending(ctx context.Context, q Queryer, after int64, limit int, fn func(row LedgerRow) error) error {
	return ledgerRows(limit, fn, func(limit int) (*sql.Rows, error) {
		return q.QueryContext(ctx, "SELECT seq, event, mac FROM ledger WHERE seq > $1 ORDER BY seq LIMIT $2", after, limit)
	}, func(last int64) { after = last })
}

// LedgerDescending calls fn for up to limit rows with low < seq < high, newest first. No connection is held while fn runs.
func LedgerDescending(ctx context.Context, q Queryer, low, high int64, limit int, fn func(row LedgerRow) error) error {
	return ledgerRows(limit, fn, func(limit int) (*sql.Rows, error) {
		return q.QueryContext(ctx, "SELECT seq, event, mac FROM ledger WHERE seq > $1 AND seq < $2 ORDER BY seq DESC LIMIT $3", low, high, limit)
	}, func(last int64) { high = last })
}

// maxRead bounds the events held in memory at once, in bytes.
const maxRead = 4 << 20

// ledgerRows reads rows in pieces and hands them on when the piece is complete. query reads up to limit rows from where the
// last piece ended, as moved tells it.
func ledgerRows(limit int, fn func(row LedgerRow) error, query func(limit int) (*sql.Rows, error), moved func(last int64)) error {
	for limit > 0 {
		piece, complete, err := ledgerPiece(limit, query)
		// What could be read of a damaged database counts all the same.
		for _, row := range piece {
			if err := fn(row); err != nil {
				return err
			}
		}
		if err != nil {
			return fmt.Errorf("read the ledger: %w", err)
		}
		if complete {
			return nil
		}
		limit -= len(piece)
		moved(piece[len(piece)-1].Seq)
	}
	return nil
}

func ledgerPiece(limit int, query func(limit int) (*sql.Rows, error)) (piece []LedgerRow, complete bool, err error) {
	rows, err := query(limit)
	if err != nil {
		return nil, false, err
	}
	defer rows.Close()
	for size := 0; rows.Next(); {
		var row LedgerRow
		if err := rows.Scan(&row.Seq, &row.Event, &row.MAC); err != nil {
			return piece, false, err
		}
		piece = append(piece, row)
		if size += len(row.Event); size >= maxRead {
			return piece, false, nil
		}
	}
	return piece, true, rows.Err()
}
