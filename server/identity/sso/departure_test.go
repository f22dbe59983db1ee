package sso

import (
	"crypto/rand"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"ambit/server/caller"
	"ambit/server/identity"
)

// watched is a directory that knows one connection.
type watched struct {
	Directory
	connection caller.Connection
	watch      identity.Watch
}

func (w *watched) Connection(string) *caller.Connection { return &w.connection }
func (w *watched) Watch(string) identity.Watch          { return w.watch }

func TestDepartureIsTheLongest(t *testing.T) {
	now := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	const offline, plain = `{"oidc":{"issuer":"https://idp.test","client_id":"x","offline_access":true}}`, `{"oidc":{"issuer":"https://idp.test","client_id":"x"}}`
	everybody := identity.Watch{Provisioned: true, SCIM: true, SCIMSeen: now}
	for name, tc := range map[string]struct {
		kind, config    string
		watch           identity.Watch
		console, agents time.Duration
		signals         []string
		hint            string // part of a sentence
	}{
		"nothing tells":                  {"oidc", plain, identity.Watch{Strangers: true}, consoleLife, agentNoCheck, nil, "Set up SCIM"},
		"refresh":                        {"oidc", offline, identity.Watch{Strangers: true}, consoleLife, 75 * time.Minute, []string{"refresh"}, "Set up SCIM"},
		"refresh, but not for all":       {"oidc", offline, identity.Watch{Strangers: true, Unasked: true}, consoleLife, agentNoCheck, []string{"refresh"}, "no refresh token"},
		"SCIM for everybody":             {"oidc", plain, everybody, scimDelay, scimDelay, []string{"scim"}, "offline access"},
		"SCIM, and people whom it skips": {"oidc", plain, identity.Watch{Provisioned: true, SCIM: true, SCIMSeen: now, Strangers: true}, consoleLife, agentNoCheck, []string{"scim"}, "only provisioned"},
		"SCIM without a token":           {"oidc", plain, identity.Watch{Provisioned: true}, consoleLife, agentNoCheck, nil, "no SCIM token"},
		"SCIM that is quiet": {
			"oidc", offline,
			identity.Watch{Provisioned: true, SCIM: true, SCIMSeen: now.Add(-25 * time.Hour)},
			scimDelay, 75 * time.Minute,
			[]string{"scim", "refresh"},
			"on 21 November 2026 at 08:00 UTC",
		},
		"refresh and SCIM, some unasked": {"oidc", offline, identity.Watch{Provisioned: true, SCIM: true, SCIMSeen: now, Unasked: true}, scimDelay, 75 * time.Minute, []string{"scim", "refresh"}, ""},
		"SAML":                           {"saml", `{}`, identity.Watch{Strangers: true}, consoleLife, agentNoCheck, nil, "SAML"},
		"SAML with SCIM":                 {"saml", `{}`, everybody, scimDelay, scimDelay, []string{"scim"}, "SAML"},
		"workload":                       {"workload", `{}`, identity.Watch{}, 0, time.Hour, nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			d := &watched{connection: caller.Connection{ID: "okta", Kind: tc.kind, Config: json.RawMessage(tc.config)}, watch: tc.watch}
			s := &Service{Options: Options{Directory: d, Now: func() time.Time { return now }, Rand: rand.Reader}, providers: map[string]*provider{}}
			got := s.Departure("okta", 0)
			if got.Console != tc.console || got.Agents != tc.agents || !slices.Equal(got.Signals, tc.signals) || !strings.Contains(strings.Join(got.Shorten, " "), tc.hint) {
				t.Errorf("got %+v", got)
			}
		})
	}
}
