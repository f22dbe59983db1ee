package server

import "net"

// localConn marks a connection of the control socket. Only localListener makes one: nothing in a request can.
type localConn struct{ net.Conn }

type localListener struct{ net.Listener }

// Accept marks what it accepts.
func (l localListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return localConn{conn}, nil
}

func isLocal(conn net.Conn) bool {
	_, ok := conn.(localConn)
	return ok
}
