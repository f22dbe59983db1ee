package bundle

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"ambit/audit"
)

// BrokenError says what in a bundle is not as it should be.
type BrokenError struct{ What string }

func (e *BrokenError) Error() string { return "the export was altered or is not complete: " + e.What }

// Hint says what to do.
func (e *BrokenError) Hint() string { return "Export anew, and keep this one as evidence" }

// maxLine bounds an event or a proof, in bytes.
const maxLine = 16 << 20

// Check verifies a bundle with the ledger's public key: every file is the one of the manifest, and every event lies under
// the signed checkpoint, in order, each once. It says nothing about events that fit the filter and were left out: only the
// ledger can.
func Check(dir, publicKey string) (Manifest, audit.Checkpoint, error) {
	var m Manifest
	var c audit.Checkpoint
	text, err := os.ReadFile(filepath.Join(dir, ManifestFile))
	if err != nil {
		return m, c, fmt.Errorf("read the manifest: %w", err)
	}
	if err := json.Unmarshal(text, &m); err != nil || m.Format != Format {
		return m, c, &BrokenError{"its manifest is not one of " + Format}
	}
	for _, name := range []string{FileName(JSONL), ProofsFile} {
		if _, there := m.Files[name]; !there {
			return m, c, &BrokenError{name + " is not in the manifest"}
		}
	}
	known := []string{FileName(JSONL), FileName(CSV), FileName(OCSF), ProofsFile, PublicKeyFile}
	for name, want := range m.Files {
		if !slices.Contains(known, name) {
			return m, c, &BrokenError{fmt.Sprintf("%.40q is no file of an export", name)}
		}
		if err := compare(filepath.Join(dir, name), want); err != nil {
			return m, c, err
		}
	}
	c, err = checkEvents(dir, publicKey, &m)
	return m, c, err
}

func compare(path string, want File) error {
	have, err := hashFile(path)
	if err != nil {
		return &BrokenError{err.Error()}
	}
	if have != want {
		return &BrokenError{filepath.Base(path) + " is not the file that the manifest names"}
	}
	return nil
}

func hashFile(path string) (File, error) {
	f, err := os.Open(path)
	if err != nil {
		return File{}, err
	}
	defer f.Close()
	h := sha256.New()
	n, err := io.Copy(h, f)
	if err != nil {
		return File{}, err
	}
	return File{hex.EncodeToString(h.Sum(nil)), n}, nil
}

func checkEvents(dir, publicKey string, m *Manifest) (c audit.Checkpoint, err error) {
	if c, err = audit.ReadCheckpoint(m.Checkpoint, publicKey); err != nil {
		return c, err
	}
	if m.Through > c.Size {
		return c, &BrokenError{fmt.Sprintf("it claims to reach entry %d, the checkpoint covers %d", m.Through, c.Size)}
	}
	events, err := open(dir, FileName(JSONL))
	if err != nil {
		return c, err
	}
	defer events.close()
	proofs, err := open(dir, ProofsFile)
	if err != nil {
		return c, err
	}
	defer proofs.close()
	var n, last, first int64
	for events.Scan() {
		event := events.Text()
		seq, err := seqOf(event)
		if err != nil {
			return c, &BrokenError{err.Error()}
		}
		if seq <= last || seq > m.Through {
			return c, &BrokenError{fmt.Sprintf("entry %d stands in the wrong place", seq)}
		}
		var p proof
		if !proofs.Scan() || json.Unmarshal(proofs.Bytes(), &p) != nil || p.Seq != seq {
			return c, &BrokenError{fmt.Sprintf("the proof of entry %d is missing", seq)}
		}
		whole := audit.Proof{Seq: seq, Event: event, Hashes: p.Hashes, Checkpoint: m.Checkpoint}
		if _, err := whole.Check(publicKey); err != nil {
			return c, &BrokenError{fmt.Sprintf("entry %d is not in the ledger as it stands here", seq)}
		}
		if n == 0 {
			first = seq
		}
		n, last = n+1, seq
	}
	if err := errors.Join(events.Err(), proofs.Err()); err != nil {
		return c, fmt.Errorf("read the export: %w", err)
	}
	if n != m.Events || first != m.FirstSeq || last != m.LastSeq || proofs.Scan() {
		return c, &BrokenError{fmt.Sprintf("it has %d events, the manifest says %d", n, m.Events)}
	}
	return c, nil
}

type reader struct {
	*bufio.Scanner
	f *os.File
}

func open(dir, name string) (*reader, error) {
	f, err := os.Open(filepath.Join(dir, name))
	if err != nil {
		return nil, fmt.Errorf("read the export: %w", err)
	}
	s := bufio.NewScanner(f)
	s.Buffer(nil, maxLine)
	return &reader{s, f}, nil
}

func (r *reader) close() { _ = r.f.Close() } // only read from
