package audit

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"slices"
	"sync"
	"time"

	"ambit/db"
)

// ClassPrompts is the class of the prompts in the vault; the other classes are the phases of events.
const ClassPrompts = "prompts"

// classes that a rule can be set for. Integrity events stay: they are few, and they are what explains the rest.
var classes = []string{PhaseDecision, PhaseResult, PhaseLifecycle, PhaseAdmin, PhaseApproval, ClassPrompts}

// Classes are the names that retention rules can be set for.
func Classes() []string { return slices.Clone(classes) }

// maxDays is a hundred years: more is a slip.
const maxDays = 36500

// RetentionOptions of NewRetention.
type RetentionOptions struct {
	// Floor is the seq up to which every enabled sink has what it should get, its quota considered, as q sees the sinks:
	// nothing above it is removed. nil: there are no sinks.
	Floor func(ctx context.Context, q db.Queryer) (int64, error)
	Log   *slog.Logger
}

// Retention removes events and prompts by age, and never what a legal hold covers or a sink still waits for. What it removes
// keeps its hash in the tree, and an event says what is gone. It is safe for concurrent use.
type Retention struct {
	l      *Ledger
	floor  func(ctx context.Context, q db.Queryer) (int64, error)
	log    *slog.Logger
	mac    [32]byte
	worker worker

	running sync.Mutex // one run at a time
}

// NewRetention makes the retention of a ledger. It removes nothing before Run or Start.
func NewRetention(l *Ledger, opt RetentionOptions) *Retention {
	if opt.Floor == nil {
		opt.Floor = func(context.Context, db.Queryer) (int64, error) { return math.MaxInt64, nil }
	}
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	return &Retention{l: l, floor: opt.Floor, log: opt.Log, mac: l.box.Derive("retention state")}
}

// runningError says that a run is under way.
type runningError struct{}

func (*runningError) Error() string { return "retention is running already" }
func (*runningError) Code() string  { return "conflict" }
func (*runningError) Hint() string {
	return "Wait until that has ended; the dry run says what is left to do."
}

// RetentionState is the rules and the holds.
type RetentionState struct {
	Days  map[string]int `json:"days"` // by class; a class that isn't there is kept for ever
	Holds []Hold         `json:"holds"`

	doc string // as it is stored: what was judged by other rules or holds has another
}

// Active are the holds that were not released.
func (s *RetentionState) Active() []Hold {
	var active []Hold
	for i := range s.Holds {
		if s.Holds[i].Released == nil {
			active = append(active, s.Holds[i])
		}
	}
	return active
}

// retentionAlteredError says that somebody wrote rules or holds into the database by other means than Ambit's own.
type retentionAlteredError struct{}

func (*retentionAlteredError) Error() string {
	return "the retention rules in the database were altered outside Ambit"
}
func (*retentionAlteredError) Code() string { return "retention_altered" }
func (*retentionAlteredError) Hint() string {
	return "Nothing is removed while this is so. Look at the last retention and hold events in the ledger, then set the rules anew."
}

// State reads rules and holds.
func (r *Retention) State(ctx context.Context) (RetentionState, error) {
	return r.state(ctx, r.l.db.Read())
}

func (r *Retention) state(ctx context.Context, q db.Queryer) (RetentionState, error) {
	s := RetentionState{Days: map[string]int{}}
	row, err := db.GetRetentionState(ctx, q)
	if errors.Is(err, db.ErrNotFound) {
		return s, nil
	} else if err != nil {
		return s, fmt.Errorf("read retention rules: %w", err)
	}
	s.doc = row.Doc
	// What was altered is read all the same: its holds can only keep more than they should.
	errRead := json.Unmarshal([]byte(row.Doc), &s)
	if s.Days == nil {
		s.Days = map[string]int{}
	}
	if errRead != nil || !hmac.Equal(row.MAC, r.seal(row.Doc)) {
		return s, &retentionAlteredError{}
	}
	return s, nil
}

// errChanged says that rules, holds or sinks changed since a batch was chosen.
var errChanged = errors.New("the rules changed")

// unchanged is errChanged where rules or holds are no longer those that s was read with.
func (r *Retention) unchanged(ctx context.Context, tx *db.Tx, s *RetentionState) error {
	now, err := r.state(ctx, tx)
	if err == nil && now.doc != s.doc {
		err = errChanged
	}
	return err
}

func (r *Retention) seal(doc string) []byte {
	m := hmac.New(sha256.New, r.mac[:])
	_, _ = m.Write([]byte(doc)) // a hash never fails
	return m.Sum(nil)
}

func (r *Retention) store(ctx context.Context, tx *db.Tx, s *RetentionState) error {
	doc, err := json.Marshal(s)
	if err != nil {
		return fmt.Errorf("store retention rules: %w", err)
	}
	// A rule got shorter or a hold went away: what was passed over may be due now.
	if err := db.ResetRetentionProgress(ctx, tx); err != nil {
		return err
	}
	return db.SetRetentionState(ctx, tx, db.RetentionState{Doc: string(doc), MAC: r.seal(string(doc))})
}

// SetDays sets the rules of the classes named; 0 keeps a class for ever. Classes that aren't named keep their rule. Rules
// that were altered in the database are replaced by those given here alone; the holds, which nobody can vouch for then, stay.
func (r *Retention) SetDays(ctx context.Context, days map[string]int, by Actor) (RetentionState, error) {
	for class, n := range days {
		if !slices.Contains(classes, class) {
			return RetentionState{}, &InvalidError{fmt.Sprintf("%q is not a class of events that a rule can be set for", class)}
		}
		if n < 0 || n > maxDays {
			return RetentionState{}, &InvalidError{fmt.Sprintf("%s: %d days is not between 0 and %d", class, n, maxDays)}
		}
	}
	var after RetentionState
	err := r.l.Commit(ctx, func(tx *db.Tx) ([]*Event, error) {
		s, err := r.state(ctx, tx)
		before := encodeDays(s.Days)
		var altered *retentionAlteredError
		if errors.As(err, &altered) {
			before, s.Days = json.RawMessage(`{"altered":true}`), map[string]int{}
		} else if err != nil {
			return nil, err
		}
		for class, n := range days {
			if n == 0 {
				delete(s.Days, class)
			} else {
				s.Days[class] = n
			}
		}
		after = s
		now := encodeDays(s.Days)
		if string(before) == string(now) {
			return nil, nil
		}
		e := &Event{Type: "retention.changed", Phase: PhaseAdmin, Actor: by, Change: &Change{Object: "retention", Before: before, After: now}}
		return []*Event{e}, r.store(ctx, tx, &s)
	})
	return after, err
}

func encodeDays(days map[string]int) json.RawMessage {
	text, err := json.Marshal(days)
	if err != nil {
		panic(err) // a map of numbers always encodes
	}
	return text
}

// due is the time before which a class's events are due; false where they are kept for ever.
func (s *RetentionState) due(class string, now time.Time) (time.Time, bool) {
	days, set := s.Days[class]
	return now.AddDate(0, 0, -days).UTC(), set && days > 0
}
