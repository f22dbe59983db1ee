package sso

import (
	"context"
	"time"

	"ambit/audit"
	"ambit/db"
)

// seen remembers the assertions and tokens of one connection that were accepted, in the database: a restart forgets none.
type seen struct {
	s          *Service
	connection string
}

func (s *Service) replays(connection string) seen { return seen{s, connection} }

// Seen notes an assertion's id and reports whether it was there before. What can't be noted is an error, and not accepted.
func (r seen) Seen(ctx context.Context, id string, until time.Time) (bool, error) {
	fresh := false
	err := r.s.Ledger.Commit(context.WithoutCancel(ctx), func(tx *db.Tx) ([]*audit.Event, error) {
		var err error
		fresh, err = db.MarkSeen(ctx, tx, r.connection, id, until.UnixMilli(), r.s.Now().UnixMilli())
		return nil, err
	})
	return !fresh, err
}
