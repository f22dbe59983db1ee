package shell

import (
	"strings"
	"unicode/utf8"
)

// ansiC decodes the inside of $'…'. It fails for what decodes to a control character other than tab and line feed, to
// invisible characters or to invalid UTF-8: nobody could read such a word, and shells differ about it.
func ansiC(s string) (string, bool) {
	if strings.IndexByte(s, '\\') < 0 {
		return s, true
	}
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			out = append(out, s[i])
			continue
		}
		i++
		switch c := s[i]; c {
		case 'n':
			out = append(out, '\n')
		case 't':
			out = append(out, '\t')
		case '\\', '\'', '"', '?':
			out = append(out, c)
		case '0', '1', '2', '3', '4', '5', '6', '7':
			n := 0
			j := i
			for ; j < len(s) && j < i+3 && s[j] >= '0' && s[j] <= '7'; j++ {
				n = n*8 + int(s[j]-'0')
			}
			i = j - 1
			if n > 255 {
				return "", false
			}
			out = append(out, byte(n))
		case 'x':
			n, size := hex(s[i+1:], 2)
			if size == 0 {
				return "", false
			}
			i += size
			out = append(out, byte(n))
		case 'u', 'U':
			digits := 4
			if c == 'U' {
				digits = 8
			}
			n, size := hex(s[i+1:], digits)
			if size == 0 || n >= utf8.RuneSelf { // what those become depends on the locale
				return "", false
			}
			i += size
			out = utf8.AppendRune(out, rune(n))
		default:
			return "", false
		}
	}
	text := string(out)
	if r := gate(text); r.Rule != "" && r.Rule != "limit" {
		return "", false
	}
	return text, true
}

func hex(s string, digits int) (n, size int) {
	for size < digits && size < len(s) {
		c := s[size]
		switch {
		case c >= '0' && c <= '9':
			n = n*16 + int(c-'0')
		case c >= 'a' && c <= 'f':
			n = n*16 + int(c-'a') + 10
		case c >= 'A' && c <= 'F':
			n = n*16 + int(c-'A') + 10
		default:
			return n, size
		}
		size++
	}
	return n, size
}
