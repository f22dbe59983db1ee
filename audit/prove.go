package audit

import (
	"context"
	"errors"
	"fmt"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"ambit/db"
)

// Hash is a hash of the Merkle log; base64 in JSON.
type Hash = tlog.Hash

// Proof shows to anybody who has the public key that an event is in the ledger that a checkpoint was signed over, without
// showing any other event (RFC 6962 section 2.1.1).
type Proof struct {
	Kind       string `json:"kind"`
	Seq        int64  `json:"seq"`
	Event      string `json:"event"` // canonical JSON, as a string so that no encoder on the way can touch it
	Hashes     []Hash `json:"hashes"`
	Checkpoint string `json:"checkpoint"` // the signed note
}

// Prove makes the proof that the entry with the seq lies under the latest checkpoint.
func Prove(ctx context.Context, q db.Queryer, public string, seq int64) (Proof, error) {
	row, err := db.LatestCheckpoint(ctx, q)
	if err != nil {
		return Proof{}, fmt.Errorf("read latest checkpoint: %w", err)
	}
	return ProveUnder(ctx, q, public, row.Note, seq)
}

// ProveUnder is Prove for a checkpoint that is given.
func ProveUnder(ctx context.Context, q db.Queryer, public, checkpoint string, seq int64) (Proof, error) {
	verifier, err := note.NewVerifier(public)
	if err != nil {
		return Proof{}, fmt.Errorf("read public key: %w", err)
	}
	c, err := parseCheckpoint(checkpoint, verifier)
	if err != nil {
		return Proof{}, err
	}
	if seq > c.Size {
		return Proof{}, &notCoveredError{seq, c.Size}
	}
	event, err := db.LedgerEvent(ctx, q, seq)
	if errors.Is(err, db.ErrNotFound) {
		by, errMark := removedEvent(ctx, q, seq)
		if errMark != nil {
			return Proof{}, errMark
		}
		if by != "" {
			return Proof{}, &RemovedError{seq, by}
		}
	}
	if err != nil {
		return Proof{}, fmt.Errorf("read entry %d: %w", seq, err)
	}
	reader := tlog.TileHashReader(tlog.Tree{N: c.Size, Hash: c.Root}, &tileReader{ctx, q})
	hashes, err := tlog.ProveRecord(c.Size, seq-1, reader)
	if err != nil {
		return Proof{}, fmt.Errorf("prove entry %d: %w", seq, err)
	}
	return Proof{Kind: KindInclusion, Seq: seq, Event: event, Hashes: hashes, Checkpoint: c.Note}, nil
}

// Prove is the function of the same name for the open ledger.
func (l *Ledger) Prove(ctx context.Context, seq int64) (Proof, error) {
	return Prove(ctx, l.db.Read(), l.pub, seq)
}

// ProveUnder is the function of the same name for the open ledger.
func (l *Ledger) ProveUnder(ctx context.Context, checkpoint string, seq int64) (Proof, error) {
	return ProveUnder(ctx, l.db.Read(), l.pub, checkpoint, seq)
}

// notCoveredError says that no checkpoint covers an entry yet.
type notCoveredError struct{ seq, size int64 }

func (e *notCoveredError) Error() string {
	return fmt.Sprintf("entry %d is newer than the latest checkpoint, which covers %d", e.seq, e.size)
}
func (e *notCoveredError) Code() string { return "not_found" }
func (e *notCoveredError) Hint() string {
	return "A checkpoint is signed every minute: try again then."
}

// Check verifies a proof with the ledger's public key and gives the checkpoint that it leads to.
func (p *Proof) Check(public string) (Checkpoint, error) {
	verifier, err := note.NewVerifier(public)
	if err != nil {
		return Checkpoint{}, fmt.Errorf("read public key: %w", err)
	}
	c, err := parseCheckpoint(p.Checkpoint, verifier)
	if err != nil {
		return Checkpoint{}, err
	}
	if p.Seq < 1 || p.Seq > c.Size {
		return c, errors.New("check proof: the checkpoint does not cover the entry")
	}
	if err := tlog.CheckRecord(p.Hashes, c.Size, c.Root, p.Seq-1, recordHash(p.Event)); err != nil {
		return c, fmt.Errorf("check proof: %w", err)
	}
	return c, nil
}

// tileReader gives tlog the tiles that it asks for: full ones as stored, partial ones from the level below.
type tileReader struct {
	ctx context.Context
	q   db.Queryer
}

// Height implements tlog.TileReader.
func (r *tileReader) Height() int { return tileHeight }

// SaveTiles implements tlog.TileReader; the ledger stores its tiles itself.
func (r *tileReader) SaveTiles([]tlog.Tile, [][]byte) {}

// ReadTiles implements tlog.TileReader.
func (r *tileReader) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	out := make([][]byte, len(tiles))
	for i, t := range tiles {
		var err error
		if out[i], err = r.read(t); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (r *tileReader) read(t tlog.Tile) ([]byte, error) {
	if data, err := db.GetTile(r.ctx, r.q, t.L, t.N); err == nil && len(data) >= t.W*tlog.HashSize {
		return data[:t.W*tlog.HashSize], nil
	} else if err != nil && !errors.Is(err, db.ErrNotFound) {
		return nil, err
	}
	out := make([]byte, 0, t.W*tlog.HashSize)
	if t.L == 0 {
		err := db.LedgerAscending(r.ctx, r.q, t.N<<tileHeight, t.W, func(row db.LedgerRow) error {
			h := recordHash(row.Event)
			out = append(out, h[:]...)
			return nil
		})
		return out, err
	}
	for i := range int64(t.W) {
		below, err := r.read(tlog.Tile{H: tileHeight, L: t.L - 1, N: t.N<<tileHeight + i, W: tileWidth})
		if err != nil {
			return nil, err
		}
		h := subtree(tileHashes(below))
		out = append(out, h[:]...)
	}
	return out, nil
}
