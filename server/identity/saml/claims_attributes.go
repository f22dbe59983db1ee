package saml

import (
	"strings"

	"github.com/beevik/etree"

	"ambit/server/identity/idp"
)

// attributeValue is one value of an attribute.
type attributeValue struct {
	text    string
	complex bool // it holds elements: not to be read as text
}

type samlAttribute struct {
	name, friendly string
	values         []attributeValue
}

type attributes []samlAttribute

// readAttributes reads all attribute statements of a verified assertion.
func readAttributes(a *etree.Element) (attributes, error) {
	var all attributes
	for _, statement := range children(a, nsAssertion, "AttributeStatement") {
		if child(statement, nsAssertion, "EncryptedAttribute") != nil {
			return nil, idp.Refuse(reasonAttribute, "The response has single attributes encrypted, which this version can't read.",
				"Encrypt the whole assertion instead.")
		}
		if err := shape(statement, part{nsAssertion, "Attribute", 0, -1}); err != nil {
			return nil, err
		}
		for _, el := range children(statement, nsAssertion, "Attribute") {
			if err := shape(el, part{nsAssertion, "AttributeValue", 0, -1}); err != nil {
				return nil, err
			}
			one := samlAttribute{name: value(el, "Name"), friendly: value(el, "FriendlyName")}
			if one.name == "" || hasControl(one.name) {
				return nil, structure("an attribute without a name")
			}
			for _, v := range children(el, nsAssertion, "AttributeValue") {
				one.values = append(one.values, readValue(v))
			}
			all = append(all, one)
		}
	}
	return all, nil
}

func readValue(el *etree.Element) attributeValue {
	s, err := text(el)
	return attributeValue{text: s, complex: err != nil}
}

// one finds the attribute by Name or FriendlyName. Two that fit are refused: which one a reader takes would be chance.
func (all attributes) one(name, field string) (*samlAttribute, error) {
	var found *samlAttribute
	for i := range all {
		if all[i].name != name && all[i].friendly != name {
			continue
		}
		if found != nil {
			return nil, ambiguous(field, "occurs more than once")
		}
		found = &all[i]
	}
	return found, nil
}

// single finds an attribute that must have one value of plain text; false where it is absent.
func (all attributes) single(name, field string) (string, bool, error) {
	found, err := all.one(name, field)
	if err != nil || found == nil || len(found.values) == 0 {
		return "", false, err
	}
	if len(found.values) > 1 {
		return "", false, ambiguous(field, "has more than one value")
	}
	if found.values[0].complex {
		return "", false, ambiguous(field, "has a value that is not plain text")
	}
	return found.values[0].text, true, nil
}

func (all attributes) has(name string) bool {
	for i := range all {
		if all[i].name == name {
			return true
		}
	}
	return false
}

func ambiguous(field, what string) *idp.Refusal {
	return idp.Refuse(reasonAttribute, "The attribute under "+strings.TrimSuffix(field, "_attribute")+" "+what+", so it can't be relied upon.",
		"Let the identity provider send it once, as plain text, or name another attribute.").About(field)
}

// raw shows every attribute as received, values of elements left out.
func (all attributes) raw() map[string]any { // any: idp.Claims.Raw says why
	raw := make(map[string]any, len(all)+2)
	for _, a := range all {
		values, _ := raw[a.name].([]string)
		for _, v := range a.values {
			if v.complex {
				v.text = "(not plain text)"
			}
			values = append(values, v.text)
		}
		raw[a.name] = values
	}
	return raw
}
