package identity

import (
	"time"

	"ambit/db"
	"ambit/server/caller"
)

// Watch is how a connection's identity provider tells Ambit about its people, as far as the directory knows.
type Watch struct {
	Provisioned bool      // it has provisioned users
	SCIM        bool      // it has, and a token that it came with still works: Ambit learns of a departure without asking
	SCIMSeen    time.Time // when it last came with a token that works; zero for never
	Strangers   bool      // people may be signed in of whom SCIM doesn't tell
	Unasked     bool      // agents are signed in about whom it can't be asked again
}

// Watch says how a connection's provider tells about its people.
func (s *Service) Watch(connection string) Watch {
	s.mu.Lock()
	defer s.mu.Unlock()
	d := s.people.Load()
	w := Watch{Strangers: !d.admissions[connection].ProvisionedOnly}
	for _, a := range d.accounts {
		if a.Connection == connection {
			w.Provisioned = w.Provisioned || a.Provisioned
			w.Strangers = w.Strangers || a.Active && !a.Provisioned
		}
	}
	w.SCIMSeen = s.scimSeen(connection)
	w.SCIM = w.Provisioned && !w.SCIMSeen.IsZero()
	now := s.now().UnixMilli()
	for _, f := range s.credentials.alive(func(row *db.FamilyRow) bool { return row.Connection == connection && row.UpstreamSealed == nil }) {
		w.Unasked = w.Unasked || now < f.end.Load()
	}
	return w
}

// SCIMActive reports whether a connection's provider tells when somebody leaves: it has provisioned users, and a token with which
// it came still works. How long ago that was says nothing: some providers come every 40 minutes, others only when something
// changes.
func (s *Service) SCIMActive(connection string) bool {
	if s.scimSeen(connection).IsZero() {
		return false
	}
	for _, a := range s.people.Load().accounts {
		if a.Connection == connection && a.Provisioned {
			return true
		}
	}
	return false
}

// scimSeen is when a provider last came with a token that works now; zero where it never did.
func (s *Service) scimSeen(connection string) time.Time {
	var seen int64
	if c := s.people.Load().connections[connection]; c == nil || c.Stage == caller.StageDisabled {
		return time.Time{}
	}
	for _, t := range s.scim.Load().all {
		if t.row.Connection == connection && t.row.RevokedAt == 0 {
			seen = max(seen, t.used.Load())
		}
	}
	return timeOf(seen)
}
