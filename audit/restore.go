package audit

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"golang.org/x/mod/sumdb/note"

	"ambit/db"
)

// BeginEpoch records that this ledger was restored from a backup: the first event of a new epoch, covered by a checkpoint at
// once. known is the last checkpoint of the former epoch that anybody has, "" for none but the backup's own: what it covers
// beyond the backup is lost, and the event says so. also runs in the same transaction.
func (l *Ledger) BeginEpoch(ctx context.Context, backupAt time.Time, known string, by Actor, also func(*db.Tx) error) (Checkpoint, error) {
	verifier, err := note.NewVerifier(l.pub)
	if err != nil {
		return Checkpoint{}, fmt.Errorf("read public key: %w", err)
	}
	own, err := db.LatestCheckpoint(ctx, l.db.Read())
	if err != nil {
		return Checkpoint{}, fmt.Errorf("read latest checkpoint: %w", err)
	}
	last, err := parseCheckpoint(own.Note, verifier)
	if err != nil {
		return Checkpoint{}, err
	}
	if known != "" {
		c, err := parseCheckpoint(known, verifier)
		if err != nil {
			return Checkpoint{}, fmt.Errorf("read the checkpoint that was kept elsewhere: %w", err)
		}
		if c.Size > last.Size {
			last = c
		}
	}
	err = l.commitSigned(ctx, func(tx *db.Tx) ([]*Event, error) {
		if err := also(tx); err != nil {
			return nil, err
		}
		entries, err := db.LastSeq(ctx, tx)
		if err != nil {
			return nil, err
		}
		marks, err := db.Marks(ctx, tx, 0)
		if err != nil {
			return nil, err
		}
		r := restoration{Epoch: 2, Entries: entries, BackupAt: backupAt.UTC().Format(timeFormat), Checkpoint: last.Note, Known: max(last.Size, entries)}
		for _, m := range marks {
			if m.Kind == TypeRestored {
				r.Epoch++
			}
		}
		after, err := json.Marshal(r)
		if err != nil {
			return nil, fmt.Errorf("describe the restore: %w", err)
		}
		e := &Event{Type: TypeRestored, Phase: PhaseAdmin, Actor: by, Change: &Change{Object: "ledger", ID: "epoch-" + strconv.FormatInt(r.Epoch, 10), After: after}}
		return []*Event{e}, nil
	})
	if err != nil {
		return Checkpoint{}, fmt.Errorf("begin a new epoch: %w", err)
	}
	return l.Checkpoint(ctx)
}

// RecordBackup records that a backup is being taken, and signs a checkpoint over that, so that the backup has both.
func (l *Ledger) RecordBackup(ctx context.Context, withKey bool, by Actor) (Checkpoint, error) {
	after, err := json.Marshal(map[string]bool{"with_key": withKey})
	if err != nil {
		return Checkpoint{}, fmt.Errorf("describe the backup: %w", err)
	}
	err = l.commitSigned(ctx, func(*db.Tx) ([]*Event, error) {
		return []*Event{{Type: "backup.started", Phase: PhaseAdmin, Actor: by, Change: &Change{Object: "backup", After: after}}}, nil
	})
	if err != nil {
		return Checkpoint{}, fmt.Errorf("record the backup: %w", err)
	}
	return l.Checkpoint(ctx)
}
