package audit

import (
	"context"
	"errors"
	"fmt"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"ambit/db"
)

// The kinds of proofs.
const (
	KindInclusion   = "inclusion"
	KindConsistency = "consistency"
)

// TreeProof shows to anybody who has the public key that the ledger of a later checkpoint is that of an earlier one with
// entries added at the end, and nothing else (RFC 6962 section 2.1.2).
type TreeProof struct {
	Kind   string      `json:"kind"`
	From   string      `json:"from"` // the signed notes
	To     string      `json:"to"`
	Hashes []tlog.Hash `json:"hashes"`
}

// ForkError says that a ledger is no continuation of what a checkpoint was signed over.
type ForkError struct{ what string }

func (e *ForkError) Error() string { return e.what }

// Code is ledger_damaged.
func (e *ForkError) Code() string { return "ledger_damaged" }

// Hint says how to find out more.
func (e *ForkError) Hint() string {
	return "Run `ambit audit verify --checkpoint FILE` with the earlier checkpoint: it says what is different, and whether a restored backup explains it."
}

// ProveTree makes the proof that leads from one checkpoint to another; to may be "" for the latest.
func ProveTree(ctx context.Context, q db.Queryer, public, from, to string) (TreeProof, error) {
	verifier, err := note.NewVerifier(public)
	if err != nil {
		return TreeProof{}, fmt.Errorf("read public key: %w", err)
	}
	if to == "" {
		latest, err := db.LatestCheckpoint(ctx, q)
		if err != nil {
			return TreeProof{}, fmt.Errorf("read latest checkpoint: %w", err)
		}
		to = latest.Note
	}
	a, errA := parseCheckpoint(from, verifier)
	b, errB := parseCheckpoint(to, verifier)
	if err := errors.Join(errA, errB); err != nil {
		return TreeProof{}, err
	}
	size, err := db.LastSeq(ctx, q)
	if err != nil {
		return TreeProof{}, err
	}
	if a.Size > b.Size {
		return TreeProof{}, &ForkError{fmt.Sprintf("the earlier checkpoint covers %d entries, the later one %d: the ledger was set back, or they are given the wrong way round", a.Size, b.Size)}
	}
	if b.Size > size {
		return TreeProof{}, &ForkError{fmt.Sprintf("the later checkpoint covers %d entries; %d are there: the ledger was set back or cut off", b.Size, size)}
	}
	p := TreeProof{Kind: KindConsistency, From: a.Note, To: b.Note}
	if a.Size > 0 {
		reader := tlog.TileHashReader(tlog.Tree{N: b.Size, Hash: b.Root}, &tileReader{ctx, q})
		if p.Hashes, err = tlog.ProveTree(b.Size, a.Size, reader); err != nil {
			return TreeProof{}, &ForkError{fmt.Sprintf("the ledger does not have the hashes that the later checkpoint was signed over: %v", err)}
		}
	}
	if _, _, err := p.Check(public); err != nil {
		return TreeProof{}, &ForkError{"the ledger is no continuation of what the earlier checkpoint was signed over"}
	}
	return p, nil
}

// ProveTree is the function of the same name for the open ledger.
func (l *Ledger) ProveTree(ctx context.Context, from, to string) (TreeProof, error) {
	return ProveTree(ctx, l.db.Read(), l.pub, from, to)
}

// Check verifies the proof with the ledger's public key and gives its checkpoints.
func (p *TreeProof) Check(public string) (from, to Checkpoint, err error) {
	verifier, err := note.NewVerifier(public)
	if err != nil {
		return from, to, fmt.Errorf("read public key: %w", err)
	}
	from, errFrom := parseCheckpoint(p.From, verifier)
	to, errTo := parseCheckpoint(p.To, verifier)
	if err := errors.Join(errFrom, errTo); err != nil {
		return from, to, err
	}
	if from.Size > to.Size {
		return from, to, errors.New("check proof: the earlier checkpoint covers more entries than the later one")
	}
	if from.Size == 0 {
		return from, to, nil // the empty ledger is the beginning of every other
	}
	if err := tlog.CheckTree(p.Hashes, to.Size, to.Root, from.Size, from.Root); err != nil {
		return from, to, fmt.Errorf("check proof: %w", err)
	}
	return from, to, nil
}
