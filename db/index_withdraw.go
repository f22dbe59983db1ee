package db

import (
	"context"
	"fmt"
)

// WithdrawEvents takes events out of the search index, before they are removed from the ledger, and notes that it did. They
// must be given as they were put in: that is how FTS5 finds the words of a table that keeps no content. WriteIndex runs it.
func WithdrawEvents(tx *Tx, events []IndexedEvent) error {
	for _, e := range events {
		if err := tx.run("INSERT INTO withdrawn (seq) VALUES ($1)", e.Seq); err != nil {
			return fmt.Errorf("note what leaves the index: %w", err)
		}
		err := tx.run("INSERT INTO events (events, rowid, facets, words) VALUES ('delete', $1, $2, $3)", e.Seq, e.Facets, e.Words)
		if err != nil {
			return fmt.Errorf("take event %d out of the index: %w", e.Seq, err)
		}
	}
	return nil
}

// Withdrawn gives the notes of WithdrawEvents, in order.
func Withdrawn(ctx context.Context, q Queryer) ([]int64, error) {
	rows, err := q.QueryContext(ctx, "SELECT seq FROM idx.withdrawn ORDER BY seq")
	if err != nil {
		return nil, fmt.Errorf("read what left the index: %w", err)
	}
	defer rows.Close()
	var seqs []int64
	for rows.Next() {
		var seq int64
		if err := rows.Scan(&seq); err != nil {
			return nil, fmt.Errorf("read what left the index: %w", err)
		}
		seqs = append(seqs, seq)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read what left the index: %w", err)
	}
	return seqs, nil
}

// SettleWithdrawn puts back the events that are in the ledger after all and forgets every note. WriteIndex runs it.
func SettleWithdrawn(tx *Tx, back []IndexedEvent) error {
	for _, e := range back {
		if err := tx.run("INSERT INTO events (rowid, facets, words) VALUES ($1, $2, $3)", e.Seq, e.Facets, e.Words); err != nil {
			return fmt.Errorf("index event %d again: %w", e.Seq, err)
		}
	}
	if err := tx.run("DELETE FROM withdrawn"); err != nil {
		return fmt.Errorf("forget what left the index: %w", err)
	}
	return nil
}
