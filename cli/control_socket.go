//go:build !client

package cli

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
)

const socketName = "control.sock"

// maxSocketPath is what every system's sockaddr_un holds.
const maxSocketPath = 100

// listenControl opens DIR/control.sock for this user alone. Only the holder of the lock may call it, so that a socket which is
// there already is a dead server's.
func (f *folder) listenControl(ctx context.Context) (net.Listener, error) {
	path := filepath.Join(f.dir, socketName)
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("remove the old control socket: %w", err)
	}
	var ln net.Listener
	err := withShortPath(f.dir, func(short string) error {
		var err error
		ln, err = (&net.ListenConfig{}).Listen(ctx, "unix", short)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("open the control socket: %w", err)
	}
	// The folder is closed to others already; this holds also where somebody opened it up.
	if err := os.Chmod(path, 0o600); err != nil {
		return nil, errors.Join(fmt.Errorf("protect the control socket: %w", err), ln.Close())
	}
	return ln, nil
}

// dialControl connects to the server that holds the folder.
func dialControl(ctx context.Context, dir string) (net.Conn, error) {
	var conn net.Conn
	err := withShortPath(dir, func(short string) error {
		var err error
		conn, err = (&net.Dialer{}).DialContext(ctx, "unix", short)
		return err
	})
	return conn, err
}

// withShortPath calls fn with a path of the control socket that fits a socket address. A folder with a long name is reached
// through this process's own handle on it, where the system has a name for that.
func withShortPath(dir string, fn func(path string) error) error {
	path := filepath.Join(dir, socketName)
	if len(path) <= maxSocketPath {
		return fn(path)
	}
	handle, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer func() { _ = handle.Close() }() // opened for reading: nothing can be lost
	short := filepath.Join("/proc/self/fd", strconv.Itoa(int(handle.Fd())), socketName)
	if _, err := os.Stat(filepath.Dir(short)); err != nil {
		return &adviceError{"the path of the data folder is too long for a socket", "Choose a shorter one with --data"}
	}
	return fn(short)
}
