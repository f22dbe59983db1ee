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
	dec := xml.NewDecoder(bytes.NewReader(data))
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

// declare adds an element's namespace declarations to those in scope (Namespaces in XML 1.0 §3).
func declare(scope map[string]string, attrs []xml.Attr) (map[string]string, error) {
	inner := scope
	for _, a := range attrs {
		var prefix string
		switch {
		case a.Name.Space == "xmlns":
			prefix = a.Name.Local
			if !ncName(prefix) || strings.HasPrefix(strings.ToLower(prefix), "xml") || a.Value == "" {
				return nil, forbidden("a namespace prefix that XML reserves")
			}
		case a.Name.Space == "" && a.Name.Local == "xmlns":
		default:
			continue
		}
		if a.Value == nsXML || a.Value == nsXMLNS {
			return nil, forbidden("a namespace that XML reserves")
		}
		if len(inner) == len(scope) {
			inner = make(map[string]string, len(scope)+4)
			for k, v := range scope {
				inner[k] = v
			}
		}
		inner[prefix] = a.Value
		if len(inner) > maxNamespaces {
			return nil, tooLarge("too many namespaces")
		}
	}
	return inner, nil
}

// resolve gives a name its namespace. An element without prefix takes the default namespace, an attribute takes none.
func resolve(scope map[string]string, raw xml.Name, element bool) (xml.Name, error) {
	if !ncName(raw.Local) || raw.Space != "" && !ncName(raw.Space) {
		return xml.Name{}, forbidden("a name with unusual characters")
	}
	if raw.Space == "" && !element {
		return xml.Name{Local: raw.Local}, nil
	}
	space, ok := scope[raw.Space]
	if !ok && raw.Space != "" {
		return xml.Name{}, forbidden("a namespace prefix without a declaration")
	}
	return xml.Name{Space: space, Local: raw.Local}, nil
}

// attributes refuses doubles, and attributes with a prefix where they could pass for one without: some readers look at the
// local name only.
func (g *guardian) attributes(element xml.Name, attrs []xml.Attr, scope map[string]string) error {
	seen := make(map[xml.Name]bool, len(attrs))
	for _, a := range attrs {
		name := a.Name
		declaration := name.Space == "xmlns" || name.Space == "" && name.Local == "xmlns"
		if !declaration {
			var err error
			if name, err = resolve(scope, a.Name, false); err != nil {
				return err
			}
		}
		if seen[name] {
			return forbidden("an attribute that occurs twice")
		}
		seen[name] = true
		if declaration {
			continue
		}
		if err := prefixedAttribute(element, name); err != nil {
			return err
		}
		if identifiers[name] {
			if !ncName(a.Value) || len(a.Value) > 256 {
				return structure("an identifier with unusual characters")
			}
			if g.ids[a.Value] {
				return structure("an identifier that occurs twice")
			}
			g.ids[a.Value] = true
		}
	}
	return nil
}

func prefixedAttribute(element, name xml.Name) error {
	switch name.Space {
	case "":
		return nil
	case nsXSI:
		if name.Local == "type" && element != (xml.Name{Space: nsAssertion, Local: "AttributeValue"}) {
			return structure("an element whose type is replaced (xsi:type)")
		}
		return nil
	case nsXML:
		if name.Local == "id" || name.Local == "base" {
			return structure("an attribute xml:" + name.Local)
		}
		return nil
	}
	if element == (xml.Name{Space: nsAssertion, Local: "Attribute"}) && !ownAttributes[name.Local] {
		return nil // saml:Attribute may carry what others define (SAML core §2.7.3.1); ADFS does
	}
	return structure("an attribute " + quoteName(name.Local) + " of a foreign namespace")
}

// ncName accepts names of plain ASCII letters, digits, dot, hyphen and underscore: all that SAML, XML Signature and XML
// Encryption use. A wider set is where readers differ.
func ncName(s string) bool {
	for i := 0; i < len(s); i++ {
		c := s[i]
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_'
		if !letter && (i == 0 || !(c >= '0' && c <= '9' || c == '.' || c == '-')) {
			return false
		}
	}
	return s != ""
}

// quoteName shows a name that passed ncName, shortened.
func quoteName(s string) string { return "“" + s[:min(len(s), 40)] + "”" }
