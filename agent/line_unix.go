//go:build unix

package agent

import (
	"io"
	"net"
	"net/netip"
	"os"
	"sync/atomic"
	"syscall"
)

// line is a connection to a server on this machine by plain blocking system calls. For an exchange that takes a millisecond,
// package net's poller and the threads that it wakes would add half of one.
type line struct {
	fd     int
	closed atomic.Bool
}

// dialLocal connects to a server on this machine. The name localhost means just that (RFC 6761, section 6.3), whatever a resolver
// would say.
func dialLocal(host string, port uint16) (io.ReadWriteCloser, error) {
	if ip, err := netip.ParseAddr(host); err == nil {
		return connect(ip.Unmap(), port)
	}
	conn, err := connect(netip.AddrFrom4([4]byte{127, 0, 0, 1}), port)
	if err != nil {
		if six, err := connect(netip.IPv6Loopback(), port); err == nil {
			return six, nil
		}
		return nil, err
	}
	return conn, nil
}

func connect(ip netip.Addr, port uint16) (io.ReadWriteCloser, error) {
	family, to := syscall.AF_INET6, syscall.Sockaddr(&syscall.SockaddrInet6{Port: int(port), Addr: ip.As16()})
	if ip.Is4() {
		family, to = syscall.AF_INET, &syscall.SockaddrInet4{Port: int(port), Addr: ip.As4()}
	}
	for {
		fd, err := syscall.Socket(family, syscall.SOCK_STREAM, 0)
		if err != nil {
			return nil, &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("socket", err)}
		}
		syscall.CloseOnExec(fd)
		switch err := syscall.Connect(fd, to); err {
		case nil:
			return &line{fd: fd}, nil
		case syscall.EINTR: // what became of it is hard to tell, so it begins anew
			_ = syscall.Close(fd)
		default:
			_ = syscall.Close(fd)
			return nil, &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", err)}
		}
	}
}

func (l *line) Read(b []byte) (int, error) {
	for {
		switch n, err := syscall.Read(l.fd, b); {
		case err == syscall.EINTR:
		case err != nil:
			return 0, os.NewSyscallError("read", err)
		case n == 0 && len(b) > 0:
			return 0, io.EOF
		default:
			return n, nil
		}
	}
}

func (l *line) Write(b []byte) (written int, err error) {
	for written < len(b) {
		n, err := syscall.Write(l.fd, b[written:])
		if err != nil && err != syscall.EINTR {
			return written, os.NewSyscallError("write", err)
		}
		written += max(n, 0)
	}
	return written, nil
}

// Close ends the connection and whatever waits for it. The descriptor itself is kept until the process ends: another
// goroutine may be reading from it, and must not find a new file under its number.
func (l *line) Close() error {
	if l.closed.Swap(true) {
		return nil
	}
	return syscall.Shutdown(l.fd, syscall.SHUT_RDWR)
}
