package sink

import (
	"net"

	"golang.org/x/sys/unix"
)

// taken reports whether the other side has acknowledged all bytes of a connection whose sending side is closed. The end itself
// counts as one byte and may be under way.
func taken(conn *net.TCPConn) bool {
	raw, err := conn.SyscallConn()
	if err != nil {
		return false
	}
	left := 0
	errControl := raw.Control(func(fd uintptr) { left, err = unix.IoctlGetInt(int(fd), unix.SIOCOUTQ) })
	return errControl == nil && err == nil && left <= 1
}
