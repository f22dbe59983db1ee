package audit

import (
	"bytes"
	"context"
	"crypto/hmac"
	"errors"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"

	"ambit/db"
)

// load reads the state to append to, from the head row, the newest tiles and the rows that fill no tile yet, and checks
// that they belong together. It never goes on over a head that it can't vouch for.
func (l *Ledger) load(ctx context.Context) error {
	q := l.db.Read()
	head, err := db.GetLedgerHead(ctx, q)
	if errors.Is(err, db.ErrNotFound) {
		return &DamageError{1, "its head is gone"}
	} else if err != nil {
		return err
	}
	if !hmac.Equal(head.MAC, headMAC(l.keys.head, head)) {
		return &DamageError{max(head.Size, 1), "its head does not carry Ambit's seal"}
	}
	last, err := db.LastSeq(ctx, q)
	if err != nil {
		return err
	}
	if last != head.Size {
		return &DamageError{min(last, head.Size) + 1, fmt.Sprintf("%d entries were sealed and the last one there is %d", head.Size, last)}
	}
	t, err := l.rebuild(ctx, q, head.Size)
	if err != nil {
		return err
	}
	if root := t.root(); !bytes.Equal(root[:], head.Root) || !bytes.Equal(t.edgeBytes(nil), head.Edge) {
		return &DamageError{head.Size, "tiles and newest entries do not give the sealed root"}
	}
	newest, err := db.LatestCheckpoint(ctx, q)
	if errors.Is(err, db.ErrNotFound) {
		newest = db.Checkpoint{}
	} else if err != nil {
		return err
	}
	if newest.Number != head.Checkpoints || newest.Size > head.Size {
		return &DamageError{head.Size, "checkpoints are gone"}
	}
	marks, err := db.Marks(ctx, q, 0)
	if err != nil {
		return err
	}
	l.epoch = 1
	for _, m := range marks {
		if m.Kind == TypeRestored {
			l.epoch++
		}
	}
	l.tree, l.checkpoints, l.signedSize = t, head.Checkpoints, newest.Size
	l.seq.Store(head.Size)
	return nil
}

// rebuild makes the tree of the given size from tiles and tail rows.
func (l *Ledger) rebuild(ctx context.Context, q db.Queryer, size int64) (tree, error) {
	t := tree{size: size}
	for level := 0; size>>(tileHeight*level) > 0; level++ {
		var hashes []tlog.Hash
		var err error
		if level == 0 {
			hashes, err = l.tailLeaves(ctx, q, size)
		} else {
			hashes, err = tileRoots(ctx, q, level-1, size)
		}
		if err != nil {
			return t, err
		}
		t.open = append(t.open, hashes)
	}
	// The edge follows from what is open: each level's open hashes are its part of the size in binary.
	for level := len(t.open) - 1; level >= 0; level-- {
		hashes := t.open[level]
		for bit := tileHeight - 1; bit >= 0; bit-- {
			if n := 1 << bit; len(t.open[level])&n != 0 {
				t.edge = append(t.edge, subtree(hashes[:n]))
				hashes = hashes[n:]
			}
		}
	}
	return t, nil
}

// tailLeaves hashes the rows behind the last full tile and checks their keyed hashes.
func (l *Ledger) tailLeaves(ctx context.Context, q db.Queryer, size int64) ([]tlog.Hash, error) {
	next := size/tileWidth*tileWidth + 1
	hashes := make([]tlog.Hash, 0, tileWidth)
	mac := newRowMAC(l.keys.row)
	err := db.LedgerAscending(ctx, q, next-1, tileWidth, func(row db.LedgerRow) error {
		leaf := recordHash(row.Event)
		if row.Seq != next || !hmac.Equal(row.MAC, mac.of(row.Seq, leaf)) {
			return &DamageError{next, "an entry does not carry Ambit's seal"}
		}
		hashes = append(hashes, leaf)
		next++
		return nil
	})
	return hashes, err
}

// tileRoots gives the roots of the full tiles of a level that fill no tile of the level above yet.
func tileRoots(ctx context.Context, q db.Queryer, level int, size int64) ([]tlog.Hash, error) {
	tiles := size >> (tileHeight * (level + 1))
	hashes := make([]tlog.Hash, 0, tileWidth)
	for n := tiles / tileWidth * tileWidth; n < tiles; n++ {
		data, err := db.GetTile(ctx, q, level, n)
		if err != nil && !errors.Is(err, db.ErrNotFound) {
			return nil, err
		}
		if len(data) != tileWidth*tlog.HashSize {
			return nil, &DamageError{n<<(tileHeight*(level+1)) + 1, fmt.Sprintf("hash tile %d/%d is gone", level, n)}
		}
		hashes = append(hashes, subtree(tileHashes(data)))
	}
	return hashes, nil
}

func tileHashes(data []byte) []tlog.Hash {
	hashes := make([]tlog.Hash, len(data)/tlog.HashSize)
	for i := range hashes {
		copy(hashes[i][:], data[i*tlog.HashSize:])
	}
	return hashes
}

// subtree is the root over a power of two of hashes.
func subtree(hashes []tlog.Hash) tlog.Hash {
	if len(hashes) == 1 {
		return hashes[0]
	}
	half := len(hashes) / 2
	return tlog.NodeHash(subtree(hashes[:half]), subtree(hashes[half:]))
}

// head is the head row for the present tree.
func (l *Ledger) head() db.LedgerHead {
	root := l.tree.root()
	h := db.LedgerHead{Size: l.tree.size, Root: root[:], Edge: l.tree.edgeBytes(make([]byte, 0, 32*len(l.tree.edge))), Checkpoints: l.checkpoints}
	h.MAC = headMAC(l.keys.head, h)
	return h
}
