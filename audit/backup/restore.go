package backup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"ambit/audit"
	"ambit/db"
	"ambit/db/seal"
)

// RestoreOptions of Restore.
type RestoreOptions struct {
	From    string // the backup
	Dir     string // data folder to make: missing or empty
	KeyFile string // the installation's key; "": it must be in the backup
	KeepKey bool   // the key stays where KeyFile is instead of being copied to Dir/key
	// Checkpoint is the newest one that anybody kept, "" for none: what it covers beyond the backup is recorded as lost.
	Checkpoint string
	By         audit.Actor
	Now        func() time.Time
	Rand       io.Reader
	Log        *slog.Logger
}

// Restored is what Restore made.
type Restored struct {
	Manifest   Manifest
	Report     audit.Report // of the ledger as it was in the backup
	Checkpoint audit.Checkpoint
}

// NotEmptyError says that a folder to restore into holds something.
type NotEmptyError struct{ Dir string }

func (e *NotEmptyError) Error() string { return "the folder " + e.Dir + " is not empty" }

// Hint says what to do.
func (e *NotEmptyError) Hint() string {
	return "Restore into a new folder with --data; keep the old one as evidence until you know that you don't need it"
}

// NoKeyError says that nobody gave the key.
type NoKeyError struct{ From string }

func (e *NoKeyError) Error() string { return e.From + " does not hold the key file" }

// Hint says what to do.
func (e *NoKeyError) Hint() string {
	return "Name the installation's key file with --key-file; without it the sealed secrets can't be opened by anybody"
}

// DamagedError says that the ledger in a backup is not as it was written.
type DamagedError struct {
	From   string
	Report audit.Report
}

func (e *DamagedError) Error() string {
	return fmt.Sprintf("the ledger in %s was altered (first bad entry: seq %d)", e.From, e.Report.FirstBad)
}

// Hint says what to do.
func (e *DamagedError) Hint() string { return "Take an earlier backup, and keep this one as evidence" }

// Restore makes a data folder of a backup: it verifies the ledger, and records as the first event of a new epoch that it was
// restored. Nothing is left behind where it fails.
func Restore(ctx context.Context, o RestoreOptions) (r Restored, err error) {
	if err := vacant(o.Dir); err != nil {
		return r, err
	}
	o.Dir = filepath.Clean(o.Dir)
	if err := os.MkdirAll(filepath.Dir(o.Dir), 0o700); err != nil {
		return r, fmt.Errorf("restore: %w", err)
	}
	work, err := os.MkdirTemp(filepath.Dir(o.Dir), ".ambit-restore-")
	if err != nil {
		return r, fmt.Errorf("restore: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(work)) }()
	if r.Manifest, err = unpack(o.From, work); err != nil {
		return r, err
	}
	box, err := takeKey(&o, work)
	if err != nil {
		return r, err
	}
	if r.Report, err = verify(ctx, work, box, o.Checkpoint, &r.Manifest); err != nil {
		return r, err
	}
	if !r.Report.OK() {
		return r, &DamagedError{o.From, r.Report}
	}
	if r.Checkpoint, err = begin(ctx, work, box, &o, r.Manifest.TakenAt); err != nil {
		return r, fmt.Errorf("restore: %w", err)
	}
	if o.KeepKey {
		if err := os.Remove(filepath.Join(work, keyFile)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return r, fmt.Errorf("restore: %w", err)
		}
	}
	// The empty folder makes way; where somebody has put something into it meanwhile, this fails.
	if err := os.Remove(o.Dir); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return r, &NotEmptyError{o.Dir}
	}
	if err := os.Rename(work, o.Dir); err != nil {
		return r, fmt.Errorf("restore: %w", err)
	}
	return r, nil
}

func vacant(dir string) error {
	list, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	if len(list) > 0 {
		return &NotEmptyError{dir}
	}
	return nil
}

// takeKey puts the key into the folder: the one that was named, or the backup's own.
func takeKey(o *RestoreOptions, work string) (*seal.Box, error) {
	path := filepath.Join(work, keyFile)
	if o.KeyFile != "" {
		key, err := os.ReadFile(o.KeyFile)
		if err != nil {
			return nil, fmt.Errorf("read key file: %w", err)
		}
		if err := os.WriteFile(path, key, 0o600); err != nil { //nolint:gosec // the folder was made here, the name is a constant
			return nil, fmt.Errorf("restore the key file: %w", err)
		}
	}
	box, err := seal.Load(path, o.Rand)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &NoKeyError{o.From}
	}
	return box, err
}

// verify checks the ledger as it came. A checkpoint that covers more than the backup is no damage here: it says what is lost.
func verify(ctx context.Context, dir string, box *seal.Box, kept string, m *Manifest) (r audit.Report, err error) {
	s, err := db.Inspect(ctx, filepath.Join(dir, db.File))
	if err != nil {
		return r, fmt.Errorf("restore: %w", err)
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	opt := audit.VerifyOptions{Box: box, Checkpoint: m.Checkpoint}
	if r, err = audit.Verify(ctx, s, opt); err != nil || !r.OK() || kept == "" {
		return r, err
	}
	if size, err := audit.CheckpointSize(kept); err != nil || size > r.Entries {
		return r, err
	}
	opt.Checkpoint = kept
	return audit.Verify(ctx, s, opt)
}

func begin(ctx context.Context, dir string, box *seal.Box, o *RestoreOptions, at time.Time) (c audit.Checkpoint, err error) {
	d, err := db.Open(ctx, dir, db.Options{Log: o.Log})
	if err != nil {
		return c, err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	l, err := audit.Open(ctx, audit.Options{DB: d, Box: box, Dir: dir, Now: o.Now, Rand: o.Rand, Log: o.Log})
	if err != nil {
		return c, err
	}
	defer func() { err = errors.Join(err, l.Close(context.WithoutCancel(ctx))) }()
	// Whoever was signed out or cut off since the backup was taken must not be back in by it.
	return l.BeginEpoch(ctx, at, o.Checkpoint, o.By, func(tx *db.Tx) error {
		return db.EndEverySignIn(ctx, tx, o.Now().UnixMilli(), "restored from a backup")
	})
}
