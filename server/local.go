package server

import "net"

// localConn marks a connection of the control socket. Only LocalListener makes one, so that nothing in a request can.
type localConn struct{ net.Conn }

type localListener struct{ net.Listener }

// LocalListener wraps the listener of the control socket: who can open it has been let in by the file system, and stands for
// the owner.
func LocalListener(ln net.Listener) net.Listener { return localListener{ln} }

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
