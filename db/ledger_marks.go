package db

import (
	"context"
	"fmt"
)

// Mark says that an entry explains others: why some are gone, or why a new epoch began.
type Mark struct {
	Seq  int64
	Kind string // the event's type
}

// InsertMark marks an entry.
func InsertMark(tx *Tx, m Mark) error {
	if err := tx.run("INSERT INTO ledger_marks (seq, kind) VALUES ($1, $2)", m.Seq, m.Kind); err != nil {
		return fmt.Errorf("mark entry: %w", err)
	}
	return nil
}

// Marks gives the marks of entries after a seq, in order. A database from before there were any has none.
func Marks(ctx context.Context, q Queryer, after int64) ([]Mark, error) {
	var there int
	if err := q.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_schema WHERE name = 'ledger_marks'").Scan(&there); err != nil {
		return nil, fmt.Errorf("read marks: %w", err)
	}
	if there == 0 {
		return nil, nil
	}
	rows, err := q.QueryContext(ctx, "SELECT seq, kind FROM ledger_marks WHERE seq > $1 ORDER BY seq", after)
	if err != nil {
		return nil, fmt.Errorf("read marks: %w", err)
	}
	defer rows.Close()
	var list []Mark
	for rows.Next() {
		var m Mark
		if err := rows.Scan(&m.Seq, &m.Kind); err != nil {
			return list, fmt.Errorf("read marks: %w", err)
		}
		list = append(list, m)
	}
	if err := rows.Err(); err != nil {
		return list, fmt.Errorf("read marks: %w", err)
	}
	return list, nil
}

// GetLedgerRow reads one entry with its keyed hash; ErrNotFound where it is gone.
func GetLedgerRow(ctx context.Context, q Queryer, seq int64) (LedgerRow, error) {
	row := LedgerRow{Seq: seq}
	err := q.QueryRowContext(ctx, "SELECT event, mac FROM ledger WHERE seq = $1", seq).Scan(&row.Event, &row.MAC)
	return row, scanError(err)
}

// DeleteLedger removes entries, for which a mark is set in the same transaction. It says how many were there.
func DeleteLedger(ctx context.Context, tx *Tx, seqs []int64) (int64, error) {
	var n int64
	for _, seq := range seqs {
		r, err := tx.ExecContext(ctx, "DELETE FROM ledger WHERE seq = $1", seq)
		if err != nil {
			return n, fmt.Errorf("remove entry %d: %w", seq, err)
		}
		k, err := r.RowsAffected()
		if err != nil {
			return n, fmt.Errorf("remove entry %d: %w", seq, err)
		}
		n += k
	}
	return n, nil
}

// SeqOfID finds an entry by its event's or its decision's id by reading the ledger: for files that no index lies beside.
func SeqOfID(ctx context.Context, q Queryer, id string) (int64, error) {
	var seq int64
	err := q.QueryRowContext(ctx, `SELECT seq FROM ledger WHERE instr(event, '"id":"' || $1 || '"') > 0
		AND (json_extract(event, '$.id') = $1 OR json_extract(event, '$.decision.id') = $1) ORDER BY seq LIMIT 1`, id).Scan(&seq)
	return seq, scanError(err)
}
