package saml

import (
	"strings"
)

// subjectAttacks are about who is named.
func subjectAttacks() []attack {
	named := func(name, reason, id string) attack {
		return attack{name, reason, func(f *forge) { f.subject = replacing(">ada<", ">"+id+"<")(f.subject) }}
	}
	identified := func(name, reason, xml string) attack {
		return attack{name, reason, func(f *forge) { f.subject = replacing(nameIDXML("ada", formatPersistent), xml)(f.subject) }}
	}
	byAttribute := func(name, reason string, change func(f *forge)) attack {
		return attack{name, reason, func(f *forge) {
			f.cfg.Subject = "uid"
			change(f)
		}}
	}
	withUID := func(values ...string) func(f *forge) {
		return func(f *forge) { f.statements += attributesXML(attributeXML("uid", values...)) }
	}
	return []attack{
		named("NameID empty", reasonSubject, ""),
		named("NameID of white space", reasonSubject, " \n\t "),
		named("NameID with white space before", reasonSubject, " ada"),
		named("NameID with a line break behind", reasonSubject, "ada\n"),
		named("NameID with a no-break space behind", reasonSubject, "ada\u00a0"),
		named("NameID with a zero-width space", reasonSubject, "a\u200bda"),
		named("NameID written backwards", reasonSubject, "\u202eada"),
		named("NameID with a tab", reasonSubject, "a\tda"),
		named("NameID with DEL", reasonSubject, "ada\u007f"),
		named("NameID with a carriage return by reference", reasonSubject, "ada&#13;"),
		named("NameID with a line separator", reasonSubject, "a\u2028da"),
		named("NameID of private use", reasonSubject, "ada\ue000"),
		named("NameID of 300 characters", reasonSubject, strings.Repeat("a", 300)),
		{"NameID with NUL by reference", reasonMalformed, func(f *forge) { f.beforeEncryption = replacing(">ada<", ">ada&#0;<") }},
		named("NameID with an element", reasonStructure, "ada<saml:Issuer>x</saml:Issuer>"),
		identified("NameID transient", reasonTransient, nameIDXML("ada", formatTransient)),
		identified("NameID missing", reasonSubject, ""),
		identified("two NameIDs", reasonStructure, nameIDXML("ada", formatPersistent)+nameIDXML("mallory", formatPersistent)),
		identified("BaseID", reasonSubject, "<saml:BaseID/>"),
		identified("BaseID beside NameID", reasonSubject, nameIDXML("ada", formatPersistent)+"<saml:BaseID/>"),
		identified("EncryptedID", reasonSubject, "<saml:EncryptedID/>"),
		identified("EncryptedID beside NameID", reasonSubject, nameIDXML("ada", formatPersistent)+"<saml:EncryptedID/>"),
		identified("NameID for another service", reasonSubject, `<saml:NameID SPNameQualifier="https://other.test">ada</saml:NameID>`),
		identified("NameID with another service's own id", reasonSubject, `<saml:NameID SPProvidedID="mallory">ada</saml:NameID>`),
		byAttribute("subject attribute missing", reasonSubject, func(*forge) {}),
		byAttribute("subject attribute empty", reasonSubject, withUID("")),
		byAttribute("subject attribute without values", reasonSubject, withUID()),
		byAttribute("subject attribute with two values", reasonAttribute, withUID("ada", "mallory")),
		byAttribute("subject attribute twice", reasonAttribute, func(f *forge) { withUID("ada")(f); withUID("mallory")(f) }),
		byAttribute("subject attribute with an element", reasonAttribute, withUID("<saml:NameID>ada</saml:NameID>")),
		byAttribute("subject attribute with white space", reasonSubject, withUID("ada ")),
		byAttribute("subject attribute by name and by friendly name", reasonAttribute, func(f *forge) {
			withUID("ada")(f)
			f.statements += attributesXML(strings.Replace(attributeXML("other", "mallory"), "Name=", `FriendlyName="uid" Name=`, 1))
		}),
		byAttribute("subject attribute in another case", reasonSubject, func(f *forge) { f.statements += attributesXML(attributeXML("UID", "ada")) }),
	}
}

// attributeAttacks are about what else is said of the person.
func attributeAttacks() []attack {
	plus := func(name, reason string, list ...string) attack {
		return attack{name, reason, func(f *forge) { f.statements += attributesXML(list...) }}
	}
	return []attack{
		plus("e-mail twice", reasonAttribute, attributeXML("mail", "mallory@acme.test")),
		plus("groups twice", reasonAttribute, attributeXML("groups", "admins")),
		plus("name twice", reasonAttribute, attributeXML("displayName", "Mallory")),
		plus("attribute encrypted", reasonAttribute, "<saml:EncryptedAttribute/>"),
		plus("attribute without a name", reasonStructure, `<saml:Attribute><saml:AttributeValue>x</saml:AttributeValue></saml:Attribute>`),
		plus("attribute with two names", reasonForbiddenXML, `<saml:Attribute Name="x" Name="groups"/>`),
		plus("attribute named by a prefix", reasonStructure, `<saml:Attribute xmlns:q="urn:q" q:Name="groups" Name="x"/>`),
		plus("attribute with something else in it", reasonStructure, `<saml:Attribute Name="x"><saml:NameID>y</saml:NameID></saml:Attribute>`),
		plus("something else in the statement", reasonStructure, "<saml:NameID>y</saml:NameID>"),
		{"e-mail with two values", reasonAttribute, func(f *forge) {
			f.statements = replacing(attributeXML("mail", "Ada@acme.test"), attributeXML("mail", "ada@acme.test", "mallory@acme.test"))(f.statements)
		}},
		{"e-mail with an element", reasonAttribute, func(f *forge) {
			f.statements = replacing("Ada@acme.test", "<x xmlns='urn:x'>ada@acme.test</x>")(f.statements)
		}},
		{"group with an element", reasonAttribute, func(f *forge) { f.statements = replacing("staff", "<x xmlns='urn:x'>staff</x>")(f.statements) }},
		{"group with a line break", reasonAttribute, func(f *forge) { f.statements = replacing("staff", "sta\nff")(f.statements) }},
		{"group of 1,000 characters", reasonAttribute, func(f *forge) { f.statements = replacing("staff", strings.Repeat("x", 1000))(f.statements) }},
		{"session index with a line break", reasonStructure, func(f *forge) { f.statements = replacing("_session1", "_session1&#10;x")(f.statements) }},
	}
}
