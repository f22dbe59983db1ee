package scim

import (
	"strings"
)

// attrPath names an attribute (RFC 7644, figure 1: attrPath). urn is "" for the core schema; name is "" for an extension as a
// whole.
type attrPath struct{ urn, name, sub string }

func (p attrPath) String() string {
	s := p.urn
	if p.name != "" {
		if s != "" {
			s += ":"
		}
		s += p.name
	}
	if p.sub != "" {
		s += "." + p.sub
	}
	return s
}

// parseAttr reads an attribute's path. ok is false where it is none.
func (k *kind) parseAttr(s string) (p attrPath, ok bool) {
	if isURN(s) {
		if p.urn, s = k.splitURN(s); s == "" {
			return p, p.urn != ""
		}
	}
	var dotted bool
	p.name, p.sub, dotted = strings.Cut(s, ".")
	return p, isName(p.name) && (!dotted || isName(p.sub))
}

// splitURN parts the prefix from the name. Of a schema that nobody here knows, what follows the last colon is the attribute,
// unless a version stands before it: then it is the schema's own last part.
func (k *kind) splitURN(s string) (urn, rest string) {
	if rest, ok := cutFold(s, k.core.ID); ok {
		return "", rest
	}
	for i := range k.extensions {
		if rest, ok := cutFold(s, k.extensions[i].ID); ok {
			return k.extensions[i].ID, rest
		}
	}
	at := strings.LastIndexByte(s, ':')
	before, last := s[:at], s[at+1:]
	if !isURN(before) {
		return "", ""
	}
	if isVersion(before[strings.LastIndexByte(before, ':')+1:]) && isName(last) {
		return s, ""
	}
	return before, last
}

// cutFold removes a schema's URN, in whatever case, and the colon after it.
func cutFold(s, urn string) (rest string, ok bool) {
	if len(s) < len(urn) || !strings.EqualFold(s[:len(urn)], urn) {
		return "", false
	}
	if rest = s[len(urn):]; rest == "" {
		return "", true
	}
	return rest[1:], rest[0] == ':' && len(rest) > 1
}

func isVersion(s string) bool {
	return s != "" && strings.Contains(s, ".") && strings.Trim(s, "0123456789.") == ""
}

// isName reports whether s is an ATTRNAME (RFC 7643, section 2.1), or the one sub-attribute that starts otherwise.
func isName(s string) bool {
	if s == "$ref" {
		return true
	}
	for i := range len(s) {
		c := s[i] | 0x20
		letter := 'a' <= c && c <= 'z'
		if !letter && (i == 0 || s[i] != '-' && s[i] != '_' && (s[i] < '0' || s[i] > '9')) {
			return false
		}
	}
	return s != ""
}

// holder returns the object that has the attribute: the resource or one of its extensions. It is nil where the extension is
// absent.
func (k *kind) holder(o object, p attrPath) object {
	if p.urn == "" {
		if _, ok := keyOf(o, p.name); ok {
			return o
		}
		if p.urn = k.home(p.name); p.urn == "" {
			return o
		}
	}
	ext, _ := get(o, p.urn).(object)
	return ext
}

// definition finds an attribute's definition, of the sub-attribute where the path names one.
func (k *kind) definition(p attrPath) *attribute {
	urn := p.urn
	if urn == "" {
		urn = k.home(p.name)
	}
	a := k.define(urn, p.name)
	if p.sub != "" {
		return a.sub(p.sub)
	}
	return a
}
