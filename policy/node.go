package policy

import "strconv"

// MaxDocument is the largest policy document that is read, in bytes; MaxSuite the largest test suite.
const (
	MaxDocument = 256 << 10
	MaxSuite    = 8 << 20

	maxDepth  = 32 // of nesting; the document needs 7
	maxNested = 64 // block sequences that begin on one line
)

// node is one value of a YAML or JSON text with its place. Both front ends produce the same tree.
type node struct {
	kind      nodeKind
	text      string // of a scalar
	line, col int    // from 1; col in characters
	pairs     []pair // of a mapping, in order, duplicates left out
	items     []*node
}

type pair struct {
	key   *node
	value *node
}

type nodeKind uint8

const (
	nullNode nodeKind = iota
	boolNode
	intNode
	floatNode
	stringNode
	sequenceNode
	mappingNode
	invalidNode // already reported
)

func (k nodeKind) String() string {
	return [...]string{"nothing", "true or false", "a number", "a number", "text", "a list", "a mapping", "something unreadable"}[k]
}

// source remembers where the parts of a document stand, by path.
type source struct {
	file  string
	place map[string]position
}

type position struct{ line, col int }

// at gives the place of path, or of the nearest thing above it that has one.
func (s *source) at(path string) position {
	if s == nil {
		return position{}
	}
	for {
		if p, ok := s.place[path]; ok {
			return p
		}
		if path == "" {
			return position{}
		}
		path = parentPath(path)
	}
}

func (s *source) name() string {
	if s == nil {
		return ""
	}
	return s.file
}

func parentPath(path string) string {
	for i := len(path) - 1; i > 0; i-- {
		if path[i] == '.' || path[i] == '[' {
			return path[:i]
		}
	}
	return ""
}

func keyPath(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

func indexPath(path string, i int) string { return path + "[" + strconv.Itoa(i) + "]" }
