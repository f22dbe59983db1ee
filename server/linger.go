package server

import (
	"crypto/tls"
	"io"
	"net"
	"time"
)

// lingerTime and lingerBytes bound how long, and for how much, a closed connection is still read from.
const (
	lingerTime  = 2 * time.Second
	lingerBytes = 16 << 20
	lingerMost  = 256 // connections at a time; further ones are closed at once
)

// lingeringListener lets a refusal arrive. When a request is refused before its body was read, as one that is too long, closing
// at once would make the system reset the connection, and the client would lose the answer (RFC 9112, section 9.6): so the
// writing side is closed first, and what still comes is read and thrown away for a short while.
type lingeringListener struct {
	net.Listener
	places chan struct{}
}

func linger(ln net.Listener) lingeringListener {
	return lingeringListener{ln, make(chan struct{}, lingerMost)}
}

// Accept wraps what it accepts.
func (l lingeringListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &lingeringConn{conn, l.places}, nil
}

type lingeringConn struct {
	net.Conn
	places chan struct{}
}

// Close half-closes, and leaves the rest to a goroutine that ends by itself.
func (c *lingeringConn) Close() error {
	half, ok := c.Conn.(interface{ CloseWrite() error })
	if !ok {
		return c.Conn.Close()
	}
	select {
	case c.places <- struct{}{}:
	default:
		return c.Conn.Close()
	}
	// The deadline is one of the system's clock, not of ours.
	if half.CloseWrite() != nil || c.SetReadDeadline(time.Now().Add(lingerTime)) != nil {
		<-c.places
		return c.Conn.Close()
	}
	go func() {
		defer func() { <-c.places }()
		raw := c.Conn
		if t, ok := raw.(*tls.Conn); ok {
			raw = t.NetConn() // what comes now is not worth decrypting
		}
		_, _ = io.CopyN(io.Discard, raw, lingerBytes)
		_ = c.Conn.Close()
	}()
	return nil
}
