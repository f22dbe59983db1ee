package bundle

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"

	"ambit/audit"
)

// Source is the ledger that a bundle is made of.
type Source interface {
	// Events calls fn for each event that fits, oldest first, in canonical JSON.
	Events(fn func(event string) error) error
	// Proofs gives the hashes that lead from each entry to the manifest's checkpoint, in the order of seqs.
	Proofs(seqs []int64) ([][]audit.Hash, error)
}

// Write makes a bundle in a folder that doesn't exist yet or is empty. m brings version, time, filter, checkpoint and its
// size; Write fills in the rest. The events are there in canonical JSON, which is what the proofs are about, and in format.
func Write(dir, format, publicKey string, m *Manifest, src Source) (err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("write export: %w", err)
	}
	if list, err := os.ReadDir(dir); err != nil || len(list) > 0 {
		return errors.Join(&notEmptyError{dir}, err)
	}
	w := &writer{dir: dir, m: m, files: map[string]*file{}}
	defer func() { err = errors.Join(err, w.close()) }()
	m.Format, m.Files = Format, map[string]File{}
	if err := w.events(format, src); err != nil {
		return fmt.Errorf("write export: %w", err)
	}
	key, err := w.open(PublicKeyFile)
	if err != nil {
		return fmt.Errorf("write export: %w", err)
	}
	if _, err := io.WriteString(key, publicKey+"\n"); err != nil {
		return fmt.Errorf("write export: %w", err)
	}
	return w.manifest()
}

type notEmptyError struct{ dir string }

func (e *notEmptyError) Error() string { return "the folder " + e.dir + " is not empty" }

// Hint says what to do.
func (e *notEmptyError) Hint() string { return "Name a new folder with --out" }

type writer struct {
	dir   string
	m     *Manifest
	files map[string]*file
}

// file hashes and counts what is written to it.
type file struct {
	f    *os.File
	buf  *bufio.Writer
	hash hash.Hash
	n    int64
}

func (w *writer) open(name string) (*file, error) {
	f, err := os.OpenFile(filepath.Join(w.dir, name), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	out := &file{f: f, buf: bufio.NewWriterSize(f, 1<<16), hash: sha256.New()}
	w.files[name] = out
	return out, nil
}

// Write implements io.Writer.
func (f *file) Write(b []byte) (int, error) {
	_, _ = f.hash.Write(b) // a hash never fails
	f.n += int64(len(b))
	return f.buf.Write(b)
}

// close ends the files and notes their hashes in the manifest.
func (w *writer) close() error {
	var errs []error
	for name, f := range w.files {
		errs = append(errs, f.buf.Flush(), f.f.Sync(), f.f.Close())
		w.m.Files[name] = File{hex.EncodeToString(f.hash.Sum(nil)), f.n}
	}
	w.files = nil
	return errors.Join(errs...)
}

func (w *writer) events(format string, src Source) error {
	canonical, err := w.open(FileName(JSONL))
	if err != nil {
		return err
	}
	proofs, err := w.open(ProofsFile)
	if err != nil {
		return err
	}
	var also Encoder
	if format != JSONL {
		out, err := w.open(FileName(format))
		if err != nil {
			return err
		}
		if also, err = NewEncoder(format, out); err != nil {
			return err
		}
	}
	p := &prover{enc: json.NewEncoder(proofs), src: src}
	err = src.Events(func(event string) error {
		seq, err := seqOf(event)
		if err != nil {
			return err
		}
		if w.m.Events == 0 {
			w.m.FirstSeq = seq
		}
		w.m.Events, w.m.LastSeq = w.m.Events+1, seq
		if _, err := io.WriteString(canonical, event+"\n"); err != nil {
			return err
		}
		if also != nil {
			if err := also.Encode(event); err != nil {
				return err
			}
		}
		return p.add(seq)
	})
	if err == nil {
		err = p.flush()
	}
	if err == nil && also != nil {
		err = also.Flush()
	}
	return err
}

func (w *writer) manifest() error {
	if err := w.close(); err != nil {
		return fmt.Errorf("write export: %w", err)
	}
	text, err := json.MarshalIndent(w.m, "", "  ")
	if err != nil {
		return fmt.Errorf("write the manifest: %w", err)
	}
	if err := os.WriteFile(filepath.Join(w.dir, ManifestFile), append(text, '\n'), 0o600); err != nil {
		return fmt.Errorf("write the manifest: %w", err)
	}
	return nil
}

func seqOf(event string) (int64, error) {
	var e struct {
		Seq int64 `json:"seq"`
	}
	if err := json.Unmarshal([]byte(event), &e); err != nil || e.Seq < 1 {
		return 0, fmt.Errorf("an event without a seq: %.60q", event)
	}
	return e.Seq, nil
}
