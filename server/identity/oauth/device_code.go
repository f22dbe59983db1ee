package oauth

import (
	"crypto/hmac"
	"crypto/sha256"
	"fmt"
	"io"
	"strings"
)

// codeAlphabet has no vowels, so that no code is a word, and nothing that looks like something else (RFC 8628, section 6.1).
const (
	codeAlphabet = "BCDFGHJKLMNPQRSTVWXZ"
	codeLength   = 8 // 34 bits: guessing is limited, and a code lives ten minutes

	base62       = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	secretLength = 43 // 256 bits
	handleLength = 22 // 131 bits
)

// randomText returns n characters of an alphabet, every one equally likely.
func randomText(rand io.Reader, alphabet string, n int) (string, error) {
	fair := 256 - 256%len(alphabet) // bytes from here on would favour the first characters
	text, buf := make([]byte, 0, n), make([]byte, n+n/4)
	for len(text) < n {
		if _, err := io.ReadFull(rand, buf); err != nil {
			return "", fmt.Errorf("read randomness: %w", err)
		}
		for _, b := range buf {
			if int(b) < fair && len(text) < n {
				text = append(text, alphabet[int(b)%len(alphabet)])
			}
		}
	}
	return string(text), nil
}

// readCode brings a user code as somebody typed it into its one form: BCDF-GHJK. ok is false for what can't be one.
func readCode(typed string) (code string, ok bool) {
	if len(typed) > 64 {
		return "", false
	}
	clean := make([]byte, 0, codeLength)
	for _, r := range strings.ToUpper(typed) {
		switch {
		case r < 0x80 && strings.IndexByte(codeAlphabet, byte(r)) >= 0:
			clean = append(clean, byte(r))
		case r == '-' || r == ' ' || r == '\u2010' || r == '\u2013' || r == '\u00a0': // dashes and spaces that people and word processors make
		default:
			return "", false
		}
	}
	if len(clean) != codeLength {
		return "", false
	}
	return string(clean[:codeLength/2]) + "-" + string(clean[codeLength/2:]), true
}

type digest = [sha256.Size]byte

// digestOf is how secrets are looked up: the timing of a look-up by a keyed hash tells nothing about how near a guess came.
func digestOf(key []byte, secret string) digest {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(secret))
	return digest(mac.Sum(nil))
}
