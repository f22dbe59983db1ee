package audit

import (
	"testing"

	"pgregory.net/rapid"
)

func TestSpansReadWhatTheyWrite(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var s spans
		seq, n := int64(0), int64(0)
		for range rapid.IntRange(1, 50).Draw(t, "entries") {
			seq += rapid.Int64Range(1, 3).Draw(t, "step")
			s.add(seq)
			n++
		}
		got, err := parseSpans(s.String())
		if err != nil || got.String() != s.String() || got.count() != n {
			t.Fatalf("%s became %v (%d of %d), %v", s, got, got.count(), n, err)
		}
	})
}

func FuzzParseSpans(f *testing.F) {
	for _, text := range []string{"1", "17-44,46", "", "1,1", "2-1", "1-1", "01", "+1", "1-", "-1", "1,,2", "9223372036854775808", "5,3"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := parseSpans(text)
		if err != nil {
			return
		}
		last := int64(0)
		for _, r := range s {
			if r.first <= last || r.last < r.first {
				t.Fatalf("%q gave %v", text, s)
			}
			last = r.last
		}
		if s.String() != text {
			t.Fatalf("%q is written as %q", text, s)
		}
	})
}
