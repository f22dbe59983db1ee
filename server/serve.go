package server

import (
	"context"
	"net"

	"github.com/valyala/fasthttp/fasthttputil"
)

// Serve answers on ln until Shutdown. Several listeners may be served at once.
func (s *Server) Serve(ln net.Listener) error { return s.app.Listener(ln) }

// ServeLocal answers on the control socket: whoever the file system lets open it stands for the owner.
func (s *Server) ServeLocal(ln net.Listener) error { return s.app.Listener(localListener{ln}) }

// Shutdown stops accepting, lets running requests finish until ctx ends, and closes the listeners.
func (s *Server) Shutdown(ctx context.Context) error { return s.app.ShutdownWithContext(ctx) }

// InProcess serves without a network: dial connects to the app as the control socket would. Verbs that hold the data
// folder's lock themselves use it, so that each is written once, against the HTTP API.
func (s *Server) InProcess() (dial func(ctx context.Context, network, addr string) (net.Conn, error)) {
	ln := fasthttputil.NewInmemoryListener()
	go func() { _ = s.ServeLocal(ln) }() // ends with Shutdown, which closes ln
	return func(context.Context, string, string) (net.Conn, error) { return ln.Dial() }
}
