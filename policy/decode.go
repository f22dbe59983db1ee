package policy

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// decoder copies nodes into the document's Go types and reports everything that doesn't fit. It works by reflection over
// the json tags, so that the keys that are accepted, the Go types and the JSON Schema can't drift apart: there is
// no second list of keys to forget one in.
type decoder struct {
	*report
	place map[string]position
}

// nodeDecoder is a type that reads itself, because it has more than one form.
type nodeDecoder interface {
	decodeNode(d *decoder, n *node, path string)
}

func (d *decoder) decode(n *node, into reflect.Value, path string) {
	d.place[path] = position{n.line, n.col}
	if n.kind == invalidNode {
		return
	}
	if into.CanAddr() {
		if own, ok := into.Addr().Interface().(nodeDecoder); ok {
			own.decodeNode(d, n, path)
			return
		}
	}
	switch into.Kind() {
	case reflect.Struct:
		d.mapping(n, into, path)
	case reflect.Pointer:
		if n.kind == nullNode {
			d.mismatch(n, path, "a mapping; leave the key out where the layer has no rule")
			return
		}
		into.Set(reflect.New(into.Type().Elem()))
		d.decode(n, into.Elem(), path)
	case reflect.Slice:
		d.sequence(n, into, path)
	case reflect.String:
		if text, ok := d.text(n, path); ok {
			into.SetString(text)
		}
	case reflect.Int:
		v, err := strconv.Atoi(n.text)
		if n.kind != intNode || err != nil {
			d.mismatch(n, path, "a whole number")
			return
		}
		into.SetInt(int64(v))
	case reflect.Bool:
		if n.kind != boolNode {
			d.mismatch(n, path, "true or false")
			return
		}
		into.SetBool(n.text == "true")
	default:
		panic("policy: no decoding for " + into.Type().String()) // a mistake in the types, found by any test
	}
}

// text gives a scalar's text. A number or a boolean in place of text is an error, because YAML has already changed it.
func (d *decoder) text(n *node, path string) (string, bool) {
	switch n.kind {
	case stringNode:
		return n.text, true
	case intNode, floatNode, boolNode:
		d.mismatch(n, path, fmt.Sprintf("text; put it in quotes: %q", n.text))
	case mappingNode:
		d.mismatch(n, path, "text; a value that begins with { needs quotes")
	default:
		d.mismatch(n, path, "text")
	}
	return "", false
}

func (d *decoder) sequence(n *node, into reflect.Value, path string) {
	if n.kind != sequenceNode {
		expected := "a list"
		if n.kind == stringNode && !strings.ContainsAny(n.text, "\n[]{}\"") {
			expected = fmt.Sprintf("a list: [%s]", n.text)
		}
		d.mismatch(n, path, expected)
		return
	}
	out := reflect.MakeSlice(into.Type(), len(n.items), len(n.items))
	for i, item := range n.items {
		d.decode(item, out.Index(i), indexPath(path, i))
	}
	into.Set(out)
}

func (d *decoder) mapping(n *node, into reflect.Value, path string) {
	if n.kind != mappingNode {
		d.mismatch(n, path, "a mapping")
		return
	}
	keys := keysOf(into.Type())
	for _, p := range n.pairs {
		key := keyPath(path, p.key.text)
		i := slices.Index(keys, p.key.text)
		if i < 0 {
			d.add(position{p.key.line, p.key.col}, key, fmt.Sprintf("unknown key %q", p.key.text), suggestion(p.key.text, keys))
			continue
		}
		d.decode(p.value, into.Field(fieldOf(into.Type(), keys[i])), key)
		d.place["key:"+key] = position{p.key.line, p.key.col}
	}
}

func (d *decoder) mismatch(n *node, path, expected string) {
	d.add(position{n.line, n.col}, path, "this is "+n.kind.String(), expected)
}

// keysOf lists the keys of a struct type, in order.
func keysOf(t reflect.Type) []string {
	var keys []string
	for f := range t.Fields() {
		if key := jsonKey(f); key != "" {
			keys = append(keys, key)
		}
	}
	return keys
}

func fieldOf(t reflect.Type, key string) int {
	for i := range t.NumField() {
		if jsonKey(t.Field(i)) == key {
			return i
		}
	}
	return -1
}

func jsonKey(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	if name == "-" {
		return ""
	}
	return name
}

func (p *CommandPattern) decodeNode(d *decoder, n *node, path string) {
	if n.kind == mappingNode && len(n.pairs) > 0 && n.pairs[0].value.kind != nullNode {
		type plain CommandPattern
		d.decode(n, reflect.ValueOf((*plain)(p)).Elem(), path)
		if p.Pattern == "" {
			d.mismatch(n, path, "a pattern, or a mapping with the key pattern")
		}
		return
	}
	p.Pattern, _ = d.text(n, path)
}

func (r *PromptRecord) decodeNode(d *decoder, n *node, path string) {
	switch {
	case n.kind == mappingNode:
		type plain PromptRecord
		d.decode(n, reflect.ValueOf((*plain)(r)).Elem(), path)
	case n.kind == stringNode && n.text == "all":
		r.All = true
	case n.kind == stringNode && n.text == "none":
		r.None = true
	default:
		d.add(position{n.line, n.col}, path, unexpected(n), "all, none, or a mapping with repositories, actions or except")
	}
}

func (u *Until) decodeNode(d *decoder, n *node, path string) {
	v, err := parseUntil(n.text)
	if n.kind != stringNode || err != nil {
		d.add(position{n.line, n.col}, path, unexpected(n), "a day, 2026-12-31, or a time, 2026-12-31T18:00:00Z")
		return
	}
	*u = v
}

func (v *Duration) decodeNode(d *decoder, n *node, path string) {
	parsed, err := parseDuration(n.text)
	if n.kind != stringNode || err != nil {
		d.add(position{n.line, n.col}, path, unexpected(n), "a length of time: 90s, 30m, 24h, 7d")
		return
	}
	*v = parsed
}

func unexpected(n *node) string {
	if n.kind == stringNode {
		return fmt.Sprintf("%q is not a value of this key", n.text)
	}
	return "this is " + n.kind.String()
}
