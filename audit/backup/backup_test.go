package backup_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ambit/audit"
	"ambit/audit/backup"
	"ambit/db"
	"ambit/db/seal"
)

type house struct {
	*audit.Ledger
	dir  string
	box  *seal.Box
	db   *db.DB
	stop func()
}

func open(t *testing.T, dir string) *house {
	t.Helper()
	box, err := seal.Open(filepath.Join(dir, "key"), rand.Reader)
	must(t, err)
	d, err := db.Open(t.Context(), dir, db.Options{})
	must(t, err)
	l, err := audit.Open(t.Context(), audit.Options{DB: d, Box: box, Dir: dir, Now: time.Now, Rand: rand.Reader})
	must(t, err)
	h := &house{Ledger: l, dir: dir, box: box, db: d}
	closed := false
	h.stop = func() {
		if closed {
			return
		}
		closed = true
		must(t, errors.Join(l.Close(context.Background()), d.Close()))
	}
	t.Cleanup(h.stop)
	return h
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

var admin = audit.Actor{User: "olga@acme.test"}

func (h *house) append(t *testing.T, n int) {
	t.Helper()
	for range n {
		must(t, h.Append(t.Context(), &audit.Event{Type: "deploy.finished", Phase: audit.PhaseResult, Actor: admin, PromptText: "hello"}))
	}
}

func (h *house) backUp(t *testing.T, withKey bool) string {
	t.Helper()
	at, err := h.RecordBackup(t.Context(), withKey, admin)
	must(t, err)
	o := backup.Options{Dir: h.dir, To: filepath.Join(t.TempDir(), "b.tar.gz"), Ambit: "test", TakenAt: time.Now(), Checkpoint: at, PublicKey: h.PublicKey()}
	if withKey {
		o.KeyFile = filepath.Join(h.dir, "key")
	}
	m, err := backup.Create(t.Context(), o)
	must(t, err)
	if m.Entries != at.Size || m.Checkpoint != at.Note {
		t.Fatalf("manifest %+v", m)
	}
	return o.To
}

func options(t *testing.T, from string) backup.RestoreOptions {
	return backup.RestoreOptions{From: from, Dir: filepath.Join(t.TempDir(), "back"), By: admin, Now: time.Now, Rand: rand.Reader}
}

// members are the files in a backup.
func members(t *testing.T, path string) map[string][]byte {
	t.Helper()
	f, err := os.Open(path)
	must(t, err)
	defer f.Close()
	z, err := gzip.NewReader(f)
	must(t, err)
	out := map[string][]byte{}
	for in := tar.NewReader(z); ; {
		h, err := in.Next()
		if errors.Is(err, io.EOF) {
			return out
		}
		must(t, err)
		out[h.Name], err = io.ReadAll(in)
		must(t, err)
	}
}

func TestBackupHoldsTheLedgerAndNoSecret(t *testing.T) {
	h := open(t, t.TempDir())
	h.append(t, 300)
	path := h.backUp(t, false)
	h.append(t, 5)
	have := members(t, path)
	if len(have) != 3 || have["ambit.db"] == nil || have["ledger.pub"] == nil || have["manifest.json"] == nil {
		t.Fatalf("members: %d", len(have))
	}
	key, err := os.ReadFile(filepath.Join(h.dir, "key"))
	must(t, err)
	for name, content := range have {
		if bytes.Contains(content, bytes.TrimSpace(key)) || bytes.Contains(content, []byte("hello")) {
			t.Errorf("%s holds a secret in clear", name)
		}
	}
	info, err := os.Stat(path)
	must(t, err)
	if info.Mode().Perm() != 0o600 {
		t.Errorf("others may read it: %v", info.Mode())
	}
	if _, err := backup.Create(t.Context(), backup.Options{Dir: h.dir, To: path}); err == nil {
		t.Error("a backup was overwritten")
	}
	left, err := filepath.Glob(filepath.Join(filepath.Dir(path), ".ambit-*"))
	must(t, err)
	if len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	if members(t, h.backUp(t, true))["key"] == nil {
		t.Error("the key was asked for and isn't there")
	}
}

func TestRestoreBeginsAnEpochThatExplainsItself(t *testing.T) {
	h := open(t, t.TempDir())
	h.append(t, 300)
	before, err := h.Sign(t.Context())
	must(t, err)
	path := h.backUp(t, false) // entry 301
	h.append(t, 100)
	kept, err := h.Sign(t.Context()) // 401: 100 entries will be lost
	must(t, err)
	h.append(t, 50)
	later, err := h.Sign(t.Context())
	must(t, err)
	h.stop()

	o := options(t, path)
	var noKey *backup.NoKeyError
	if _, err := backup.Restore(t.Context(), o); !errors.As(err, &noKey) {
		t.Fatalf("without the key: %v", err)
	}
	o.KeyFile, o.Checkpoint = filepath.Join(h.dir, "key"), kept.Note
	r, err := backup.Restore(t.Context(), o)
	must(t, err)
	if r.Report.Entries != 301 || r.Checkpoint.Size != 302 || r.Checkpoint.Epoch != 2 {
		t.Fatalf("restored %+v", r)
	}
	var full *backup.NotEmptyError
	if _, err := backup.Restore(t.Context(), o); !errors.As(err, &full) {
		t.Fatalf("into a folder that is in use: %v", err)
	}

	back := open(t, o.Dir)
	back.append(t, 500)
	now, err := back.Sign(t.Context())
	must(t, err)
	verify := func(checkpoint string) audit.Report {
		t.Helper()
		report, err := back.Verify(t.Context(), audit.VerifyOptions{Checkpoint: checkpoint})
		must(t, err)
		open, err := audit.Verify(t.Context(), back.db.Read(), audit.VerifyOptions{PublicKey: back.PublicKey(), Checkpoint: checkpoint})
		must(t, err)
		if open.FirstBad != report.FirstBad {
			t.Fatalf("with the public key alone: %+v, with the key: %+v", open, report)
		}
		return report
	}
	plain := verify("")
	if !plain.OK() || plain.Epoch != 2 || len(plain.Notes) != 1 || !strings.Contains(plain.Notes[0], "entries 302 to 401 of the epoch before are lost") {
		t.Fatalf("by itself: %+v", plain)
	}
	for name, c := range map[string]audit.Checkpoint{"from before the backup": before, "of the new epoch": now} {
		if report := verify(c.Note); !report.OK() || report.Checkpoints != plain.Checkpoints+1 {
			t.Errorf("a checkpoint %s: %+v", name, report)
		}
	}
	if report := verify(kept.Note); !report.OK() || len(report.Notes) != 2 || !strings.Contains(report.Notes[1], "says that they are lost") {
		t.Errorf("the checkpoint that the restore knew of: %+v", report)
	}
	if report := verify(later.Note); report.FirstBad != 302 || !strings.Contains(report.Issues[0].What, "more was lost") {
		t.Errorf("a checkpoint that the restore didn't know of: %+v", report)
	}

	// A second restore of the same backup: the first one's epoch is gone, and that shows.
	o2 := options(t, path)
	o2.KeyFile = o.KeyFile
	_, err = backup.Restore(t.Context(), o2)
	must(t, err)
	again := open(t, o2.Dir)
	report, err := again.Verify(t.Context(), audit.VerifyOptions{Checkpoint: now.Note})
	must(t, err)
	if report.OK() {
		t.Errorf("the epoch that was lost went unnoticed: %+v", report)
	}
}

func TestRestoreRefusesWhatIsNotSound(t *testing.T) {
	h := open(t, t.TempDir())
	h.append(t, 300)
	path := h.backUp(t, true)
	good := members(t, path)
	h.stop()
	manifest := func(change func(*backup.Manifest)) []byte {
		var m backup.Manifest
		must(t, json.Unmarshal(good["manifest.json"], &m))
		change(&m)
		text, err := json.Marshal(m)
		must(t, err)
		return text
	}
	type file struct {
		name string
		text []byte
	}
	changed := bytes.Replace(good["ambit.db"], []byte("deploy.finished"), []byte("deploy.finishea"), 1)
	for name, c := range map[string]struct {
		files []file
		want  string
	}{
		"no manifest":          {[]file{{"ambit.db", good["ambit.db"]}}, "manifest"},
		"another format":       {[]file{{"manifest.json", manifest(func(m *backup.Manifest) { m.Format = "x" })}}, "format"},
		"a changed database":   {[]file{{"manifest.json", good["manifest.json"]}, {"ambit.db", changed}}, "not what the manifest says"},
		"a member is missing":  {[]file{{"manifest.json", good["manifest.json"]}, {"ambit.db", good["ambit.db"]}}, "missing"},
		"a path out of it":     {[]file{{"manifest.json", good["manifest.json"]}, {"../x", nil}}, "no backup has"},
		"a member twice":       {[]file{{"manifest.json", good["manifest.json"]}, {"ledger.pub", good["ledger.pub"]}, {"ledger.pub", good["ledger.pub"]}}, "no backup has"},
		"nothing but manifest": {[]file{{"manifest.json", manifest(func(m *backup.Manifest) { m.SHA256 = nil })}}, "missing"},
	} {
		t.Run(name, func(t *testing.T) {
			o := options(t, write(t, func(w *tar.Writer) {
				for _, f := range c.files {
					must(t, w.WriteHeader(&tar.Header{Name: f.name, Mode: 0o600, Size: int64(len(f.text))}))
					_, err := w.Write(f.text)
					must(t, err)
				}
			}))
			var bad *backup.FileError
			if _, err := backup.Restore(t.Context(), o); !errors.As(err, &bad) || !strings.Contains(bad.What, c.want) {
				t.Fatalf("%v, want %q", err, c.want)
			}
			if _, err := os.Stat(o.Dir); err == nil {
				t.Fatal("a folder was made")
			}
		})
	}
	t.Run("a ledger altered before it was packed", func(t *testing.T) {
		h := open(t, t.TempDir())
		h.append(t, 300)
		must(t, h.db.Write(t.Context(), func(tx *db.Tx) error {
			_, err := tx.ExecContext(t.Context(), "UPDATE ledger SET event = replace(event, 'deploy', 'deploi') WHERE seq = 12")
			return err
		}))
		o := options(t, h.backUp(t, true))
		var damaged *backup.DamagedError
		if _, err := backup.Restore(t.Context(), o); !errors.As(err, &damaged) || damaged.Report.FirstBad != 12 {
			t.Fatalf("%v", err)
		}
	})
	t.Run("cut off", func(t *testing.T) {
		raw, err := os.ReadFile(path)
		must(t, err)
		short := filepath.Join(t.TempDir(), "short")
		must(t, os.WriteFile(short, raw[:len(raw)/2], 0o600))
		if _, err := backup.Restore(t.Context(), options(t, short)); err == nil {
			t.Fatal("half a backup was restored")
		}
	})
	t.Run("another installation's key", func(t *testing.T) {
		o := options(t, path)
		o.KeyFile = filepath.Join(open(t, t.TempDir()).dir, "key")
		if _, err := backup.Restore(t.Context(), o); err == nil {
			t.Fatal("restored with another key")
		}
	})
}

func write(t *testing.T, fill func(*tar.Writer)) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "b.tar.gz")
	f, err := os.Create(path)
	must(t, err)
	z := gzip.NewWriter(f)
	w := tar.NewWriter(z)
	fill(w)
	must(t, errors.Join(w.Close(), z.Close(), f.Close()))
	return path
}

// A backup that is taken while events come in is one moment of the ledger.
func TestBackupBesideWriters(t *testing.T) {
	h := open(t, t.TempDir())
	h.append(t, 500)
	stop, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for {
			select {
			case <-stop:
				return
			default:
			}
			if err := h.Append(context.Background(), &audit.Event{Type: "deploy.finished", Phase: audit.PhaseResult, Actor: admin}); err != nil {
				t.Error(err)
				return
			}
		}
	}()
	path := h.backUp(t, true)
	close(stop)
	<-done
	r, err := backup.Restore(t.Context(), options(t, path))
	must(t, err)
	if r.Report.Entries < r.Manifest.Entries {
		t.Fatalf("%d entries, the checkpoint covers %d", r.Report.Entries, r.Manifest.Entries)
	}
}
