package identity

import (
	"math/big"
	"strconv"

	"ambit/db"
)

// HookToken is the token that stands in the settings which a device is sent. It is good for hooks only, stays the same as long
// as the family lives (a changed one would make the agent ask for consent again), and dies with it. It is not stored: it is a
// keyed hash of the family and its generation. ok is false where the family doesn't count.
func (s *Service) HookToken(familyID string) (token string, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.credentials.family(familyID)
	if f == nil || f.hooks.Load() == nil || s.now().UnixMilli() >= f.end.Load() {
		return "", false
	}
	return s.hookToken(&f.row), true
}

func (s *Service) hookToken(row *db.FamilyRow) string {
	mac := s.keyed(s.credentials.hookKey, []byte(row.ID+"|"+strconv.FormatInt(row.Generation, 10)))
	return hookPrefix + base62Of(mac)
}

// successor is the refresh credential that follows another. It is derived, so that agents which share a sign-in and refresh at
// the same moment all get the same one though only hashes are stored. Without the key, which is not in the database, nobody
// can go from one to the next.
func (s *Service) successor(refresh string) string {
	return refreshPrefix + base62Of(s.keyed(s.credentials.nextKey, []byte(refresh)))
}

// base62Of writes 256 bits in secretLength characters.
func base62Of(mac []byte) string {
	n, digit, base := new(big.Int).SetBytes(mac), new(big.Int), big.NewInt(int64(len(base62)))
	text := make([]byte, secretLength)
	for i := len(text) - 1; i >= 0; i-- {
		n.DivMod(n, base, digit)
		text[i] = base62[digit.Int64()]
	}
	return string(text)
}
