package db

import (
	"context"
)

// Tile is a full tile of 256 hashes of the Merkle log.
type Tile struct {
	Level  int
	N      int64
	Hashes []byte
}

// InsertTile stores a tile.
func InsertTile(tx *Tx, t Tile) error {
	return tx.run("INSERT INTO ledger_tiles (level, n, hashes) VALUES ($1, $2, $3)", int64(t.Level), t.N, t.Hashes)
}

// GetTile reads one tile.
func GetTile(ctx context.Context, q Queryer, level int, n int64) ([]byte, error) {
	var hashes []byte
	err := q.QueryRowContext(ctx, "SELECT hashes FROM ledger_tiles WHERE level = $1 AND n = $2", level, n).Scan(&hashes)
	return hashes, scanError(err)
}
