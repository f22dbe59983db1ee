package policy

import (
	"bytes"
	"encoding/json"
	"fmt"
	"unicode/utf8"
)

// readJSON reads src where it is JSON. JSON has a reader of its own because YAML's treats tabs and surrogate escapes
// differently. ok is false where src isn't JSON: then it may still be YAML.
func readJSON(r *report, src []byte) (*node, bool) {
	if !json.Valid(src) {
		return nil, false
	}
	j := jsonReader{report: r, dec: json.NewDecoder(bytes.NewReader(src)), src: src, line: 1}
	j.dec.UseNumber()
	return j.value("", 0), true
}

type jsonReader struct {
	*report
	dec  *json.Decoder
	src  []byte
	line int // of byte offset done
	bol  int // offset where that line begins
	done int
}

// next gives the next token and the place where it begins.
func (j *jsonReader) next() (json.Token, position) {
	start := int(j.dec.InputOffset())
	for start < len(j.src) && bytes.IndexByte([]byte(" \t\r\n,:"), j.src[start]) >= 0 {
		start++
	}
	for ; j.done < start; j.done++ {
		if j.src[j.done] == '\n' {
			j.line, j.bol = j.line+1, j.done+1
		}
	}
	tok, err := j.dec.Token()
	if err != nil {
		return nil, position{} // can't happen: the text is valid JSON
	}
	return tok, position{j.line, utf8.RuneCount(j.src[j.bol:start]) + 1}
}

func (j *jsonReader) value(path string, depth int) *node {
	tok, at := j.next()
	n := &node{line: at.line, col: at.col}
	if depth > maxDepth {
		j.add(at, path, "this is nested too deeply", fmt.Sprintf("at most %d levels", maxDepth))
		n.kind = invalidNode
		if tok == json.Delim('[') || tok == json.Delim('{') {
			j.skip()
		}
		return n
	}
	switch tok := tok.(type) {
	case string:
		n.kind, n.text = stringNode, tok
	case json.Number:
		n.kind, n.text = intNode, tok.String()
		if bytes.ContainsAny([]byte(n.text), ".eE") {
			n.kind = floatNode
		}
	case bool:
		n.kind, n.text = boolNode, fmt.Sprint(tok)
	case json.Delim:
		if tok == '[' {
			n.kind = sequenceNode
			for i := 0; j.dec.More(); i++ {
				n.items = append(n.items, j.value(indexPath(path, i), depth+1))
			}
		} else {
			j.object(n, path, depth)
		}
		j.next()
	}
	return n
}

func (j *jsonReader) object(n *node, path string, depth int) {
	n.kind = mappingNode
	seen := map[string]position{}
	for j.dec.More() {
		tok, at := j.next()
		text, _ := tok.(string)
		v := j.value(keyPath(path, text), depth+1)
		if first, dup := seen[text]; dup {
			j.add(at, keyPath(path, text), fmt.Sprintf("the key %q is given twice", text), fmt.Sprintf("one; the first is in line %d", first.line))
			continue
		}
		seen[text] = at
		n.pairs = append(n.pairs, pair{&node{kind: stringNode, text: text, line: at.line, col: at.col}, v})
	}
}

// skip reads to the end of the list or mapping that has just begun.
func (j *jsonReader) skip() {
	for depth := 1; depth > 0; {
		tok, _ := j.next()
		switch tok {
		case json.Delim('['), json.Delim('{'):
			depth++
		case json.Delim(']'), json.Delim('}'):
			depth--
		}
	}
}
