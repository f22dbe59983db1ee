package audit

import (
	"cmp"
	"context"
	"crypto/hmac"
	"errors"
	"fmt"
	"slices"

	"golang.org/x/mod/sumdb/tlog"

	"ambit/db"
)

// Removal is an event that says which entries were removed under retention.
type Removal struct {
	Seq     int64  `json:"seq"`
	Event   string `json:"event"`
	Entries int64  `json:"entries"`
}

// maxRemovals bounds a report; Report.RemovalEvents counts them all.
const maxRemovals = 20

// explained is what the marked events that can be trusted say.
type explained struct {
	marks  map[int64]string // kind by seq, trusted or not
	last   int64            // seq of the last mark read
	gone   []goneSpan       // ascending
	epochs []epochStart     // ascending
}

type goneSpan struct {
	span
	by    string // id of the event
	early bool   // known when verification began
}

// epochStart is the entry with which an epoch after the first began.
type epochStart struct {
	restoration
	seq int64
	id  string
	at  string
}

// readMarks reads the events that explain gaps and epochs, as far as they can be trusted: those that nobody vouches for
// explain nothing.
func (v *verifier) readMarks(ctx context.Context) error {
	if v.marks == nil {
		v.marks = map[int64]string{}
	}
	early := v.last == 0
	list, err := db.Marks(ctx, v.q, v.last)
	if err != nil {
		return v.unreadable(ctx, 1, "the marks of explaining entries", err)
	}
	for _, m := range list {
		v.marks[m.Seq], v.last = m.Kind, m.Seq
		row, err := db.GetLedgerRow(ctx, v.q, m.Seq)
		if errors.Is(err, db.ErrNotFound) {
			v.bad(m.Seq, "entry %d, which explains others, is gone", m.Seq)
			continue
		} else if err != nil {
			if err := v.unreadable(ctx, m.Seq, fmt.Sprintf("entry %d", m.Seq), err); err != nil {
				return err
			}
			continue
		}
		if !v.trusts(ctx, row) {
			v.bad(m.Seq, "entry %d, which explains others, can't be trusted: nothing signed covers it as it stands", m.Seq)
			continue
		}
		e, gone, epoch, err := readMark(row.Event)
		if err != nil || e.Type != m.Kind || e.Seq != m.Seq {
			v.bad(m.Seq, "entry %d is marked as %s and is not that", m.Seq, m.Kind)
			continue
		}
		for _, s := range gone {
			v.gone = append(v.gone, goneSpan{s, e.ID, early})
		}
		if m.Kind == TypeRestored {
			v.epochs = append(v.epochs, epochStart{epoch, e.Seq, e.ID, e.Time.UTC().Format(timeFormat)})
			continue
		}
		v.report.RemovalEvents++
		if len(v.report.Removals) < maxRemovals {
			v.report.Removals = append(v.report.Removals, Removal{e.Seq, e.ID, gone.count()})
		}
	}
	slices.SortFunc(v.gone, func(a, b goneSpan) int { return cmp.Compare(a.first, b.first) })
	return nil
}

// trusts reports whether an entry is authentic by itself: by its keyed hash or, without the key, by a proof that it lies
// under the latest signed checkpoint. With neither key nothing can be told, here as elsewhere.
func (v *verifier) trusts(ctx context.Context, row db.LedgerRow) bool {
	if v.report.Keyed {
		return hmac.Equal(row.MAC, v.mac.of(row.Seq, recordHash(row.Event)))
	}
	if v.signer == nil {
		return true
	}
	latest, err := db.LatestCheckpoint(ctx, v.q)
	if err != nil {
		return false
	}
	c, err := parseCheckpoint(latest.Note, v.signer)
	if err != nil || row.Seq > c.Size {
		return false
	}
	proof, err := tlog.ProveRecord(c.Size, row.Seq-1, tlog.TileHashReader(tlog.Tree{N: c.Size, Hash: c.Root}, &tileReader{ctx, v.q}))
	return err == nil && tlog.CheckRecord(proof, c.Size, c.Root, row.Seq-1, recordHash(row.Event)) == nil
}

// removedBy finds the range of removed entries that holds a seq, or the next one after it.
func (v *verifier) removedBy(seq int64) (g goneSpan, holds, there bool) {
	i, _ := slices.BinarySearchFunc(v.gone, seq, func(g goneSpan, seq int64) int { return cmp.Compare(g.last, seq) })
	if i == len(v.gone) {
		return g, false, false
	}
	return v.gone[i], v.gone[i].first <= seq, true
}

// gap judges entries that are not there: those that a retention event names keep their place in the tree by their stored
// hash; others were deleted behind the ledger's back.
func (v *verifier) gap(ctx context.Context, from, to int64) error {
	reread := false
	for seq := from; seq <= to; {
		g, holds, there := v.removedBy(seq)
		if !holds && !reread {
			// The ledger is open, perhaps, and its own retention has gone on since this began.
			reread = true
			if err := v.readMarks(ctx); err != nil {
				return err
			}
			continue
		}
		if !holds {
			end := to
			if there {
				end = min(to, g.first-1)
			}
			v.bad(seq, "entries %d to %d are gone", seq, end)
			v.badEntry = true
			seq = end + 1
			continue
		}
		for end := min(g.last, to); seq <= end; seq++ {
			v.report.Removed++
			v.removedEntry(ctx, seq)
		}
	}
	return nil
}

// removedEntry adds the stored hash of an entry that retention removed to the tree. Whether it is the right one shows where
// the tree is compared with what was signed.
func (v *verifier) removedEntry(ctx context.Context, seq int64) {
	if v.badEntry {
		return
	}
	n := seq - 1
	if !v.seekTile(ctx, n) || v.tile == nil {
		v.badEntry = true
		v.bad(seq, "the hash of entry %d, which was removed under retention, is gone", seq)
		return
	}
	i := n % tileWidth
	v.addLeaf(ctx, tileHashes(v.tile[i*tlog.HashSize : (i+1)*tlog.HashSize])[0])
}

// epochOf is the epoch that an entry belongs to, from 1.
func (v *verifier) epochOf(seq int64) int64 {
	epoch := int64(1)
	for _, e := range v.epochs {
		if e.seq <= seq {
			epoch = e.Epoch
		}
	}
	return epoch
}

// explainEpochs tells what restored backups mean for whoever reads the ledger.
func (v *verifier) explainEpochs(context.Context) error {
	v.report.Epoch = v.epochOf(v.size)
	for _, e := range v.epochs {
		note := fmt.Sprintf("epoch %d begins with entry %d (%s): on %s a backup of %s was restored, with %d entries", e.Epoch, e.seq, e.id, e.at, e.BackupAt, e.Entries)
		if e.Known > e.Entries {
			note += fmt.Sprintf("; entries %d to %d of the epoch before are lost, as a checkpoint known then shows", e.Entries+1, e.Known)
		}
		v.report.Notes = append(v.report.Notes, note)
	}
	return nil
}

// formerEpoch judges a checkpoint kept elsewhere that was signed in an epoch which a restore ended before it. It reports
// whether that settled the matter.
func (v *verifier) formerEpoch(c *Checkpoint) bool {
	if current := v.epochOf(v.size); c.Epoch > current {
		v.bad(v.size+1, "the checkpoint kept elsewhere is of epoch %d; the ledger is in epoch %d: it was set back", c.Epoch, current)
		return true
	}
	for _, e := range v.epochs {
		if e.Epoch <= c.Epoch || c.Size <= e.Entries {
			continue
		}
		if c.Size <= e.Known {
			v.report.Notes = append(v.report.Notes, fmt.Sprintf("the checkpoint kept elsewhere covers %d entries of epoch %d, which ended with entry %d when a backup was restored (%s): the restore knew of them and says that they are lost",
				c.Size, c.Epoch, e.Entries, e.id))
			return true
		}
		v.bad(e.Entries+1, "the checkpoint kept elsewhere, of %s, covers %d entries of epoch %d; the backup restored on %s (%s) has %d, and the restore knew of %d: more was lost than it says",
			c.Time.Format(timeFormat), c.Size, c.Epoch, e.at, e.id, e.Entries, e.Known)
		return true
	}
	return false
}
