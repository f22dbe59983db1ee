package db

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

func opened(t *testing.T, dir string, opt Options) *DB {
	t.Helper()
	d, err := Open(t.Context(), dir, opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil && !strings.Contains(err.Error(), "closed") {
			t.Error(err)
		}
	})
	return d
}

func put(seq int64, event string) func(*Tx) error {
	return func(tx *Tx) error { return InsertLedger(tx, LedgerRow{seq, event, []byte{1}}) }
}

func TestWritesAreSeenByReadersAndSurvive(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a folder with 'quotes' & 100%?#")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	d, err := Open(t.Context(), dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Write(t.Context(), put(1, "one")); err != nil {
		t.Fatal(err)
	}
	if got, err := LedgerEvent(t.Context(), d.Read(), 1); err != nil || got != "one" {
		t.Fatal(got, err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	d = opened(t, dir, Options{})
	if n, err := LastSeq(t.Context(), d.Read()); err != nil || n != 1 {
		t.Fatal(n, err)
	}
}

func TestCommitsAreDurable(t *testing.T) {
	d := opened(t, t.TempDir(), Options{})
	for query, want := range map[string]string{"PRAGMA synchronous": "2", "PRAGMA journal_mode": "wal", "PRAGMA foreign_keys": "1"} {
		var got string
		err := d.Write(t.Context(), func(tx *Tx) error { return tx.QueryRowContext(t.Context(), query).Scan(&got) })
		if err != nil || got != want {
			t.Errorf("%s is %s, want %s (%v)", query, got, want, err)
		}
	}
}

func TestErrorsAreKnownByCode(t *testing.T) {
	d := opened(t, t.TempDir(), Options{})
	if _, err := LedgerEvent(t.Context(), d.Read(), 7); !errors.Is(err, ErrNotFound) {
		t.Errorf("a missing row: %v", err)
	}
	err := d.Write(t.Context(), func(tx *Tx) error { return errors.Join(put(1, "a")(tx), put(1, "b")(tx)) })
	if !errors.Is(err, ErrExists) || Fault(err) != "" {
		t.Errorf("the same key twice: %v", err)
	}
	if n, err := LastSeq(t.Context(), d.Read()); err != nil || n != 0 {
		t.Errorf("a failed transaction left %d rows (%v)", n, err)
	}
	var n int64
	if err := d.Read().QueryRowContext(t.Context(), "INSERT INTO ledger VALUES (1, '', '') RETURNING seq").Scan(&n); err == nil {
		t.Error("a reader may write")
	}
	var full error
	err = d.Write(t.Context(), func(tx *Tx) error {
		if _, err := tx.ExecContext(t.Context(), "PRAGMA max_page_count=1"); err != nil {
			return err
		}
		full = put(1, strings.Repeat("x", 1<<20))(tx)
		return full
	})
	if Fault(err) != "the disk is full" || Damaged(err) {
		t.Errorf("a full database: %q (%v)", Fault(err), err)
	}
	if err := d.Reopen(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := d.Write(t.Context(), put(1, strings.Repeat("x", 1<<20))); err != nil {
		t.Errorf("after reopening: %v", err)
	}
}

func TestTransactionsAreOneAtATime(t *testing.T) {
	d := opened(t, t.TempDir(), Options{})
	var wg sync.WaitGroup
	for range 20 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			err := d.Write(context.Background(), func(tx *Tx) error {
				last, err := LastSeq(context.Background(), tx)
				if err != nil {
					return err
				}
				return put(last+1, "x")(tx)
			})
			if err != nil {
				t.Error(err)
			}
		}()
	}
	wg.Wait()
	if n, err := LastSeq(t.Context(), d.Read()); err != nil || n != 20 {
		t.Fatal(n, err)
	}
}

func TestTheWriteAheadLogIsBounded(t *testing.T) {
	dir := t.TempDir()
	const limit = 1 << 20
	d := opened(t, dir, Options{WALLimit: limit})
	payload := strings.Repeat("x", 50_000)
	largest := int64(0)
	deadline := time.Now().Add(20 * time.Second)
	// The load never pauses, until several times the limit has been written and the checkpointer has looked at least once.
	for i := int64(1); i <= 120 || d.main.walBytes.Load() == 0; i++ {
		if err := d.Write(t.Context(), put(i, payload)); err != nil {
			t.Fatal(err)
		}
		if time.Now().After(deadline) {
			t.Fatal("no checkpoint in twenty seconds")
		}
		_, wal := d.Size()
		largest = max(largest, wal)
	}
	d.main.mu.Lock()
	d.main.walBytes.Store(limit)
	d.main.limitWAL()
	d.main.mu.Unlock()
	if _, wal := d.Size(); wal >= limit {
		t.Errorf("the log has %d bytes after the writer's own checkpoint (%d at most before)", wal, largest)
	}
}

func TestIndexIsReplacedWhenItIsDamagedOrOld(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, IndexFile)
	for name, spoil := range map[string]func(){
		"damaged": func() {
			if err := os.WriteFile(path, []byte(strings.Repeat("not a database ", 1000)), 0o600); err != nil {
				t.Fatal(err)
			}
		},
		"gone": func() {
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
		},
	} {
		d, err := Open(t.Context(), dir, Options{})
		if err != nil {
			t.Fatal(err)
		}
		err = d.WriteIndex(t.Context(), func(tx *Tx) error {
			return InsertProjection(tx, 0, Projection{Events: []IndexedEvent{{1, "f", "w"}}, Through: 1})
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := d.Close(); err != nil {
			t.Fatal(err)
		}
		spoil()
		d, err = Open(t.Context(), dir, Options{})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if n, err := ProjectedSeq(t.Context(), d.Read()); err != nil || n != 0 {
			t.Errorf("%s: projected %d, %v", name, n, err)
		}
		if err := d.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestInspectChangesNothing(t *testing.T) {
	dir := t.TempDir()
	d := opened(t, dir, Options{})
	for i := range int64(10) {
		if err := d.Write(t.Context(), put(i+1, fmt.Sprint(i))); err != nil {
			t.Fatal(err)
		}
	}
	// Beside the process that writes, with rows in the write-ahead log.
	s, err := Inspect(t.Context(), filepath.Join(dir, File))
	if err != nil {
		t.Fatal(err)
	}
	if n, err := LastSeq(t.Context(), s); err != nil || n != 10 {
		t.Fatal(n, err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := Inspect(t.Context(), filepath.Join(dir, "nothing.db")); !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
}
