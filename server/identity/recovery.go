package identity

import (
	"encoding/base32"
	"fmt"
	"io"
	"strings"
)

const recoveryCodes = 10

// The digits of Crockford's base 32 can't be mistaken for one another.
var crockford = base32.NewEncoding("0123456789ABCDEFGHJKMNPQRSTVWXYZ").WithPadding(base32.NoPadding)

// newRecoveryCodes makes ten codes of fifty random bits and their keyed hashes. The key is outside the database, so
// that the hashes alone can't be searched.
func (s *Service) newRecoveryCodes() (codes []string, hashes [][]byte, err error) {
	for range recoveryCodes {
		var raw [7]byte
		if _, err := io.ReadFull(s.rand, raw[:]); err != nil {
			return nil, nil, fmt.Errorf("read randomness: %w", err)
		}
		text := crockford.EncodeToString(raw[:])[:10]
		codes = append(codes, text[:5]+"-"+text[5:])
		hashes = append(hashes, s.recoveryHash(text))
	}
	return codes, hashes, nil
}

// recoveryHash takes a code as people type it.
func (s *Service) recoveryHash(code string) []byte {
	code = strings.ToUpper(code)
	code = strings.NewReplacer("-", "", " ", "", "O", "0", "I", "1", "L", "1").Replace(code)
	return s.keyed(s.codeKey, []byte(code))
}
