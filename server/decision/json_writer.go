package decision

import (
	"strconv"
	"unicode/utf8"
)

// object appends JSON: members of objects and items of lists, with the commas between them. Empty texts are left out.
type object struct {
	buf  []byte
	more bool // something stands before in the innermost object or list
}

// comma ends what stands before.
func (o *object) comma() {
	if o.more {
		o.buf = append(o.buf, ',')
	}
	o.more = true
}

// open begins an object: the whole, or an item of a list. end closes it.
func (o *object) open() {
	o.comma()
	o.buf, o.more = append(o.buf, '{'), false
}

func (o *object) end() { o.buf, o.more = append(o.buf, '}'), true }

// member begins an object under a name, list a list.
func (o *object) member(name string) {
	o.name(name)
	o.buf, o.more = append(o.buf, '{'), false
}

func (o *object) list(name string) {
	o.name(name)
	o.buf, o.more = append(o.buf, '['), false
}

func (o *object) endList() { o.buf, o.more = append(o.buf, ']'), true }

func (o *object) name(name string) {
	o.comma()
	o.buf = append(o.buf, '"')
	o.buf = append(o.buf, name...)
	o.buf = append(o.buf, '"', ':')
}

func (o *object) text(name, value string) {
	if value != "" {
		o.name(name)
		o.buf = appendString(o.buf, value)
	}
}

// item adds a text to a list, also an empty one.
func (o *object) item(value string) {
	o.comma()
	o.buf = appendString(o.buf, value)
}

func (o *object) number(name string, value int64) {
	o.name(name)
	o.buf = strconv.AppendInt(o.buf, value, 10)
}

func (o *object) flag(name string, value bool) {
	o.name(name)
	o.buf = strconv.AppendBool(o.buf, value)
}

func (o *object) raw(name string, value []byte) {
	if len(value) > 0 {
		o.name(name)
		o.buf = append(o.buf, value...)
	}
}

// appendString appends a JSON string (RFC 8259). Invalid UTF-8 becomes U+FFFD; nothing else is escaped than must be.
func appendString(buf []byte, s string) []byte {
	const hexDigits = "0123456789abcdef"
	buf = append(buf, '"')
	from := 0
	for i := 0; i < len(s); {
		b := s[i]
		if b >= utf8.RuneSelf {
			c, n := utf8.DecodeRuneInString(s[i:])
			if c == utf8.RuneError && n == 1 {
				buf = append(append(buf, s[from:i]...), "\ufffd"...)
				from = i + 1
			}
			i += n
			continue
		}
		if b >= ' ' && b != '"' && b != '\\' {
			i++
			continue
		}
		buf = append(buf, s[from:i]...)
		switch b {
		case '"', '\\':
			buf = append(buf, '\\', b)
		case '\n':
			buf = append(buf, '\\', 'n')
		case '\r':
			buf = append(buf, '\\', 'r')
		case '\t':
			buf = append(buf, '\\', 't')
		default:
			buf = append(buf, '\\', 'u', '0', '0', hexDigits[b>>4], hexDigits[b&15])
		}
		i++
		from = i
	}
	return append(append(buf, s[from:]...), '"')
}
