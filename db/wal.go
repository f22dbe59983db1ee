package db

import (
	"context"
	"os"
	"time"
)

const (
	checkpointEvery = 200 * time.Millisecond
	walPageSize     = 4096
)

// checkpointLoop folds the write-ahead logs into their databases from a connection of its own. PASSIVE never makes the
// writer or a reader wait.
func (d *DB) checkpointLoop(ctx context.Context) {
	defer close(d.stopped)
	tick := time.NewTicker(checkpointEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			d.main.checkpoint(ctx)
			d.index.checkpoint(ctx)
		}
	}
}

// checkpoint is a passive checkpoint. It opens a connection for each run: an idle one would be one more thing to replace
// after a disk error, and opening costs far less than the copying.
func (w *writer) checkpoint(ctx context.Context) {
	if !w.dirty.Swap(false) {
		return
	}
	w.checkpointing.Lock()
	defer w.checkpointing.Unlock()
	c := &connector{dsn: fileURI(w.path, "mode=rw"), setup: []string{
		"PRAGMA synchronous=" + w.sync, "PRAGMA wal_autocheckpoint=0", "PRAGMA wal_checkpoint(PASSIVE)",
	}}
	conn, err := c.Connect(ctx)
	if err != nil {
		// The disk is full or away. Frames stay in the log, nothing is lost, and the writer reports its own trouble.
		w.dirty.Store(true)
		return
	}
	_ = conn.Close()
	if info, err := os.Stat(w.path + "-wal"); err == nil {
		w.walBytes.Store(info.Size())
	}
}

// limitWAL keeps the write-ahead log bounded under a load that never pauses, where passive checkpoints never find a moment
// to start the log over. Called by the writer between two transactions, it waits for a full checkpoint. Readers that hold an
// old snapshot make it give up quickly: then the log grows on, because a slow reader must not stop decisions.
func (w *writer) limitWAL() {
	if w.walBytes.Load() < w.limit || time.Now().Before(w.retryAt) {
		return
	}
	if !w.checkpointing.TryLock() {
		return
	}
	defer w.checkpointing.Unlock()
	_ = w.run("PRAGMA busy_timeout=20", nil)
	rows, err := w.raw.Query("PRAGMA wal_checkpoint(TRUNCATE)", nil)
	if err == nil {
		err = rows.Close()
	}
	_ = w.run("PRAGMA busy_timeout=5000", nil)
	info, statErr := os.Stat(w.path + "-wal")
	if err != nil || statErr != nil || info.Size() >= w.limit {
		w.retryAt = time.Now().Add(time.Second)
		return
	}
	w.walBytes.Store(info.Size())
}
