// Package decision answers whether an action may run: the AuthZEN endpoints and the hooks of coding agents. What it decides
// is durable in the ledger before it is answered.
package decision

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"sync"
)

// maxDepth bounds nesting, so that no input can exhaust the stack.
const maxDepth = 64

// reader walks a JSON text (RFC 8259) once, without reflection. It is stricter than encoding/json where laxness would let two
// readers of the same bytes see different requests: member names match exactly, a name may not stand twice in one object,
// and strings must be valid Unicode (so that every accepted request has a canonical form, RFC 8785).
type reader struct {
	buf   []byte
	pos   int
	depth int
	names [][]byte // of the objects that are being read, the innermost last
}

// readers keep their memory for names from one request to the next.
var readers = sync.Pool{New: func() any { return &reader{names: make([][]byte, 0, 64)} }}

func newReader(buf []byte) *reader {
	r := readers.Get().(*reader)
	*r = reader{buf: buf, names: r.names[:0]}
	return r
}

// free gives a reader back. What was read from it stays good: texts are copies, and raw values belong to the buffer.
func (r *reader) free() {
	clear(r.names[:cap(r.names)]) // a name must not keep a whole request in memory
	r.buf = nil
	readers.Put(r)
}

var errTruncated = errors.New("the JSON ends too early")

func (r *reader) space() {
	for r.pos < len(r.buf) {
		switch r.buf[r.pos] {
		case ' ', '\t', '\n', '\r':
			r.pos++
		default:
			return
		}
	}
}

// peek returns the first byte of the next value, 0 at the end.
func (r *reader) peek() byte {
	r.space()
	if r.pos >= len(r.buf) {
		return 0
	}
	return r.buf[r.pos]
}

func (r *reader) syntax() error {
	if r.pos >= len(r.buf) {
		return errTruncated
	}
	return fmt.Errorf("the JSON is malformed at byte %d", r.pos)
}

// end checks that nothing follows the value.
func (r *reader) end() error {
	if r.peek() != 0 || r.pos < len(r.buf) {
		return fmt.Errorf("the JSON goes on after its value, at byte %d", r.pos)
	}
	return nil
}

// null takes a null and reports whether there was one.
func (r *reader) null() bool {
	if r.peek() == 'n' && bytes.HasPrefix(r.buf[r.pos:], []byte("null")) {
		r.pos += 4
		return true
	}
	return false
}

// object calls member for each member of an object; member must take the value. The key is valid until then.
func (r *reader) object(member func(key []byte) error) error {
	if r.peek() != '{' {
		return r.want("an object")
	}
	if r.depth++; r.depth > maxDepth {
		return fmt.Errorf("the JSON is nested deeper than %d levels", maxDepth)
	}
	r.pos++
	if r.peek() == '}' {
		r.pos++
		r.depth--
		return nil
	}
	seen := names{first: len(r.names)}
	for {
		key, err := r.name()
		if err != nil {
			return err
		}
		if seen.add(r, key) {
			return fmt.Errorf("the member %q stands twice in one object", key)
		}
		if r.peek() != ':' {
			return r.syntax()
		}
		r.pos++
		if err := member(key); err != nil {
			return err
		}
		switch r.peek() {
		case ',':
			r.pos++
			if r.peek() != '"' {
				return r.syntax()
			}
		case '}':
			r.pos++
			r.depth--
			r.names = r.names[:seen.first]
			return nil
		default:
			return r.syntax()
		}
	}
}

func (r *reader) peekIs(b byte) bool { return r.pos < len(r.buf) && r.buf[r.pos] == b }

// array calls item for each item of an array; item must take the value.
func (r *reader) array(item func(i int) error) error {
	if r.peek() != '[' {
		return r.want("an array")
	}
	if r.depth++; r.depth > maxDepth {
		return fmt.Errorf("the JSON is nested deeper than %d levels", maxDepth)
	}
	r.pos++
	if r.peek() == ']' {
		r.pos++
		r.depth--
		return nil
	}
	for i := 0; ; i++ {
		if err := item(i); err != nil {
			return err
		}
		switch r.peek() {
		case ',':
			r.pos++
		case ']':
			r.pos++
			r.depth--
			return nil
		default:
			return r.syntax()
		}
	}
}

// fewNames is how many names of an object are compared one by one.
const fewNames = 16

// names notices a name that stands twice. It remembers them in the reader, or in a map for an object of many members, so that
// no input costs quadratic time.
type names struct {
	first int // in reader.names
	many  map[string]struct{}
}

func (n *names) add(r *reader, name []byte) (twice bool) {
	if n.many == nil {
		have := r.names[n.first:]
		for _, h := range have {
			if bytes.Equal(h, name) {
				return true
			}
		}
		if len(have) < fewNames {
			r.names = append(r.names, name)
			return false
		}
		n.many = make(map[string]struct{}, 4*fewNames)
		for _, h := range have {
			n.many[string(h)] = struct{}{}
		}
	}
	if _, twice = n.many[string(name)]; !twice {
		n.many[string(name)] = struct{}{}
	}
	return twice
}

// mistyped is a value of another type than the member has.
type mistyped struct{ place, want string }

func (m *mistyped) Error() string {
	if m.place == "" {
		return "expected " + m.want
	}
	return m.place + ": expected " + m.want
}

func (r *reader) want(kind string) error {
	if b := r.peek(); b == 0 || !bytes.ContainsRune([]byte(`{["-0123456789tfn`), rune(b)) {
		return r.syntax()
	}
	return &mistyped{want: kind}
}

// raw takes any value and returns its text, which aliases the buffer.
func (r *reader) raw() ([]byte, error) {
	r.space()
	from := r.pos
	if err := r.skip(); err != nil {
		return nil, err
	}
	return r.buf[from:r.pos], nil
}

// skip takes any value, checking it.
func (r *reader) skip() error {
	switch b := r.peek(); b {
	case '{':
		return r.object(func([]byte) error { return r.skip() })
	case '[':
		return r.array(func(int) error { return r.skip() })
	case '"':
		return r.skipString()
	case 't':
		return r.literal("true")
	case 'f':
		return r.literal("false")
	case 'n':
		return r.literal("null")
	default:
		_, err := r.number()
		return err
	}
}

func (r *reader) literal(word string) error {
	if !bytes.HasPrefix(r.buf[r.pos:], []byte(word)) {
		return r.syntax()
	}
	r.pos += len(word)
	return nil
}

func (r *reader) bool() (bool, error) {
	switch r.peek() {
	case 't':
		return true, r.literal("true")
	case 'f':
		return false, r.literal("false")
	}
	return false, r.want("true or false")
}

// number takes a number and returns its text.
func (r *reader) number() (string, error) {
	r.space()
	from := r.pos
	digits := func() bool {
		start := r.pos
		for r.pos < len(r.buf) && r.buf[r.pos] >= '0' && r.buf[r.pos] <= '9' {
			r.pos++
		}
		return r.pos > start
	}
	if r.peekIs('-') {
		r.pos++
	}
	lead := r.pos
	if !digits() || (r.buf[lead] == '0' && r.pos > lead+1) {
		r.pos = lead
		return "", r.syntax()
	}
	if r.peekIs('.') {
		r.pos++
		if !digits() {
			return "", r.syntax()
		}
	}
	if r.peekIs('e') || r.peekIs('E') {
		r.pos++
		if r.peekIs('+') || r.peekIs('-') {
			r.pos++
		}
		if !digits() {
			return "", r.syntax()
		}
	}
	text := string(r.buf[from:r.pos])
	if _, err := strconv.ParseFloat(text, 64); err != nil {
		return "", fmt.Errorf("the number %s is out of range", text)
	}
	return text, nil
}
