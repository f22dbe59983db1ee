//go:build unix

package agent

import (
	"errors"
	"os"
	"syscall"
)

// lockFile takes the lock on a file or says errLocked. Closing the file gives it back.
func lockFile(f *os.File) error {
	err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return errLocked
	}
	return err
}
