package audit

import (
	"fmt"
	"strconv"
	"strings"
)

// span is a range of seqs, both ends included.
type span struct{ first, last int64 }

// spans is a set of seqs: ascending ranges that don't touch.
type spans []span

// add takes in a seq that is greater than all before.
func (s *spans) add(seq int64) {
	if n := len(*s); n > 0 && (*s)[n-1].last == seq-1 {
		(*s)[n-1].last = seq
		return
	}
	*s = append(*s, span{seq, seq})
}

// count is how many seqs there are.
func (s spans) count() int64 {
	var n int64
	for _, r := range s {
		n += r.last - r.first + 1
	}
	return n
}

// String writes the set as "17-44,46".
func (s spans) String() string {
	var b strings.Builder
	for i, r := range s {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(strconv.FormatInt(r.first, 10))
		if r.last > r.first {
			b.WriteByte('-')
			b.WriteString(strconv.FormatInt(r.last, 10))
		}
	}
	return b.String()
}

// parseSpans reads what String writes, and nothing else.
func parseSpans(text string) (spans, error) {
	var s spans
	var end int64 // of the range before
	for part := range strings.SplitSeq(text, ",") {
		from, to, two := strings.Cut(part, "-")
		if !two {
			to = from
		}
		first, err := strconv.ParseInt(from, 10, 64)
		last, errLast := strconv.ParseInt(to, 10, 64)
		if err != nil || errLast != nil || first <= end || last < first || two && last == first {
			return nil, fmt.Errorf("%.40q is not a range of entries", part)
		}
		s, end = append(s, span{first, last}), last
	}
	if s.String() != text {
		return nil, fmt.Errorf("%.40q is not a list of entries", text)
	}
	return s, nil
}
