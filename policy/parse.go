package policy

import (
	"cmp"
	"reflect"
	"slices"
	"strings"
)

// Parse reads a policy document, YAML or JSON. Every problem is reported, not only the first, with its place in file (a
// name for messages; nothing is opened). With an error among the problems the document holds what could be read.
func Parse(file string, src []byte) (*Document, Problems) {
	r := &report{file: file}
	n := readNode(r, src, MaxDocument)
	doc := decodeDocument(r, n)
	return doc, sorted(r.problems)
}

// Load parses and compiles. With an error among the problems the policy is nil.
func Load(file string, src []byte) (*Policy, Problems) {
	doc, parsed := Parse(file, src)
	if doc.source == nil {
		return nil, parsed
	}
	p, compiled := Compile(doc)
	for _, problem := range compiled {
		if !explained(parsed, problem.Path) {
			parsed = append(parsed, problem)
		}
	}
	if parsed = sorted(parsed); parsed.Errors() {
		return nil, parsed
	}
	return p, parsed
}

// decodeDocument fills a document from n; nil gives a document without source.
func decodeDocument(r *report, n *node) *Document {
	doc := &Document{}
	if n == nil {
		return doc
	}
	d := &decoder{report: r, place: map[string]position{}}
	d.decode(n, reflect.ValueOf(doc).Elem(), "")
	doc.source = &source{file: r.file, place: d.place}
	return doc
}

// explained reports whether a problem at path only follows from one that parsed already has there, above or below.
func explained(parsed Problems, path string) bool {
	for _, p := range parsed {
		if p.Severity == SeverityError && (p.Path == "" || within(p.Path, path) || within(path, p.Path)) {
			return true
		}
	}
	return false
}

func within(outer, path string) bool {
	return path == outer || strings.HasPrefix(path, outer) && (path[len(outer)] == '.' || path[len(outer)] == '[')
}

// sorted orders problems by place; errors come first at the same place.
func sorted(ps Problems) Problems {
	slices.SortStableFunc(ps, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column), cmp.Compare(a.Severity, b.Severity), cmp.Compare(a.Path, b.Path), cmp.Compare(a.Message, b.Message))
	})
	return ps
}
