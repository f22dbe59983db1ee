// Package seal encrypts secrets at rest. Its key lives in a file outside the database, so a copy of the database gives
// nothing away.
package seal

import (
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"

	"golang.org/x/crypto/chacha20poly1305"
)

// version is the first byte of everything that is sealed.
const version = 1

// ErrSealed says that something can't be opened: other key, other purpose, or changed.
var ErrSealed = errors.New("sealed data can't be opened: it was changed, or sealed with another key")

// Box seals and opens. It is safe for concurrent use when its source of randomness is.
type Box struct {
	key  [32]byte
	aead cipher.AEAD
	rand io.Reader
}

// New makes a box of a 32-byte key.
func New(key [32]byte, rand io.Reader) (*Box, error) {
	b := &Box{key: key, rand: rand}
	sealing := b.Derive("seal")
	var err error
	if b.aead, err = chacha20poly1305.NewX(sealing[:]); err != nil {
		return nil, fmt.Errorf("prepare sealing: %w", err)
	}
	return b, nil
}

// Seal encrypts and authenticates plain (XChaCha20-Poly1305, random nonce). aad says what it is for ("totp:pers_1"): it
// must be given again to open it, so that one sealed value can't be put in another's place.
func (b *Box) Seal(plain, aad []byte) []byte {
	out := make([]byte, 1+chacha20poly1305.NonceSizeX, 1+chacha20poly1305.NonceSizeX+len(plain)+chacha20poly1305.Overhead)
	out[0] = version
	if _, err := io.ReadFull(b.rand, out[1:]); err != nil {
		// Sealing under a known nonce would give the secret away; there is no answer to a system without randomness.
		panic(fmt.Sprintf("seal: read randomness: %v", err))
	}
	return b.aead.Seal(out, out[1:], plain, aad)
}

// Open is the reverse of Seal; ErrSealed when it can't be.
func (b *Box) Open(sealed, aad []byte) ([]byte, error) {
	if len(sealed) < 1+chacha20poly1305.NonceSizeX || sealed[0] != version {
		return nil, ErrSealed
	}
	nonce := sealed[1 : 1+chacha20poly1305.NonceSizeX]
	plain, err := b.aead.Open(nil, nonce, sealed[1+chacha20poly1305.NonceSizeX:], aad)
	if err != nil {
		return nil, ErrSealed
	}
	return plain, nil
}

// Derive gives a key of its own for a purpose (HKDF-SHA256, RFC 5869). The same label gives the same key.
func (b *Box) Derive(label string) [32]byte {
	var out [32]byte
	derived, err := hkdf.Key(sha256.New, b.key[:], nil, "ambit/v1/"+label, len(out))
	if err != nil {
		// hkdf.Key fails only for lengths beyond 255 hashes.
		panic(fmt.Sprintf("seal: derive key: %v", err))
	}
	copy(out[:], derived)
	return out
}
