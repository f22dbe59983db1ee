package audit

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ambit/db"
	"ambit/db/seal"
)

// TestFlippedBytesOfTheFile changes one byte of the database file, anywhere. Either verification notices, or the byte was
// in nothing that the ledger vouches for: free space, another table.
func TestFlippedBytesOfTheFile(t *testing.T) {
	dir, copied := t.TempDir(), t.TempDir()
	l, stop := ledgerIn(t, dir)
	mustAppend(t, l, 600)
	box := l.box
	stop()
	file, err := os.ReadFile(filepath.Join(dir, db.File))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(copied, db.File)
	check := func(change func([]byte)) (Report, string) {
		b := append([]byte(nil), file...)
		change(b)
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		return inspect(t, path, box)
	}
	r, sound := check(func([]byte) {})
	if !r.OK() {
		t.Fatalf("untouched: %+v", r)
	}
	seed := uint64(os.Getpid())
	rnd := rand.New(rand.NewPCG(seed, 2))
	noticed := 0
	const flips = 400
	for range flips {
		at := rnd.IntN(len(file))
		r, content := check(func(b []byte) { b[at] ^= byte(1 + rnd.IntN(255)) })
		if r.OK() && content != sound {
			t.Fatalf("seed %d: byte %d changed what the ledger says and went unnoticed", seed, at)
		}
		if !r.OK() {
			noticed++
		}
	}
	if noticed < flips/2 {
		t.Errorf("only %d of %d flips were noticed: the file is mostly ledger", noticed, flips)
	}
}

// inspect verifies a file, and gives all that the ledger's tables say.
func inspect(t *testing.T, path string, box *seal.Box) (Report, string) {
	t.Helper()
	s, err := db.Inspect(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}()
	r, err := Verify(t.Context(), s, VerifyOptions{Box: box})
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	if !r.OK() {
		return r, ""
	}
	err = db.LedgerAscending(t.Context(), s, 0, 1<<30, func(row db.LedgerRow) error {
		_, err := fmt.Fprintf(&all, "%d %s %x\n", row.Seq, row.Event, row.MAC)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	head, err := db.GetLedgerHead(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	points, err := db.Checkpoints(t.Context(), s, 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(&all, "%+v %+v", head, points)
	return r, all.String()
}
