package audit

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/gowebpki/jcs"
)

// Canonical JSON is RFC 8785: members sorted by UTF-16 code units, no white space, the shortest escapes, numbers as
// ECMAScript writes them. The ledger writes it directly instead of marshalling and transforming, because this runs for
// every decision; tests hold it byte for byte against a reference implementation.

// maxDepth bounds how deeply foreign JSON may nest, and with it the stack.
const maxDepth = 200

const hexDigits = "0123456789abcdef"

// appendString writes s as a JSON string. Bytes that aren't UTF-8 become U+FFFD, as in encoding/json.
func appendString(b []byte, s string) []byte {
	b = append(b, '"')
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= 0x20 && c != '"' && c != '\\' && c < utf8.RuneSelf {
			i++
			continue
		}
		if c >= utf8.RuneSelf {
			r, size := utf8.DecodeRuneInString(s[i:])
			if r != utf8.RuneError || size > 1 {
				i += size
				continue
			}
			b = append(b, s[start:i]...)
			b = append(b, "\uFFFD"...)
			i++
			start = i
			continue
		}
		b = append(b, s[start:i]...)
		b = appendEscape(b, c)
		i++
		start = i
	}
	b = append(b, s[start:]...)
	return append(b, '"')
}

func appendEscape(b []byte, c byte) []byte {
	switch c {
	case '"', '\\':
		return append(b, '\\', c)
	case '\b':
		return append(b, '\\', 'b')
	case '\f':
		return append(b, '\\', 'f')
	case '\n':
		return append(b, '\\', 'n')
	case '\r':
		return append(b, '\\', 'r')
	case '\t':
		return append(b, '\\', 't')
	}
	return append(b, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
}

// appendCanonical writes foreign JSON in canonical form. It fails for what is not JSON, for duplicate names, for numbers
// beyond a double and for JSON nested deeper than maxDepth.
func appendCanonical(b, raw []byte) ([]byte, error) {
	p := canonicalizer{in: raw, out: b}
	p.space()
	if err := p.value(0); err != nil {
		return b, err
	}
	p.space()
	if p.pos != len(p.in) {
		return b, p.fail("unexpected text after the value")
	}
	return p.out, nil
}

type canonicalizer struct {
	in  []byte
	pos int
	out []byte
}

func (p *canonicalizer) fail(what string) error {
	return &InvalidError{what: what + " at byte " + strconv.Itoa(p.pos) + " of a JSON value"}
}

func (p *canonicalizer) space() {
	for p.pos < len(p.in) {
		switch p.in[p.pos] {
		case ' ', '\t', '\n', '\r':
			p.pos++
		default:
			return
		}
	}
}

func (p *canonicalizer) peek() byte {
	if p.pos < len(p.in) {
		return p.in[p.pos]
	}
	return 0
}

func (p *canonicalizer) value(depth int) error {
	if depth > maxDepth {
		return p.fail("nested too deeply")
	}
	switch c := p.peek(); c {
	case '{':
		return p.object(depth)
	case '[':
		return p.array(depth)
	case '"':
		s, err := p.str()
		if err != nil {
			return err
		}
		p.out = appendString(p.out, s)
		return nil
	case 't':
		return p.literal("true")
	case 'f':
		return p.literal("false")
	case 'n':
		return p.literal("null")
	default:
		return p.number()
	}
}

func (p *canonicalizer) literal(word string) error {
	if !strings.HasPrefix(string(p.in[p.pos:min(len(p.in), p.pos+len(word))]), word) {
		return p.fail("unexpected character")
	}
	p.pos += len(word)
	p.out = append(p.out, word...)
	return nil
}

func (p *canonicalizer) array(depth int) error {
	p.pos++
	p.out = append(p.out, '[')
	p.space()
	if p.peek() == ']' {
		p.pos++
		p.out = append(p.out, ']')
		return nil
	}
	for {
		p.space()
		if err := p.value(depth + 1); err != nil {
			return err
		}
		p.space()
		switch p.peek() {
		case ',':
			p.out = append(p.out, ',')
		case ']':
			p.pos++
			p.out = append(p.out, ']')
			return nil
		default:
			return p.fail("expected , or ] in an array")
		}
		p.pos++
	}
}

// member is one member of an object, already written to out[start:end].
type member struct {
	name       string
	start, end int
}

func (p *canonicalizer) object(depth int) error {
	p.pos++
	p.out = append(p.out, '{')
	first := len(p.out)
	var space [16]member
	members := space[:0]
	sorted := true
	p.space()
	if p.peek() == '}' {
		p.pos++
		p.out = append(p.out, '}')
		return nil
	}
	for {
		p.space()
		if p.peek() != '"' {
			return p.fail("expected a name in an object")
		}
		m := member{start: len(p.out)}
		var err error
		if m.name, err = p.str(); err != nil {
			return err
		}
		p.out = append(appendString(p.out, m.name), ':')
		p.space()
		if p.peek() != ':' {
			return p.fail("expected : in an object")
		}
		p.pos++
		p.space()
		if err := p.value(depth + 1); err != nil {
			return err
		}
		m.end = len(p.out)
		sorted = sorted && (len(members) == 0 || compareUTF16(members[len(members)-1].name, m.name) < 0)
		members = append(members, m)
		p.space()
		c := p.peek()
		if c != ',' && c != '}' {
			return p.fail("expected , or } in an object")
		}
		p.pos++
		if c == '}' {
			break
		}
		p.out = append(p.out, ',')
	}
	if !sorted {
		if err := p.sortMembers(first, members); err != nil {
			return err
		}
	}
	p.out = append(p.out, '}')
	return nil
}

// sortMembers rewrites out[first:] with the members in order.
func (p *canonicalizer) sortMembers(first int, members []member) error {
	slices.SortFunc(members, func(a, b member) int { return compareUTF16(a.name, b.name) })
	was := slices.Clone(p.out[first:])
	p.out = p.out[:first]
	for i, m := range members {
		if i > 0 {
			if members[i-1].name == m.name {
				return p.fail("duplicate name " + strconv.QuoteToASCII(m.name))
			}
			p.out = append(p.out, ',')
		}
		p.out = append(p.out, was[m.start-first:m.end-first]...)
	}
	return nil
}

// compareUTF16 orders names as RFC 8785 section 3.2.3 says. That differs from the order of UTF-8 only between characters
// beyond the basic plane, whose surrogates begin at D800, and those from U+E000 on.
func compareUTF16(a, b string) int {
	i := 0
	for i < len(a) && i < len(b) && a[i] == b[i] {
		i++
	}
	for i > 0 && (i < len(a) && !utf8.RuneStart(a[i]) || i < len(b) && !utf8.RuneStart(b[i])) {
		i--
	}
	if i == len(a) || i == len(b) {
		return len(a) - len(b)
	}
	x, _ := utf8.DecodeRuneInString(a[i:])
	y, _ := utf8.DecodeRuneInString(b[i:])
	if (x >= 0x10000) == (y >= 0x10000) {
		return int(x) - int(y)
	}
	return int(firstUnit(x)) - int(firstUnit(y))
}

func firstUnit(r rune) rune {
	if r >= 0x10000 {
		return 0xD800 + (r-0x10000)>>10
	}
	return r
}

// number copies short integers, which are canonical as they stand, and formats the rest as a double.
func (p *canonicalizer) number() error {
	start := p.pos
	if p.peek() == '-' {
		p.pos++
	}
	digits := p.digits()
	if digits == 0 || digits > 1 && p.in[p.pos-digits] == '0' {
		return p.fail("unexpected character")
	}
	plain := true
	if p.peek() == '.' {
		plain = false
		p.pos++
		if p.digits() == 0 {
			return p.fail("expected a digit")
		}
	}
	if c := p.peek(); c == 'e' || c == 'E' {
		plain = false
		p.pos++
		if c := p.peek(); c == '+' || c == '-' {
			p.pos++
		}
		if p.digits() == 0 {
			return p.fail("expected a digit")
		}
	}
	text := p.in[start:p.pos]
	if plain && digits <= 15 && string(text) != "-0" {
		p.out = append(p.out, text...)
		return nil
	}
	f, err := strconv.ParseFloat(string(text), 64)
	if err != nil {
		return p.fail("number out of range")
	}
	s, err := jcs.NumberToJSON(f)
	if err != nil {
		return p.fail("number out of range")
	}
	p.out = append(p.out, s...)
	return nil
}

func (p *canonicalizer) digits() int {
	n := 0
	for p.pos < len(p.in) && p.in[p.pos] >= '0' && p.in[p.pos] <= '9' {
		p.pos++
		n++
	}
	return n
}
