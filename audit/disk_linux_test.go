package audit

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// ownMounts runs the calling test in a process with a mount namespace of its own, where it may mount small file systems.
// It reports whether this is that process.
func ownMounts(t *testing.T) bool {
	t.Helper()
	return again(t, "AMBIT_TEST_OWN_MOUNTS", &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWNS | syscall.CLONE_NEWUSER,
		UidMappings: []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{HostID: os.Getgid(), Size: 1}},
	})
}

// again runs the calling test in another process; in that one it reports true.
func again(t *testing.T, mark string, attr *syscall.SysProcAttr) bool {
	t.Helper()
	if os.Getenv(mark) != "" {
		return true
	}
	cmd := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v")
	cmd.Env = append(os.Environ(), mark+"=1")
	cmd.SysProcAttr = attr
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	switch {
	case err == nil:
		t.Logf("%s", out)
	case errors.As(err, &exit):
		t.Fatalf("%s", out)
	default:
		t.Skipf("no namespace here (%v): run as root, or allow user namespaces", err)
	}
	return false
}

func mountSmall(t *testing.T, size string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "data")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size="+size); err != nil {
		t.Skipf("mount: %v", err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(dir, syscall.MNT_DETACH) })
	return dir
}

// waitHealthy waits for the ledger to recover by itself. Recovery has a backoff of up to two seconds.
func waitHealthy(t *testing.T, l *Ledger) {
	t.Helper()
	deadline := time.Now().Add(10 * time.Second)
	for l.Health() != nil {
		if time.Now().After(deadline) {
			t.Fatalf("not recovered: %v", l.Health())
		}
		time.Sleep(10 * time.Millisecond) // polls a condition, with a deadline
	}
}

// appendUntilRefused appends until the ledger says no, and gives the ids that were acknowledged.
func appendUntilRefused(t *testing.T, l *Ledger) []string {
	t.Helper()
	var ids []string
	for i := range 100_000 {
		e := sample(i)
		err := l.Append(context.Background(), e)
		if err == nil {
			ids = append(ids, e.ID)
			continue
		}
		var coded interface {
			Code() string
			Hint() string
		}
		if !errors.Is(err, ErrUnavailable) || !errors.As(err, &coded) || coded.Code() != "ledger_unavailable" || coded.Hint() == "" {
			t.Fatalf("refused with %v", err)
		}
		return ids
	}
	t.Fatal("never refused")
	return nil
}

func mustHave(t *testing.T, l *Ledger, ids []string) {
	t.Helper()
	for _, id := range []string{ids[0], ids[len(ids)/2], ids[len(ids)-1]} {
		if _, err := l.Get(t.Context(), id); err != nil {
			t.Fatalf("acknowledged event is gone: %v", err)
		}
	}
	if r, err := l.Verify(t.Context(), VerifyOptions{}); err != nil || !r.OK() {
		t.Fatalf("verify: %+v, %v", r, err)
	}
}

func TestFullDiskRefusesAndRecovers(t *testing.T) {
	if !ownMounts(t) {
		return
	}
	dir := mountSmall(t, "16m")
	filler := filepath.Join(dir, "filler")
	if err := os.WriteFile(filler, make([]byte, 11<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	l, stop := ledgerIn(t, dir)
	ids := appendUntilRefused(t, l)
	if l.Health() == nil {
		t.Fatal("healthy with a full disk")
	}
	// Committing state is refused as well, and reading goes on.
	if err := l.Commit(t.Context(), nil); !errors.Is(err, ErrUnavailable) {
		t.Fatalf("commit: %v", err)
	}
	if page, err := l.Search(t.Context(), Query{Text: "stat"}); err != nil || len(page.Events) == 0 {
		t.Fatalf("search: %d events, %v", len(page.Events), err)
	}
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	waitHealthy(t, l)
	last := sample(7)
	if err := l.Append(t.Context(), last); err != nil {
		t.Fatal(err)
	}
	mustHave(t, l, append(ids, last.ID))
	if page, err := l.Search(t.Context(), Query{Type: "ledger.recovered"}); err != nil || len(page.Events) != 1 {
		t.Fatalf("the outage is not on record: %d, %v", len(page.Events), err)
	}
	stop()
	l, _ = ledgerIn(t, dir)
	mustHave(t, l, append(ids, last.ID))
}

// asOrdinaryUser runs the calling test in a process without root's right to write what it may not. It reports whether this
// is that process.
func asOrdinaryUser(t *testing.T) bool {
	t.Helper()
	if os.Geteuid() != 0 {
		return true
	}
	return again(t, "AMBIT_TEST_ORDINARY_USER", &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: 1000, HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: 1000, HostID: os.Getgid(), Size: 1}},
	})
}

func TestReadOnlyDatabaseRefusesAndRecovers(t *testing.T) {
	if !asOrdinaryUser(t) {
		return
	}
	dir := t.TempDir()
	l, _ := ledgerIn(t, dir)
	before := sample(1)
	if err := l.Append(t.Context(), before); err != nil {
		t.Fatal(err)
	}
	chmod(t, dir, 0o400, 0o500)
	// Files that are open stay writable; an operator's change of rights shows when the database is opened again.
	_ = l.db.Reopen(t.Context())
	if err := l.Append(t.Context(), sample(2)); !errors.Is(err, ErrUnavailable) {
		t.Fatalf("append to a read-only database: %v", err)
	}
	if err := l.Append(t.Context(), sample(2)); !errors.Is(err, ErrUnavailable) || l.Health() == nil {
		t.Fatalf("append to a read-only database: %v, health %v", err, l.Health())
	}
	chmod(t, dir, 0o600, 0o700)
	waitHealthy(t, l)
	after := sample(3)
	if err := l.Append(t.Context(), after); err != nil {
		t.Fatal(err)
	}
	mustHave(t, l, []string{before.ID, after.ID})
}

func chmod(t *testing.T, dir string, file, folder os.FileMode) {
	t.Helper()
	if err := os.Chmod(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if err := os.Chmod(filepath.Join(dir, e.Name()), file); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chmod(dir, folder); err != nil {
		t.Fatal(err)
	}
}
