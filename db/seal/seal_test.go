package seal

import (
	"bytes"
	"crypto/rand"
	"errors"
	"os"
	"path/filepath"
	"testing"
)

func box(t *testing.T, path string) *Box {
	t.Helper()
	b, err := Open(path, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestSealedIsOpenedOnlyForItsPurposeWithItsKey(t *testing.T) {
	path := filepath.Join(t.TempDir(), "key")
	b := box(t, path)
	sealed := b.Seal([]byte("secret"), []byte("totp:1"))
	if bytes.Contains(sealed, []byte("secret")) {
		t.Fatal("not encrypted")
	}
	// The key file made by the first is read by the second.
	if plain, err := box(t, path).Open(sealed, []byte("totp:1")); err != nil || string(plain) != "secret" {
		t.Fatalf("%q, %v", plain, err)
	}
	if _, err := b.Open(sealed, []byte("totp:2")); !errors.Is(err, ErrSealed) {
		t.Errorf("another purpose: %v", err)
	}
	if _, err := box(t, filepath.Join(t.TempDir(), "key")).Open(sealed, []byte("totp:1")); !errors.Is(err, ErrSealed) {
		t.Errorf("another key: %v", err)
	}
	for i := range sealed {
		changed := bytes.Clone(sealed)
		changed[i] ^= 1
		if _, err := b.Open(changed, []byte("totp:1")); !errors.Is(err, ErrSealed) {
			t.Errorf("byte %d changed: %v", i, err)
		}
		if _, err := b.Open(sealed[:i], []byte("totp:1")); !errors.Is(err, ErrSealed) {
			t.Errorf("cut at %d: %v", i, err)
		}
	}
	if bytes.Equal(sealed, b.Seal([]byte("secret"), []byte("totp:1"))) {
		t.Error("the same nonce twice")
	}
}

func TestDerivedKeysDifferByLabel(t *testing.T) {
	b := box(t, filepath.Join(t.TempDir(), "key"))
	first, second, again := b.Derive("a"), b.Derive("b"), b.Derive("a")
	if first == second || first != again {
		t.Fatal("labels don't tell keys apart")
	}
}

func TestKeyFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "key")
	if _, err := Load(path, rand.Reader); !errors.Is(err, os.ErrNotExist) {
		t.Fatalf("load makes no key: %v", err)
	}
	box(t, path)
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("%v, %v", info.Mode(), err)
	}
	left, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(left) != 1 {
		t.Fatalf("files left behind: %v, %v", left, err)
	}
	var bad *KeyError
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(path, rand.Reader); !errors.As(err, &bad) || bad.Hint() == "" {
		t.Errorf("readable by others: %v", err)
	}
	if err := os.WriteFile(path, []byte("short"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(path, rand.Reader); !errors.As(err, &bad) {
		t.Errorf("not a key: %v", err)
	}
}
