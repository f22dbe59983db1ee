package identity

import (
	"context"
	"errors"
	"strings"
	"time"

	"ambit/audit"
	"ambit/db"
	"ambit/server/caller"
)

const (
	// unaskedLife bounds a sign-in of somebody about whom no provider can be asked again and whom no SCIM client would remove.
	unaskedLife = 8 * time.Hour
	// workloadLife bounds what a CI job gets.
	workloadLife = time.Hour
	// collectWithin is how long an approved sign-in waits for its device; device codes live ten minutes.
	collectWithin = 15 * time.Minute

	maxDevice = 200 // bytes
)

// StartFamily notes that a person approved the sign-in of an agent. The agent fetches its credentials with CollectFamily;
// whatever revokes the person's credentials between the two ends the family as well.
func (s *Service) StartFamily(ctx context.Context, want *caller.NewFamily) (id string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	row := db.FamilyRow{PersonID: want.PersonID, AccountID: want.AccountID, Connection: want.Connection}
	dir := s.people.Load()
	person := dir.byID[want.PersonID]
	if dir.agentPrincipal(&row) == nil {
		return "", errNobody
	}
	if id, err = s.newID("cred_"); err != nil {
		return "", err
	}
	now := s.now()
	workload := dir.workload(want.Connection)
	row.ID, row.IDPSession, row.Device, row.Scope, row.Generation = id, want.IDPSession, cleanDevice(want.Device), string(caller.ScopeAgent), 1
	row.CheckedAt, row.CreatedAt, row.LastAddress = now.UnixMilli(), now.UnixMilli(), want.Address
	row.ExpiresAt = now.Add(s.familyLife(want, workload)).UnixMilli()
	if want.RefreshToken != "" {
		row.UpstreamSealed = s.box.Seal([]byte(want.RefreshToken), upstreamPurpose(id))
	}
	over := s.crowdedOut(person.ID, workload)
	err = s.commit(ctx, func(tx *db.Tx) ([]*audit.Event, error) {
		if err := over.write(ctx, tx, now); err != nil {
			return nil, err
		}
		e := familyEvent("credential.granted", audit.PhaseAdmin, person, &row, want.Address)
		e.Change = &audit.Change{Object: "credential", ID: id, After: view(recordOf(&row))}
		return []*audit.Event{e}, db.InsertFamily(ctx, tx, &row)
	})
	if err != nil {
		return "", err
	}
	s.credentials.add(s.newFamily(&row))
	return id, nil
}

// familyLife is how long a sign-in lasts at most.
func (s *Service) familyLife(want *caller.NewFamily, workload bool) time.Duration {
	life := time.Duration(s.CredentialSettings().FamilyDays) * 24 * time.Hour
	switch {
	case workload:
		return min(life, workloadLife)
	case want.Connection != "" && want.RefreshToken == "" && !s.provisioned(want.AccountID):
		return min(life, unaskedLife)
	default:
		return life
	}
}

// CollectFamily gives an approved agent its credentials, once.
func (s *Service) CollectFamily(ctx context.Context, id, address string) (caller.AgentCredentials, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f, now := s.credentials.family(id), s.now().UnixMilli()
	if f == nil || f.collected || f.agent.Load() == nil || now >= min(f.end.Load(), f.row.CreatedAt+collectWithin.Milliseconds()) {
		return caller.AgentCredentials{}, errNobody
	}
	refresh := ""
	if !f.workload() {
		secret, err := s.newSecret()
		if err != nil {
			return caller.AgentCredentials{}, err
		}
		refresh = refreshPrefix + secret
	}
	return s.mint(ctx, f, &minting{kind: "credential.issued", refresh: refresh, newRefresh: refresh != "", address: address, now: now})
}

// minting is an access credential about to be made, and what changes with it.
type minting struct {
	kind       string // of the event
	used       string // the refresh credential that is exchanged for it for the first time; "" where none
	refresh    string // the one to go on with
	newRefresh bool   // it isn't in the database yet
	checked    bool   // the provider vouched for the person just now
	unasked    bool   // the provider can't be asked, whatever it gave: there is no use in keeping its token
	address    string
	shared     *audit.Event // what else there is to record
	now        int64
}

var errRaced = errors.New("the refresh credential was exchanged meanwhile")

// mint makes an access credential; Service.mu is held.
func (s *Service) mint(ctx context.Context, f *family, m *minting) (caller.AgentCredentials, error) {
	secret, err := s.newSecret()
	if err != nil {
		return caller.AgentCredentials{}, err
	}
	access := accessPrefix + secret
	key, row := hashOf(access), f.row
	row.LastUsedAt, row.LastAddress = m.now, m.address
	if m.checked {
		row.CheckedAt = m.now
	}
	switch {
	case m.unasked:
		row.UpstreamSealed = nil
	case f.upstream != "":
		row.UpstreamSealed = s.box.Seal([]byte(f.upstream), upstreamPurpose(row.ID))
	}
	end := min(m.now+s.accessLife(), f.end.Load(), s.vouchedUntil(&row))
	if f.workload() {
		end = f.end.Load()
	}
	if end <= m.now {
		return caller.AgentCredentials{}, errSignInAgain
	}
	stale := s.credentials.stale(f, m.now)
	person := s.people.Load().byID[row.PersonID]
	err = s.commit(ctx, func(tx *db.Tx) ([]*audit.Event, error) {
		if err := s.writeMinted(ctx, tx, m, &row, key, end, stale); err != nil {
			return nil, err
		}
		events := []*audit.Event{familyEvent(m.kind, audit.PhaseAdmin, person, &row, m.address)}
		if m.shared != nil {
			events = append(events, m.shared)
		}
		return events, nil
	})
	if err != nil {
		return caller.AgentCredentials{}, err
	}
	f.row, f.collected, f.upstream = row, true, ""
	f.used.Store(m.now)
	s.credentials.drop(f, stale)
	s.credentials.put(f, key, end)
	return caller.AgentCredentials{
		Family: row.ID, Access: access, ExpiresAt: timeOf(end), Refresh: m.refresh, Person: person.Email, Scopes: agentScopes,
	}, nil
}

// writeMinted is the database's part of mint.
func (s *Service) writeMinted(ctx context.Context, tx *db.Tx, m *minting, row *db.FamilyRow, key hash, end int64, stale []hash) error {
	if m.used != "" {
		used := hashOf(m.used)
		if ok, err := db.UseRefresh(ctx, tx, used[:], m.now); err != nil || !ok {
			return errors.Join(errRaced, err)
		}
	}
	if m.newRefresh {
		next := hashOf(m.refresh)
		if err := db.InsertCredential(ctx, tx, &db.CredentialRow{Hash: next[:], FamilyID: row.ID, Kind: db.CredentialRefresh, CreatedAt: m.now, ExpiresAt: row.ExpiresAt}); err != nil {
			return err
		}
	}
	if err := db.DeleteStaleAccess(ctx, tx, row.ID, m.now); err != nil {
		return err
	}
	for _, old := range stale {
		if err := db.DeleteCredential(ctx, tx, old[:]); err != nil {
			return err
		}
	}
	if err := db.InsertCredential(ctx, tx, &db.CredentialRow{Hash: key[:], FamilyID: row.ID, Kind: db.CredentialAccess, CreatedAt: m.now, ExpiresAt: end}); err != nil {
		return err
	}
	return db.RenewFamily(ctx, tx, row)
}

// stale are the access credentials of a family that have run out, and the oldest where there are too many.
func (m *credentialMap) stale(f *family, now int64) []hash {
	m.mu.RLock()
	defer m.mu.RUnlock()
	var stale, counting []hash
	for _, key := range f.access {
		if m.byHash[key].end <= now {
			stale = append(stale, key)
		} else {
			counting = append(counting, key)
		}
	}
	if over := len(counting) - accessPerFamily + 1; over > 0 {
		stale = append(stale, counting[:over]...)
	}
	return stale
}

// workload reports whether the family is a CI job's.
func (f *family) workload() bool {
	return f.row.ExpiresAt-f.row.CreatedAt <= workloadLife.Milliseconds()
}

// upstreamPurpose binds a sealed refresh token to its family.
func upstreamPurpose(family string) []byte { return []byte("upstream:" + family) }

// cleanDevice keeps what a device calls itself to one printable line.
func cleanDevice(name string) string {
	name = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == '\u2028' || r == '\u2029' || (r >= '\u202a' && r <= '\u202e') || (r >= '\u2066' && r <= '\u2069') {
			return -1
		}
		return r
	}, strings.ToValidUTF8(name, ""))
	for len(name) > maxDevice {
		name = strings.ToValidUTF8(name[:maxDevice], "")
	}
	return strings.TrimSpace(name)
}
