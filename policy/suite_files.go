package policy

import (
	"io/fs"
	"path"

	"ambit/policy/paths"
)

// suiteFile describes one file of a case's file system.
type suiteFile struct {
	Path string `json:"path"`
	Dir  bool   `json:"dir"`
	Link string `json:"link"` // target
	FIFO bool   `json:"fifo"`
}

// fakeFS is the file system of a case: the named files and the directories above them; every other name exists as a plain
// file, of which it isn't known that it isn't a directory.
type fakeFS struct {
	mode map[string]fs.FileMode
	link map[string]string
	fold bool
}

func newFakeFS(files []suiteFile, platform, cwd string, fold bool) *fakeFS {
	f := &fakeFS{mode: map[string]fs.FileMode{}, link: map[string]string{}, fold: fold}
	for _, s := range files {
		name, err := paths.Lexical(platform, cwd, s.Path)
		if err != nil {
			name = path.Clean(paths.Slash(platform, paths.Join(platform, cwd, s.Path)))
		}
		name = f.key(name)
		switch {
		case s.Link != "":
			f.mode[name], f.link[name] = fs.ModeSymlink, paths.Slash(platform, s.Link)
		case s.Dir:
			f.mode[name] = fs.ModeDir
		case s.FIFO:
			f.mode[name] = fs.ModeNamedPipe
		case f.mode[name] == 0:
			f.mode[name] = 0
		}
		for dir := path.Dir(name); len(dir) > 1 && dir != "."; dir = path.Dir(dir) {
			if _, named := f.mode[dir]; !named || f.mode[dir] == 0 {
				f.mode[dir] = fs.ModeDir
			}
		}
	}
	return f
}

func (f *fakeFS) key(name string) string {
	if f.fold {
		return paths.Fold(name)
	}
	return name
}

func (f *fakeFS) Lstat(name string) (fs.FileMode, error) {
	if mode, ok := f.mode[f.key(name)]; ok {
		return mode, nil
	}
	return fs.ModeIrregular, nil
}

func (f *fakeFS) Readlink(name string) (string, error) {
	if target, ok := f.link[f.key(name)]; ok {
		return target, nil
	}
	return "", fs.ErrInvalid
}

// workTree gives the directory above name in which the case names a .git: then the file is in some repository. "" is none.
func (f *fakeFS) workTree(name string) string {
	for dir := path.Dir(f.key(name)); len(dir) > 1 && dir != "."; dir = path.Dir(dir) {
		if _, ok := f.mode[dir+"/.git"]; ok {
			return dir
		}
	}
	return ""
}
