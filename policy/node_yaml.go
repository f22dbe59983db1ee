package policy

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// report collects problems of one file.
type report struct {
	file     string
	problems Problems
}

func (r *report) add(at position, path, message, expected string) {
	r.problems = append(r.problems, Problem{
		File: r.file, Line: at.line, Column: at.col, Severity: SeverityError,
		Path: path, Message: message, Expected: expected,
	})
}

// readNode parses src, YAML or JSON, within limit bytes. nil means that it could not be read at all.
func readNode(r *report, src []byte, limit int) *node {
	switch {
	case len(src) > limit:
		r.add(position{1, 1}, "", fmt.Sprintf("the file has %d bytes", len(src)), fmt.Sprintf("at most %d", limit))
		return nil
	case !utf8.Valid(src):
		at := invalidUTF8(src)
		r.add(at, "", "this is not valid UTF-8", "text in UTF-8")
		return nil
	}
	src = bytes.TrimPrefix(src, []byte("\ufeff"))
	if trimmed := bytes.TrimLeft(src, " \t\r\n"); len(trimmed) > 0 && trimmed[0] == '{' {
		if n, ok := readJSON(r, src); ok {
			return n
		}
	}
	if at, ok := tooNested(src, limit); ok {
		r.add(at, "", "this is nested too deeply", fmt.Sprintf("at most %d levels", maxDepth))
		return nil
	}
	file, err := parser.ParseBytes(src, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		r.add(yamlErrorAt(err), "", yamlErrorText(err), "YAML")
		return nil
	}
	var docs []ast.Node
	for _, d := range file.Docs {
		if d.Body != nil {
			docs = append(docs, d.Body)
		}
	}
	switch len(docs) {
	case 0:
		r.add(position{1, 1}, "", "the file is empty", "a mapping")
		return nil
	case 1:
	default:
		r.add(tokenAt(docs[1].GetToken()), "", "a second document begins here", "one document in a file")
		return nil
	}
	return (&yamlReader{r}).node(docs[0], "", 0)
}

type yamlReader struct{ *report }

func (y *yamlReader) node(n ast.Node, path string, depth int) *node {
	out := &node{kind: invalidNode}
	at := tokenAt(n.GetToken())
	out.line, out.col = at.line, at.col
	if depth > maxDepth {
		y.add(at, path, "this is nested too deeply", fmt.Sprintf("at most %d levels", maxDepth))
		return out
	}
	switch n := n.(type) {
	case *ast.MappingNode:
		y.mapping(out, n.Values, path, depth)
	case *ast.MappingValueNode:
		y.mapping(out, []*ast.MappingValueNode{n}, path, depth)
	case *ast.SequenceNode:
		out.kind = sequenceNode
		for i, v := range n.Values {
			out.items = append(out.items, y.node(v, indexPath(path, i), depth+1))
		}
	case *ast.StringNode:
		out.kind, out.text = stringNode, n.Value
	case *ast.LiteralNode:
		out.kind, out.text = stringNode, n.Value.Value
	case *ast.IntegerNode:
		out.kind, out.text = intNode, n.GetToken().Value
	case *ast.FloatNode, *ast.InfinityNode, *ast.NanNode:
		out.kind, out.text = floatNode, n.GetToken().Value
	case *ast.BoolNode:
		out.kind, out.text = boolNode, "false"
		if n.Value {
			out.text = "true"
		}
	case *ast.NullNode:
		out.kind = nullNode
	case *ast.AliasNode:
		y.add(at, path, "this begins with *, which YAML takes for an alias", "a value in quotes; aliases and anchors are not allowed")
	case *ast.AnchorNode:
		y.add(at, path, "this is a YAML anchor", "a value in quotes; aliases and anchors are not allowed")
	case *ast.TagNode:
		y.add(at, path, "this begins with !, which YAML takes for a tag", "a value in quotes; tags are not allowed")
	default:
		y.add(at, path, "this kind of YAML is not allowed", "text, a list or a mapping")
	}
	return out
}

func (y *yamlReader) mapping(out *node, values []*ast.MappingValueNode, path string, depth int) {
	out.kind = mappingNode
	if len(values) > 0 {
		at := tokenAt(values[0].Key.GetToken())
		out.line, out.col = at.line, at.col
	}
	seen := map[string]position{}
	for _, v := range values {
		at := tokenAt(v.Key.GetToken())
		key := &node{kind: stringNode, line: at.line, col: at.col}
		switch k := v.Key.(type) {
		case *ast.StringNode:
			key.text = k.Value
		case *ast.IntegerNode, *ast.BoolNode, *ast.FloatNode, *ast.NullNode:
			key.text = k.GetToken().Value
		default:
			y.add(at, path, "this kind of key is not allowed", "plain text; merge keys and complex keys are not allowed")
			continue
		}
		if first, dup := seen[key.text]; dup {
			y.add(at, keyPath(path, key.text), fmt.Sprintf("the key %q is given twice", key.text),
				fmt.Sprintf("one; the first is in line %d", first.line))
			continue
		}
		seen[key.text] = at
		out.pairs = append(out.pairs, pair{key, y.node(v.Value, keyPath(path, key.text), depth+1)})
	}
}

func tokenAt(t *token.Token) position {
	if t == nil || t.Position == nil {
		return position{}
	}
	return position{t.Position.Line, t.Position.Column}
}

func yamlErrorAt(err error) position {
	var y yaml.Error
	if errors.As(err, &y) {
		return tokenAt(y.GetToken())
	}
	return position{}
}

func yamlErrorText(err error) string {
	var y yaml.Error
	if !errors.As(err, &y) {
		return "this is not YAML"
	}
	msg := y.GetMessage()
	if t := y.GetToken(); t != nil && strings.HasPrefix(t.Value, "*") || strings.Contains(msg, "unexpected scalar value type") ||
		strings.Contains(msg, "not allowed in this context") {
		return msg + " (a value that begins with *, [ or { needs quotes)"
	}
	return msg
}

func invalidUTF8(src []byte) position {
	at := position{1, 1}
	for len(src) > 0 {
		c, n := utf8.DecodeRune(src)
		if c == utf8.RuneError && n == 1 {
			break
		}
		if at.col++; c == '\n' {
			at = position{at.line + 1, 1}
		}
		src = src[n:]
	}
	return at
}

// tooNested over-counts nesting by a linear scan, because the YAML parser recurses, and its time grows with the square of
// the number of open brackets.
func tooNested(src []byte, limit int) (position, bool) {
	brackets, line := 0, 0
	for text := range bytes.Lines(src) {
		line++
		brackets += bytes.Count(text, []byte("[")) + bytes.Count(text, []byte("{"))
		if brackets > limit/32 || leadingIndicators(text) > maxNested {
			return position{line, 1}, true
		}
	}
	return position{}, false
}

// leadingIndicators counts the sequence, key, tag and anchor signs in front of a line's first other character.
func leadingIndicators(text []byte) int {
	n := 0
	for _, c := range text {
		switch c {
		case ' ', '\t':
		case '-', '?', ':', '!', '&':
			n++
		default:
			return n
		}
	}
	return n
}
