package paths

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
)

// FS is the part of a file system that resolution needs. Names are absolute with forward slashes.
type FS interface {
	// Lstat gives the type bits of name without following a link; fs.ErrNotExist where there is none.
	Lstat(name string) (fs.FileMode, error)
	// Readlink gives a link's target as it is stored.
	Readlink(name string) (string, error)
}

// MaxLinks is how many links one resolution follows, as Linux does.
const MaxLinks = 40

// The kinds of resolved files.
const (
	KindFile    = "file"
	KindDir     = "dir"
	KindMissing = "missing"
	KindFIFO    = "fifo"
	KindSocket  = "socket"
	KindDevice  = "device"
	KindOther   = "other"
)

// Resolved is where a name leads.
type Resolved struct {
	Path string // absolute and cleaned, every link followed
	Kind string
}

// Resolve follows name as the kernel does: component by component from the root, each link replaced by its target before
// the next component counts, so ".." after a link leads to the parent of the link's target. Where the end of
// the name doesn't exist, its deepest existing directory is resolved and the rest appended; a link whose target is
// missing leads to that target. A link cycle, more than MaxLinks links, ".." below something missing, and a link into
// /proc (whose links lead where no name says) are errors.
func Resolve(fsys FS, name string) (Resolved, error) {
	vol, rest := "", name
	if hasDrive(name) {
		vol, rest = name[:2], name[2:]
	}
	if !strings.HasPrefix(rest, "/") {
		return Resolved{}, fmt.Errorf("resolve %q: not an absolute name", name)
	}
	if len(name) > MaxLength || strings.IndexByte(name, 0) >= 0 {
		return Resolved{}, fmt.Errorf("resolve %q: too long or holds NUL", name)
	}
	w := walker{fsys: fsys, vol: vol, kind: KindDir}
	if err := w.walk(rest); err != nil {
		return Resolved{}, fmt.Errorf("resolve %q: %w", name, err)
	}
	if w.cur == "" {
		return Resolved{Path: vol + "/", Kind: KindDir}, nil
	}
	return Resolved{Path: vol + w.cur, Kind: w.kind}, nil
}

type walker struct {
	fsys    FS
	vol     string
	cur     string // resolved so far, "" is the root
	kind    string
	opaque  bool // cur's kind is unknown to the file system; it may be a directory
	missing bool
	links   int
}

func (w *walker) walk(rest string) error {
	for rest != "" {
		comp, tail, _ := strings.Cut(strings.TrimLeft(rest, "/"), "/")
		rest = tail
		switch comp {
		case "", ".":
			continue
		case "..":
			if err := w.up(); err != nil {
				return err
			}
			continue
		}
		target, err := w.down(comp)
		if err != nil {
			return err
		}
		if target != "" {
			if strings.HasPrefix(target, "/") || hasDrive(target) {
				if w.cur = ""; hasDrive(target) {
					w.vol, target = target[:2], target[2:]
				}
				if Inside("/proc", strings.TrimRight(target, "/")) {
					return errors.New("a link leads into /proc")
				}
			}
			w.kind, rest = KindDir, target+"/"+rest
		}
	}
	return nil
}

func (w *walker) up() error {
	if w.missing {
		return errors.New(`".." below a directory that does not exist`)
	}
	if w.kind != KindDir && !w.opaque {
		return errors.New(`".." below something that is not a directory`)
	}
	w.cur, w.kind, w.opaque = w.cur[:max(0, strings.LastIndexByte(w.cur, '/'))], KindDir, false
	return nil
}

// down steps to comp; for a link it stays and gives the target.
func (w *walker) down(comp string) (target string, err error) {
	next := w.cur + "/" + comp
	if w.missing {
		w.cur = next
		return "", nil
	}
	if w.kind != KindDir && !w.opaque {
		return "", errors.New("a part of it is not a directory")
	}
	mode, err := w.fsys.Lstat(w.vol + next)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		w.cur, w.kind, w.missing = next, KindMissing, true
		return "", nil
	case err != nil:
		return "", err
	case mode&fs.ModeSymlink == 0:
		w.cur, w.kind, w.opaque = next, kindOf(mode), mode&fs.ModeIrregular != 0
		return "", nil
	}
	if w.links++; w.links > MaxLinks {
		return "", fmt.Errorf("more than %d links", MaxLinks)
	}
	target, err = w.fsys.Readlink(w.vol + next)
	if err == nil && target == "" {
		err = errors.New("a link without a target")
	}
	return target, err
}

func kindOf(mode fs.FileMode) string {
	switch t := mode.Type(); {
	case t == 0:
		return KindFile
	case t.IsDir():
		return KindDir
	case t&fs.ModeNamedPipe != 0:
		return KindFIFO
	case t&fs.ModeSocket != 0:
		return KindSocket
	case t&(fs.ModeDevice|fs.ModeCharDevice) != 0:
		return KindDevice
	}
	return KindOther
}

// ResolveNamed resolves a name as an agent wrote it: checked, joined with cwd, in the platform's spelling. joined is
// what a request carries as the file's path.
func ResolveNamed(fsys FS, platform, cwd, name string) (joined string, r Resolved, err error) {
	if joined = Join(platform, cwd, name); joined == "" {
		return name, Resolved{}, fmt.Errorf("resolve %q: it is relative and the working directory is unknown", name)
	}
	if refused := Check(platform, joined); refused != nil {
		return joined, Resolved{}, fmt.Errorf("resolve %q: it %w", name, refused)
	}
	slashed := Slash(platform, joined)
	if platform == "windows" && hasDrive(cwd) && !hasDrive(slashed) {
		slashed = cwd[:2] + slashed
	}
	r, err = Resolve(fsys, slashed)
	return joined, r, err
}
