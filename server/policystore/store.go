// Package policystore holds the published policies: every version in the database, the newest compiled in memory.
package policystore

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"sync/atomic"
	"time"

	"ambit/audit"
	"ambit/db"
	"ambit/policy"
	"ambit/server/caller"
)

// AnyBase publishes whatever version is the newest.
const AnyBase = -1

// maxSource bounds a policy document, in bytes.
const maxSource = 512 << 10

// Ledger commits a change together with its entry.
type Ledger interface {
	Commit(ctx context.Context, fn func(tx *db.Tx) ([]*audit.Event, error)) error
}

// Version describes a published policy.
type Version struct {
	Version     int64     `json:"version"`
	Source      string    `json:"source,omitempty"` // empty in lists
	Digest      string    `json:"digest"`
	Comment     string    `json:"comment,omitempty"`
	PublishedBy string    `json:"published_by"`
	PublishedAt time.Time `json:"published_at"`
}

// Store gives the policy in force to everyone who decides, without locking.
type Store struct {
	read    func() db.Queryer
	ledger  Ledger
	now     func() time.Time
	current atomic.Pointer[inForce]
}

type inForce struct {
	policy  *policy.Policy
	version int64
}

// Open loads the newest policy. A stored policy that this version of Ambit can't compile leaves no policy in force, so that
// everything is refused; broken then says why, and a new one can still be published.
func Open(ctx context.Context, read func() db.Queryer, ledger Ledger, now func() time.Time) (s *Store, broken policy.Problems, err error) {
	s = &Store{read: read, ledger: ledger, now: now}
	s.current.Store(&inForce{})
	row, err := db.PolicyByVersion(ctx, read(), 0)
	if errors.Is(err, db.ErrNotFound) {
		return s, nil, nil
	}
	if err != nil {
		return nil, nil, fmt.Errorf("open the policy store: %w", err)
	}
	compiled, problems := policy.Load(fileName(row.Version), []byte(row.Source))
	if problems.Errors() {
		s.current.Store(&inForce{version: row.Version})
		return s, problems, nil
	}
	s.current.Store(&inForce{compiled, row.Version})
	return s, nil, nil
}

// Current returns the policy in force and its version; nil and 0 where none was published.
func (s *Store) Current() (*policy.Policy, int64) {
	c := s.current.Load()
	return c.policy, c.version
}

// Publish checks a document and puts it in force. base is the version that it was made from: where another one was published
// since, the answer is a Conflict. Problems are errors (nothing was published) or warnings.
func (s *Store) Publish(ctx context.Context, by *caller.Principal, source, comment string, base int64) (int64, policy.Problems, error) {
	if len(source) > maxSource {
		return 0, nil, &Error{"too_large", fmt.Sprintf("the policy is longer than %d KiB", maxSource>>10), ""}
	}
	compiled, problems := policy.Load("policy.yaml", []byte(source))
	if problems.Errors() {
		return 0, problems, &InvalidError{problems}
	}
	sum := sha256.Sum256([]byte(source))
	row := db.PolicyRow{Source: source, Digest: hex.EncodeToString(sum[:]), Comment: comment, PublishedBy: by.Who()}
	// A caller who goes away must not leave the database ahead of what is in force.
	err := s.ledger.Commit(context.WithoutCancel(ctx), func(tx *db.Tx) ([]*audit.Event, error) {
		newest, err := db.PolicyByVersion(ctx, tx, 0)
		if err != nil && !errors.Is(err, db.ErrNotFound) {
			return nil, err
		}
		if base != AnyBase && base != newest.Version {
			return nil, &Error{
				"conflict", fmt.Sprintf("version %d was published meanwhile; this one was made from version %d", newest.Version, base),
				"Look at what changed, then publish again on top of it.",
			}
		}
		row.Version, row.PublishedAt = newest.Version+1, s.now().UnixMilli()
		if err := db.InsertPolicy(ctx, tx, &row); err != nil {
			return nil, err
		}
		event, err := published(by, &row, &newest)
		return []*audit.Event{event}, err
	})
	if err != nil {
		return 0, problems, fmt.Errorf("publish policy: %w", err)
	}
	// Two publications may pass the ledger in one order and arrive here in the other: the higher version stays.
	for {
		have := s.current.Load()
		if have.version >= row.Version || s.current.CompareAndSwap(have, &inForce{compiled, row.Version}) {
			return row.Version, problems, nil
		}
	}
}

// published is the ledger's entry. It carries digests: whoever has a policy's text can prove which version it was.
func published(by *caller.Principal, row, before *db.PolicyRow) (*audit.Event, error) {
	type state struct {
		Version int64  `json:"version"`
		Digest  string `json:"digest"`
		Comment string `json:"comment,omitempty"`
	}
	after, err := json.Marshal(state{row.Version, row.Digest, row.Comment})
	if err != nil {
		return nil, err
	}
	e := &audit.Event{
		Schema: audit.Schema, Type: "policy.published", Phase: audit.PhaseAdmin,
		Actor:  audit.Actor{User: row.PublishedBy, Credential: by.Credential},
		Change: &audit.Change{Object: "policy", ID: strconv.FormatInt(row.Version, 10), After: after},
	}
	if before.Version > 0 {
		if e.Change.Before, err = json.Marshal(state{before.Version, before.Digest, before.Comment}); err != nil {
			return nil, err
		}
	}
	return e, nil
}

// Versions lists what was published, newest first, without the sources.
func (s *Store) Versions(ctx context.Context) ([]Version, error) {
	rows, err := db.Policies(ctx, s.read())
	if err != nil {
		return nil, err
	}
	list := make([]Version, len(rows))
	for i := range rows {
		list[i] = versionOf(&rows[i])
	}
	return list, nil
}

// Source returns one version with its text; 0 is the newest. An unknown one is an error with code not_found.
func (s *Store) Source(ctx context.Context, version int64) (Version, error) {
	row, err := db.PolicyByVersion(ctx, s.read(), version)
	if errors.Is(err, db.ErrNotFound) {
		return Version{}, &Error{"not_found", "no such version of the policy was published", ""}
	}
	return versionOf(&row), err
}

func versionOf(row *db.PolicyRow) Version {
	return Version{row.Version, row.Source, row.Digest, row.Comment, row.PublishedBy, time.UnixMilli(row.PublishedAt).UTC()}
}

func fileName(version int64) string { return fmt.Sprintf("policy version %d", version) }
