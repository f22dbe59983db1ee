package mask

import (
	"strings"
	"sync"
)

// index finds keywords by a hash of their first three bytes, letters in lower case.
type index struct {
	bits  [1 << slotBits / 64]uint64 // 4 KiB: stays in the processor's first cache
	rules map[uint32][]*rule
}

// slotBits is large for the number of rules, so that text without secrets hits next to nothing.
const slotBits = 15

// lookup is built at the first use, not at start: the hook's process never masks.
var lookup = sync.OnceValue(func() *index {
	x := &index{rules: make(map[uint32][]*rule, len(rules))}
	for i := range rules {
		r := &rules[i]
		h := slot(r.keyword[0], r.keyword[1], r.keyword[2])
		x.bits[h>>6] |= 1 << (h & 63)
		x.rules[h] = append(x.rules[h], r)
	}
	return x
})

// slot hashes three bytes to slotBits bits. Setting bit 5 folds the case of letters; what else falls together is told apart
// when the keyword is compared.
func slot(a, b, c byte) uint32 {
	v := uint32(a|0x20) | uint32(b|0x20)<<8 | uint32(c|0x20)<<16
	return v * 2654435761 >> (32 - slotBits)
}

// next finds the first secret at or after a place.
func next(text string, at int) (Span, bool) {
	x := lookup()
	for i := at; i+3 <= len(text); i++ {
		h := slot(text[i], text[i+1], text[i+2])
		if x.bits[h>>6]&(1<<(h&63)) == 0 {
			continue
		}
		for _, r := range x.rules[h] {
			if !r.at(text, i) {
				continue
			}
			if from, to := r.find(text, i+len(r.keyword)); to > from && from >= at {
				return Span{from, to - from, r.kind}, true
			}
		}
	}
	return Span{}, false
}

// at reports whether the rule's keyword stands in text at i.
func (r *rule) at(text string, i int) bool {
	if len(text)-i < len(r.keyword) || r.word && i > 0 && alphanumeric(text[i-1]) && !escapeEnds(text[:i]) {
		return false
	}
	for j := range len(r.keyword) {
		c := text[i+j]
		if !r.exact && c >= 'A' && c <= 'Z' {
			c |= 0x20
		}
		if c != r.keyword[j] {
			return false
		}
	}
	return true
}

// escapeEnds reports whether text ends with an escape of JSON (\n, \u2028): its letters are not part of a word.
func escapeEnds(text string) bool {
	n := len(text)
	return n >= 2 && text[n-2] == '\\' && strings.IndexByte("bfnrt", text[n-1]) >= 0 ||
		n >= 6 && text[n-6:n-4] == `\u`
}

func alphanumeric(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}
