package identity

import (
	"context"
	"errors"
	"math"
	"strings"
	"time"

	"ambit/audit"
	"ambit/db"
	"ambit/server/caller"
	"ambit/server/identity/idp"
	"ambit/server/limit"
)

const (
	// refreshGrace is how long a refresh credential that was exchanged may be presented again: agents that share a sign-in find
	// their common access credential expired at the same moment.
	refreshGrace = time.Minute
	// unreachableGrace is how much longer than an access credential's life a person may go on whose provider can't be reached.
	unreachableGrace = 15 * time.Minute
	// askAgainAfter keeps agents that wait in line from asking a provider one by one that has just failed to answer.
	askAgainAfter = 10 * time.Second
	// askTimeout bounds the question to a provider.
	askTimeout = 10 * time.Second
	// chainLongest bounds the way from a refresh credential in its grace to the newest one.
	chainLongest = 64
)

// Upstream asks identity providers about people who signed in before. Package sso implements it.
type Upstream interface {
	// Recheck exchanges the provider's refresh token for a new statement about the person. An *idp.Refusal says why not: with
	// ReasonRevoked the provider, or the directory, refuses the person; any other is trouble between the servers and no word about
	// them. The answer holds the provider's new refresh token wherever it gave one, with an error too.
	Recheck(ctx context.Context, connection, refreshToken, subject string) (idp.Standing, error)
}

// SetUpstream says who asks identity providers. Until then nobody can be asked.
func (s *Service) SetUpstream(u Upstream) { s.credentials.upstream.Store(&u) }

// renewals bounds how often one family refreshes, and with it what a stolen refresh credential can make the database hold.
type renewals struct{ families *limit.Limiter }

func newRenewals() *renewals { return &renewals{limit.New(8192, 32, 30*time.Second)} }

// RefreshCredentials exchanges a refresh credential for new ones (RFC 6749, section 6; RFC 9700, section 4.14.2). Each is good
// once; agents that present it again within a minute get an access credential of their own and the same successor. Later than
// that two parties hold it, and the whole family ends.
func (s *Service) RefreshCredentials(ctx context.Context, refresh, address string) (caller.AgentCredentials, error) {
	if len(refresh) != len(refreshPrefix)+secretLength || !strings.HasPrefix(refresh, refreshPrefix) {
		return caller.AgentCredentials{}, errGrant
	}
	key := hashOf(refresh)
	f, _, err := s.refreshFamily(ctx, key)
	if err != nil {
		return caller.AgentCredentials{}, err
	}
	select { // agents that come together are served one after the other, so that the provider is asked once
	case <-f.renewing:
		defer func() { f.renewing <- struct{}{} }()
	case <-ctx.Done():
		return caller.AgentCredentials{}, ctx.Err()
	}
	_, row, err := s.refreshFamily(ctx, key)
	if err != nil {
		return caller.AgentCredentials{}, err
	}
	now := s.now()
	m := minting{kind: "credential.refreshed", address: address, now: now.UnixMilli()}
	if since := m.now - row.UsedAt; row.UsedAt != 0 && (since > refreshGrace.Milliseconds() || since < -refreshGrace.Milliseconds()) {
		return caller.AgentCredentials{}, s.reused(ctx, f, address)
	}
	if !s.credentials.renewals.families.Take(f.id, now) {
		return caller.AgentCredentials{}, errLimited
	}
	if row.UsedAt == 0 {
		if err := s.ask(ctx, f, &m); err != nil {
			return caller.AgentCredentials{}, err
		}
		m.used, m.refresh, m.newRefresh = refresh, s.successor(refresh), true
	} else if m.refresh, err = s.newest(ctx, refresh); err != nil {
		return caller.AgentCredentials{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	person := s.people.Load().byID[f.row.PersonID]
	if f.agent.Load() == nil || person == nil || m.now >= f.end.Load() {
		return caller.AgentCredentials{}, errGrant
	}
	if row.UsedAt != 0 && limit.Network(address) != limit.Network(f.row.LastAddress) {
		// One machine may well be seen under two addresses, so nothing ends; but it looks the same as a theft within the minute.
		m.shared = familyEvent("credential.shared", audit.PhaseIntegrity, person, &f.row, address)
		m.shared.Outcome = view(map[string]string{"exchanged_from": f.row.LastAddress})
	}
	out, err := s.mint(ctx, f, &m)
	if errors.Is(err, errRaced) {
		err = errGrant
	}
	return out, err
}

// refreshFamily finds a refresh credential and its family, both as they are now.
func (s *Service) refreshFamily(ctx context.Context, key hash) (*family, db.CredentialRow, error) {
	row, err := db.Credential(ctx, s.db.Read(), key[:])
	if errors.Is(err, db.ErrNotFound) || err == nil && row.Kind != db.CredentialRefresh {
		return nil, row, errGrant
	}
	if err != nil {
		return nil, row, err
	}
	f := s.credentials.family(row.FamilyID)
	if f == nil || f.agent.Load() == nil || s.now().UnixMilli() >= min(f.end.Load(), row.ExpiresAt) {
		return nil, row, errGrant
	}
	return f, row, nil
}

// newest follows the chain from a refresh credential in its grace to the one that nobody has exchanged yet.
func (s *Service) newest(ctx context.Context, refresh string) (string, error) {
	for range chainLongest {
		refresh = s.successor(refresh)
		key := hashOf(refresh)
		row, err := db.Credential(ctx, s.db.Read(), key[:])
		if errors.Is(err, db.ErrNotFound) {
			return "", errGrant
		}
		if err != nil || row.UsedAt == 0 {
			return refresh, err
		}
	}
	return "", errLimited
}

// reused ends a family of which a refresh credential was presented long after it was exchanged: it was copied.
func (s *Service) reused(ctx context.Context, f *family, address string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	e := familyEvent("credential.reused", audit.PhaseIntegrity, s.people.Load().byID[f.row.PersonID], &f.row, address)
	if err := s.endFamilies(ctx, "a refresh credential was used a second time", ambitItself, address, []*family{f}, e); err != nil {
		return err
	}
	return errReused
}

// ask asks the provider whether the person still stands. The family's renewing token is held, Service.mu isn't: it takes time.
func (s *Service) ask(ctx context.Context, f *family, m *minting) error {
	s.mu.Lock()
	row := f.row
	s.mu.Unlock()
	if row.Connection == "" {
		return nil // Ambit itself knows the person; a disabled one has no principal
	}
	up := s.credentials.upstream.Load()
	token, err := s.upstreamToken(f, &row)
	if err != nil {
		return err
	}
	if up != nil && token != "" {
		if m.now-f.failedAt < askAgainAfter.Milliseconds() && m.now >= f.failedAt {
			return s.unreachable(&row, m.now)
		}
		// The provider's token may change with the question: it isn't left half-way because an agent hung up.
		asking, cancel := context.WithTimeout(context.WithoutCancel(ctx), askTimeout)
		defer cancel()
		standing, err := (*up).Recheck(asking, row.Connection, token, s.subject(&row))
		if standing.RefreshToken != "" {
			f.upstream = standing.RefreshToken
		}
		if err != nil {
			return s.unvouched(ctx, f, m, &row, err)
		}
		if standing.Vouched {
			m.checked = true
			return nil
		}
		m.unasked = true
	}
	if !s.provisioned(row.AccountID) && m.now >= row.CreatedAt+unaskedLife.Milliseconds() {
		return errSignInAgain
	}
	return nil
}

// unvouched tells trouble, ours or the provider's, from a provider that has no more to do with the person: a clock that is wrong or
// a key that isn't published yet must not sign everybody's agents out.
func (s *Service) unvouched(ctx context.Context, f *family, m *minting, row *db.FamilyRow, err error) error {
	var refusal *idp.Refusal
	if !errors.As(err, &refusal) || refusal.Reason != idp.ReasonRevoked {
		f.failedAt = m.now
		s.log.Warn("an identity provider gave no answer about a sign-in that can be relied upon", "connection", row.Connection, "credential", row.ID, "error", err)
		return s.unreachable(row, m.now)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	why := "the identity provider does not vouch for the person any more: " + refusal.Message
	if err := s.endFamilies(ctx, why, ambitItself, m.address, []*family{f}); err != nil {
		return err
	}
	return errDeparted
}

// unreachable lets a person go on for a while whose provider can't be reached.
func (s *Service) unreachable(row *db.FamilyRow, now int64) error {
	if now >= s.vouchedUntil(row) {
		return errUnreachable
	}
	return nil
}

// vouchedUntil is how long an access credential may last, given when somebody last vouched for the person.
func (s *Service) vouchedUntil(row *db.FamilyRow) int64 {
	switch {
	case row.Connection == "":
		return math.MaxInt64
	case row.UpstreamSealed != nil:
		return row.CheckedAt + s.accessLife() + unreachableGrace.Milliseconds()
	case s.provisioned(row.AccountID):
		return math.MaxInt64
	default:
		return row.CreatedAt + unaskedLife.Milliseconds()
	}
}

// provisioned reports whether SCIM tells when the account's owner leaves: it did so once, and its client can still come in.
func (s *Service) provisioned(accountID string) bool {
	a := s.people.Load().accounts[accountID]
	return a != nil && a.Provisioned && !s.scimSeen(a.Connection).IsZero()
}

// subject is the provider's name for whoever a sign-in belongs to.
func (s *Service) subject(row *db.FamilyRow) string {
	if a := s.people.Load().accounts[row.AccountID]; a != nil {
		return a.Subject
	}
	return ""
}

// upstreamToken is what the provider is asked with; "" where it gave nothing.
func (s *Service) upstreamToken(f *family, row *db.FamilyRow) (string, error) {
	if f.upstream != "" || row.UpstreamSealed == nil {
		return f.upstream, nil
	}
	plain, err := s.box.Open(row.UpstreamSealed, upstreamPurpose(row.ID))
	return string(plain), err
}
