// Package server is the HTTP side of Ambit: one Fiber app made from the one table of routes in package caller.
package server

import (
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/netip"
	"net/url"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/log"

	"ambit/server/caller"
)

// Authenticator tells who a credential stands for. An unknown, expired or revoked one is an error with code
// "unauthenticated". The strings alias the request's buffer and must not be kept.
type Authenticator interface {
	Bearer(token string) (*caller.Principal, error)
	Cookie(value string) (*caller.Principal, error)
}

// Handlers are the endpoints of one part, by operation id (caller.Route.ID).
type Handlers map[string]fiber.Handler

// Config is what the server is made of.
type Config struct {
	Log            *slog.Logger
	Now            func() time.Time
	Rand           io.Reader
	Auth           Authenticator
	Handlers       []Handlers   // every route of the table needs exactly one handler, those of this package aside
	Health         func() error // why the ledger can't be written; nil is healthy
	Metrics        *Metrics
	Console        fs.FS             // the built console; nil serves none
	Schemas        map[string][]byte // by operation id
	PublicURL      *url.URL          // nil: not given
	TLS            bool              // this process speaks https itself
	TrustedProxies []netip.Prefix    // whose X-Forwarded-* headers count
	Hosts          func(string) bool // host names that browsers may use; nil: any
	LocalPrincipal *caller.Principal // who the control socket stands for
}

// The limits of the HTTP server. One header block must fit a read buffer; a request must arrive and be answered in time.
const (
	readTimeout  = 30 * time.Second
	writeTimeout = 30 * time.Second
	idleTimeout  = 2 * time.Minute
	headerBytes  = 16 << 10
)

// Server is the HTTP side of one installation.
type Server struct {
	Config
	app    *fiber.App
	logs   logLimit
	page   *consolePage
	routes []caller.Route
}

// New builds the app. It fails where the table of routes and the handlers don't match: no route exists outside the table,
// and no line of the table is empty.
func New(cfg Config) (*Server, error) {
	s := &Server{Config: cfg, routes: caller.Routes()}
	if s.LocalPrincipal == nil {
		s.LocalPrincipal = &caller.Principal{Kind: caller.Local, ID: "local", Roles: []caller.Role{caller.Owner}, Credential: "local"}
	}
	if cfg.Console != nil {
		page, err := loadConsole(cfg.Console)
		if err != nil {
			return nil, fmt.Errorf("load the console: %w", err)
		}
		s.page = page
	}
	// Fiber's own logger is a global of the library; what it would say, fail and lateError say better.
	log.SetOutput(io.Discard)
	s.app = fiber.New(fiber.Config{
		AppName:                 "ambit",
		DisableStartupMessage:   true,
		StrictRouting:           true,
		CaseSensitive:           true,
		BodyLimit:               caller.MaxBodyHook,
		ReadTimeout:             readTimeout,
		WriteTimeout:            writeTimeout,
		IdleTimeout:             idleTimeout,
		ReadBufferSize:          headerBytes,
		EnableTrustedProxyCheck: true, // with no proxies listed: X-Forwarded-* never reaches Fiber's own helpers
		ErrorHandler:            s.lateError,
	})
	s.app.Server().HeaderReceived = s.bodyLimit
	if err := s.register(s.app); err != nil {
		return nil, err
	}
	s.app.Use(s.unmatched)
	return s, nil
}

// register adds the table's routes in its order: the decision endpoints stand first there, so that they are found first.
func (s *Server) register(app *fiber.App) error {
	own := Handlers{
		"health":  s.health,
		"ready":   s.ready,
		"metrics": s.metrics(),
		"whoAmI":  s.whoAmI,
	}
	for id, body := range s.Schemas {
		own[id] = schema(body)
	}
	all := Handlers{}
	for _, part := range append([]Handlers{own}, s.Handlers...) {
		for id, h := range part {
			if all[id] != nil {
				return fmt.Errorf("register routes: two handlers for %s", id)
			}
			all[id] = h
		}
	}
	for i := range s.routes {
		route := &s.routes[i]
		h := all[route.ID]
		if h == nil {
			return fmt.Errorf("register routes: no handler for %s (%s %s)", route.ID, route.Method, route.Path)
		}
		delete(all, route.ID)
		app.Add(route.Method, route.Path, s.guard(route, h))
		if route.Method == fiber.MethodGet && route.Access.Anonymous {
			app.Add(fiber.MethodHead, route.Path, s.guard(route, h))
		}
	}
	for id := range all {
		return fmt.Errorf("register routes: the handler %s has no line in the table of routes", id)
	}
	return nil
}
