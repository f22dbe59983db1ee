package audit

import (
	"context"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"ambit/db"
)

// Checkpoint is a signed statement of what the ledger was at a time.
type Checkpoint struct {
	Origin string
	Size   int64
	Root   tlog.Hash
	Number int64 // from 1, without gaps
	Time   time.Time
	Epoch  int64  // from 1; a restored backup begins a new one
	Note   string // signed text (golang.org/x/mod/sumdb/note); lines as in C2SP tlog-checkpoint, two or three of our own behind
}

// text is the part of the note that is signed.
func (c *Checkpoint) text() string {
	text := fmt.Sprintf("%s\n%d\n%s\nnumber %d\ntime %s\n", c.Origin, c.Size,
		base64.StdEncoding.EncodeToString(c.Root[:]), c.Number, c.Time.UTC().Format(time.RFC3339))
	if c.Epoch > 1 {
		text += fmt.Sprintf("epoch %d\n", c.Epoch)
	}
	return text
}

// parseCheckpoint reads a note and verifies its signature.
func parseCheckpoint(signed string, verifier note.Verifier) (Checkpoint, error) {
	n, err := note.Open([]byte(signed), note.VerifierList(verifier))
	if err != nil {
		return Checkpoint{}, fmt.Errorf("verify checkpoint: %w", err)
	}
	c := Checkpoint{Note: signed, Epoch: 1}
	lines := strings.Split(strings.TrimSuffix(n.Text, "\n"), "\n")
	if len(lines) < 5 {
		return c, fmt.Errorf("read checkpoint: %d lines, expected 5", len(lines))
	}
	c.Origin = lines[0]
	if c.Size, err = strconv.ParseInt(lines[1], 10, 64); err != nil || c.Size < 0 {
		return c, fmt.Errorf("read checkpoint: bad size %q", lines[1])
	}
	root, err := base64.StdEncoding.DecodeString(lines[2])
	if err != nil || len(root) != tlog.HashSize {
		return c, fmt.Errorf("read checkpoint: bad root %q", lines[2])
	}
	copy(c.Root[:], root)
	number, ok := strings.CutPrefix(lines[3], "number ")
	if c.Number, err = strconv.ParseInt(number, 10, 64); err != nil || !ok {
		return c, fmt.Errorf("read checkpoint: bad number %q", lines[3])
	}
	at, ok := strings.CutPrefix(lines[4], "time ")
	if c.Time, err = time.Parse(time.RFC3339, at); err != nil || !ok {
		return c, fmt.Errorf("read checkpoint: bad time %q", lines[4])
	}
	if len(lines) > 5 {
		epoch, ok := strings.CutPrefix(lines[5], "epoch ")
		if c.Epoch, err = strconv.ParseInt(epoch, 10, 64); err != nil || !ok || c.Epoch < 1 {
			return c, fmt.Errorf("read checkpoint: bad epoch %q", lines[5])
		}
	}
	return c, nil
}

// sign adds a checkpoint over the present tree to the transaction.
func (l *Ledger) sign(ctx context.Context, tx *db.Tx, at time.Time) error {
	c := Checkpoint{Origin: l.origin, Size: l.tree.size, Root: l.tree.root(), Number: l.checkpoints + 1, Time: at, Epoch: l.epoch}
	signed, err := note.Sign(&note.Note{Text: c.text()}, l.signer)
	if err != nil {
		return fmt.Errorf("sign checkpoint: %w", err)
	}
	if err := db.InsertCheckpoint(ctx, tx, db.Checkpoint{Number: c.Number, Size: c.Size, Time: at, Note: string(signed)}); err != nil {
		return err
	}
	l.checkpoints = c.Number
	return nil
}

// signIfDue signs a checkpoint in a transaction of its own when there is something new to sign.
func (l *Ledger) signIfDue(ctx context.Context, due bool) {
	if !due || l.tree.size == l.signedSize || l.down.Load() != nil {
		return
	}
	at := l.now().UTC()
	err := l.db.Write(ctx, func(tx *db.Tx) error {
		if err := l.sign(ctx, tx, at); err != nil {
			return err
		}
		return db.SetLedgerHead(tx, l.head())
	})
	if err != nil {
		l.down.Store(&UnavailableError{err})
		l.log.Error("a checkpoint can't be written: refusing every action", "error", err)
		l.recover(ctx)
		return
	}
	l.signedSize, l.signedAt = l.tree.size, at
}

// Sign signs a checkpoint now, where the latest one does not cover every entry, and gives the latest.
func (l *Ledger) Sign(ctx context.Context) (Checkpoint, error) {
	err := l.commitSigned(ctx, func(*db.Tx) ([]*Event, error) { return nil, nil })
	if err != nil {
		return Checkpoint{}, fmt.Errorf("sign checkpoint: %w", err)
	}
	return l.Checkpoint(ctx)
}

// Checkpoint gives the latest signed checkpoint; db.ErrNotFound before the first.
func (l *Ledger) Checkpoint(ctx context.Context) (Checkpoint, error) {
	row, err := db.LatestCheckpoint(ctx, l.db.Read())
	if err != nil {
		return Checkpoint{}, fmt.Errorf("read latest checkpoint: %w", err)
	}
	verifier, err := note.NewVerifier(l.pub)
	if err != nil {
		return Checkpoint{}, fmt.Errorf("read public key: %w", err)
	}
	return parseCheckpoint(row.Note, verifier)
}

// CheckpointSize reads how many entries a note says that it covers, whoever signed it.
func CheckpointSize(signed string) (int64, error) {
	_, rest, _ := strings.Cut(signed, "\n")
	line, _, _ := strings.Cut(rest, "\n")
	size, err := strconv.ParseInt(line, 10, 64)
	if err != nil || size < 0 {
		return 0, fmt.Errorf("read checkpoint: bad size %.40q", line)
	}
	return size, nil
}

// ReadCheckpoint verifies a signed note with a public key and reads it.
func ReadCheckpoint(signed, public string) (Checkpoint, error) {
	verifier, err := note.NewVerifier(strings.TrimSpace(public))
	if err != nil {
		return Checkpoint{}, fmt.Errorf("read public key: %w", err)
	}
	return parseCheckpoint(signed, verifier)
}
