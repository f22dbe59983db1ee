// Package saml signs people in through a SAML 2.0 identity provider (Web Browser SSO profile, HTTP-POST responses). It speaks the
// protocol only: it keeps nothing but the provider's metadata, and knows neither database nor web framework. DESIGN.md says
// what it promises and how.
package saml

import (
	"context"
	"io"
	"net/http"
	"time"

	"ambit/server/identity/idp"
)

// URLs are the addresses of one connection at this server, exactly as the identity provider knows them.
type URLs struct {
	EntityID string // our entity id: what an assertion's audience must name
	ACS      string // assertion consumer service: where responses are posted to
	Metadata string // where our metadata is served
}

// Flow is one sign-in that was begun here. The caller keeps it out of the browser's reach (sealed or on the server), and
// finishes it once.
type Flow struct {
	RequestID string    `json:"request_id"`
	Relay     string    `json:"relay,omitempty"`
	Begun     time.Time `json:"begun"`
	Fresh     bool      `json:"fresh,omitempty"` // the person had to prove anew who they are
}

// flowAge is how long somebody may take at their identity provider.
const flowAge = time.Hour

// Replays remembers which assertions were used. Seen records the id and reports whether it was there before, in one step:
// of two that ask at the same time, one gets false. The caller keeps ids of different connections apart. After until the
// assertion would be refused anyway, and the id may be forgotten.
type Replays interface {
	Seen(ctx context.Context, assertionID string, until time.Time) (bool, error)
}

// Provider is one connection to an identity provider. It is safe for concurrent use.
type Provider struct {
	cfg    settings
	keys   Keys
	urls   URLs
	now    func() time.Time
	rand   io.Reader
	source *source
}

// New makes the provider of a connection. It asks nobody: metadata behind an address is fetched when it is first needed.
// The client must guard against addresses that the server may not reach, bound redirects, and have a time limit. The
// error is the first *idp.Refusal of cfg.Check.
func New(cfg Config, keys Keys, urls URLs, client *http.Client, now func() time.Time, rand io.Reader) (*Provider, error) {
	s, refusals := cfg.compile()
	if len(refusals) > 0 {
		return nil, refusals[0]
	}
	if keys.Current.Key == nil || keys.Current.Certificate == nil {
		return nil, idp.Refuse(idp.ReasonConfiguration, "This connection has no key pair of its own.", "Create the connection again.")
	}
	return &Provider{cfg: s, keys: keys, urls: urls, now: now, rand: rand, source: newSource(s, client, now)}, nil
}

// LastGood is the identity provider's metadata as last read, for the caller to keep as Config.Metadata beside the address,
// so that sign-in survives a restart while the provider's metadata can't be fetched. It is "" before the first use.
func (p *Provider) LastGood() string { return p.source.lastGood() }
