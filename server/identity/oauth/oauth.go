// Package oauth signs agents and command lines in: the device flow with its pages, refresh, token exchange, revocation and
// introspection (RFC 8414, 8628, 6749, 8693, 7009, 7662). DESIGN.md in this folder says how.
package oauth

import (
	"context"
	"io"
	"log/slog"
	"net/url"
	"time"

	"github.com/gofiber/fiber/v2"

	"ambit/audit"
	"ambit/server/caller"
	"ambit/server/identity/idp"
	"ambit/server/limit"
)

// Identity keeps people, sessions and credentials.
type Identity interface {
	NeedsSetup() bool
	Secure() bool
	CookieName() string
	SignOut(ctx context.Context, cookie, address string) error
	SessionStarted(p *caller.Principal) (time.Time, bool)
	Connections() []caller.Connection
	Connection(id string) *caller.Connection
	StartFamily(ctx context.Context, want *caller.NewFamily) (id string, err error)
	CollectFamily(ctx context.Context, id, address string) (caller.AgentCredentials, error)
	RefreshCredentials(ctx context.Context, refresh, address string) (caller.AgentCredentials, error)
	RevokeCredential(ctx context.Context, secret, address string) error
	Introspect(ctx context.Context, secret string) (is caller.Introspection, ok bool, err error)
}

// SignOn checks tokens that identity providers issued.
type SignOn interface {
	// Exchange says who an ID token or workload token is about, once that person or job is in the directory. What is wrong with
	// the token is an *idp.Refusal, which is recorded.
	Exchange(ctx context.Context, rawToken, tokenType, address string) (idp.Arrival, error)
}

// Ledger records what happens here.
type Ledger interface {
	Append(ctx context.Context, e *audit.Event) error
}

// Config is what a Service needs.
type Config struct {
	Identity  Identity
	SignOn    SignOn // nil: no token can be exchanged
	Ledger    Ledger
	Now       func() time.Time
	Rand      io.Reader
	Log       *slog.Logger
	PublicURL string // "https://ambit.acme.test"; "" makes addresses follow the request's own
}

// Service is the authorization server for agents.
type Service struct {
	Config
	flows     flows
	starts    *limit.Limiter // device authorizations, by network
	codes     *limit.Limiter // attempts at user codes, by network and by session
	exchanges *limit.Limiter // token exchanges, by network
}

// New makes a service.
func New(cfg Config) *Service {
	s := &Service{
		Config: cfg,
		// A whole office may sit behind one address on the morning of the roll-out.
		starts:    limit.New(8192, 60, 2*time.Second),
		codes:     limit.New(8192, 10, 30*time.Second),
		exchanges: limit.New(8192, 120, 500*time.Millisecond),
	}
	s.flows.init(cfg.Rand)
	return s
}

// Handlers are the endpoints by operation id.
func (s *Service) Handlers() map[string]fiber.Handler {
	return map[string]fiber.Handler{
		"oauthMetadata":    s.metadata,
		"authorizeDevice":  s.authorizeDevice,
		"issueToken":       s.issueToken,
		"revokeCredential": s.revoke,
		"introspectToken":  s.introspect,
		"showDevice":       s.showDevice,
		"answerDevice":     s.answerDevice,
	}
}

// base is the address of this server as the caller is to use it.
func (s *Service) base(c *fiber.Ctx) string {
	if s.PublicURL != "" {
		return s.PublicURL
	}
	u := url.URL{Scheme: "http", Host: string(c.Context().Host())}
	if c.Context().IsTLS() {
		u.Scheme = "https"
	}
	return u.String()
}

// private keeps an answer with a secret out of every cache (RFC 6749, section 5.1).
func private(c *fiber.Ctx) {
	c.Set(fiber.HeaderCacheControl, "no-store")
	c.Set(fiber.HeaderPragma, "no-cache")
}
