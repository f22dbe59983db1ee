package sso

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"ambit/server/identity/idp"
	"ambit/server/limit"
	"ambit/server/problem"
)

var errRefusals = problem.New("rate_limited", "too many attempts that were refused came from here", "Wait a minute, then try again.")

// refusals bounds the entries that anybody can put into the ledger without having begun a sign-in here: by posting nonsense. What
// is right is never held up by it. Entries that are left out are counted.
type refusals struct {
	byNetwork *limit.Limiter
	leftOut   atomic.Int64
}

func newRefusals() refusals {
	return refusals{byNetwork: limit.New(8192, 30, 2*time.Second)}
}

// refuse records a refusal that nobody here asked for, and returns it. The entry says how many before it were left out.
func (s *Service) refuse(ctx context.Context, connection, address string, refusal *idp.Refusal) error {
	r := &s.refusals
	if !r.byNetwork.Take(limit.Network(address), s.Now()) {
		r.leftOut.Add(1)
		return errRefusals
	}
	s.logCause(connection, refusal)
	noted, missing := *refusal, r.leftOut.Swap(0)
	if missing > 0 {
		noted.Message += fmt.Sprintf(" (and %d refusals before this one were too many to record)", missing)
	}
	err := s.Directory.RefusedAt(ctx, connection, "", address, &noted)
	var recorded *idp.Refusal
	if !errors.As(err, &recorded) {
		r.leftOut.Add(missing)
		return err
	}
	return refusal
}
