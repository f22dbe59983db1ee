package audit

import (
	"encoding/json"
	"errors"
	"testing"

	"golang.org/x/mod/sumdb/note"
)

func TestConsistencyBetweenCheckpoints(t *testing.T) {
	l, _ := ledgerIn(t, t.TempDir())
	var kept []Checkpoint
	for _, n := range []int{1, 200, 55, 1, 400, 300} {
		mustAppend(t, l, n)
		c, err := l.Sign(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		kept = append(kept, c)
	}
	if again, err := l.Sign(t.Context()); err != nil || again.Number != kept[5].Number {
		t.Fatalf("signed anew without anything new: %+v, %v", again, err)
	}
	for i, from := range kept {
		for j, to := range kept {
			p, err := ProveTree(t.Context(), l.db.Read(), l.pub, from.Note, to.Note)
			if i > j {
				var fork *ForkError
				if !errors.As(err, &fork) {
					t.Errorf("from %d to %d: %v", from.Size, to.Size, err)
				}
				continue
			}
			if err != nil {
				t.Fatalf("from %d to %d: %v", from.Size, to.Size, err)
			}
			text, err := json.Marshal(p)
			if err != nil {
				t.Fatal(err)
			}
			var read TreeProof
			if err := json.Unmarshal(text, &read); err != nil {
				t.Fatal(err)
			}
			if a, b, err := read.Check(l.pub); err != nil || a.Size != from.Size || b.Size != to.Size {
				t.Errorf("check from %d to %d: %v", from.Size, to.Size, err)
			}
			if i < j {
				read.Hashes[0][0] ^= 1
				if _, _, err := read.Check(l.pub); err == nil {
					t.Errorf("from %d to %d: a changed proof holds", from.Size, to.Size)
				}
			}
		}
	}
}

// A checkpoint of the same size over other entries, signed with the ledger's own key: what a copy that went its own way has.
func TestAForkIsNoContinuation(t *testing.T) {
	l, _ := ledgerIn(t, t.TempDir())
	mustAppend(t, l, 300)
	c, err := l.Sign(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	mustAppend(t, l, 300)
	if _, err := l.Sign(t.Context()); err != nil {
		t.Fatal(err)
	}
	c.Root[3] ^= 1
	forged, err := note.Sign(&note.Note{Text: c.text()}, l.signer)
	if err != nil {
		t.Fatal(err)
	}
	var fork *ForkError
	if _, err := ProveTree(t.Context(), l.db.Read(), l.pub, string(forged), ""); !errors.As(err, &fork) {
		t.Fatalf("a fork was proved to be a continuation: %v", err)
	}
}
