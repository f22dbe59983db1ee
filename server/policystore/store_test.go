package policystore

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"ambit/audit"
	"ambit/db"
	"ambit/db/seal"
	"ambit/server/caller"
)

const good = `version: 1
mode: enforce
tiers: [{name: all, groups: ["*"]}]
layers:
  - name: organisation
    files: {read: ["$REPO"], write: []}
    shell: {allow: []}
    tools: {allow: []}
    skills: {sources: []}
    mcp: {allow: []}
    web: {domains: []}
`

type house struct {
	db     *db.DB
	ledger *audit.Ledger
	store  *Store
}

func open(t *testing.T, dir string) *house {
	t.Helper()
	box, err := seal.Open(filepath.Join(dir, "key"), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	h := &house{}
	if h.db, err = db.Open(t.Context(), dir, db.Options{}); err != nil {
		t.Fatal(err)
	}
	if h.ledger, err = audit.Open(t.Context(), audit.Options{DB: h.db, Box: box, Now: time.Now, Rand: rand.Reader}); err != nil {
		t.Fatal(err)
	}
	if h.store, _, err = Open(t.Context(), h.db.Read, h.ledger, time.Now); err != nil {
		t.Fatal(err)
	}
	return h
}

func (h *house) close(t *testing.T) {
	t.Helper()
	if err := errors.Join(h.ledger.Close(context.Background()), h.db.Close()); err != nil {
		t.Error(err)
	}
}

var admin = &caller.Principal{Kind: caller.Browser, Person: "sam@acme.test", Credential: "ses_1"}

func TestPublishPutsInForceAndSurvivesARestart(t *testing.T) {
	dir := t.TempDir()
	h := open(t, dir)
	if p, version := h.store.Current(); p != nil || version != 0 {
		t.Fatalf("a fresh store has version %d", version)
	}
	version, problems, err := h.store.Publish(t.Context(), admin, good, "the first", AnyBase)
	if err != nil || version != 1 || problems.Errors() {
		t.Fatalf("got %d, %v, %v", version, problems, err)
	}
	page, err := h.ledger.Search(t.Context(), audit.Query{Type: "policy.published", Limit: 5})
	if err != nil || len(page.Events) != 1 || !strings.Contains(string(page.Events[0]), "sam@acme.test") || !strings.Contains(string(page.Events[0]), `"version":1`) {
		t.Errorf("ledger: %s, %v", page.Events, err)
	}
	h.close(t)

	h = open(t, dir)
	defer h.close(t)
	if p, version := h.store.Current(); p == nil || version != 1 {
		t.Errorf("after a restart version %d is in force", version)
	}
	got, err := h.store.Source(t.Context(), 1)
	if err != nil || got.Source != good || got.Comment != "the first" || got.PublishedBy != "sam@acme.test" || len(got.Digest) != 64 {
		t.Errorf("got %+v, %v", got, err)
	}
	var coded interface{ Code() string }
	if _, err := h.store.Source(t.Context(), 9); !errors.As(err, &coded) || coded.Code() != "not_found" {
		t.Errorf("version 9: %v", err)
	}
}

func TestPublishRefusesErrorsAndStaleBases(t *testing.T) {
	h := open(t, t.TempDir())
	defer h.close(t)
	var invalid *InvalidError
	if _, problems, err := h.store.Publish(t.Context(), admin, "version: 1\nnope: 2\n", "", AnyBase); !errors.As(err, &invalid) || !problems.Errors() {
		t.Errorf("errors: %v, %v", problems, err)
	}
	var coded interface{ Code() string }
	if _, _, err := h.store.Publish(t.Context(), admin, strings.Repeat("#", maxSource+1), "", AnyBase); !errors.As(err, &coded) || coded.Code() != "too_large" {
		t.Errorf("too long: %v", err)
	}
	if _, _, err := h.store.Publish(t.Context(), admin, good, "", 0); err != nil {
		t.Fatal(err)
	}
	if _, _, err := h.store.Publish(t.Context(), admin, good, "", 0); !errors.As(err, &coded) || coded.Code() != "conflict" {
		t.Errorf("stale base: %v", err)
	}
	if _, version := h.store.Current(); version != 1 {
		t.Errorf("version %d is in force", version)
	}
}

// TestOfManyPublishersOneWins ensures that of those who started from one version exactly one publishes, and that the highest
// version ends in force.
func TestOfManyPublishersOneWins(t *testing.T) {
	h := open(t, t.TempDir())
	defer h.close(t)
	var wg sync.WaitGroup
	won := make(chan int64, 20)
	for i := range 20 {
		wg.Go(func() {
			if v, _, err := h.store.Publish(context.Background(), admin, good+fmt.Sprintf("# %d\n", i), "", 0); err == nil {
				won <- v
			}
		})
	}
	wg.Wait()
	close(won)
	if len(won) != 1 {
		t.Errorf("%d published on top of version 0", len(won))
	}
	for i := range 10 {
		wg.Go(func() {
			_, _, _ = h.store.Publish(context.Background(), admin, good+fmt.Sprintf("# any %d\n", i), "", AnyBase)
		})
	}
	wg.Wait()
	versions, err := h.store.Versions(t.Context())
	if err != nil || len(versions) != 11 {
		t.Fatalf("%d versions, %v", len(versions), err)
	}
	if _, version := h.store.Current(); version != 11 {
		t.Errorf("version %d is in force, 11 is the newest", version)
	}
}

// TestUnusablePolicyRefuses ensures that a stored policy which can't be compiled leaves none in force, with its version.
func TestUnusablePolicyRefuses(t *testing.T) {
	dir := t.TempDir()
	h := open(t, dir)
	err := h.ledger.Commit(t.Context(), func(tx *db.Tx) ([]*audit.Event, error) {
		return nil, db.InsertPolicy(context.Background(), tx, &db.PolicyRow{Version: 1, Source: "version: 99"})
	})
	if err != nil {
		t.Fatal(err)
	}
	store, broken, err := Open(t.Context(), h.db.Read, h.ledger, time.Now)
	if err != nil || !broken.Errors() {
		t.Fatalf("got %v, %v", broken, err)
	}
	if p, version := store.Current(); p != nil || version != 1 {
		t.Errorf("version %d, policy %v", version, p)
	}
	if _, _, err := store.Publish(t.Context(), admin, good, "", 1); err != nil {
		t.Errorf("mending it: %v", err)
	}
	h.close(t)
}
