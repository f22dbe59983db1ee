// Package db holds the database: how it is opened, its migrations, transactions, and one file per table. All SQL of Ambit
// is here. DIR/ambit.db is the truth; DIR/index.db is derived from it and may be deleted at any time.
package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
)

// File is the name of the database in the data folder, IndexFile that of the derived search index.
const (
	File      = "ambit.db"
	IndexFile = "index.db"
)

// defaultWALLimit bounds the write-ahead log under a load that never pauses: beyond it the writer itself waits for a
// checkpoint between two transactions.
const defaultWALLimit = 64 << 20

// Options of Open. The zero value is what a server wants.
type Options struct {
	Readers  int   // connections for reading; 0 is 4
	WALLimit int64 // bytes; 0 is 64 MiB
	Log      *slog.Logger
}

// DB is an open data folder: one connection that writes, several that read. It is safe for concurrent use.
type DB struct {
	dir     string
	log     *slog.Logger
	main    *writer
	index   *writer // of IndexFile
	readers *sql.DB
	stop    context.CancelFunc
	stopped chan struct{}
}

// Queryer reads. *sql.DB, *sql.Conn and *Tx are Queryers.
type Queryer interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// Open opens the database in dir, creating and migrating it as needed. The caller holds the folder's lock.
func Open(ctx context.Context, dir string, opt Options) (*DB, error) {
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	if opt.Readers == 0 {
		opt.Readers = 4
	}
	if opt.WALLimit == 0 {
		opt.WALLimit = defaultWALLimit
	}
	path := filepath.Join(dir, File)
	if err := migrate(ctx, path); err != nil {
		return nil, err
	}
	d := &DB{dir: dir, log: opt.Log, stopped: make(chan struct{})}
	var err error
	if d.main, err = openWriter(ctx, path, "FULL", opt.WALLimit); err != nil {
		return nil, fmt.Errorf("open %s for writing: %w", path, err)
	}
	if d.index, err = openIndex(ctx, filepath.Join(dir, IndexFile), opt.WALLimit); err != nil {
		return nil, errors.Join(err, d.main.close())
	}
	d.readers = openReaders(path, filepath.Join(dir, IndexFile), opt.Readers)
	if err := d.readers.PingContext(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("open %s for reading: %w", path, err), d.main.close(), d.index.close())
	}
	run, cancel := context.WithCancel(context.WithoutCancel(ctx))
	d.stop = cancel
	go d.checkpointLoop(run)
	return d, nil
}

// Read gives connections for reading: they see every committed transaction and can't write. The search index is attached
// as schema idx.
func (d *DB) Read() Queryer { return d.readers }

// Dir is the data folder.
func (d *DB) Dir() string { return d.dir }

// Close ends every connection. The write-ahead log is folded into the database.
func (d *DB) Close() error {
	d.stop()
	<-d.stopped
	return errors.Join(d.readers.Close(), d.index.close(), d.main.close())
}

// Size is how many bytes the database and its write-ahead log take on disk; files that can't be read count as 0.
func (d *DB) Size() (database, wal int64) {
	if info, err := os.Stat(filepath.Join(d.dir, File)); err == nil {
		database = info.Size()
	}
	if info, err := os.Stat(filepath.Join(d.dir, File+"-wal")); err == nil {
		wal = info.Size()
	}
	return database, wal
}
