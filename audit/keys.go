package audit

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/crypto/blake2b"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"ambit/db"
	"ambit/db/seal"
)

// PublicKeyFile is the name of the file in the data folder that holds the public key.
const PublicKeyFile = "ledger.pub"

// macKeys authenticate rows and head for whoever holds the key file.
type macKeys struct{ row, head [32]byte }

func deriveKeys(box *seal.Box) macKeys {
	return macKeys{row: box.Derive("ledger row"), head: box.Derive("ledger head")}
}

// macSize is 128 bits: forging one row means guessing it online, against `ambit audit verify`.
const macSize = 16

// rowMAC computes the keyed hash of a row (keyed BLAKE2b). It is not safe for concurrent use.
type rowMAC struct {
	h   hash.Hash
	in  [8 + tlog.HashSize]byte
	sum [macSize]byte
}

func newRowMAC(key [32]byte) rowMAC {
	h, err := blake2b.New(macSize, key[:])
	if err != nil {
		// Only for sizes and keys out of range, and both are constants.
		panic(err)
	}
	return rowMAC{h: h}
}

// of gives the keyed hash over seq and leaf hash; the slice is good until the next call.
func (m *rowMAC) of(seq int64, leaf tlog.Hash) []byte {
	binary.BigEndian.PutUint64(m.in[:8], uint64(seq))
	copy(m.in[8:], leaf[:])
	m.h.Reset()
	_, _ = m.h.Write(m.in[:]) // a hash never fails
	return m.h.Sum(m.sum[:0])
}

// headMAC is the keyed hash over everything that the head row says.
func headMAC(key [32]byte, h db.LedgerHead) []byte {
	m := hmac.New(sha256.New, key[:])
	var n [24]byte
	binary.BigEndian.PutUint64(n[:], uint64(h.Size))
	binary.BigEndian.PutUint64(n[8:], uint64(h.Checkpoints))
	binary.BigEndian.PutUint64(n[16:], uint64(len(h.Root)))
	_, _ = m.Write(n[:])
	_, _ = m.Write(h.Root)
	_, _ = m.Write(h.Edge)
	return m.Sum(nil)
}

// identify reads the ledger's name and signing key, or makes them in a new database.
func (l *Ledger) identify(ctx context.Context, rand io.Reader) error {
	id, err := db.GetLedgerIdentity(ctx, l.db.Read())
	if errors.Is(err, db.ErrNotFound) {
		if id, err = l.create(ctx, rand); err != nil {
			return err
		}
	} else if err != nil {
		return err
	}
	key, err := l.box.Open(id.Sealed, signingPurpose(id.Origin))
	if err != nil {
		return &keyMismatchError{err}
	}
	secret, public, _ := strings.Cut(string(key), "\n")
	l.origin, l.pub = id.Origin, public
	if l.signer, err = note.NewSigner(secret); err != nil {
		return fmt.Errorf("read signing key: %w", err)
	}
	return nil
}

func signingPurpose(origin string) []byte { return []byte("ledger signing key of " + origin) }

func (l *Ledger) create(ctx context.Context, rand io.Reader) (db.LedgerIdentity, error) {
	last, err := db.LastSeq(ctx, l.db.Read())
	if err != nil {
		return db.LedgerIdentity{}, err
	}
	if last > 0 {
		return db.LedgerIdentity{}, &DamageError{1, "its identity is gone"}
	}
	var random [8]byte
	l.ids.random(random[:])
	origin := "ambit-ledger-" + hex.EncodeToString(random[:])
	secret, public, err := note.GenerateKey(rand, origin)
	if err != nil {
		return db.LedgerIdentity{}, fmt.Errorf("make signing key: %w", err)
	}
	id := db.LedgerIdentity{Origin: origin, Sealed: l.box.Seal([]byte(secret+"\n"+public), signingPurpose(origin))}
	err = l.db.Write(ctx, func(tx *db.Tx) error {
		if err := db.InsertLedgerIdentity(ctx, tx, id); err != nil {
			return err
		}
		return db.SetLedgerHead(tx, l.head())
	})
	return id, err
}

// publishKey writes the public key beside the database, for whoever verifies a copy. A file that is there is never
// replaced: verify reports one that differs.
func (l *Ledger) publishKey(dir string) error {
	path := filepath.Join(dir, PublicKeyFile)
	have, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		if err := os.WriteFile(path, []byte(l.pub+"\n"), 0o600); err != nil {
			return fmt.Errorf("write public key: %w", err)
		}
		return nil
	}
	if err != nil {
		return fmt.Errorf("read public key: %w", err)
	}
	if strings.TrimSpace(string(have)) != l.pub {
		l.log.Error("the public key beside the database is not that of the ledger", "file", path)
	}
	return nil
}

// keyMismatchError says that the key file belongs to another installation.
type keyMismatchError struct{ cause error }

func (e *keyMismatchError) Error() string { return "the key file is not the one of this ledger" }
func (e *keyMismatchError) Code() string  { return "key_file" }
func (e *keyMismatchError) Hint() string {
	return "Put the key file of this installation back in its place (DIR/key, or where --key-file says)."
}
func (e *keyMismatchError) Unwrap() error { return e.cause }
