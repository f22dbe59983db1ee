//go:build !unix

package agent

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"
)

// lockFile takes the lock on a file or says errLocked. Closing the file gives it back.
func lockFile(f *os.File) error {
	err := windows.LockFileEx(windows.Handle(f.Fd()), windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, &windows.Overlapped{})
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) {
		return errLocked
	}
	return err
}
