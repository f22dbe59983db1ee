package audit

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"ambit/db"
)

var errRollback = errors.New("roll back")

// tampered runs change on the database, verifies, and takes the change back.
func tampered(t testing.TB, l *Ledger, opt VerifyOptions, change func(tx *db.Tx) error) Report {
	t.Helper()
	var r Report
	err := l.db.Write(context.Background(), func(tx *db.Tx) error {
		if err := change(tx); err != nil {
			return err
		}
		var err error
		if r, err = Verify(context.Background(), tx, opt); err != nil {
			return err
		}
		return errRollback
	})
	if !errors.Is(err, errRollback) {
		t.Fatal(err)
	}
	return r
}

func runSQL(query string, args ...any) func(*db.Tx) error {
	return func(tx *db.Tx) error {
		_, err := tx.ExecContext(context.Background(), query, args...)
		return err
	}
}

func both(a, b func(*db.Tx) error) func(*db.Tx) error {
	return func(tx *db.Tx) error { return errors.Join(a(tx), b(tx)) }
}

// filled is a closed and reopened ledger of n events with two checkpoints.
func filled(t testing.TB, n int) *Ledger {
	t.Helper()
	dir := t.TempDir()
	l, stop := ledgerIn(t, dir)
	mustAppend(t, l, n/2)
	stop()
	l, stop = ledgerIn(t, dir)
	mustAppend(t, l, n-n/2)
	stop()
	l, _ = ledgerIn(t, dir)
	return l
}

const (
	swap    = `UPDATE ledger SET event = (SELECT event FROM ledger l WHERE l.seq = CASE ledger.seq WHEN %[1]d THEN %[2]d ELSE %[1]d END)%[3]s WHERE seq IN (%[1]d, %[2]d)`
	swapMAC = `, mac = (SELECT mac FROM ledger l WHERE l.seq = CASE ledger.seq WHEN %[1]d THEN %[2]d ELSE %[1]d END)`
)

func TestVerifyNamesTheFirstBadEntry(t *testing.T) {
	l := filled(t, 700)
	keyed := VerifyOptions{Box: l.box}
	open := VerifyOptions{PublicKey: l.pub}
	if r, err := l.Verify(t.Context(), VerifyOptions{}); err != nil || !r.OK() || r.Entries != 700 || r.Checkpoints != 2 {
		t.Fatalf("an untouched ledger: %+v, %v", r, err)
	}
	swapped := fmt.Sprintf(swap, 300, 301, fmt.Sprintf(swapMAC, 300, 301))
	for _, c := range []struct {
		name   string
		change func(*db.Tx) error
		keyed  int64
		open   int64 // without the key file; 0: not noticed, -1: noticed
	}{
		{"event changed", runSQL(`UPDATE ledger SET event = replace(event, 'git', 'gut') WHERE seq = 301`), 301, 301},
		{"newest event changed", runSQL(`UPDATE ledger SET event = replace(event, 'git', 'gut') WHERE seq = 700`), 700, -1},
		{"seal changed", runSQL(`UPDATE ledger SET mac = zeroblob(16) WHERE seq = 17`), 17, 0},
		{"deleted", runSQL(`DELETE FROM ledger WHERE seq = 5`), 5, 5},
		{"first deleted", runSQL(`DELETE FROM ledger WHERE seq = 1`), 1, 1},
		{"cut off", runSQL(`DELETE FROM ledger WHERE seq > 690`), 691, 691},
		{"all gone", runSQL(`DELETE FROM ledger`), 1, 1},
		{"exchanged", runSQL(swapped), 300, 300},
		{"moved up", both(runSQL(`DELETE FROM ledger WHERE seq = 100`), runSQL(`UPDATE ledger SET seq = seq - 1 WHERE seq > 100`)), 100, 100},
		{"added", runSQL(`INSERT INTO ledger SELECT 701, event, mac FROM ledger WHERE seq = 700`), 701, 701},
		{"head shortened", both(runSQL(`DELETE FROM ledger WHERE seq > 690`), runSQL(`UPDATE ledger_head SET size = 690`)), 691, -1},
		{"head changed", runSQL(`UPDATE ledger_head SET root = zeroblob(32)`), 701, -1},
		{"head gone", runSQL(`DELETE FROM ledger_head`), 701, 701},
		{"tile changed", runSQL(`UPDATE ledger_tiles SET hashes = zeroblob(8192) WHERE level = 0 AND n = 1`), 257, 257},
		{"tile gone", runSQL(`DELETE FROM ledger_tiles WHERE n = 1`), 257, 257},
		{"checkpoint changed", runSQL(`UPDATE ledger_checkpoints SET note = replace(note, 'number 1', 'number 7') WHERE number = 1`), 1, 1},
		{"checkpoint's size changed", runSQL(`UPDATE ledger_checkpoints SET size = 351 WHERE number = 1`), 1, 1},
		{"first checkpoint gone", runSQL(`DELETE FROM ledger_checkpoints WHERE number = 1`), 1, 1},
		{"last checkpoint gone", runSQL(`DELETE FROM ledger_checkpoints WHERE number = 2`), 351, 351},
		{"identity changed", runSQL(`UPDATE ledger_identity SET origin = 'other'`), 1, 1},
	} {
		if r := tampered(t, l, keyed, c.change); r.FirstBad != c.keyed {
			t.Errorf("%s: first bad entry %d, want %d: %+v", c.name, r.FirstBad, c.keyed, r.Issues)
		}
		r := tampered(t, l, open, c.change)
		if c.open >= 0 && r.FirstBad != c.open || c.open < 0 && r.OK() {
			t.Errorf("%s, without the key: first bad entry %d, want %d: %+v", c.name, r.FirstBad, c.open, r.Issues)
		}
	}
}

// rewrite is the attack of somebody who has the database and this source, but no key: change an entry and compute every
// hash anew.
func rewrite(t testing.TB, l *Ledger, seq int64) func(*db.Tx) error {
	return func(tx *db.Tx) error {
		ctx := context.Background()
		if err := runSQL(`UPDATE ledger SET event = replace(event, 'git', 'gut') WHERE seq = $1`, seq)(tx); err != nil {
			return err
		}
		if err := runSQL(`DELETE FROM ledger_tiles`)(tx); err != nil {
			return err
		}
		fresh := Ledger{}
		err := db.LedgerAscending(ctx, tx, 0, 1<<30, func(row db.LedgerRow) error {
			fresh.tree.add(recordHash(row.Event))
			return nil
		})
		if err != nil {
			return err
		}
		for _, tile := range fresh.tree.take() {
			if err := db.InsertTile(tx, tile); err != nil {
				return err
			}
		}
		h := fresh.head()
		h.Checkpoints = l.checkpoints
		return db.SetLedgerHead(tx, h)
	}
}

func TestRehashedLedgerIsNoticed(t *testing.T) {
	l := filled(t, 700)
	if r := tampered(t, l, VerifyOptions{Box: l.box}, rewrite(t, l, 500)); r.FirstBad != 500 {
		t.Errorf("with the key: first bad entry %d, want 500: %+v", r.FirstBad, r.Issues)
	}
	// Without the key the signed checkpoints still bound the place.
	if r := tampered(t, l, VerifyOptions{PublicKey: l.pub}, rewrite(t, l, 500)); r.FirstBad != 351 {
		t.Errorf("without the key: first bad entry %d, want 351: %+v", r.FirstBad, r.Issues)
	}
}

func TestRollbackShowsAgainstACheckpointKeptElsewhere(t *testing.T) {
	dir, old := t.TempDir(), t.TempDir()
	l, stop := ledgerIn(t, dir)
	mustAppend(t, l, 300)
	stop()
	copyFolder(t, dir, old)
	l, stop = ledgerIn(t, dir)
	mustAppend(t, l, 100)
	stop()
	l, _ = ledgerIn(t, dir)
	kept, err := l.Checkpoint(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if r, err := l.Verify(t.Context(), VerifyOptions{Checkpoint: kept.Note}); err != nil || !r.OK() {
		t.Fatalf("the ledger itself: %+v, %v", r, err)
	}
	back, _ := ledgerIn(t, old)
	r, err := back.Verify(t.Context(), VerifyOptions{})
	if err != nil || !r.OK() {
		t.Fatalf("a folder set back is sound in itself: %+v, %v", r, err)
	}
	if r, err = back.Verify(t.Context(), VerifyOptions{Checkpoint: kept.Note}); err != nil || r.FirstBad != 301 {
		t.Fatalf("first bad entry %d, want 301: %+v, %v", r.FirstBad, r.Issues, err)
	}
	// A fork: after the rollback other things happened, and more of them.
	mustAppend(t, back, 200)
	if r, err = back.Verify(t.Context(), VerifyOptions{Checkpoint: kept.Note}); err != nil || r.FirstBad != 301 {
		t.Fatalf("fork: first bad entry %d, want 301: %+v, %v", r.FirstBad, r.Issues, err)
	}
}

func TestOpenRefusesAnAlteredLedger(t *testing.T) {
	for name, query := range map[string]string{
		"head":       `UPDATE ledger_head SET size = size - 1`,
		"row":        `UPDATE ledger SET event = replace(event, 'git', 'gut') WHERE seq = (SELECT max(seq) FROM ledger)`,
		"cut":        `DELETE FROM ledger WHERE seq = (SELECT max(seq) FROM ledger)`,
		"tile":       `UPDATE ledger_tiles SET hashes = zeroblob(8192) WHERE n = 0`,
		"checkpoint": `DELETE FROM ledger_checkpoints`,
	} {
		dir := t.TempDir()
		l, stop := ledgerIn(t, dir)
		mustAppend(t, l, 600)
		stop()
		alter(t, dir, query)
		var damage *DamageError
		if _, _, err := tryLedgerIn(dir); !errors.As(err, &damage) {
			t.Errorf("%s altered: opened with %v", name, err)
		}
	}
}

// copyFolder copies a closed data folder.
func copyFolder(t testing.TB, from, to string) {
	t.Helper()
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(to+"/key", 0o600); err != nil {
		t.Fatal(err)
	}
}

// alter changes a closed database as a stranger would.
func alter(t testing.TB, dir, query string) {
	t.Helper()
	d, err := db.Open(t.Context(), dir, db.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(d.Write(t.Context(), runSQL(query)), d.Close()); err != nil {
		t.Fatal(err)
	}
}

func TestProof(t *testing.T) {
	l := filled(t, 700)
	for _, seq := range []int64{1, 256, 257, 512, 513, 699, 700} {
		p, err := l.Prove(t.Context(), seq)
		if err != nil {
			t.Fatalf("prove %d: %v", seq, err)
		}
		if c, err := p.Check(l.pub); err != nil || c.Size != 700 {
			t.Errorf("check %d: %+v, %v", seq, c, err)
		}
		p.Event = strings.Replace(p.Event, "git", "gut", 1)
		if _, err := p.Check(l.pub); err == nil {
			t.Errorf("the proof of %d holds for another event", seq)
		}
	}
}
