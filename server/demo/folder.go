package demo

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// marker is the file that says that a data folder is the sample organisation's, and whether it is complete.
const marker = "demo"

const (
	filling = "The sample organisation is being written into this folder.\n"
	filled  = "This folder holds the sample organisation of `ambit serve --demo`.\n"
)

// FolderError says that a folder is somebody's real installation.
type FolderError struct{ dir string }

func (e *FolderError) Error() string {
	return fmt.Sprintf("the data folder %s is not empty and was not made by --demo", e.dir)
}

// Hint is the remedy.
func (e *FolderError) Hint() string { return "Name another folder with --data, or leave --demo away" }

// Prepare looks at the data folder, which exists and is locked, before anything in it is opened. It reports whether Fill
// must run: not in a folder that was filled before. What an earlier run left half-written is removed.
func Prepare(dir string) (fill bool, err error) {
	state, err := os.ReadFile(filepath.Join(dir, marker))
	switch {
	case err == nil && string(state) == filled:
		return false, nil
	case err != nil && !errors.Is(err, os.ErrNotExist):
		return false, fmt.Errorf("read the demo's marker: %w", err)
	}
	entries, errDir := os.ReadDir(dir)
	if errDir != nil {
		return false, fmt.Errorf("read the data folder: %w", errDir)
	}
	for _, e := range entries {
		if name := e.Name(); name == marker || name == "lock" || name == "control.sock" {
			continue
		} else if string(state) != filling || !ours(name) {
			return false, &FolderError{dir}
		} else if err := os.Remove(filepath.Join(dir, name)); err != nil {
			return false, fmt.Errorf("remove what an interrupted run left: %w", err)
		}
	}
	return true, mark(dir, filling)
}

// ours are the files that an interrupted run may have left.
func ours(name string) bool {
	return strings.HasPrefix(name, "ambit.db") || strings.HasPrefix(name, "index.db") || name == "key" || name == "ledger.pub"
}

func mark(dir, state string) error {
	if err := os.WriteFile(filepath.Join(dir, marker), []byte(state), 0o600); err != nil {
		return fmt.Errorf("write the demo's marker: %w", err)
	}
	return nil
}
