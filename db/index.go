package db

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// indexVersion names the form of the search index. An index of another form is dropped and filled again from the ledger,
// so it needs no migrations.
const indexVersion = 5

//go:embed index_schema.sql
var indexSchema string

// openIndex opens the search index for writing, creating it as needed. Its commits need not survive a power cut: the
// projection goes on from whatever is there.
func openIndex(ctx context.Context, path string, limit int64) (*writer, error) {
	w, err := openWriter(ctx, path, "NORMAL", limit)
	if err == nil {
		var version int
		err = w.conn.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version)
		if err == nil && version == indexVersion {
			return w, nil
		}
		err = errors.Join(err, w.close())
		if err != nil && !Damaged(err) {
			return nil, fmt.Errorf("read %s: %w", path, err)
		}
	} else if !Damaged(err) {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	for _, suffix := range []string{"", "-wal", "-shm"} {
		if err := os.Remove(path + suffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("replace the search index: %w", err)
		}
	}
	w, err = openWriter(ctx, path, "NORMAL", limit)
	if err != nil {
		return nil, fmt.Errorf("create %s: %w", path, err)
	}
	err = w.write(ctx, func(tx *Tx) error {
		if _, err := tx.ExecContext(ctx, indexSchema); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, fmt.Sprintf("PRAGMA user_version=%d", indexVersion))
		return err
	})
	if err != nil {
		return nil, errors.Join(fmt.Errorf("create %s: %w", path, err), w.close())
	}
	return w, nil
}
