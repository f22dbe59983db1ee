package sso

import (
	"time"

	"ambit/server/caller"
)

// Departure is how long it takes at worst until Ambit learns that somebody has left, for one connection (P5).
type Departure struct {
	Console time.Duration // a console session
	Agents  time.Duration // an agent's credential
	Signals []string      // what tells Ambit earlier: scim, backchannel_logout, refresh
	Shorten []string      // sentences for the admin: how to shorten it
}

// agentLife is how long an agent's credential may go on without the provider being asked: until its next refresh, plus the
// grace when the provider can't be reached then.
const (
	agentLife    = time.Hour
	agentGrace   = 15 * time.Minute
	agentNoCheck = 8 * time.Hour

	// consoleLife is how long a console session lives that was opened through a connection.
	consoleLife = 12 * time.Hour
)

// Departure of a connection. accessLife is how long an agent's access credential lives.
func (s *Service) Departure(id string, accessLife time.Duration) Departure {
	c := s.Directory.Connection(id)
	d := Departure{Console: consoleLife, Agents: agentNoCheck}
	if c == nil {
		return d
	}
	if accessLife <= 0 {
		accessLife = agentLife
	}
	if s.Directory.SCIMActive(id) {
		d.Signals = append(d.Signals, "scim")
		d.Agents = accessLife + agentGrace
	} else {
		d.Shorten = append(d.Shorten, "Set up SCIM: the provider then tells Ambit when somebody is deactivated, and everything of theirs ends at once. "+
			"Providers send such changes within seconds (Okta) to about 40 minutes (Entra ID).")
	}
	switch c.Kind {
	case caller.KindOIDC:
		if p, err := s.provider(c); err == nil && p.config.OIDC.OfflineAccess {
			d.Signals = append(d.Signals, "refresh")
			d.Agents = accessLife + agentGrace
		} else {
			d.Shorten = append(d.Shorten, "Turn on offline access: agents' credentials are then renewed only after the provider vouches for the person again.")
		}
		d.Signals = append(d.Signals, "backchannel_logout")
		d.Shorten = append(d.Shorten, "Enter the back-channel logout address at the provider: signing somebody out there then ends their sessions here.")
	case caller.KindSAML:
		d.Shorten = append(d.Shorten, "SAML can't be asked again about somebody who signed in; only SCIM makes it quicker.")
	case caller.KindWorkload:
		d.Console, d.Agents = 0, accessLife
		d.Shorten = nil
	}
	return d
}
