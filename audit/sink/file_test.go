package sink

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestFileRotates(t *testing.T) {
	d := testDeps(t)
	at := moment
	d.now = func() time.Time { return at }
	r := receiverWith(t, d, Spec{Kind: File, File: &FileSpec{Name: "audit.jsonl", RotateBytes: 100, Keep: 2}}, nil)
	for range 12 {
		at = at.Add(time.Second)
		mustSend(t, r, items(2))
	}
	names, err := filepath.Glob(filepath.Join(d.folder, "*"))
	must(t, err)
	if len(names) != 3 {
		t.Errorf("%v", names)
	}
	for _, name := range names {
		text, err := os.ReadFile(name)
		must(t, err)
		if info, err := os.Stat(name); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v %v", name, info.Mode(), err)
		}
		if lines := strings.Count(string(text), "\n"); lines == 0 || lines > 6 {
			t.Errorf("%s has %d lines", name, lines)
		}
	}
}

func TestFileRotatesByTheClock(t *testing.T) {
	d := testDeps(t)
	at := time.Now() // what the file system's times are compared with
	d.now = func() time.Time { return at }
	spec := Spec{Kind: File, File: &FileSpec{Name: "audit.jsonl", RotateHours: 24}}
	mustSend(t, receiverWith(t, d, spec, nil), items(1))
	mustSend(t, receiverWith(t, d, spec, nil), items(1)) // a restart within the day
	at = at.Add(24 * time.Hour)
	mustSend(t, receiverWith(t, d, spec, nil), items(1))
	names, err := filepath.Glob(filepath.Join(d.folder, "audit.jsonl*"))
	must(t, err)
	if len(names) != 2 {
		t.Errorf("%v", names)
	}
}

func TestFileMendsATornLine(t *testing.T) {
	d := testDeps(t)
	path := filepath.Join(d.folder, "audit.jsonl")
	must(t, os.WriteFile(path, []byte("{\"id\":\"a\"}\n{\"id\":\""+strings.Repeat("b", 10_000)), 0o600))
	mustSend(t, receiverWith(t, d, Spec{Kind: File, File: &FileSpec{Name: "audit.jsonl"}}, nil), items(1))
	text, err := os.ReadFile(path)
	must(t, err)
	if string(text) != "{\"id\":\"a\"}\n{\"id\":\"evt_1\",\"seq\":1}\n" {
		t.Errorf("%.200s", text)
	}
}

// TestFileStaysInItsFolder ensures that neither names nor links lead out of the operator's folder.
func TestFileStaysInItsFolder(t *testing.T) {
	d := testDeps(t)
	outside := filepath.Join(t.TempDir(), "outside")
	must(t, os.WriteFile(outside, nil, 0o600))
	must(t, os.Symlink(outside, filepath.Join(d.folder, "link.jsonl")))
	must(t, os.Mkdir(filepath.Join(d.folder, "dir"), 0o700))
	for _, name := range []string{"link.jsonl", "dir", "../outside", outside, "dir/../../x"} {
		r := receiverWith(t, d, Spec{Kind: File, File: &FileSpec{Name: name}}, nil)
		if res, err := r.Send(t.Context(), items(1)); err == nil {
			t.Errorf("%s: %+v", name, res)
		}
	}
	if text, err := os.ReadFile(outside); err != nil || len(text) > 0 {
		t.Errorf("%s %v", text, err)
	}
	c := checker{folder: d.folder}
	for _, name := range []string{"", ".", "..", ".hidden", "a/b", `a\b`, "a\x00", strings.Repeat("x", 65), outside} {
		if err := c.checkFile(&FileSpec{Name: name, RotateBytes: minRotate, Keep: 1}); err == nil {
			t.Errorf("the name %q is accepted", name)
		}
	}
}
