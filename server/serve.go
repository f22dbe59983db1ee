package server

import (
	"context"
	"net"
	"sync"
)

// Serve answers on ln until Shutdown. Several listeners may be served at once.
func (s *Server) Serve(ln net.Listener) error { return s.app.Listener(linger(ln)) }

// ServeLocal answers on the control socket: whoever the file system lets open it stands for the owner.
func (s *Server) ServeLocal(ln net.Listener) error { return s.app.Listener(localListener{ln}) }

// Shutdown stops accepting, lets running requests finish until ctx ends, and closes the listeners.
func (s *Server) Shutdown(ctx context.Context) error { return s.app.ShutdownWithContext(ctx) }

// InProcess serves without a network: dial connects to the app as the control socket would. Verbs that hold the data
// folder's lock themselves use it, so that each is written once, against the HTTP API.
func (s *Server) InProcess() (dial func(ctx context.Context, network, addr string) (net.Conn, error)) {
	ln := &pipeListener{conns: make(chan net.Conn), closed: make(chan struct{})}
	go func() { _ = s.ServeLocal(ln) }() // ends with Shutdown, which closes ln
	return ln.dial
}

// pipeListener accepts pipes. It is net.Pipe rather than fasthttp's in-memory listener, because streams move their deadlines
// while the server writes, which only the former's connections allow.
type pipeListener struct {
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func (l *pipeListener) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	ours, theirs := net.Pipe()
	select {
	case l.conns <- theirs:
		return ours, nil
	case <-l.closed:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Accept implements net.Listener.
func (l *pipeListener) Accept() (net.Conn, error) {
	select {
	case conn := <-l.conns:
		return conn, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

// Close implements net.Listener.
func (l *pipeListener) Close() error {
	l.once.Do(func() { close(l.closed) })
	return nil
}

// Addr implements net.Listener.
func (l *pipeListener) Addr() net.Addr { return pipeAddr{} }

type pipeAddr struct{}

func (pipeAddr) Network() string { return "pipe" }
func (pipeAddr) String() string  { return "pipe" }
