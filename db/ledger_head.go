package db

import (
	"context"
	"fmt"
)

// LedgerHead is the authenticated head of the Merkle log.
type LedgerHead struct {
	Size        int64
	Root        []byte
	Edge        []byte // hashes of the full subtrees that make up the tree, largest first
	Checkpoints int64  // how many checkpoints were signed
	MAC         []byte
}

// SetLedgerHead writes the head.
func SetLedgerHead(tx *Tx, h LedgerHead) error {
	return tx.run(`INSERT INTO ledger_head (id, size, root, edge, checkpoints, mac) VALUES (1, $1, $2, $3, $4, $5)
		ON CONFLICT (id) DO UPDATE SET size = excluded.size, root = excluded.root, edge = excluded.edge,
		checkpoints = excluded.checkpoints, mac = excluded.mac`, h.Size, h.Root, h.Edge, h.Checkpoints, h.MAC)
}

// GetLedgerHead reads the head; ErrNotFound before the first one.
func GetLedgerHead(ctx context.Context, q Queryer) (LedgerHead, error) {
	var h LedgerHead
	err := q.QueryRowContext(ctx, "SELECT size, root, edge, checkpoints, mac FROM ledger_head WHERE id = 1").
		Scan(&h.Size, &h.Root, &h.Edge, &h.Checkpoints, &h.MAC)
	return h, scanError(err)
}

// LedgerIdentity is what a ledger is called and its sealed signing key.
type LedgerIdentity struct {
	Origin string
	Sealed []byte
}

// InsertLedgerIdentity names a new ledger.
func InsertLedgerIdentity(ctx context.Context, tx *Tx, id LedgerIdentity) error {
	_, err := tx.ExecContext(ctx, "INSERT INTO ledger_identity (id, origin, sealed) VALUES (1, $1, $2)", id.Origin, id.Sealed)
	if err != nil {
		return fmt.Errorf("name the ledger: %w", err)
	}
	return nil
}

// GetLedgerIdentity reads it; ErrNotFound in a new database.
func GetLedgerIdentity(ctx context.Context, q Queryer) (LedgerIdentity, error) {
	var id LedgerIdentity
	err := q.QueryRowContext(ctx, "SELECT origin, sealed FROM ledger_identity WHERE id = 1").Scan(&id.Origin, &id.Sealed)
	return id, scanError(err)
}

// LedgerExtent is what one snapshot of the database says about the ledger's end.
type LedgerExtent struct {
	LastSeq, HeadSize               int64
	LastCheckpoint, HeadCheckpoints int64
	Tiles                           int64 // full tiles of level 0
}

// GetLedgerExtent reads it in one statement, and so at one moment of a ledger that grows.
func GetLedgerExtent(ctx context.Context, q Queryer) (LedgerExtent, error) {
	var e LedgerExtent
	err := q.QueryRowContext(ctx, `SELECT (SELECT coalesce(max(seq), 0) FROM ledger), size,
		(SELECT coalesce(max(number), 0) FROM ledger_checkpoints), checkpoints,
		(SELECT coalesce(max(n) + 1, 0) FROM ledger_tiles WHERE level = 0) FROM ledger_head WHERE id = 1`).
		Scan(&e.LastSeq, &e.HeadSize, &e.LastCheckpoint, &e.HeadCheckpoints, &e.Tiles)
	return e, scanError(err)
}
