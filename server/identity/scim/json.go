package scim

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"unicode/utf8"
)

// object is a JSON object. SCIM's resources are open: a client may send attributes that no schema here knows, and gets them
// back, so their values are any: nil, bool, string, json.Number, object or []any.
type object = map[string]any

// The bounds of a body. A group of maxMembers members has four values for each.
const (
	maxDepth  = 16
	maxValues = 320_000
)

// decode reads a body that must be one JSON object. Names that differ in nothing but case are one attribute (RFC 7643, section
// 2.1), so an object that has both could be read in two ways, and isn't read at all.
func decode(body []byte) (object, error) {
	if !utf8.Valid(body) {
		return nil, bad(typeSyntax, "the body is not valid UTF-8")
	}
	d := decoder{dec: json.NewDecoder(bytes.NewReader(body))}
	d.dec.UseNumber()
	v, err := d.value(0)
	if err != nil {
		return nil, err
	}
	o, ok := v.(object)
	if !ok {
		return nil, bad(typeSyntax, "the body must be a JSON object")
	}
	if _, err := d.dec.Token(); !errors.Is(err, io.EOF) {
		return nil, bad(typeSyntax, "there is something after the JSON object")
	}
	return o, nil
}

type decoder struct {
	dec    *json.Decoder
	values int
}

func (d *decoder) value(depth int) (any, error) {
	if d.values++; d.values > maxValues {
		return nil, bad(typeTooMany, "the body has more than %d values", maxValues)
	}
	tok, err := d.dec.Token()
	if err != nil {
		return nil, badJSON(err)
	}
	delim, ok := tok.(json.Delim)
	if !ok {
		return tok, nil
	}
	if depth++; depth > maxDepth {
		return nil, bad(typeSyntax, "the body nests deeper than %d levels", maxDepth)
	}
	if delim == '[' {
		return d.array(depth)
	}
	return d.object(depth)
}

func (d *decoder) array(depth int) (any, error) {
	list := []any{}
	for d.dec.More() {
		v, err := d.value(depth)
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	if _, err := d.dec.Token(); err != nil {
		return nil, badJSON(err)
	}
	return list, nil
}

func (d *decoder) object(depth int) (any, error) {
	o, folded := object{}, map[string]bool{}
	for d.dec.More() {
		tok, err := d.dec.Token()
		if err != nil {
			return nil, badJSON(err)
		}
		name, _ := tok.(string) // the library gives nothing else in this place
		if low := strings.ToLower(name); folded[low] {
			return nil, bad(typeSyntax, "the member %q stands twice in one object", name)
		} else {
			folded[low] = true
		}
		if o[name], err = d.value(depth); err != nil {
			return nil, err
		}
	}
	if _, err := d.dec.Token(); err != nil {
		return nil, badJSON(err)
	}
	return o, nil
}

func badJSON(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return bad(typeSyntax, "the JSON object is not complete")
	}
	return bad(typeSyntax, "the body is not JSON: %s", strings.TrimPrefix(err.Error(), "json: "))
}
