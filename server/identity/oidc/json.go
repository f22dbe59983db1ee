package oidc

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// errDuplicate: parsers differ in which of two members counts, so neither does (RFC 8725 §2.8 is about such confusion).
var errDuplicate = errors.New("a member stands twice")

const maxDepth = 32

// decodeObject reads exactly one JSON object. Unlike encoding/json it refuses duplicate members at any depth, broken UTF-8
// and depth without bound; numbers stay as they are written (json.Number).
func decodeObject(data []byte) (map[string]any, error) {
	if !utf8.Valid(data) {
		return nil, errors.New("text that is not UTF-8")
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	value, err := decodeValue(dec, 0)
	if err != nil {
		return nil, err
	}
	object, ok := value.(map[string]any)
	if !ok {
		return nil, errors.New("not a JSON object")
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("something follows the JSON object")
	}
	return object, nil
}

func decodeValue(dec *json.Decoder, depth int) (any, error) {
	if depth > maxDepth {
		return nil, fmt.Errorf("JSON deeper than %d levels", maxDepth)
	}
	token, err := dec.Token()
	if err != nil {
		return nil, errors.New("not valid JSON")
	}
	switch token {
	case json.Delim('{'):
		object := map[string]any{}
		for dec.More() {
			name, err := dec.Token()
			if err != nil {
				return nil, errors.New("not valid JSON")
			}
			key, _ := name.(string)
			if _, twice := object[key]; twice {
				return nil, fmt.Errorf("%w: %s", errDuplicate, clean(key, 60))
			}
			if object[key], err = decodeValue(dec, depth+1); err != nil {
				return nil, err
			}
		}
		return object, closing(dec)
	case json.Delim('['):
		list := []any{}
		for dec.More() {
			item, err := decodeValue(dec, depth+1)
			if err != nil {
				return nil, err
			}
			list = append(list, item)
		}
		return list, closing(dec)
	}
	return token, nil
}

func closing(dec *json.Decoder) error {
	if _, err := dec.Token(); err != nil {
		return errors.New("not valid JSON")
	}
	return nil
}

// lookup finds a claim by its whole name, or, where no member has that name, by a path into objects whose steps are
// divided by dots. Names with dots of their own, such as https://acme.test/groups, are found first.
func lookup(object map[string]any, name string) (any, bool) {
	if value, ok := object[name]; ok {
		return value, true
	}
	for i := range len(name) {
		if name[i] != '.' {
			continue
		}
		if inner, ok := object[name[:i]].(map[string]any); ok {
			if value, ok := lookup(inner, name[i+1:]); ok {
				return value, true
			}
		}
	}
	return nil, false
}

// text is a claim that must be a string where it is present.
func text(object map[string]any, name string) (value string, present, ok bool) {
	v, present := lookup(object, name)
	if !present {
		return "", false, true
	}
	s, ok := v.(string)
	return s, true, ok
}

// foldsTo reports whether object has a member that differs from name only in case: encoding/json would take it for name.
func foldsTo(object map[string]any, name string) bool {
	for key := range object {
		if key != name && strings.EqualFold(key, name) {
			return true
		}
	}
	return false
}
