package scim

import (
	"encoding/json"
	"strings"
)

// The bounds of a filter.
const (
	maxFilter      = 4096 // bytes
	maxFilterDepth = 16
	maxFilterTerms = 64
)

type operator string

// The operators of RFC 7644, table 3 to 5, and the value path of its figure 1.
const (
	opAnd     operator = "and"
	opOr      operator = "or"
	opNot     operator = "not"
	opEqual   operator = "eq"
	opUnequal operator = "ne"
	opHas     operator = "co"
	opStarts  operator = "sw"
	opEnds    operator = "ew"
	opGreater operator = "gt"
	opAtLeast operator = "ge"
	opLess    operator = "lt"
	opAtMost  operator = "le"
	opPresent operator = "pr"
	opValues  operator = "[]" // a value of the attribute fits the inner filter
)

// filter is a node of a filter's tree.
type filter struct {
	op          operator
	left, right *filter // and, or; not has left only
	path        attrPath
	inner       *filter    // of a value path: what a value must fit
	def         *attribute // of what is compared; nil where no schema knows it
	literal     any        // nil, bool, string or json.Number
}

// parseFilter reads a filter (RFC 7644, section 3.4.2.2).
func (k *kind) parseFilter(s string) (*filter, error) {
	if len(s) > maxFilter {
		return nil, bad(typeFilter, "the filter is longer than %d bytes", maxFilter)
	}
	p := parser{kind: k, s: s}
	f, err := p.or(0)
	if err != nil {
		return nil, err
	}
	if p.space(); p.at < len(p.s) {
		return nil, p.fail("a logical operator (and, or) is missing")
	}
	return f, nil
}

// parser goes through a filter or a path from left to right.
type parser struct {
	kind   *kind
	s      string
	at     int
	terms  int
	parent *attribute // inside brackets: the attribute whose values are filtered
	within bool
	whole  bool // an extension as a whole will do
}

func (p *parser) fail(what string) error {
	return bad(typeFilter, "the filter can't be read at byte %d: %s", p.at, what).
		withHint(`A filter looks like: userName eq "ada@example.com"`)
}

func (p *parser) space() (some bool) {
	for p.at < len(p.s) && p.s[p.at] == ' ' {
		p.at++
		some = true
	}
	return some
}

func (p *parser) peek(c byte) bool { return p.at < len(p.s) && p.s[p.at] == c }

func (p *parser) take(c byte) bool {
	if !p.peek(c) {
		return false
	}
	p.at++
	return true
}

// word reads up to the next character that has a meaning of its own.
func (p *parser) word() string {
	rest := p.s[p.at:]
	end := strings.IndexAny(rest, ` ()[]"`)
	if end < 0 {
		end = len(rest)
	}
	p.at += end
	return rest[:end]
}

// keyword takes a logical operator if one comes next.
func (p *parser) keyword(want operator) bool {
	start := p.at
	p.space()
	if strings.EqualFold(p.word(), string(want)) {
		return true
	}
	p.at = start
	return false
}

func (p *parser) or(depth int) (*filter, error)  { return p.chain(opOr, depth, p.and) }
func (p *parser) and(depth int) (*filter, error) { return p.chain(opAnd, depth, p.term) }

func (p *parser) chain(op operator, depth int, next func(int) (*filter, error)) (*filter, error) {
	f, err := next(depth)
	for err == nil && p.keyword(op) {
		var right *filter
		right, err = next(depth)
		f = &filter{op: op, left: f, right: right}
	}
	return f, err
}

func (p *parser) term(depth int) (*filter, error) {
	if depth++; depth > maxFilterDepth {
		return nil, p.fail("it nests too deeply")
	}
	start := p.at
	negated := p.keyword(opNot)
	p.space()
	if !p.take('(') {
		p.at = start // an attribute could have the name
		return p.comparison(depth)
	}
	f, err := p.or(depth)
	if err != nil {
		return nil, err
	}
	if p.space(); !p.take(')') {
		return nil, p.fail("a closing parenthesis is missing")
	}
	if negated {
		f = &filter{op: opNot, left: f}
	}
	return f, nil
}

// comparison is an attribute, perhaps with a filter on its values, and what it is compared to.
func (p *parser) comparison(depth int) (*filter, error) {
	if p.terms++; p.terms > maxFilterTerms {
		return nil, p.fail("it has too many terms")
	}
	p.space()
	f, err := p.target(depth)
	if err != nil {
		return nil, err
	}
	start := p.at
	op := operator("")
	if p.space() {
		op = operator(strings.ToLower(p.word()))
	}
	if f.inner != nil && (op == "" || op == opAnd || op == opOr) {
		p.at = start
		if f.path.sub != "" {
			return nil, p.fail("an operator is missing after the value path")
		}
		f.op = opValues
		return f, nil
	}
	return f, p.operand(f, op)
}

func (p *parser) operand(f *filter, op operator) (err error) {
	switch op {
	case opPresent:
		f.op = op
		return nil
	case opEqual, opUnequal, opHas, opStarts, opEnds, opGreater, opAtLeast, opLess, opAtMost:
		f.op = op
	case "":
		return p.fail("an operator such as eq is missing after the attribute")
	default:
		return p.fail("there is no operator " + string(op))
	}
	if !p.space() {
		return p.fail("a value is missing")
	}
	if f.literal, err = p.value(); err != nil {
		return err
	}
	return p.comparable(f)
}

// target reads the attribute: attrPath, or a value path with what stands after its brackets.
func (p *parser) target(depth int) (*filter, error) {
	word := p.word()
	path, ok := p.kind.parseAttr(word)
	if p.within {
		path = attrPath{name: word}
		ok = isName(word)
	}
	if !ok || path.name == "" && !p.whole {
		return nil, p.fail("an attribute's name is missing or malformed")
	}
	f := &filter{path: path}
	if !p.within && path.sub == "" && path.name != "" && p.take('[') {
		if err := p.brackets(f, depth); err != nil {
			return nil, err
		}
	}
	if p.within {
		f.def = p.parent.sub(path.name)
	} else if f.def = p.kind.definition(f.path); f.def != nil && f.def.Type == typeComplex && f.path.sub == "" {
		if v := f.def.sub("value"); v != nil {
			f.def = v // a complex attribute is compared by its value (RFC 7644, section 3.4.2.2)
		}
	}
	return f, nil
}

func (p *parser) brackets(f *filter, depth int) (err error) {
	whole := p.whole
	p.parent, p.within, p.whole = p.kind.definition(f.path), true, false
	f.inner, err = p.or(depth)
	p.parent, p.within, p.whole = nil, false, whole
	if err != nil {
		return err
	}
	if p.space(); !p.take(']') {
		return p.fail("a closing bracket is missing")
	}
	if p.take('.') {
		if f.path.sub = p.word(); !isName(f.path.sub) {
			return p.fail("a sub-attribute's name is missing after the value path")
		}
	}
	return nil
}

// value reads a JSON literal; the names true, false and null in any case.
func (p *parser) value() (any, error) {
	rest := p.s[p.at:]
	if !strings.HasPrefix(rest, `"`) {
		word := p.word()
		switch strings.ToLower(word) {
		case "true":
			return true, nil
		case "false":
			return false, nil
		case "null":
			return nil, nil
		}
		var n json.Number
		if err := json.Unmarshal([]byte(word), &n); err != nil || word == "" {
			return nil, p.fail("a text value must stand in double quotes")
		}
		return n, nil
	}
	for i := 1; i < len(rest); i++ {
		switch rest[i] {
		case '\\':
			i++
		case '"':
			var s string
			if err := json.Unmarshal([]byte(rest[:i+1]), &s); err != nil {
				return nil, p.fail("the text value is not valid JSON")
			}
			p.at += i + 1
			return s, nil
		}
	}
	return nil, p.fail("a closing double quote is missing")
}

// comparable refuses comparisons that have no meaning, rather than answering that nothing fits.
func (p *parser) comparable(f *filter) error {
	_, isText := f.literal.(string)
	_, isNumber := f.literal.(json.Number)
	boolean := f.def != nil && f.def.Type == typeBoolean
	switch f.op {
	case opHas, opStarts, opEnds:
		if !isText || boolean {
			return p.fail(string(f.op) + " compares text only")
		}
	case opGreater, opAtLeast, opLess, opAtMost:
		if !isText && !isNumber || boolean {
			return p.fail(string(f.op) + " can't compare truth values and null")
		}
	case opEqual, opUnequal:
		if _, ok := truth(f.literal); boolean && !ok && f.literal != nil {
			return p.fail(f.path.String() + " is true or false")
		}
	case opAnd, opOr, opNot, opPresent, opValues:
	}
	if f.def != nil && f.def.Type == typeDateTime && isText {
		if _, ok := moment(f.literal); !ok {
			return p.fail("a time looks like 2026-11-22T05:30:00Z")
		}
	}
	return nil
}
