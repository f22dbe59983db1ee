package backup

import (
	"archive/tar"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"ambit/audit"
	"ambit/db"
)

// FileError says that a file is no backup, or not the one that was written.
type FileError struct {
	Path string
	What string
}

func (e *FileError) Error() string { return fmt.Sprintf("%s is no sound backup: %s", e.Path, e.What) }

// Hint says what to do.
func (e *FileError) Hint() string { return "Take another copy of it, or an earlier backup" }

// Limits of what is unpacked. A backup comes from outside, so nothing that it says of itself is believed.
const (
	maxManifest = 1 << 20
	maxSmall    = 4 << 10
	maxDatabase = 1 << 40
)

// unpack writes the members of a backup into a folder and compares them with its manifest.
func unpack(path, dir string) (m Manifest, err error) {
	f, err := os.Open(path)
	if err != nil {
		return m, fmt.Errorf("open backup: %w", err)
	}
	defer f.Close()
	zip, err := gzip.NewReader(f)
	if err != nil {
		return m, &FileError{path, "it is not a gzipped archive"}
	}
	in := tar.NewReader(zip)
	if m, err = readManifest(in, path); err != nil {
		return m, err
	}
	seen := map[string]bool{}
	for {
		h, err := in.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return m, &FileError{path, "it ends too early, or was damaged"}
		}
		limit, known := map[string]int64{db.File: maxDatabase, audit.PublicKeyFile: maxSmall, keyFile: maxSmall}[h.Name]
		if !known || seen[h.Name] || h.Typeflag != tar.TypeReg || h.Size > limit {
			return m, &FileError{path, fmt.Sprintf("it holds %.40q, which no backup has", h.Name)}
		}
		seen[h.Name] = true
		into := filepath.Join(dir, h.Name) //nolint:gosec // the name is one of three that are known
		if err := unpackFile(in, into, h.Size); err != nil {
			return m, fmt.Errorf("unpack %s: %w", h.Name, err)
		}
		sum, err := digest(into)
		if err != nil {
			return m, fmt.Errorf("unpack %s: %w", h.Name, err)
		}
		if sum != m.SHA256[h.Name] {
			return m, &FileError{path, h.Name + " is not what the manifest says"}
		}
	}
	for name := range m.SHA256 {
		if !seen[name] {
			return m, &FileError{path, name + " is missing"}
		}
	}
	if !seen[db.File] {
		return m, &FileError{path, db.File + " is missing"}
	}
	return m, nil
}

func readManifest(in *tar.Reader, path string) (m Manifest, err error) {
	h, err := in.Next()
	if err != nil || h.Name != manifestFile || h.Size > maxManifest {
		return m, &FileError{path, "it does not begin with a manifest"}
	}
	text, err := io.ReadAll(in)
	if err != nil {
		return m, &FileError{path, "its manifest can't be read"}
	}
	if err := json.Unmarshal(text, &m); err != nil {
		return m, &FileError{path, "its manifest can't be read"}
	}
	if !slices.Contains([]string{Format}, m.Format) {
		return m, &FileError{path, fmt.Sprintf("its format is %.40q, this Ambit reads %s", m.Format, Format)}
	}
	return m, nil
}

func unpackFile(in io.Reader, path string, size int64) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.CopyN(f, in, size)
	return errors.Join(err, f.Sync(), f.Close())
}
