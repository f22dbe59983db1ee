// Package backup packs a data folder into one file while it is in use, and makes a data folder of such a file again.
//
// The file is a gzipped tar of manifest.json, ambit.db, ledger.pub and, only where it was asked for, key. The database holds
// no secret in clear: credentials are hashes, the rest is sealed with the key. The search index is not in it: it is derived.
package backup

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"ambit/audit"
	"ambit/db"
)

// The members of a backup.
const (
	manifestFile = "manifest.json"
	keyFile      = "key"
)

// Format names the version of the file's form.
const Format = "ambit.backup/v1"

// Manifest says what is in a backup.
type Manifest struct {
	Format     string            `json:"format"`
	Ambit      string            `json:"ambit"` // version
	TakenAt    time.Time         `json:"taken_at"`
	Checkpoint string            `json:"checkpoint"` // the latest signed one
	Entries    int64             `json:"entries"`    // that it covers
	SHA256     map[string]string `json:"sha256"`     // of the other members, hex
}

// Options of Create.
type Options struct {
	Dir     string // data folder; its server may run
	To      string // must not exist yet
	KeyFile string // "": the key stays out
	Ambit   string // version
	TakenAt time.Time

	// Checkpoint is the latest signed one: the caller has had it signed just now.
	Checkpoint audit.Checkpoint
	PublicKey  string
}

// Create writes a backup. When it returns without an error the file is complete and on disk; otherwise there is none.
func Create(ctx context.Context, o Options) (m Manifest, err error) {
	if _, err := os.Lstat(o.To); err == nil {
		return m, &existsError{o.To}
	}
	// The copy lies beside the target, on the disk that has room for it by all appearance, and nobody else can read it.
	work, err := os.MkdirTemp(filepath.Dir(o.To), ".ambit-backup-")
	if err != nil {
		return m, fmt.Errorf("back up: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(work)) }()
	if err := db.CopyTo(ctx, filepath.Join(o.Dir, db.File), filepath.Join(work, db.File)); err != nil {
		return m, fmt.Errorf("back up: %w", err)
	}
	if err := os.WriteFile(filepath.Join(work, audit.PublicKeyFile), []byte(o.PublicKey+"\n"), 0o600); err != nil {
		return m, fmt.Errorf("back up: %w", err)
	}
	members := []string{db.File, audit.PublicKeyFile}
	if o.KeyFile != "" {
		key, err := os.ReadFile(o.KeyFile)
		if err != nil {
			return m, fmt.Errorf("back up the key file: %w", err)
		}
		if err := os.WriteFile(filepath.Join(work, keyFile), key, 0o600); err != nil { //nolint:gosec // the folder was made here, the name is a constant
			return m, fmt.Errorf("back up the key file: %w", err)
		}
		members = append(members, keyFile)
	}
	m = Manifest{
		Format: Format, Ambit: o.Ambit, TakenAt: o.TakenAt.UTC(), Checkpoint: o.Checkpoint.Note, Entries: o.Checkpoint.Size,
		SHA256: map[string]string{},
	}
	for _, name := range members {
		if m.SHA256[name], err = digest(filepath.Join(work, name)); err != nil {
			return m, fmt.Errorf("back up: %w", err)
		}
	}
	packed := filepath.Join(work, "backup.tar.gz")
	if err := pack(ctx, packed, work, &m, members); err != nil {
		return m, fmt.Errorf("back up: %w", err)
	}
	// Link, unlike rename, never replaces a file that somebody made meanwhile.
	if err := os.Link(packed, o.To); err != nil {
		return m, fmt.Errorf("back up: %w", err)
	}
	return m, nil
}

type existsError struct{ path string }

func (e *existsError) Error() string { return e.path + " is there already" }

// Hint says what to do.
func (e *existsError) Hint() string {
	return "Choose another name with --to: a backup never replaces a file"
}

func digest(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// pack writes the members into one file, the manifest first, so that a reader knows what to expect.
func pack(ctx context.Context, to, dir string, m *Manifest, members []string) (err error) {
	f, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	// Speed over size: a database of events shrinks to a tenth either way.
	zip, err := gzip.NewWriterLevel(f, gzip.BestSpeed)
	if err != nil {
		return err
	}
	out := tar.NewWriter(zip)
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return fmt.Errorf("write the manifest: %w", err)
	}
	if err := out.WriteHeader(&tar.Header{Name: manifestFile, Mode: 0o600, Size: int64(len(text)), ModTime: m.TakenAt}); err != nil {
		return err
	}
	if _, err := out.Write(text); err != nil {
		return err
	}
	for _, name := range members {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := packFile(out, filepath.Join(dir, name), name, m.TakenAt); err != nil {
			return err
		}
	}
	return errors.Join(out.Close(), zip.Close(), f.Sync())
}

func packFile(out *tar.Writer, path, name string, at time.Time) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if err := out.WriteHeader(&tar.Header{Name: name, Mode: 0o600, Size: info.Size(), ModTime: at}); err != nil {
		return err
	}
	_, err = io.Copy(out, f)
	return err
}
