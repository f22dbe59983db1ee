package decision

import (
	"fmt"
	"unicode/utf16"
	"unicode/utf8"
)

// string takes a string and returns a copy of its text.
func (r *reader) string() (string, error) {
	if r.peek() != '"' {
		return "", r.want("a string")
	}
	r.pos++
	from := r.pos
	plain, err := r.plain()
	switch {
	case err != nil:
		return "", err
	case plain:
		return string(r.buf[from : r.pos-1]), nil
	}
	text, err := r.stringSlow(from)
	return string(text), err
}

// name takes a string that names a member. It aliases the buffer where it can.
func (r *reader) name() ([]byte, error) {
	if r.peek() != '"' {
		return nil, r.syntax()
	}
	r.pos++
	from := r.pos
	plain, err := r.plain()
	switch {
	case err != nil:
		return nil, err
	case plain:
		return r.buf[from : r.pos-1], nil
	}
	return r.stringSlow(from)
}

// skipString takes a string without copying it, where it is plain.
func (r *reader) skipString() error {
	r.pos++
	from := r.pos
	plain, err := r.plain()
	if err != nil || plain {
		return err
	}
	_, err = r.stringSlow(from)
	return err
}

// plain moves past the closing quote of a string of plain ASCII; false where something in it needs the slow way.
func (r *reader) plain() (bool, error) {
	for i := r.pos; i < len(r.buf); i++ {
		switch b := r.buf[i]; {
		case b == '"':
			r.pos = i + 1
			return true, nil
		case b == '\\' || b >= utf8.RuneSelf:
			return false, nil
		case b < ' ':
			r.pos = i
			return false, r.syntax()
		}
	}
	r.pos = len(r.buf)
	return false, errTruncated
}

func (r *reader) stringSlow(from int) ([]byte, error) {
	out := make([]byte, 0, 64)
	for i := from; i < len(r.buf); {
		b := r.buf[i]
		switch {
		case b == '"':
			r.pos = i + 1
			return out, nil
		case b < ' ':
			r.pos = i
			return nil, r.syntax()
		case b == '\\':
			var err error
			if out, i, err = r.escape(out, i); err != nil {
				return nil, err
			}
		case b < utf8.RuneSelf:
			out = append(out, b)
			i++
		default:
			c, n := utf8.DecodeRune(r.buf[i:])
			if c == utf8.RuneError && n == 1 {
				r.pos = i
				return nil, fmt.Errorf("the JSON isn't valid UTF-8 at byte %d", i)
			}
			out = append(out, r.buf[i:i+n]...)
			i += n
		}
	}
	r.pos = len(r.buf)
	return nil, errTruncated
}

// escape decodes the escape sequence at i.
func (r *reader) escape(out []byte, i int) ([]byte, int, error) {
	r.pos = i
	if i+1 >= len(r.buf) {
		r.pos = len(r.buf)
		return nil, 0, errTruncated
	}
	switch c := r.buf[i+1]; c {
	case '"', '\\', '/':
		return append(out, c), i + 2, nil
	case 'b':
		return append(out, '\b'), i + 2, nil
	case 'f':
		return append(out, '\f'), i + 2, nil
	case 'n':
		return append(out, '\n'), i + 2, nil
	case 'r':
		return append(out, '\r'), i + 2, nil
	case 't':
		return append(out, '\t'), i + 2, nil
	case 'u':
		first, ok := r.hex4(i + 2)
		if !ok {
			return nil, 0, r.syntax()
		}
		if !utf16.IsSurrogate(first) {
			return utf8.AppendRune(out, first), i + 6, nil
		}
		if i+7 < len(r.buf) && r.buf[i+6] == '\\' && r.buf[i+7] == 'u' {
			if second, ok := r.hex4(i + 8); ok {
				if c := utf16.DecodeRune(first, second); c != utf8.RuneError {
					return utf8.AppendRune(out, c), i + 12, nil
				}
			}
		}
		return nil, 0, fmt.Errorf("the JSON has half a surrogate pair at byte %d", i)
	}
	return nil, 0, r.syntax()
}

func (r *reader) hex4(at int) (rune, bool) {
	if at+4 > len(r.buf) {
		return 0, false
	}
	var v rune
	for _, b := range r.buf[at : at+4] {
		switch {
		case b >= '0' && b <= '9':
			v = v<<4 | rune(b-'0')
		case b >= 'a' && b <= 'f':
			v = v<<4 | rune(b-'a'+10)
		case b >= 'A' && b <= 'F':
			v = v<<4 | rune(b-'A'+10)
		default:
			return 0, false
		}
	}
	return v, true
}
