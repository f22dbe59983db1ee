package sink

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ambit/db"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestMappings compares with golden files: each event of testdata/events.jsonl in both mappings.
func TestMappings(t *testing.T) {
	raw, err := os.ReadFile(filepath.Join("testdata", "events.jsonl"))
	must(t, err)
	for _, mapping := range []Mapping{OCSF, ECS} {
		var out bytes.Buffer
		for i, line := range strings.Split(strings.TrimSpace(string(raw)), "\n") {
			it := eventItem(db.LedgerRow{Seq: int64(i + 1), Event: line}, mapping)
			if it.Bad != "" {
				t.Fatalf("line %d: %s", i+1, it.Bad)
			}
			must(t, json.Indent(&out, it.Body, "", "  "))
			out.WriteByte('\n')
		}
		it, err := checkpointItem(db.Checkpoint{Number: 3, Size: 9, Time: moment.Truncate(time.Second), Note: "ambit-ledger-1\n9\nroot\n"}, mapping)
		must(t, err)
		must(t, json.Indent(&out, it.Body, "", "  "))
		out.WriteByte('\n')
		golden(t, string(mapping)+".golden", out.Bytes())
	}
}

// TestCheckpointIDs ensures that a checkpoint keeps its id, and that the checkpoints of a restored ledger, which counts on from
// its backup, have others than those that were sent before the restore.
func TestCheckpointIDs(t *testing.T) {
	ids := map[string]bool{}
	for _, note := range []string{"ambit-ledger-1\n9\nroot\nnumber 3\n", "ambit-ledger-1\n9\nother\nnumber 3\nepoch 2\n", "ambit-ledger-1\n9\nthird\nnumber 3\nepoch 2\n"} {
		c := db.Checkpoint{Number: 3, Size: 9, Time: moment, Note: note}
		for _, m := range []Mapping{Native, OCSF, ECS} {
			it, err := checkpointItem(c, m)
			must(t, err)
			if ids[it.ID] = true; !strings.HasPrefix(it.ID, "chk_ambit-ledger-1_3_") || !strings.Contains(string(it.Body), it.ID) {
				t.Errorf("%s: %s", it.ID, it.Body)
			}
		}
	}
	if len(ids) != 3 {
		t.Errorf("three checkpoints have the ids %v", ids)
	}
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		must(t, os.WriteFile(path, got, 0o600))
	}
	want, err := os.ReadFile(path)
	must(t, err)
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-want +got, -update writes it anew):\n%s", name, diff)
	}
}

// TestWhatCantBeReadIsSetAside ensures that an entry that was tampered with doesn't hold a sink up.
func TestWhatCantBeReadIsSetAside(t *testing.T) {
	for _, text := range []string{"", "{", "[]", `{"id":3}`, `{"time":"yesterday","id":"evt_1"}`, `null`} {
		for _, m := range []Mapping{Native, OCSF, ECS} {
			if it := eventItem(db.LedgerRow{Seq: 7, Event: text}, m); it.Bad == "" || it.ID == "" {
				t.Errorf("%q by %s: %+v", text, m, it)
			}
		}
	}
}

func FuzzMapping(f *testing.F) {
	raw, err := os.ReadFile(filepath.Join("testdata", "events.jsonl"))
	if err != nil {
		f.Fatal(err)
	}
	for _, line := range strings.Split(strings.TrimSpace(string(raw)), "\n") {
		f.Add(line)
	}
	f.Fuzz(func(t *testing.T, event string) {
		for _, m := range []Mapping{OCSF, ECS} {
			it := eventItem(db.LedgerRow{Seq: 1, Event: event}, m)
			if it.Bad == "" && !json.Valid(it.Body) {
				t.Errorf("%s gives %s", m, it.Body)
			}
		}
	})
}
