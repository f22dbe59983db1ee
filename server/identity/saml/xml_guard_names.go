package saml

import (
	"encoding/xml"
	"strings"
)

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
