package saml

import (
	"bytes"
	"encoding/base64"
	"strings"
	"time"

	"github.com/beevik/etree"

	"ambit/server/identity/idp"
)

// parse builds the tree of a document that passes the guard.
func parse(data []byte, ids map[string]bool) (*etree.Element, error) {
	if err := guard(data, ids); err != nil {
		return nil, err
	}
	doc := etree.NewDocument()
	doc.ReadSettings = etree.ReadSettings{MaxDepth: maxDepth + 1, PreserveDuplicateAttrs: true}
	if err := doc.ReadFromBytes(data); err != nil {
		return nil, malformed(err)
	}
	return doc.Root(), nil
}

func is(el *etree.Element, space, tag string) bool {
	return el.Tag == tag && el.NamespaceURI() == space
}

// attribute returns the value of an attribute without prefix. (etree's own lookup takes one with any prefix.)
func attribute(el *etree.Element, key string) (string, bool) {
	for i := range el.Attr {
		if el.Attr[i].Space == "" && el.Attr[i].Key == key {
			return el.Attr[i].Value, true
		}
	}
	return "", false
}

func value(el *etree.Element, key string) string {
	v, _ := attribute(el, key)
	return v
}

// children returns the child elements of that name.
func children(el *etree.Element, space, tag string) []*etree.Element {
	var found []*etree.Element
	for _, c := range el.ChildElements() {
		if is(c, space, tag) {
			found = append(found, c)
		}
	}
	return found
}

// child returns the first child element of that name; shape has made sure that there is one, or at most one.
func child(el *etree.Element, space, tag string) *etree.Element {
	for _, c := range el.ChildElements() {
		if is(c, space, tag) {
			return c
		}
	}
	return nil
}

// part says how often a child element may occur. max -1 is any number.
type part struct {
	space, tag string
	min, max   int
}

// shape refuses an element that has other children than those listed, or in other numbers, or text between them.
func shape(el *etree.Element, parts ...part) error {
	counts := make([]int, len(parts))
next:
	for _, token := range el.Child {
		switch t := token.(type) {
		case *etree.Element:
			for i, p := range parts {
				if is(t, p.space, p.tag) {
					counts[i]++
					continue next
				}
			}
			return structure("an element " + quoteName(t.Tag) + " inside of " + quoteName(el.Tag))
		case *etree.CharData:
			if strings.Trim(t.Data, xmlSpace) != "" {
				return structure("text between the elements of " + quoteName(el.Tag))
			}
		default:
			return forbidden("markup that is not an element")
		}
	}
	for i, p := range parts {
		switch {
		case counts[i] < p.min:
			return structure(quoteName(p.tag) + " is missing in " + quoteName(el.Tag))
		case p.max >= 0 && counts[i] > p.max:
			return structure(quoteName(p.tag) + " occurs more than once in " + quoteName(el.Tag))
		}
	}
	return nil
}

const xmlSpace = " \t\r\n"

// text returns all the text of an element that has nothing else in it.
func text(el *etree.Element) (string, error) {
	var b strings.Builder
	for _, token := range el.Child {
		data, ok := token.(*etree.CharData)
		if !ok {
			return "", structure("elements inside of " + quoteName(el.Tag) + ", where text belongs")
		}
		b.WriteString(data.Data)
	}
	return b.String(), nil
}

// instant reads an attribute of type dateTime, which SAML wants in UTC (SAML core §1.3.3).
func instant(el *etree.Element, key string) (time.Time, error) {
	raw, ok := attribute(el, key)
	if !ok {
		return time.Time{}, nil
	}
	t, err := time.Parse(time.RFC3339Nano, raw)
	if err != nil || t.Year() < 2000 || t.Year() > 9000 {
		return time.Time{}, idp.Refuse(reasonTime, "The response has an instant ("+key+") that can't be read.", "Let the identity provider send times in UTC, such as 2026-01-31T08:00:00Z.")
	}
	return t.UTC(), nil
}

// base64Strict decodes base64 with padding and without stray bits; line breaks and indentation are fine.
func base64Strict(s []byte) ([]byte, error) {
	packed := bytes.Map(func(r rune) rune {
		if strings.ContainsRune(xmlSpace, r) {
			return -1
		}
		return r
	}, s)
	out := make([]byte, base64.StdEncoding.DecodedLen(len(packed)))
	n, err := base64.StdEncoding.Strict().Decode(out, packed)
	return out[:n], err
}

func hasControl(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f })
}
