package audit

import (
	"bytes"
	"context"
	"crypto/hmac"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"ambit/db"
	"ambit/db/seal"
)

// VerifyOptions says what to verify with. Everything is optional; each thing makes the proof stronger.
type VerifyOptions struct {
	// Box is the installation's key: with it each row's keyed hash is checked, which names the very row that was altered
	// even where somebody computed all hashes anew.
	Box *seal.Box
	// PublicKey is the ledger's public key from a place that you trust. Without it the key in the database is used when
	// there is a Box; with neither, signatures are not checked.
	PublicKey string
	// Checkpoint is a signed checkpoint that was kept elsewhere: it shows when the whole folder was set back or rewritten.
	Checkpoint string
	// Progress is called now and then with the number of entries checked.
	Progress func(checked, total int64)
}

// Issue is one thing that is not as it should be.
type Issue struct {
	Seq  int64  `json:"seq"` // the first entry that can't be vouched for because of it
	What string `json:"what"`
}

// Report is the outcome of a verification.
type Report struct {
	Entries     int64   `json:"entries"`
	Root        string  `json:"root"`
	Checkpoints int64   `json:"checkpoints"` // signed ones that were compared
	Keyed       bool    `json:"keyed"`       // every entry's keyed hash was checked
	Signed      bool    `json:"signed"`      // signatures were checked
	FirstBad    int64   `json:"first_bad"`   // 0: the ledger is as it was written
	Issues      []Issue `json:"issues,omitempty"`

	Removed       int64     `json:"removed"`        // entries that retention removed; their hashes are still under the root
	RemovalEvents int64     `json:"removal_events"` // how many events record that
	Removals      []Removal `json:"removals,omitempty"`
	Epoch         int64     `json:"epoch"` // 1 until a backup is restored
	Notes         []string  `json:"notes,omitempty"`
}

// OK reports whether nothing was found.
func (r *Report) OK() bool { return r.FirstBad == 0 }

// What says what is wrong with the first bad entry; "" where nothing is.
func (r *Report) What() string {
	for _, issue := range r.Issues {
		if issue.Seq == r.FirstBad {
			return issue.What
		}
	}
	return ""
}

// maxIssues bounds a report; the first bad entry is always in it.
const maxIssues = 20

// Verify checks the open ledger from its first entry to its last.
func (l *Ledger) Verify(ctx context.Context, opt VerifyOptions) (Report, error) {
	if opt.Box == nil {
		opt.Box = l.box
	}
	if opt.PublicKey == "" {
		opt.PublicKey = l.pub
	}
	return Verify(ctx, l.db.Read(), opt)
}

// Verify checks a ledger, of an open database or of a copy. An error means that it could not be done; what is wrong with
// the ledger is in the Report. A ledger that grows meanwhile is checked as far as it went at the start.
func Verify(ctx context.Context, q db.Queryer, opt VerifyOptions) (Report, error) {
	v := &verifier{q: q, opt: opt, tileN: -1}
	for _, step := range []func(context.Context) error{v.readIdentity, v.readHead, v.readMarks, v.explainEpochs, v.readCheckpoints, v.readRows, v.compareHead, v.compareExtent} {
		if err := step(ctx); err != nil {
			if ctx.Err() != nil {
				return v.report, fmt.Errorf("verify the ledger: %w", ctx.Err())
			}
			return v.report, fmt.Errorf("verify the ledger: %w", err)
		}
	}
	root := v.tree.root()
	v.report.Root, v.report.Entries = root.String(), v.tree.size
	return v.report, nil
}

type verifier struct {
	q      db.Queryer
	opt    VerifyOptions
	report Report

	origin string
	signer note.Verifier // nil: signatures are not checked
	keys   macKeys
	mac    rowMAC

	head       db.LedgerHead
	headOK     bool // its keyed hash fits, or there is no key to tell
	size       int64
	signedSize int64        // of the last good checkpoint read
	pending    []Checkpoint // to be compared on the way, by size
	vouched    int64        // entries under the last checkpoint that fits
	tree       tree
	tile       []byte // stored tile of level 0 that the scan is in
	tileN      int64  // its number
	badEntry   bool   // an entry was bad, so that no root can fit any more
	explained
}

func (v *verifier) bad(seq int64, format string, args ...any) {
	seq = max(seq, 1)
	if v.report.FirstBad == 0 || seq < v.report.FirstBad {
		v.report.FirstBad = seq
	}
	if len(v.report.Issues) < maxIssues {
		v.report.Issues = append(v.report.Issues, Issue{seq, fmt.Sprintf(format, args...)})
	}
}

// unreadable notes a part of the database that can't be read, whatever the reason; ctx ending is not one.
func (v *verifier) unreadable(ctx context.Context, seq int64, what string, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	v.bad(seq, "%s can't be read: %v", what, err)
	return nil
}

// readIdentity finds the keys to verify with.
func (v *verifier) readIdentity(ctx context.Context) error {
	id, err := db.GetLedgerIdentity(ctx, v.q)
	if err != nil {
		if err := v.unreadable(ctx, 1, "the ledger's identity", err); err != nil {
			return err
		}
	}
	v.origin = id.Origin
	public := v.opt.PublicKey
	if v.opt.Box != nil {
		v.report.Keyed = true
		v.keys = deriveKeys(v.opt.Box)
		v.mac = newRowMAC(v.keys.row)
		key, err := v.opt.Box.Open(id.Sealed, signingPurpose(id.Origin))
		_, own, _ := strings.Cut(string(key), "\n")
		switch {
		case err != nil:
			v.bad(1, "the sealed signing key can't be opened: it was altered, or the key file belongs to another installation")
		case public == "":
			public = own
		case public != own:
			v.bad(1, "the public key given is not the one of this ledger")
		}
	}
	if public == "" {
		return nil
	}
	signer, err := note.NewVerifier(strings.TrimSpace(public))
	if err != nil {
		v.bad(1, "the public key can't be read: %v", err)
		return nil
	}
	if signer.Name() != v.origin {
		v.bad(1, "the ledger says that it is %s, the public key is that of %s", v.origin, signer.Name())
	}
	v.signer, v.report.Signed = signer, true
	return nil
}

// readHead finds how long the ledger is said to be.
func (v *verifier) readHead(ctx context.Context) error {
	last, err := db.LastSeq(ctx, v.q)
	if err != nil {
		if err := v.unreadable(ctx, 1, "the ledger", err); err != nil {
			return err
		}
	}
	v.head, err = db.GetLedgerHead(ctx, v.q)
	if err != nil {
		v.size = last
		return v.unreadable(ctx, last+1, "the ledger's head", err)
	}
	if v.opt.Box != nil && !hmac.Equal(v.head.MAC, headMAC(v.keys.head, v.head)) {
		v.size = last
		// Every entry is sealed by itself; what nobody vouches for is that none came after the last one.
		v.bad(last+1, "the head does not carry Ambit's seal")
		return nil
	}
	v.headOK, v.size = true, v.head.Size
	return nil
}

// readCheckpoints checks what the checkpoints say of themselves.
func (v *verifier) readCheckpoints(ctx context.Context) error {
	const chunk = 1000
	after := int64(0)
	for {
		list, err := db.Checkpoints(ctx, v.q, after, chunk)
		for _, row := range list {
			if v.headOK && row.Number > v.head.Checkpoints {
				return v.addKept() // signed since the head was read, or added: the extent tells
			}
			v.checkpoint(row, after+1)
			after = row.Number
		}
		if err != nil {
			if err := v.unreadable(ctx, v.signedSize+1, "checkpoints", err); err != nil {
				return err
			}
			break
		}
		if v.opt.Progress != nil {
			v.opt.Progress(0, v.size)
		}
		if len(list) < chunk {
			break
		}
	}
	if v.headOK && after < v.head.Checkpoints {
		v.bad(v.signedSize+1, "checkpoint %d is gone", after+1)
	}
	return v.addKept()
}

// checkpoint checks one stored checkpoint; next is the number that it should have.
func (v *verifier) checkpoint(row db.Checkpoint, next int64) {
	if row.Number != next {
		v.bad(v.signedSize+1, "checkpoint %d is gone", next)
	}
	if v.signer == nil {
		return
	}
	c, err := parseCheckpoint(row.Note, v.signer)
	switch {
	case err != nil:
		v.bad(v.signedSize+1, "checkpoint %d: %v", row.Number, err)
	case c.Number != row.Number || c.Size != row.Size || !c.Time.Equal(row.Time) || c.Origin != v.origin || c.Size < v.signedSize:
		v.bad(v.signedSize+1, "checkpoint %d is not what was signed", row.Number)
	case c.Size > v.size:
		v.bad(v.size+1, "checkpoint %d was signed over %d entries; %d are there", c.Number, c.Size, v.size)
	default:
		v.signedSize = c.Size
		c.Note = "" // there may be many
		v.pending = append(v.pending, c)
	}
}

// addKept takes the checkpoint that was kept elsewhere among those to compare.
func (v *verifier) addKept() error {
	if v.opt.Checkpoint == "" {
		return nil
	}
	if v.signer == nil {
		return errors.New("a checkpoint can't be checked without the public key or the key file")
	}
	c, err := parseCheckpoint(v.opt.Checkpoint, v.signer)
	if err != nil {
		return fmt.Errorf("read the checkpoint that was kept elsewhere: %w", err)
	}
	c.Number = 0 // marks it in messages
	if v.formerEpoch(&c) {
		return nil
	}
	if c.Size > v.size {
		v.bad(v.size+1, "the checkpoint kept elsewhere, of %s, was signed over %d entries; %d are there: the ledger was set back or cut off",
			c.Time.Format(timeFormat), c.Size, v.size)
		return nil
	}
	at := len(v.pending)
	for at > 0 && v.pending[at-1].Size > c.Size {
		at--
	}
	v.pending = append(v.pending[:at], append([]Checkpoint{c}, v.pending[at:]...)...)
	return nil
}

// readRows checks every entry by itself and adds it to the tree.
func (v *verifier) readRows(ctx context.Context) error {
	v.compareCheckpoints()
	next := int64(1)
	const chunk = 2000
	for next <= v.size {
		n := 0
		var gapErr error
		err := db.LedgerAscending(ctx, v.q, next-1, chunk, func(row db.LedgerRow) error {
			n++
			if row.Seq > v.size {
				return nil
			}
			if row.Seq != next {
				if gapErr = v.gap(ctx, next, row.Seq-1); gapErr != nil {
					return gapErr
				}
			}
			v.entry(ctx, row)
			next = row.Seq + 1
			return nil
		})
		if gapErr != nil {
			return gapErr
		}
		if err != nil {
			v.badEntry = true
			return v.unreadable(ctx, next, "the ledger", err)
		}
		if v.opt.Progress != nil {
			v.opt.Progress(min(next-1, v.size), v.size)
		}
		if n < chunk {
			break
		}
	}
	if next <= v.size {
		return v.gap(ctx, next, v.size)
	}
	return nil
}

// entry checks one row: by its keyed hash, by the tile that holds its hash, and by the seq that it says it has.
func (v *verifier) entry(ctx context.Context, row db.LedgerRow) {
	leaf := recordHash(row.Event)
	sealed := false
	if v.report.Keyed {
		if sealed = hmac.Equal(row.MAC, v.mac.of(row.Seq, leaf)); !sealed {
			v.badEntry = true
			v.bad(row.Seq, "entry %d does not carry Ambit's seal: it was altered", row.Seq)
		}
	}
	if !strings.Contains(row.Event, `"schema":"`+Schema+`","seq":`+strconv.FormatInt(row.Seq, 10)+`,"`) {
		v.badEntry = true
		v.bad(row.Seq, "entry %d does not say that it is entry %d", row.Seq, row.Seq)
	}
	if g, holds, _ := v.removedBy(row.Seq); holds && g.early {
		v.bad(row.Seq, "entry %d was removed under retention (%s) and is there again", row.Seq, g.by)
	}
	if kind := markedEvent(row.Event); kind != "" && v.marks[row.Seq] != kind {
		v.bad(row.Seq, "entry %d, a %s, has lost its mark", row.Seq, kind)
	}
	if v.badEntry {
		return // the tree can't be followed beyond an entry that is not the one that was hashed
	}
	v.compareTile(ctx, row.Seq-1, leaf, sealed)
	if !v.badEntry {
		v.addLeaf(ctx, leaf)
	}
}

// addLeaf adds the next entry's hash to the tree and compares what that completes.
func (v *verifier) addLeaf(ctx context.Context, leaf tlog.Hash) {
	v.tree.add(leaf)
	for _, t := range v.tree.take() {
		if t.Level == 0 {
			continue // compared hash by hash
		}
		stored, err := db.GetTile(ctx, v.q, t.Level, t.N)
		if err != nil || !bytes.Equal(stored, t.Hashes) {
			v.bad(t.N<<(tileHeight*(t.Level+1))+1, "hash tile %d/%d was altered", t.Level, t.N)
		}
	}
	v.compareCheckpoints()
}

// seekTile reads the stored tile of level 0 that has a leaf; nil where it is gone. It reports false in the open tile, which
// is not stored.
func (v *verifier) seekTile(ctx context.Context, n int64) bool {
	if n-n%tileWidth+tileWidth > v.size {
		return false
	}
	if v.tileN == n/tileWidth {
		return true
	}
	v.tileN = n / tileWidth
	var err error
	v.tile, err = db.GetTile(ctx, v.q, 0, v.tileN)
	if err != nil || len(v.tile) != tileWidth*tlog.HashSize {
		v.bad(n+1, "hash tile 0/%d is gone", v.tileN)
		v.tile = nil
	}
	return true
}

// compareTile compares a leaf with the tile of level 0 that has it, if that one is full.
func (v *verifier) compareTile(ctx context.Context, n int64, leaf tlog.Hash, sealed bool) {
	if !v.seekTile(ctx, n) {
		return
	}
	i := n % tileWidth
	if v.tile == nil || bytes.Equal(v.tile[i*tlog.HashSize:(i+1)*tlog.HashSize], leaf[:]) {
		return
	}
	if sealed {
		v.bad(n+1, "hash tile 0/%d was altered", n/tileWidth)
		return
	}
	v.badEntry = true
	v.bad(n+1, "entry %d is not the one that was hashed: it was altered", n+1)
}

// compareCheckpoints compares the tree with the checkpoints signed at its present size.
func (v *verifier) compareCheckpoints() {
	for len(v.pending) > 0 && v.pending[0].Size == v.tree.size && !v.badEntry {
		c := v.pending[0]
		v.pending = v.pending[1:]
		if root := v.tree.root(); root != c.Root {
			name := fmt.Sprintf("checkpoint %d", c.Number)
			if c.Number == 0 {
				name = "the checkpoint kept elsewhere"
			}
			v.bad(v.vouched+1, "%s of %s was signed over other entries: one of %d to %d was altered", name, c.Time.Format(timeFormat), v.vouched+1, c.Size)
			continue
		}
		v.vouched = c.Size
		v.report.Checkpoints++
	}
}

// compareHead compares the finished tree with the head row.
func (v *verifier) compareHead(context.Context) error {
	if !v.headOK || v.badEntry {
		return nil
	}
	root := v.tree.root()
	if bytes.Equal(root[:], v.head.Root) && bytes.Equal(v.tree.edgeBytes(nil), v.head.Edge) {
		return nil
	}
	// The edge's subtrees say in which stretch the difference lies.
	seq := v.vouched + 1
	start := int64(0)
	for i, h := range v.tree.edge {
		if (i+1)*tlog.HashSize > len(v.head.Edge) || !bytes.Equal(h[:], v.head.Edge[i*tlog.HashSize:(i+1)*tlog.HashSize]) {
			seq = max(seq, start+1)
			break
		}
		bit := int64(1) << 62
		for rest := v.tree.size - start; bit > rest; bit >>= 1 {
		}
		start += bit
	}
	v.bad(seq, "the entries do not give the root that the head has")
	return nil
}

// compareExtent looks for entries, checkpoints and tiles beyond the head, at one moment.
func (v *verifier) compareExtent(ctx context.Context) error {
	if !v.headOK {
		return nil
	}
	e, err := db.GetLedgerExtent(ctx, v.q)
	if err != nil {
		return v.unreadable(ctx, v.size, "the ledger's end", err)
	}
	if e.LastSeq > e.HeadSize {
		v.bad(e.HeadSize+1, "entries %d to %d are not under the head", e.HeadSize+1, e.LastSeq)
	}
	if e.LastCheckpoint > e.HeadCheckpoints {
		v.bad(e.HeadSize, "checkpoint %d is not under the head", e.LastCheckpoint)
	}
	if e.Tiles > e.HeadSize/tileWidth {
		v.bad(e.HeadSize+1, "there are hashes of %d entries; %d are there", e.Tiles*tileWidth, e.HeadSize)
	}
	return nil
}
