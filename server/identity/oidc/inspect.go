package oidc

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"ambit/server/identity/idp"
)

// Inspect asks the provider anew, whatever failed before, and tells an admin what it offers and what will be missing. A note
// with a hint needs attention.
func (p *Provider) Inspect(ctx context.Context) ([]idp.Note, error) {
	m, err := p.fetchMetadata(ctx)
	if err != nil {
		return nil, detailed(err)
	}
	p.metadata.put(m)
	keys, err := p.fetchKeys(ctx)
	if err != nil {
		return nil, detailed(err)
	}
	p.keys.put(keys)

	notes := []idp.Note{{Field: "issuer", Message: "The discovery document can be read, and names this issuer."}}
	if p.config.ClientID != "" {
		if r := m.signsIn(); r != nil {
			return notes, r
		}
		notes = append(notes, p.signInNotes(m)...)
	}
	return append(append(notes, p.keyNotes(m, keys)...), p.clockNotes(m)...), nil
}

// detailed adds the cause to a refusal: an admin may see it, and needs it.
func detailed(err error) error {
	r := refusal(err)
	if r == nil || r.Cause == nil || r.Reason != idp.ReasonUnreachable {
		return err
	}
	full := *r
	full.Message += " (" + clean(r.Cause.Error(), 200) + ")"
	full.Remedy = "Check the issuer, name resolution, firewall and certificate; a private network must be allowed by `ambit serve --egress`."
	full.Field = "issuer"
	return &full
}

func (p *Provider) signInNotes(m *metadata) []idp.Note {
	var notes []idp.Note
	add := func(field, message, hint string) {
		notes = append(notes, idp.Note{Field: field, Message: message, Hint: hint})
	}
	endpoints := []string{"authorization", "token"}
	for name, address := range map[string]string{"userinfo": m.UserInfoEndpoint, "end_session": m.EndSessionEndpoint} {
		if address != "" {
			endpoints = append(endpoints, name)
		}
	}
	slices.Sort(endpoints)
	add("", "Endpoints: "+strings.Join(endpoints, ", ")+".", "")
	if len(m.ResponseTypes) > 0 && !slices.Contains(m.ResponseTypes, "code") {
		add("issuer", "The provider doesn't announce the authorization code flow.", "Choose a provider or application type that has it.")
	}
	if slices.Contains(m.ChallengeMethods, "S256") {
		add("", "PKCE with S256 is supported.", "")
	} else {
		add("", "The provider doesn't announce PKCE with S256; Ambit sends it all the same.", "Nothing to do, but a provider that ignores PKCE protects codes less well.")
	}
	methods := m.TokenAuthMethods
	if len(methods) == 0 {
		methods = []string{ClientSecretBasic} // the default (Discovery §3)
	}
	if !slices.Contains(methods, p.config.ClientAuth) {
		add("client_auth", "The provider doesn't announce "+p.config.ClientAuth+" for the token endpoint.", "It announces "+listOf(methods)+".")
	}
	if missing := without(p.config.scopes(), m.Scopes); len(m.Scopes) > 0 && len(missing) > 0 {
		add("scopes", "The provider doesn't announce these scopes: "+listOf(missing)+".", "Some providers don't announce their own scopes; a test sign-in shows whether they are granted.")
	}
	if len(m.Claims) > 0 && !slices.Contains(m.Claims, p.config.GroupsClaim) {
		add("groups_claim", "The provider doesn't announce the claim "+clean(p.config.GroupsClaim, 60)+".", "Providers seldom announce claims of your own; a test sign-in shows what arrives.")
	}
	return append(notes, p.logoutNotes(m)...)
}

func (p *Provider) logoutNotes(m *metadata) []idp.Note {
	var notes []idp.Note
	switch {
	case m.BackchannelLogout && m.BackchannelSession:
		notes = append(notes, idp.Note{Message: "Back-channel logout is supported, session by session."})
	case m.BackchannelLogout:
		notes = append(notes, idp.Note{Message: "Back-channel logout is supported, for all of a person's sessions at once."})
	default:
		notes = append(notes, idp.Note{Message: "The provider doesn't announce back-channel logout: a sign-out there reaches Ambit at the next refresh only.", Hint: "Use SCIM, or offline_access with short sessions, to learn of departures sooner."})
	}
	if m.EndSessionEndpoint == "" {
		notes = append(notes, idp.Note{Message: "Signing out of Ambit doesn't sign out of the provider: it has no end_session_endpoint."})
	}
	if m.IssuerParameter {
		notes = append(notes, idp.Note{Message: "The provider names itself in every answer (RFC 9207); Ambit insists on it."})
	}
	if !p.config.OfflineAccess {
		notes = append(notes, idp.Note{Field: "offline_access", Message: "No refresh token will be asked for, so the provider isn't asked again while somebody works.", Hint: "Switch offline_access on, or provision by SCIM."})
	}
	return notes
}

func (p *Provider) keyNotes(m *metadata, keys *keySet) []idp.Note {
	var notes []idp.Note
	allowed := p.config.algorithms(m.Algorithms)
	if len(allowed) == 0 {
		notes = append(notes, idp.Note{Field: "algorithms", Message: "The provider announces no asymmetric signing algorithm.", Hint: "Let it sign ID tokens with RS256 or ES256."})
	} else {
		notes = append(notes, idp.Note{Message: "ID tokens may be signed by " + listOf(allowed) + "."})
	}
	usable := map[string]bool{}
	for _, k := range keys.keys {
		for _, a := range allowed {
			usable[a] = usable[a] || len((&keySet{keys: []publicKey{k}}).candidates("", a)) > 0
		}
	}
	if !slices.Contains(slices.Collect(maps.Values(usable)), true) {
		notes = append(notes, idp.Note{Field: "issuer", Message: "The provider publishes no key that fits an allowed algorithm.", Hint: remedyProviderSettings})
	} else {
		notes = append(notes, idp.Note{Message: fmt.Sprintf("Signing keys that can be used: %d.", len(keys.keys))})
	}
	for _, ignored := range keys.ignored[:min(len(keys.ignored), 5)] {
		notes = append(notes, idp.Note{Field: "issuer", Message: "Of the provider's keys, " + ignored + ".", Hint: "Have the provider's administrator look at it."})
	}
	if missing := without(p.config.Algorithms, m.Algorithms); len(m.Algorithms) > 0 && len(missing) > 0 {
		notes = append(notes, idp.Note{Field: "algorithms", Message: "The provider doesn't announce " + listOf(missing) + ".", Hint: "Remove what it doesn't use."})
	}
	return notes
}

// clockNotes compare clocks by the Date header, which has whole seconds.
func (p *Provider) clockNotes(m *metadata) []idp.Note {
	if m.date.IsZero() {
		return nil
	}
	off := m.date.Sub(p.now()).Round(time.Second)
	if off.Abs() <= 2*time.Second {
		return []idp.Note{{Message: "The clocks of both servers agree."}}
	}
	note := idp.Note{Field: "clock_skew", Message: fmt.Sprintf("The provider's clock differs from this server's by %s.", off.Abs())}
	if off.Abs() > p.skew()/2 {
		note.Hint = remedyClock
	}
	return []idp.Note{note}
}

func without(list, other []string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(s string) bool { return slices.Contains(other, s) })
}

func listOf(words []string) string {
	return clean(strings.Join(words, ", "), 300)
}
