// Package audit is the ledger: an append-only Merkle log of every decision and every change, durable before it is
// answered, that tells on whoever edits it. DESIGN.md in this folder says how.
package audit

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/mod/sumdb/note"

	"ambit/db"
	"ambit/db/seal"
)

// Options of Open.
type Options struct {
	DB   *db.DB
	Box  *seal.Box // holds the keys of head and rows, seals signing key and prompts
	Dir  string    // where ledger.pub is written; "" for nowhere
	Now  func() time.Time
	Rand io.Reader
	Log  *slog.Logger

	// Backdate lets events keep a Time that is set already. Only the sample organisation uses it.
	Backdate bool
}

// Ledger is the open ledger. It is safe for concurrent use.
type Ledger struct {
	db       *db.DB
	box      *seal.Box
	now      func() time.Time
	log      *slog.Logger
	ids      *ids
	backdate bool
	keys     macKeys
	origin   string
	signer   note.Signer
	pub      string // verifier key, as in ledger.pub

	queue   queue
	prompts promptMemory
	buffers sync.Pool
	down    atomic.Pointer[UnavailableError]
	seq     atomic.Int64 // last committed
	tail    tail
	project *projector

	// Of the writer's goroutine alone:
	tree        tree
	checkpoints int64 // how many were signed
	epoch       int64 // from 1; one more with each restored backup
	signedSize  int64 // size at the last checkpoint
	signedAt    time.Time
	scratch     []byte
	mac         rowMAC

	stop     chan struct{}
	finished chan struct{}
}

// Open opens the ledger in opt.DB, creating it in a new database. It checks the head and the newest rows and gives a
// *DamageError when they were altered.
func Open(ctx context.Context, opt Options) (*Ledger, error) {
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	l := &Ledger{
		db: opt.DB, box: opt.Box, now: opt.Now, log: opt.Log, backdate: opt.Backdate,
		ids:  newIDs(opt.Rand, opt.Now),
		stop: make(chan struct{}), finished: make(chan struct{}),
	}
	l.keys = deriveKeys(opt.Box)
	l.mac = newRowMAC(l.keys.row)
	l.queue.wake = make(chan struct{}, 1)
	l.buffers.New = func() any { return new([]byte) }
	if err := l.identify(ctx, opt.Rand); err != nil {
		return nil, fmt.Errorf("open the ledger: %w", err)
	}
	if err := l.load(ctx); err != nil {
		return nil, fmt.Errorf("open the ledger: %w", err)
	}
	if opt.Dir != "" {
		if err := l.publishKey(opt.Dir); err != nil {
			return nil, fmt.Errorf("open the ledger: %w", err)
		}
	}
	if l.checkpoints > 0 {
		l.signedAt = l.now() // otherwise the first checkpoint is due at once
	}
	l.project = newProjector(l.db, l.log, l.seq.Load)
	go l.write()
	return l, nil
}

// NewID makes an identifier, such as NewID("dec_"): 128 bits, sortable by time.
func (l *Ledger) NewID(prefix string) string { return l.ids.make(prefix) }

// Seq is the last committed seq; 0 for an empty ledger.
func (l *Ledger) Seq() int64 { return l.seq.Load() }

// Health is nil while the ledger can be written.
func (l *Ledger) Health() error {
	if down := l.down.Load(); down != nil {
		return down
	}
	return nil
}

// PublicKey is the key that checkpoints verify against, in the form of golang.org/x/mod/sumdb/note.
func (l *Ledger) PublicKey() string { return l.pub }

// Origin is the name of this ledger in its checkpoints.
func (l *Ledger) Origin() string { return l.origin }

// Close writes what is queued, signs a checkpoint and stops. The database stays open.
func (l *Ledger) Close(ctx context.Context) error {
	if !l.queue.shut() {
		return errors.New("the ledger is closed already")
	}
	close(l.stop)
	select {
	case <-l.finished:
	case <-ctx.Done():
		return fmt.Errorf("close the ledger: %w", ctx.Err())
	}
	l.project.close()
	l.tail.close()
	return l.Health()
}
