// Package oidc signs people in by OpenID Connect: a relying party that knows the protocol and nothing else. It keeps no
// state but documents fetched from the provider; who may sign in, replay of identifiers and storage are the caller's matters.
//
// Signatures, ID tokens and logout tokens are verified by coreos/go-oidc; the checks here come on top of it, so that each
// refusal has a stable reason, and so that what the library leaves open (unbounded documents, unlimited fetching of keys,
// names of members in any case, clock skew, several audiences) is closed.
package oidc

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"ambit/server/identity/idp"
)

// Times that bound what is kept of a provider, and how often it is asked.
const (
	requestTimeout  = 15 * time.Second
	metadataFresh   = time.Hour
	metadataKept    = 24 * time.Hour
	keysFresh       = 5 * time.Minute  // how long a withdrawn key may still count while the provider can be asked
	keysKept        = 6 * time.Hour    // … and while it can't
	keysGap         = 10 * time.Second // between two fetches because of a key that we don't know
	flowLifetime    = 15 * time.Minute
	logoutTokenAge  = 5 * time.Minute
	maxClockSkew    = 5 * time.Minute
	defaultSkew     = time.Minute
	documentLimit   = 1 << 20   // bytes of a document from the provider
	tokenLimit      = 128 << 10 // bytes of a signed token
	subjectLimit    = 255       // OpenID Connect Core §2
	parameterLimit  = 16 << 10  // bytes of a parameter in a callback
	idTokenHintSize = 6 << 10   // larger ones don't fit into a URL
)

// Provider is one identity provider as one connection sees it. It is safe for concurrent use.
type Provider struct {
	config Config
	secret string
	client *http.Client
	now    func() time.Time
	random io.Reader

	metadata *document[*metadata]
	keys     *document[*keySet]
}

// New makes a provider. Nothing is fetched: a provider that is down, or a configuration that is wrong, shows when it is
// used. client decides which networks may be reached; its redirects are never followed.
func New(config Config, secret string, client *http.Client, now func() time.Time, random io.Reader) *Provider {
	own := *client
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	own.Jar = nil
	if own.Timeout <= 0 || own.Timeout > requestTimeout {
		own.Timeout = requestTimeout
	}
	p := &Provider{config: config.withDefaults(), secret: secret, client: &own, now: now, random: random}
	p.metadata = &document[*metadata]{load: p.fetchMetadata, now: now, fresh: metadataFresh, kept: metadataKept}
	p.keys = &document[*keySet]{load: p.fetchKeys, now: now, fresh: keysFresh, kept: keysKept, gap: keysGap}
	return p
}

// String keeps the client secret out of logs.
func (p *Provider) String() string { return "oidc provider " + p.config.Issuer }

// GoString keeps the client secret out of logs.
func (p *Provider) GoString() string { return p.String() }

func (p *Provider) skew() time.Duration { return time.Duration(p.config.ClockSkew) * time.Second }

// token makes 256 random bits that are safe in a URL, which is also the form of a PKCE verifier (RFC 7636 §4.1).
func (p *Provider) token() (string, error) {
	var b [32]byte
	if _, err := io.ReadFull(p.random, b[:]); err != nil {
		return "", fmt.Errorf("read randomness: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(b[:]), nil
}

// refusal finds the refusal in an error.
func refusal(err error) *idp.Refusal {
	var r *idp.Refusal
	if errors.As(err, &r) {
		return r
	}
	return nil
}

// withClient hands our HTTP client to the libraries, which look for it in the context.
func (p *Provider) withClient(ctx context.Context) context.Context {
	return context.WithValue(ctx, oauthClientKey, p.client)
}
