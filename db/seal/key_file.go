package seal

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// KeyError is something wrong with a key file.
type KeyError struct {
	Path string
	text string
	hint string
}

// Error implements error.
func (e *KeyError) Error() string { return "key file " + e.Path + ": " + e.text }

// Code is key_file.
func (e *KeyError) Code() string { return "key_file" }

// Hint says how to mend it.
func (e *KeyError) Hint() string { return e.hint }

// Open reads the key file at path, creating it (mode 0600) when there is none.
func Open(path string, rand io.Reader) (*Box, error) {
	box, err := Load(path, rand)
	if !errors.Is(err, fs.ErrNotExist) {
		return box, err
	}
	if err := create(path, rand); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, fmt.Errorf("create key file: %w", err)
	}
	return Load(path, rand)
}

// Load reads an existing key file; fs.ErrNotExist when there is none.
func Load(path string, rand io.Reader) (*Box, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("read key file: %w", err)
	}
	if runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		return nil, &KeyError{path, fmt.Sprintf("others may read it (mode %04o)", info.Mode().Perm()), "Run: chmod 600 " + path}
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read key file: %w", err)
	}
	raw, err := base64.StdEncoding.DecodeString(strings.TrimSpace(string(text)))
	if err != nil || len(raw) != 32 {
		return nil, &KeyError{path, "expected 32 bytes in base64", "Restore the file from your backup; without it sealed secrets are lost."}
	}
	return New([32]byte(raw), rand)
}

// create writes a new key, complete and on disk before it has its name.
func create(path string, rand io.Reader) error {
	var key [32]byte
	if _, err := io.ReadFull(rand, key[:]); err != nil {
		return fmt.Errorf("read randomness: %w", err)
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".key-*") // 0600
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(f.Name()) }() // the link keeps the content
	_, err = f.WriteString(base64.StdEncoding.EncodeToString(key[:]) + "\n")
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	// Link, unlike rename, never replaces a key that another process created meanwhile.
	if err := os.Link(f.Name(), path); err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}

func syncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil // a directory can't be flushed there
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
