package sso

import (
	"time"

	"ambit/server/caller"
	"ambit/server/identity"
)

// Departure is how long it takes at worst until Ambit learns that somebody has left, for one connection (P5).
type Departure struct {
	Console time.Duration // a console session
	Agents  time.Duration // an agent's credential
	Signals []string      // what tells Ambit earlier: scim, backchannel_logout, refresh
	Shorten []string      // sentences for the admin: how to shorten it
}

const (
	// agentLife is how long an agent's credential goes on at most until its next refresh, and agentGrace how much longer when the
	// provider can't be reached then.
	agentLife  = time.Hour
	agentGrace = 15 * time.Minute

	// agentNoCheck is how long an agent goes on about whom nobody can be asked.
	agentNoCheck = 8 * time.Hour

	// consoleLife is how long a console session lives that was opened through a connection.
	consoleLife = 12 * time.Hour

	// scimDelay is how long a provider may take until it sends a departure: Entra ID begins a cycle every 40 minutes, and a cycle
	// takes its time. Others send within seconds.
	scimDelay = time.Hour

	// scimQuiet is after how long without a request an admin should see whether provisioning still runs.
	scimQuiet = 24 * time.Hour
)

// Departure of a connection. accessLife is how long an agent's access credential lives. Where people come in different ways, it
// is the longest of them that counts.
func (s *Service) Departure(id string, accessLife time.Duration) Departure {
	c := s.Directory.Connection(id)
	if c == nil {
		return Departure{Console: consoleLife, Agents: agentNoCheck}
	}
	if accessLife <= 0 {
		accessLife = agentLife
	}
	if c.Kind == caller.KindWorkload {
		return Departure{Agents: accessLife}
	}
	w := s.Directory.Watch(id)
	untold := Departure{Console: consoleLife, Agents: agentNoCheck}
	if w.SCIM && !w.Strangers {
		untold.Console, untold.Agents = scimDelay, scimDelay
	}
	d := untold
	d.scim(&w, s.Now())
	if c.Kind == caller.KindSAML {
		d.Shorten = append(d.Shorten, "SAML can't be asked again about somebody who signed in; only SCIM makes it quicker.")
		return d
	}
	p, err := s.provider(c)
	if err == nil && p.config.OIDC.OfflineAccess {
		d.Signals = append(d.Signals, "refresh")
		d.Agents = accessLife + agentGrace
		if w.Unasked {
			d.Agents = max(d.Agents, untold.Agents)
			d.Shorten = append(d.Shorten, "Agents are signed in for whom the provider gave no refresh token, or whose ID tokens were exchanged: about them it can't be asked again. "+
				"If a test sign-in shows that no refresh token comes, set auth_params to prompt=consent.")
		}
	} else {
		d.Shorten = append(d.Shorten, "Turn on offline access: agents' credentials are then renewed only after the provider vouches for the person again.")
	}
	if err == nil && p.oidc.AnnouncesLogout() {
		d.Signals = append(d.Signals, "backchannel_logout")
		d.Shorten = append(d.Shorten, "Enter the back-channel logout address at the provider: signing somebody out there then ends their sessions here.")
	}
	return d
}

// scim adds what SCIM tells, and what is missing there.
func (d *Departure) scim(w *identity.Watch, now time.Time) {
	switch {
	case w.SCIM:
		d.Signals = append(d.Signals, "scim")
	case w.Provisioned:
		d.Shorten = append(d.Shorten, "The provider has provisioned people, but has come with no SCIM token that works now: create one, and enter it there.")
	default:
		d.Shorten = append(d.Shorten, "Set up SCIM: the provider then tells Ambit when somebody is deactivated, and everything of theirs ends at once. "+
			"Providers send such changes within seconds (Okta) to about 40 minutes (Entra ID).")
	}
	if w.SCIM && w.Strangers {
		d.Shorten = append(d.Shorten, "Admit only provisioned people: SCIM says nothing about the others, who count here as if there were none.")
	}
	if w.SCIM && now.Sub(w.SCIMSeen) > scimQuiet {
		d.Shorten = append(d.Shorten, "The provider last came by SCIM on "+w.SCIMSeen.UTC().Format("2 January 2006 at 15:04 UTC")+
			". It may have had nothing to say; see there whether provisioning still runs.")
	}
}
