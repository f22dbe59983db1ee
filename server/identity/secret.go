package identity

import (
	"crypto/sha256"
	"fmt"
	"io"
)

const (
	base62       = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	secretLength = 43 // 43 characters of base 62 hold 256 bits
	idLength     = 16 // 95 bits: unique, not secret
	tokenPrefix  = "ambit_"
)

// hash of a secret. Secrets have 256 random bits, so a plain hash at rest can't be searched, and looking it up in a map
// tells nothing by its timing.
type hash = [sha256.Size]byte

func hashOf(secret string) hash { return sha256.Sum256([]byte(secret)) }

// randomText returns n characters of base 62, every one equally likely.
func randomText(rand io.Reader, n int) (string, error) {
	const fair = 256 - 256%len(base62) // bytes from here on would favour the first characters
	text := make([]byte, 0, n)
	buf := make([]byte, n+n/4)
	for len(text) < n {
		if _, err := io.ReadFull(rand, buf); err != nil {
			return "", fmt.Errorf("read randomness: %w", err)
		}
		for _, b := range buf {
			if int(b) < fair && len(text) < n {
				text = append(text, base62[int(b)%len(base62)])
			}
		}
	}
	return string(text), nil
}

func (s *Service) newSecret() (string, error) { return randomText(s.rand, secretLength) }

func (s *Service) newID(prefix string) (string, error) {
	text, err := randomText(s.rand, idLength)
	return prefix + text, err
}
