//go:build !client

package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// folder is a data folder whose lock this process holds: nobody else writes in it.
type folder struct {
	dir  string
	lock *os.File
}

// heldError says that another process has the folder.
type heldError struct {
	dir string
	pid int
}

func (e *heldError) Error() string {
	who := "another ambit process"
	if e.pid > 0 {
		who += fmt.Sprintf(" (process %d)", e.pid)
	}
	return fmt.Sprintf("%s is using the data folder %s", who, e.dir)
}

func (e *heldError) Hint() string { return "Stop it first, or choose another folder with --data" }

// openFolder locks a data folder. Where it is missing it is created, readable by its owner only, or refused.
func openFolder(dir string, create bool) (*folder, error) {
	// Whatever this process makes from here on is for its owner alone, also in a folder that is open to others.
	syscall.Umask(0o077)
	info, err := os.Stat(dir)
	switch {
	case errors.Is(err, os.ErrNotExist) && create:
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return nil, fmt.Errorf("create the data folder: %w", err)
		}
	case errors.Is(err, os.ErrNotExist):
		return nil, &adviceError{
			fmt.Sprintf("the data folder %s doesn't exist", dir),
			"Name the server's folder with --data, or a running server with --server",
		}
	case err != nil:
		return nil, fmt.Errorf("open the data folder: %w", err)
	case !info.IsDir():
		return nil, &adviceError{fmt.Sprintf("the data folder %s is not a folder", dir), "Choose another with --data"}
	}
	// The lock goes with the process: a crash leaves none behind.
	lock, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the data folder's lock: %w", err)
	}
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		pid := readPID(lock)
		_ = lock.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, &heldError{dir, pid}
		}
		return nil, fmt.Errorf("lock the data folder: %w", err)
	}
	if err := writePID(lock); err != nil {
		_ = lock.Close()
		return nil, fmt.Errorf("write the data folder's lock: %w", err)
	}
	return &folder{dir, lock}, nil
}

// close lets go of the lock. The file stays: removing it would let two processes hold locks on different files of one name.
func (f *folder) close() error { return f.lock.Close() }

func readPID(lock *os.File) int {
	text, err := io.ReadAll(io.LimitReader(lock, 32))
	if err != nil {
		return 0
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		return 0
	}
	return pid
}

func writePID(lock *os.File) error {
	if err := lock.Truncate(0); err != nil {
		return err
	}
	_, err := lock.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0)
	return err
}
