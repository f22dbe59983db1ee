package audit

import "strings"

// walk calls visit for every scalar of a JSON document with its path ("decision.findings.layer"; elements of an array have
// the path of the array). Strings come decoded, other scalars as they are written. It reports whether the document was
// sound; a ledger that was tampered with may hold anything.
func walk(doc string, visit func(path []byte, value string, str bool)) bool {
	w := walker{canonicalizer: canonicalizer{in: []byte(doc)}, visit: visit}
	w.path = w.space0[:0]
	return w.value(0) && w.pos == len(w.in)
}

type walker struct {
	canonicalizer
	path   []byte
	space0 [128]byte
	visit  func(path []byte, value string, str bool)
}

func (w *walker) value(depth int) bool {
	if depth > maxDepth+8 {
		return false
	}
	switch w.peek() {
	case '{':
		return w.members(depth)
	case '[':
		return w.elements(depth)
	case '"':
		s, err := w.str()
		if err != nil {
			return false
		}
		w.visit(w.path, s, true)
		return true
	}
	start := w.pos
	for w.pos < len(w.in) && strings.IndexByte(",]}", w.in[w.pos]) < 0 {
		w.pos++
	}
	w.visit(w.path, string(w.in[start:w.pos]), false)
	return w.pos > start
}

func (w *walker) members(depth int) bool {
	w.pos++
	if w.peek() == '}' {
		w.pos++
		return true
	}
	for w.peek() == '"' {
		name, err := w.str()
		if err != nil || w.peek() != ':' {
			return false
		}
		w.pos++
		above := len(w.path)
		if above > 0 {
			w.path = append(w.path, '.')
		}
		w.path = append(w.path, name...)
		ok := w.value(depth + 1)
		w.path = w.path[:above]
		if !ok {
			return false
		}
		switch w.peek() {
		case ',':
			w.pos++
		case '}':
			w.pos++
			return true
		default:
			return false
		}
	}
	return false
}

func (w *walker) elements(depth int) bool {
	w.pos++
	if w.peek() == ']' {
		w.pos++
		return true
	}
	for {
		if !w.value(depth + 1) {
			return false
		}
		switch w.peek() {
		case ',':
			w.pos++
		case ']':
			w.pos++
			return true
		default:
			return false
		}
	}
}
