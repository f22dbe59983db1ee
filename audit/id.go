package audit

import (
	"bufio"
	"fmt"
	"io"
	"sync"
	"time"
)

// ids makes identifiers: a prefix and 26 characters of Crockford's base 32 (ULID: 48 bits of milliseconds, 80 random).
type ids struct {
	mu   sync.Mutex
	rand *bufio.Reader
	now  func() time.Time
}

func newIDs(rand io.Reader, now func() time.Time) *ids {
	return &ids{rand: bufio.NewReaderSize(rand, 1280), now: now}
}

const crockford = "0123456789abcdefghjkmnpqrstvwxyz"

func (g *ids) make(prefix string) string {
	ms := uint64(g.now().UnixMilli())
	var raw [16]byte
	for i := range 6 {
		raw[i] = byte(ms >> (40 - 8*i))
	}
	g.random(raw[6:])
	out := make([]byte, 0, len(prefix)+26)
	out = append(out, prefix...)
	hi := uint64(raw[0])<<56 | uint64(raw[1])<<48 | uint64(raw[2])<<40 | uint64(raw[3])<<32 |
		uint64(raw[4])<<24 | uint64(raw[5])<<16 | uint64(raw[6])<<8 | uint64(raw[7])
	lo := uint64(raw[8])<<56 | uint64(raw[9])<<48 | uint64(raw[10])<<40 | uint64(raw[11])<<32 |
		uint64(raw[12])<<24 | uint64(raw[13])<<16 | uint64(raw[14])<<8 | uint64(raw[15])
	for shift := 125; shift >= 0; shift -= 5 {
		var v uint64
		switch {
		case shift >= 64:
			v = hi >> (shift - 64)
		default:
			v = lo>>shift | hi<<(64-shift)
		}
		out = append(out, crockford[v&31])
	}
	return string(out)
}

func (g *ids) random(b []byte) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if _, err := io.ReadFull(g.rand, b); err != nil {
		// Without randomness nothing that Ambit promises holds; crypto/rand itself never fails.
		panic(fmt.Sprintf("audit: read randomness: %v", err))
	}
}
