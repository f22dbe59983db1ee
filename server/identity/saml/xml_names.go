package saml

import "encoding/xml"

// Namespaces.
const (
	nsProtocol  = "urn:oasis:names:tc:SAML:2.0:protocol"
	nsAssertion = "urn:oasis:names:tc:SAML:2.0:assertion"
	nsMetadata  = "urn:oasis:names:tc:SAML:2.0:metadata"
	nsSignature = "http://www.w3.org/2000/09/xmldsig#"
	nsEncrypt   = "http://www.w3.org/2001/04/xmlenc#"
	nsEncrypt11 = "http://www.w3.org/2009/xmlenc11#"
	nsExclusive = "http://www.w3.org/2001/10/xml-exc-c14n#"
	nsXSI       = "http://www.w3.org/2001/XMLSchema-instance"
	nsXML       = "http://www.w3.org/XML/1998/namespace"
	nsXMLNS     = "http://www.w3.org/2000/xmlns/"
)

// knownNamespaces are those that elements of a response may have outside of free content.
var knownNamespaces = map[string]bool{
	nsProtocol: true, nsAssertion: true, nsSignature: true, nsEncrypt: true, nsEncrypt11: true, nsExclusive: true,
}

// freeContent are elements that the standards fill with anything. Nothing in them is relied upon, and structure refuses
// assertions and signatures in them.
var freeContent = map[xml.Name]bool{
	{Space: nsProtocol, Local: "Extensions"}:      true,
	{Space: nsProtocol, Local: "StatusDetail"}:    true,
	{Space: nsAssertion, Local: "Advice"}:         true,
	{Space: nsAssertion, Local: "AttributeValue"}: true,
	{Space: nsAssertion, Local: "AuthnContext"}:   true,
	{Space: nsSignature, Local: "KeyInfo"}:        true,
}

// identifiers are the attributes by which something could refer to an element.
var identifiers = map[xml.Name]bool{
	{Local: "ID"}: true, {Local: "Id"}: true, {Local: "id"}: true, {Local: "iD"}: true,
	{Local: "AssertionID"}: true, {Local: "ResponseID"}: true, {Local: "RequestID"}: true,
}

// ownAttributes are those of saml:Attribute itself.
var ownAttributes = map[string]bool{"Name": true, "NameFormat": true, "FriendlyName": true, "ID": true, "Id": true, "id": true}
