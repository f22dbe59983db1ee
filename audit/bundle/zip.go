package bundle

import (
	"archive/zip"
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"io"
)

// ZipFolder is the folder in an archive that holds the bundle: what the archive opens to is what Check takes.
const ZipFolder = "ambit-evidence"

// WriteZip makes a bundle as a ZIP archive while it is sent, with nothing kept on the way: m is as for Write. An archive has
// one file after the other, so the source is read once for each; where it has other events by then, because some were
// removed in between, there is no bundle.
func WriteZip(w io.Writer, format, publicKey string, m *Manifest, src Source) error {
	m.Format, m.Files = Format, map[string]File{}
	z := &archive{zip: zip.NewWriter(w), m: m, src: src}
	steps := []func() error{
		func() error { return z.events(JSONL) },
		func() error { return z.events(format) },
		z.proofs,
		func() error {
			return z.file(PublicKeyFile, func(w io.Writer) error {
				_, err := io.WriteString(w, publicKey+"\n")
				return err
			})
		},
		z.manifest,
		z.zip.Close,
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return fmt.Errorf("write export: %w", err)
		}
	}
	return nil
}

// movedError tells that the source has other events than a moment ago.
type movedError struct{}

func (movedError) Error() string { return "events were removed while they were exported" }

// Hint says what to do.
func (movedError) Hint() string { return "Export again" }

type archive struct {
	zip  *zip.Writer
	m    *Manifest
	src  Source
	seqs string // hash over the seqs that the first reading found
}

// entry hashes and counts what is written to a file of the archive.
type entry struct {
	w    *bufio.Writer
	hash hash.Hash
	n    int64
}

// Write implements io.Writer.
func (e *entry) Write(b []byte) (int, error) {
	_, _ = e.hash.Write(b) // a hash never fails
	e.n += int64(len(b))
	return e.w.Write(b)
}

// file adds a file and notes its hash in the manifest.
func (z *archive) file(name string, fill func(w io.Writer) error) error {
	w, err := z.create(name)
	if err != nil {
		return err
	}
	e := &entry{w: bufio.NewWriterSize(w, 1<<16), hash: sha256.New()}
	if err := fill(e); err != nil {
		return err
	}
	z.m.Files[name] = File{hex.EncodeToString(e.hash.Sum(nil)), e.n}
	return e.w.Flush()
}

func (z *archive) create(name string) (io.Writer, error) {
	return z.zip.CreateHeader(&zip.FileHeader{Name: ZipFolder + "/" + name, Method: zip.Deflate, Modified: z.m.MadeAt})
}

// events adds the events in a format, unless it is there already.
func (z *archive) events(format string) error {
	if _, there := z.m.Files[FileName(format)]; there {
		return nil
	}
	return z.file(FileName(format), func(w io.Writer) error {
		out, err := NewEncoder(format, w)
		if err != nil {
			return err
		}
		if err := z.each(func(_ int64, event string) error { return out.Encode(event) }); err != nil {
			return err
		}
		return out.Flush()
	})
}

// each reads the source, and makes sure that it has the same events every time.
func (z *archive) each(fn func(seq int64, event string) error) error {
	seqs := sha256.New()
	var n, first, last int64
	err := z.src.Events(func(event string) error {
		seq, err := seqOf(event)
		if err != nil {
			return err
		}
		if n == 0 {
			first = seq
		}
		n, last = n+1, seq
		fmt.Fprintf(seqs, "%d\n", seq)
		return fn(seq, event)
	})
	if err != nil {
		return err
	}
	found := hex.EncodeToString(seqs.Sum(nil))
	if z.seqs == "" {
		z.seqs, z.m.Events, z.m.FirstSeq, z.m.LastSeq = found, n, first, last
	}
	if found != z.seqs {
		return movedError{}
	}
	return nil
}

func (z *archive) proofs() error {
	return z.file(ProofsFile, func(w io.Writer) error {
		p := &prover{enc: json.NewEncoder(w), src: z.src}
		if err := z.each(func(seq int64, _ string) error { return p.add(seq) }); err != nil {
			return err
		}
		return p.flush()
	})
}

func (z *archive) manifest() error {
	w, err := z.create(ManifestFile)
	if err != nil {
		return err
	}
	out := json.NewEncoder(w)
	out.SetIndent("", "  ")
	return out.Encode(z.m)
}
