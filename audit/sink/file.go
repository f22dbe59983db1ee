package sink

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// file appends JSON Lines to a file inside the operator's folder, and never anywhere else: os.Root refuses paths and links
// that lead out. A batch is accepted when it is on the disk.
type file struct {
	spec   FileSpec
	root   *os.Root
	now    func() time.Time
	f      *os.File
	size   int64
	window int64 // in which it was last written, with RotateHours
	buf    bytes.Buffer
}

func newFile(d *deps, spec *Spec) (Receiver, error) {
	if d.folder == "" {
		return nil, &Error{"invalid", "this server may not write files", "Start it with `ambit serve --sink-folder DIR`."}
	}
	root, err := os.OpenRoot(d.folder)
	if err != nil {
		return nil, fmt.Errorf("open the folder for sinks: %w", err)
	}
	return &file{spec: *spec.File, root: root, now: d.now}, nil
}

// Send implements Receiver.
func (f *file) Send(_ context.Context, batch []Item) (Result, error) {
	if err := f.ready(); err != nil {
		return Result{}, err
	}
	f.buf.Reset()
	for i := range batch {
		f.buf.Write(batch[i].Body)
		f.buf.WriteByte('\n')
	}
	n, err := f.f.Write(f.buf.Bytes())
	f.size += int64(n)
	if err = errors.Join(err, f.sync()); err != nil {
		f.shut() // opening it again cuts off a line that was written half
		return Result{}, fmt.Errorf("write %s: %w", f.spec.Name, err)
	}
	return Result{Outcome: Accepted, Answer: fmt.Sprintf("%d lines, %d bytes in %s", len(batch), n, f.spec.Name)}, nil
}

func (f *file) syncFolder() error {
	dir, err := f.root.Open(".")
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

func (f *file) sync() error {
	if f.f == nil {
		return nil
	}
	return f.f.Sync()
}

// ready opens the file and starts a new one when this one is full or old.
func (f *file) ready() error {
	if f.f == nil {
		if err := f.open(); err != nil {
			return fmt.Errorf("open %s: %w", f.spec.Name, err)
		}
	}
	now := f.windowOf(f.now())
	if f.size == 0 || f.size < f.spec.RotateBytes && f.window == now {
		f.window = now
		return nil
	}
	if err := f.rotate(); err != nil {
		return fmt.Errorf("rotate %s: %w", f.spec.Name, err)
	}
	return f.open()
}

func (f *file) open() error {
	// A link or a pipe in its place would lead elsewhere, or block.
	if info, err := f.root.Lstat(f.spec.Name); err == nil && !info.Mode().IsRegular() {
		return errors.New("it is there already and is no plain file")
	}
	opened, err := f.root.OpenFile(f.spec.Name, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	// A file whose name is not on the disk is gone after a crash, however well its lines were synced.
	if err := f.syncFolder(); err != nil {
		return errors.Join(err, opened.Close())
	}
	if f.size, err = mend(opened); err != nil {
		return errors.Join(err, opened.Close())
	}
	f.f, f.window = opened, f.windowOf(f.now())
	if info, err := opened.Stat(); err == nil && f.size > 0 {
		f.window = f.windowOf(info.ModTime())
	}
	return nil
}

// windowOf numbers the spans of RotateHours since 1970, each of which has a file of its own, restarts or not.
func (f *file) windowOf(at time.Time) int64 {
	if f.spec.RotateHours == 0 {
		return 0
	}
	return at.Unix() / int64(f.spec.RotateHours*3600)
}

// mend cuts off a last line that a crash left unfinished: its event was not accepted and comes again. The file is left at its
// end.
func mend(f *os.File) (int64, error) {
	size, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		return 0, err
	}
	var block [4096]byte
	end := size
	for end > 0 {
		from := max(0, end-int64(len(block)))
		part := block[:end-from]
		if _, err := f.ReadAt(part, from); err != nil {
			return 0, err
		}
		if at := bytes.LastIndexByte(part, '\n'); at >= 0 {
			end = from + int64(at) + 1
			break
		}
		end = from
	}
	if end < size {
		if err := f.Truncate(end); err != nil {
			return 0, err
		}
	}
	_, err = f.Seek(end, io.SeekStart)
	return end, err
}

// rotate renames the full file after the moment and removes the oldest beyond what is kept.
func (f *file) rotate() error {
	f.shut()
	stamp := f.now().UTC().Format("20060102T150405.000Z")
	for n := 0; ; n++ {
		name := f.spec.Name + "." + stamp
		if n > 0 {
			name = fmt.Sprintf("%s-%d", name, n)
		}
		if _, err := f.root.Lstat(name); err == nil {
			continue // two in one millisecond
		} else if !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		if err := f.root.Rename(f.spec.Name, name); err != nil {
			return err
		}
		break
	}
	return f.prune()
}

func (f *file) prune() error {
	dir, err := f.root.Open(".")
	if err != nil {
		return err
	}
	names, err := dir.Readdirnames(-1)
	if err = errors.Join(err, dir.Close()); err != nil {
		return err
	}
	names = slices.DeleteFunc(names, func(name string) bool {
		rest, ok := strings.CutPrefix(name, f.spec.Name+".")
		return !ok || len(rest) < len("20060102T150405.000Z") || filepath.Base(name) != name || rest[8] != 'T'
	})
	slices.Sort(names)
	for len(names) > f.spec.Keep {
		if err := f.root.Remove(names[0]); err != nil {
			return err
		}
		names = names[1:]
	}
	return nil
}

func (f *file) shut() {
	if f.f != nil {
		_ = f.f.Close() // what counts was synced
		f.f = nil
	}
}

// Close implements Receiver.
func (f *file) Close() error {
	f.shut()
	return f.root.Close()
}
