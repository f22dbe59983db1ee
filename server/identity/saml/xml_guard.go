package saml

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"ambit/server/identity/idp"
)

// Bounds on a response. Real ones have some 60 elements in 10 KiB, up to about 2,000 with long lists of groups.
const (
	maxEncoded    = 352 << 10 // base64, with line breaks
	maxDecoded    = 256 << 10
	maxDepth      = 24
	maxElements   = 5000
	maxAttributes = 24
	maxNamespaces = 48 // declarations in scope at once
)

// guard reads the whole document once, before any tree is built of it, and refuses whatever is needed by nobody and makes
// two readers of the same bytes see different things: encodings other than UTF-8, DOCTYPE, comments, CDATA, processing
// instructions, names outside of plain ASCII, prefixes without a declaration, attributes that occur twice. ids collects
// the identifiers; one that occurs twice is refused.
func guard(data []byte, ids map[string]bool) error {
	if err := guardBytes(data); err != nil {
		return err
	}
	g := &guardian{ids: ids}
	dec := xml.NewDecoder(bytes.NewReader(data)) //nolint:gosec // tokens only, of bounded input: this is the check itself
	for {
		token, err := dec.RawToken()
		if errors.Is(err, io.EOF) {
			if len(g.open) > 0 || !g.closed {
				return malformed(errors.New("it ends early"))
			}
			return nil
		}
		if err != nil {
			return malformed(err)
		}
		switch t := token.(type) {
		case xml.StartElement:
			err = g.start(t)
		case xml.EndElement:
			err = g.end(t)
		case xml.CharData:
			if len(g.open) == 0 && len(bytes.TrimSpace(t)) > 0 {
				err = malformed(errors.New("there is text outside of the root element"))
			}
		case xml.ProcInst: // guardBytes lets only the declaration pass
		default:
			err = forbidden("markup that is not an element")
		}
		if err != nil {
			return err
		}
	}
}

func malformed(cause error) *idp.Refusal {
	return idp.Refuse(reasonMalformed, "The response is not readable XML.", "Try again; if it stays, look at the identity provider's log.").Because(cause)
}

// guardBytes looks for what can be found without parsing. In XML, "<!" and "<?" begin nothing but the kinds of markup that
// are refused, so a search for them can't be led astray.
func guardBytes(data []byte) error {
	switch {
	case len(data) == 0:
		return malformed(errors.New("it is empty"))
	case len(data) > maxDecoded:
		return tooLarge("more than 256 KiB")
	case bytes.HasPrefix(data, []byte("\xef\xbb\xbf")), bytes.IndexByte(data, 0) >= 0, !utf8.Valid(data):
		return encoding()
	}
	if i := bytes.Index(data, []byte("<!")); i >= 0 {
		switch rest := data[i:]; {
		case bytes.HasPrefix(rest, []byte("<!--")):
			return forbidden("a comment")
		case bytes.HasPrefix(rest, []byte("<![CDATA[")):
			return forbidden("a CDATA section")
		default:
			return forbidden("a DOCTYPE or entity declaration")
		}
	}
	if bytes.HasPrefix(data, []byte("<?xml ")) {
		end := bytes.Index(data, []byte("?>"))
		if end < 0 {
			return malformed(errors.New("the XML declaration doesn't end"))
		}
		declaration := strings.ToLower(string(data[:end]))
		if strings.Contains(declaration, "encoding") && !strings.Contains(declaration, `"utf-8"`) && !strings.Contains(declaration, "'utf-8'") {
			return encoding()
		}
		data = data[end+2:]
	}
	if bytes.Contains(data, []byte("<?")) {
		return forbidden("a processing instruction")
	}
	return nil
}

func encoding() *idp.Refusal {
	return idp.Refuse(reasonEncoding, "The response is not in UTF-8 without a byte order mark.", "Let the identity provider send UTF-8.")
}

// guardian follows the document's elements.
type guardian struct {
	open     []openElement
	elements int
	closed   bool // the root element has ended
	ids      map[string]bool
}

type openElement struct {
	raw   xml.Name // prefix and local part, as written
	name  xml.Name // namespace and local part
	scope map[string]string
	free  bool // content that the standard leaves to others: no foreign names are refused in it
}

func (g *guardian) start(t xml.StartElement) error {
	if g.closed {
		return malformed(errors.New("there are two root elements"))
	}
	g.elements++
	switch {
	case g.elements > maxElements:
		return tooLarge("more than 5,000 elements")
	case len(g.open) >= maxDepth:
		return tooLarge("nested more than 24 deep")
	case len(t.Attr) > maxAttributes:
		return tooLarge("an element with more than 24 attributes")
	}
	parent := openElement{scope: map[string]string{"xml": nsXML}}
	if len(g.open) > 0 {
		parent = g.open[len(g.open)-1]
	}
	scope, err := declare(parent.scope, t.Attr)
	if err != nil {
		return err
	}
	name, err := resolve(scope, t.Name, true)
	if err != nil {
		return err
	}
	free := parent.free || freeContent[parent.name]
	if !free && !knownNamespaces[name.Space] {
		return structure("an element " + quoteName(name.Local) + " of a foreign namespace")
	}
	if err := g.attributes(name, t.Attr, scope); err != nil {
		return err
	}
	g.open = append(g.open, openElement{raw: t.Name, name: name, scope: scope, free: free})
	return nil
}

func (g *guardian) end(t xml.EndElement) error {
	if len(g.open) == 0 || g.open[len(g.open)-1].raw != t.Name {
		return malformed(errors.New("an end tag doesn't match"))
	}
	g.open = g.open[:len(g.open)-1]
	g.closed = len(g.open) == 0
	return nil
}
