// Package sso is single sign-on: it keeps the connections to identity providers, sends people's browsers there, and decides
// what follows when they come back. The protocols themselves are in packages oidc and saml. DESIGN.md in this folder says how.
package sso

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/url"
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"

	"ambit/audit"
	"ambit/audit/egress"
	"ambit/db"
	"ambit/server/caller"
	"ambit/server/identity"
	"ambit/server/identity/idp"
	"ambit/server/limit"
)

// Directory is what single sign-on needs of the directory.
type Directory interface {
	Connections() []caller.Connection
	Connection(id string) *caller.Connection
	CreateConnection(ctx context.Context, by *caller.Principal, c *caller.Connection, address string) error
	UpdateConnection(ctx context.Context, by *caller.Principal, c *caller.Connection, keeps func(have *caller.Connection) error, address string) error
	ReplaceSecret(ctx context.Context, by *caller.Principal, id, name string, next func(now string) (string, error), address string) error
	StageConnection(ctx context.Context, by *caller.Principal, id, stage, address string) error
	DeleteConnection(ctx context.Context, by *caller.Principal, id, address string) error
	Arrive(ctx context.Context, connection string, claims *idp.Claims, address string) (*idp.Arrival, error)
	RefusedAt(ctx context.Context, connection, subject, address string, refusal *idp.Refusal) error
	Preview(connection string, claims *idp.Claims) identity.Preview
	OpenSession(ctx context.Context, a *idp.Arrival, oldCookie, address string) (caller.SignedIn, error)
	SessionHint(cookie string) (connection, idToken string)
	LogOutAt(ctx context.Context, connection string, out idp.Logout, address string) error
	SCIMActive(connection string) bool
	Watch(connection string) identity.Watch
	CookieName() string
	Secure() bool
}

// Ledger records what happens here.
type Ledger interface {
	Commit(ctx context.Context, change func(tx *db.Tx) ([]*audit.Event, error)) error
}

// Devices approves a waiting device in the name of somebody who has just come back from their identity provider.
type Devices interface {
	Approve(ctx context.Context, c *fiber.Ctx, flow string, a idp.Arrival) error
}

// Options of New.
type Options struct {
	Directory Directory
	Ledger    Ledger
	Read      func() db.Queryer
	Networks  egress.Networks
	Now       func() time.Time
	Rand      io.Reader
	Log       *slog.Logger
	Public    *url.URL                                                      // where browsers reach Ambit
	TierOf    func(user string, groups []string, known bool) (string, bool) // the permission tier under the policy in force; false: none was published
}

// Service keeps the connections' providers and the sign-ins that are under way.
type Service struct {
	Options
	Devices Devices // set before the first request; nil: no device can be approved through a connection

	mu        sync.Mutex
	providers map[string]*provider
	flows     flows
	tests     tests
	starts    *limit.Limiter // sign-ins, by network
	refusals  refusals
}

// New makes the service. Nothing is fetched before somebody signs in.
func New(o Options) (*Service, error) {
	if o.Directory == nil || o.Ledger == nil || o.Read == nil || o.Now == nil || o.Rand == nil || o.Log == nil || o.Public == nil || o.TierOf == nil {
		return nil, errors.New("make single sign-on: a part is missing")
	}
	return &Service{
		Options: o, providers: map[string]*provider{}, flows: newFlows(), tests: newTests(), starts: limit.New(8192, 30, 2*time.Second),
		refusals: newRefusals(),
	}, nil
}

// Handlers are the endpoints of this package, by operation id.
func (s *Service) Handlers() map[string]fiber.Handler {
	return map[string]fiber.Handler{
		"ssoLogin": s.login, "ssoCallback": s.callback, "ssoFinish": s.finish,
		"samlACS": s.assertionConsumer, "samlMetadata": s.metadata, "backChannelLogout": s.backChannelLogout,
	}
}

// outside bounds what is asked of an identity provider in one request.
const outside = 20 * time.Second

// at is an absolute URL of ours.
func (s *Service) at(path string) string {
	u := *s.Public
	u.Path = path
	return u.String()
}
