package audit

import (
	"golang.org/x/mod/sumdb/tlog"

	"ambit/db"
)

const (
	tileHeight = 8
	tileWidth  = 1 << tileHeight
)

// tree is what must be kept of the Merkle log to append to it: the right edge and the hashes that don't fill a tile yet.
type tree struct {
	size int64
	edge []tlog.Hash // full subtrees, largest first; one for each bit of size

	// open[l] holds the hashes of level l (tiles of height 8) that the next tile of that level will begin with.
	open [][]tlog.Hash
	full []db.Tile // completed since the last take
}

// add appends a leaf.
func (t *tree) add(leaf tlog.Hash) {
	t.fill(0, leaf)
	h := leaf
	level := 0
	for n := t.size; n&1 == 1; n >>= 1 {
		h = tlog.NodeHash(t.edge[len(t.edge)-1], h)
		t.edge = t.edge[:len(t.edge)-1]
		level++
		if level%tileHeight == 0 {
			t.fill(level/tileHeight, h)
		}
	}
	t.edge = append(t.edge, h)
	t.size++
}

// fill puts a hash into the open tile of a level and closes the tile when it is full.
func (t *tree) fill(level int, h tlog.Hash) {
	if level == len(t.open) {
		t.open = append(t.open, nil)
	}
	t.open[level] = append(t.open[level], h)
	if len(t.open[level]) < tileWidth {
		return
	}
	data := make([]byte, 0, tileWidth*tlog.HashSize)
	for _, h := range t.open[level] {
		data = append(data, h[:]...)
	}
	t.open[level] = t.open[level][:0]
	// The tile's number: how many hashes the level below has by now, in whole tiles, less this one.
	n := (t.size+1)>>(tileHeight*(level+1)) - 1
	t.full = append(t.full, db.Tile{Level: level, N: n, Hashes: data})
}

// take gives the tiles that were completed since the last call.
func (t *tree) take() []db.Tile {
	full := t.full
	t.full = t.full[:0]
	return full
}

// root is the tree's hash (RFC 6962).
func (t *tree) root() tlog.Hash {
	if len(t.edge) == 0 {
		return emptyRoot()
	}
	h := t.edge[len(t.edge)-1]
	for i := len(t.edge) - 2; i >= 0; i-- {
		h = tlog.NodeHash(t.edge[i], h)
	}
	return h
}

// emptyRoot is the hash of the empty tree, SHA-256 of nothing; tlog says the same of a tree of size 0.
func emptyRoot() tlog.Hash {
	h, err := tlog.TreeHash(0, nil)
	if err != nil {
		// A tree of size 0 reads no hashes, so nothing can fail.
		panic(err)
	}
	return h
}

// edgeBytes is the edge as the head row stores it.
func (t *tree) edgeBytes(b []byte) []byte {
	for _, h := range t.edge {
		b = append(b, h[:]...)
	}
	return b
}

// recordHash is the leaf of an event.
func recordHash(event string) tlog.Hash { return tlog.RecordHash([]byte(event)) }
